//! References across files, drafts next to each other, and what is known of schemas.

use std::sync::Arc;

use serde_json::{Value, json};
use walnats_schema::read::{LowerOptions, Lowered, Report, SchemaRoot, SourceFile, lower, parse_json};

/// Lowers the first of some files, each with its name.
fn lowered(files: &[(&str, Value)], options: &LowerOptions) -> Lowered {
    let mut report = Report::default();
    let documents: Vec<_> = files
        .iter()
        .filter_map(|(name, schema)| {
            let file = SourceFile { path: (*name).to_owned(), text: schema.to_string() };
            parse_json(Arc::new(file), name, &mut report)
        })
        .collect();
    let root = SchemaRoot { document: files[0].0.to_owned(), ..SchemaRoot::default() };
    let lowered = lower(&documents, &[root], options, &mut report);
    assert!(
        report.diagnostics.is_empty(),
        "{:?}",
        report.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>()
    );
    lowered
}

fn accepts(lowered: &Lowered, instance: &Value) -> bool {
    lowered.schemas.is_valid(lowered.roots[0].unwrap(), instance)
}

#[test]
fn files_refer_to_each_other() {
    let address =
        json!({"type": "object", "$defs": {"zip code": {"$anchor": "zip", "type": "string"}}, "required": ["city"]});
    let cases: [(&str, &str, Value); 7] = [
        ("users/created.json", "../common/_address.json", json!({"city": 1})),
        ("users/created.json", "/common/_address.json", json!({"city": 1})),
        ("users/created.json", "../common/_address.json#zip", json!("1")),
        ("users/created.json", "../common/_address.json#/$defs/zip%20code", json!("1")),
        ("created.json", "common/_address.json#/$defs/zip code", json!("1")),
        ("created.json", "./common/../common/_address.json", json!({"city": 1})),
        ("common/created.json", "_address.json", json!({"city": 1})),
    ];
    for (name, reference, valid) in cases {
        let files = [(name, json!({"$ref": reference})), ("common/_address.json", address.clone())];
        let lowered = lowered(&files, &LowerOptions::default());
        assert!(accepts(&lowered, &valid), "{reference}");
        let invalid = if valid.is_string() { json!(1) } else { json!({}) };
        assert!(!accepts(&lowered, &invalid), "{reference}");
    }
}

#[test]
fn identifiers_and_paths_both_lead_to_a_file() {
    let user = json!({
        "$id": "https://example.com/user.json",
        "type": "array",
        "items": {"$ref": "id.json"},
        "contains": {"$ref": "by_path.json"}
    });
    let files = [
        ("user.json", user),
        ("elsewhere.json", json!({"$id": "https://example.com/id.json", "type": "integer"})),
        ("by_path.json", json!({"type": "integer", "minimum": 3})),
    ];
    let lowered = lowered(&files, &LowerOptions::default());
    assert!(accepts(&lowered, &json!([1, 3])));
    assert!(!accepts(&lowered, &json!(["1", 3])));
    assert!(!accepts(&lowered, &json!([1, 2])));
}

#[test]
fn schemas_of_other_hosts_are_kept_in_a_folder() {
    let options = LowerOptions {
        remotes: vec![("https://example.com/".to_owned(), "vendor/".to_owned())],
        ..LowerOptions::default()
    };
    let files = [
        ("a.json", json!({"$ref": "https://example.com/v1/a.json"})),
        ("vendor/v1/a.json", json!({"$ref": "../v2/b.json"})),
        ("vendor/v2/b.json", json!({"type": "null"})),
    ];
    let lowered = lowered(&files, &options);
    assert!(accepts(&lowered, &json!(null)));
    assert!(!accepts(&lowered, &json!(1)));
}

#[test]
fn each_file_has_its_draft() {
    let old = json!({"$schema": "http://json-schema.org/draft-04/schema#", "type": "number", "maximum": 3, "exclusiveMaximum": true});
    let new = json!({"$ref": "old.json", "minimum": 1});
    let lowered = lowered(&[("new.json", new), ("old.json", old)], &LowerOptions::default());
    for (instance, valid) in [(0, false), (1, true), (2, true), (3, false)] {
        assert_eq!(accepts(&lowered, &json!(instance)), valid, "{instance}");
    }
}

#[test]
fn a_schema_is_lowered_once_and_knows_where_it_stands() {
    let schema = json!({
        "title": "Tree",
        "type": "object",
        "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}, "label": {"$ref": "#/$defs/label"}},
        "$defs": {
            "label": {"description": "Seen.", "examples": ["a"], "deprecated": true},
            "unused": {"type": "string"}
        }
    });
    let lowered = lowered(&[("tree.json", schema)], &LowerOptions::default());
    assert_eq!(lowered.schemas.schemas.len(), 5);
    let root = lowered.roots[0].unwrap();
    let properties = &lowered.schemas.get(root).object.properties;
    for (_, property) in properties.iter().filter(|(name, _)| name != "label") {
        assert_eq!(lowered.schemas.get(*property).reference, Some(root));
    }
    let label = lowered.annotations.iter().find(|schema| schema.description.as_deref() == Some("Seen.")).unwrap();
    assert_eq!(label.path, ["$defs", "label"]);
    assert_eq!((label.examples.as_slice(), label.deprecated), (&[json!("a")][..], true));
    assert_eq!(lowered.sources[label.document.0], "tree");
}

#[test]
fn addresses_that_differ_in_nothing_lead_to_one_file() {
    for (identifier, reference) in [
        ("https://example.com/jshintrc.json", "https://example.com/jshintrc#"),
        ("https://example.com/jshintrc", "http://example.com/jshintrc.json"),
        ("http://example.com/jshintrc.json", "https://example.com/jshintrc.json"),
    ] {
        for keyword in ["$id", "id"] {
            let draft = "http://json-schema.org/draft-07/schema";
            let files = [
                ("a.json", json!({"$schema": draft, "$ref": reference})),
                ("other.json", json!({"$schema": draft, keyword: identifier, "type": "integer"})),
            ];
            let lowered = lowered(&files, &LowerOptions::default());
            assert!(accepts(&lowered, &json!(1)), "{reference}");
            assert!(!accepts(&lowered, &json!("1")), "{reference}");
        }
    }
}

#[test]
fn the_definitions_of_the_meta_schemas_are_there() {
    for (reference, valid, invalid) in [
        ("http://json-schema.org/draft-04/schema#/definitions/positiveIntegerDefault0", json!(1), json!(-1)),
        ("http://json-schema.org/draft-04/schema#/definitions/stringArray", json!(["a"]), json!([])),
        ("http://json-schema.org/draft-06/schema#/definitions/simpleTypes", json!("null"), json!("any")),
        ("http://json-schema.org/draft-07/schema#/definitions/nonNegativeInteger", json!(0), json!(0.5)),
        ("https://json-schema.org/draft-07/schema#/definitions/schemaArray", json!([true]), json!([1])),
        (
            "https://json-schema.org/draft/2019-09/meta/validation#/$defs/nonNegativeIntegerDefault0",
            json!(0),
            json!(-1),
        ),
        ("https://json-schema.org/draft/2020-12/meta/core#/$defs/uriReferenceString", json!("#a"), json!(1)),
        ("https://json-schema.org/draft/2020-12/meta/core#/$defs/anchorString", json!("a"), json!("1")),
    ] {
        let lowered = lowered(&[("a.json", json!({"$ref": reference}))], &LowerOptions::default());
        assert!(accepts(&lowered, &valid), "{reference}");
        assert!(!accepts(&lowered, &invalid), "{reference}");
    }
}

#[test]
fn a_copy_of_a_meta_schema_goes_before_the_one_built_in() {
    let address = "https://json-schema.org/draft/2020-12/schema";
    let copy =
        json!({"$id": address, "$dynamicAnchor": "meta", "required": ["title"], "allOf": [{"$ref": "meta/core"}]});
    let lowered = lowered(&[("a.json", json!({"$ref": address})), ("meta.json", copy)], &LowerOptions::default());
    assert!(accepts(&lowered, &json!({"title": "x", "$anchor": "a"})));
    assert!(!accepts(&lowered, &json!({"$anchor": "a"})));
}

#[test]
fn a_reference_within_a_schema_stays_there_whoever_has_the_same_identifier() {
    let versions =
        |kind: &str| json!({"$id": "https://example.com/a", "$ref": "#/$defs/x", "$defs": {"x": {"type": kind}}});
    let files = [("v2.json", versions("string")), ("v1.json", versions("integer"))];
    let lowered = lowered(&files, &LowerOptions::default());
    assert!(accepts(&lowered, &json!("a")));
    assert!(!accepts(&lowered, &json!(1)));
}

//! Each file is read by its own draft, by walnats and by the validator that confirms what walnats finds.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use walnats_codegen::Package;
use walnats_compat::{Comparison, Kind, Options, Side, compare};

const URIS: [(&str, &str); 5] = [
    ("4", "http://json-schema.org/draft-04/schema#"),
    ("6", "http://json-schema.org/draft-06/schema#"),
    ("7", "http://json-schema.org/draft-07/schema#"),
    ("2019-09", "https://json-schema.org/draft/2019-09/schema"),
    ("2020-12", "https://json-schema.org/draft/2020-12/schema"),
];

/// Where the draft of a file is written.
#[derive(Clone, Copy, Debug)]
enum Said {
    File,
    Settings,
    /// In a file that one of the newest draft refers to.
    Referred,
    /// In a file that one of the newest draft refers to, while the settings say it.
    SettingsOnly,
}

fn side(draft: &str, member: &Value, said: Said) -> Side {
    let (_, uri) = *URIS.iter().find(|(name, _)| *name == draft).unwrap();
    let (_, newest) = URIS[4];
    let definitions = json!({"X": {"type": "integer"}});
    let event = |member: &Value| json!({"type": "object", "required": ["v"], "properties": {"v": member}});
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut main = match said {
        Said::File | Said::Settings => event(member),
        Said::Referred | Said::SettingsOnly => event(&json!({"$ref": "_v.json#/definitions/V"})),
    };
    let mut shared = json!({"definitions": {"V": member, "X": {"type": "integer"}}});
    match said {
        Said::File => main["$schema"] = uri.into(),
        Said::Settings => {}
        Said::Referred => (main["$schema"], shared["$schema"]) = (newest.into(), uri.into()),
        Said::SettingsOnly => main["$schema"] = newest.into(),
    }
    match said {
        Said::File | Said::Settings => main["definitions"] = definitions,
        Said::Referred | Said::SettingsOnly => {
            files.insert("schemas/_v.json".to_owned(), shared.to_string().into_bytes());
        }
    }
    files.insert("schemas/a.json".to_owned(), main.to_string().into_bytes());
    let lints = "[lints]\nmisspelt-keyword = \"allow\"\n";
    let settings = match said {
        Said::Settings | Said::SettingsOnly => format!("[schemas]\ndraft = \"{draft}\"\n{lints}"),
        _ => lints.to_owned(),
    };
    files.insert("walnats.toml".to_owned(), settings.into_bytes());
    Side::new(Package::from_sources(&walnats_codegen::configure(), &files))
}

fn messages(comparison: &Comparison) -> Vec<&str> {
    comparison.findings.iter().map(|finding| finding.message.as_str()).collect()
}

/// What a keyword means, or that it means nothing, depends on the draft: each of these changes refuses what was accepted.
#[test]
fn a_break_is_confirmed_by_the_draft_of_its_file() {
    let cases = [
        // Boolean in draft 4, and by no means a schema of 2020-12.
        (
            "4",
            json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}),
            json!({"type": "number", "minimum": 1, "exclusiveMinimum": true}),
        ),
        (
            "4",
            json!({"type": "number", "minimum": 0, "exclusiveMinimum": false}),
            json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}),
        ),
        (
            "4",
            json!({"type": "number", "maximum": 9, "exclusiveMaximum": true}),
            json!({"type": "number", "maximum": 8, "exclusiveMaximum": true}),
        ),
        // Later keywords.
        ("4", json!({"const": 1}), json!({"enum": [1]})),
        ("4", json!({"type": "array", "contains": {"type": "null"}}), json!({"type": "array", "minItems": 1})),
        (
            "4",
            json!({"propertyNames": {"maxLength": 1}, "type": "object"}),
            json!({"type": "object", "maxProperties": 9}),
        ),
        (
            "6",
            json!({"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}}),
            json!({"type": "object", "dependencies": {"a": ["b"]}}),
        ),
        (
            "7",
            json!({"type": "object", "dependentRequired": {"a": ["b"]}}),
            json!({"type": "object", "dependencies": {"a": ["b"]}}),
        ),
        (
            "7",
            json!({"type": "array", "prefixItems": [{"type": "string"}]}),
            json!({"type": "array", "items": [{"type": "string"}]}),
        ),
        (
            "7",
            json!({"type": "object", "properties": {"a": {}}, "unevaluatedProperties": false}),
            json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false}),
        ),
        (
            "7",
            json!({"type": "array", "items": [{"type": "string"}], "additionalItems": {"type": "string"}}),
            json!({"type": "array", "items": [{"type": "string"}], "additionalItems": false}),
        ),
        // What stands next to a reference is ignored up to draft 7, and counts from 2019-09 on.
        (
            "7",
            json!({"$ref": "#/definitions/X", "maximum": 5}),
            json!({"allOf": [{"$ref": "#/definitions/X"}, {"maximum": 5}]}),
        ),
        (
            "2019-09",
            json!({"$ref": "#/definitions/X", "maximum": 5}),
            json!({"allOf": [{"$ref": "#/definitions/X"}, {"maximum": 4}]}),
        ),
        (
            "2019-09",
            json!({"type": "array", "items": [{"type": "string"}]}),
            json!({"type": "array", "items": [{"type": "integer"}]}),
        ),
        (
            "2019-09",
            json!({"type": "array", "prefixItems": [{"type": "string"}]}),
            json!({"type": "array", "items": [{"type": "string"}]}),
        ),
        // Formats are checked in every draft, and in the same way.
        ("4", json!({"type": "string"}), json!({"type": "string", "format": "uri-reference"})),
        ("4", json!({"type": "string"}), json!({"type": "string", "format": "json-pointer"})),
        ("6", json!({"type": "string"}), json!({"type": "string", "format": "relative-json-pointer"})),
        ("6", json!({"type": "string"}), json!({"type": "string", "format": "uuid"})),
        // Contents are annotations.
        (
            "7",
            json!({"type": "string", "contentEncoding": "base64", "contentMediaType": "application/json"}),
            json!({"type": "string", "contentEncoding": "base64", "contentMediaType": "application/json", "minLength": 1}),
        ),
    ];
    for (draft, old, new) in cases {
        for said in [Said::File, Said::Settings, Said::Referred, Said::SettingsOnly] {
            let comparison = compare(&side(draft, &old, said), &side(draft, &new, said), &Options::default());
            let kinds: Vec<Kind> = comparison.verdicts.iter().map(|verdict| verdict.kind).collect();
            assert_eq!(kinds, [Kind::Breaking], "draft {draft} {said:?} {old} -> {new}: {:?}", messages(&comparison));
            assert!(comparison.findings.iter().all(|finding| finding.witness.is_some()), "{draft} {said:?} {old}");
        }
    }
}

/// What one draft says, the next one says with other words: whoever moves to it breaks nothing, or just what changes.
#[test]
fn another_draft_alone_breaks_nothing() {
    let cases = [
        (
            ("4", json!({"type": "number", "minimum": 0, "exclusiveMinimum": true})),
            ("2020-12", json!({"type": "number", "exclusiveMinimum": 0})),
            Kind::Compatible,
        ),
        (
            ("4", json!({"type": "number", "minimum": 0, "exclusiveMinimum": true})),
            ("2020-12", json!({"type": "number", "exclusiveMinimum": 1})),
            Kind::Breaking,
        ),
        (
            ("7", json!({"type": "array", "items": [{"type": "string"}], "additionalItems": false})),
            ("2020-12", json!({"type": "array", "prefixItems": [{"type": "string"}], "items": false})),
            Kind::Compatible,
        ),
        (
            ("7", json!({"$ref": "#/definitions/X", "maximum": 5})),
            ("2020-12", json!({"$ref": "#/definitions/X", "maximum": 5})),
            Kind::Breaking,
        ),
        (
            ("2020-12", json!({"$ref": "#/definitions/X", "maximum": 5})),
            ("7", json!({"$ref": "#/definitions/X", "maximum": 5})),
            Kind::Compatible,
        ),
    ];
    for ((old_draft, old), (new_draft, new), expected) in cases {
        for said in [Said::File, Said::Settings, Said::Referred] {
            let comparison = compare(&side(old_draft, &old, said), &side(new_draft, &new, said), &Options::default());
            assert_eq!(comparison.verdicts[0].kind, expected, "{said:?} {old} -> {new}: {:?}", messages(&comparison));
        }
    }
}

/// Where the second validator cannot read a schema, a break stays unconfirmed, and this is what is said.
#[test]
fn a_validator_that_cannot_read_a_schema_is_named() {
    // Walnats reads a cycle of references through a definition that no payload reaches; `jsonschema` knows no group of this name.
    let files = |minimum: u32| {
        let schema = json!({"type": "object", "properties": {
            "n": {"type": "integer", "minimum": minimum}, "p": {"type": "string", "pattern": UNREADABLE}}});
        let files = [("schemas/a.json".to_owned(), schema.to_string().into_bytes())];
        Side::new(Package::from_sources(&walnats_codegen::configure(), &files.into()))
    };
    let comparison = compare(&files(0), &files(1), &Options::default());
    let found = messages(&comparison);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with(
            "undecided at `/n`: a second validator has to confirm what was found, and cannot read the old schema: "
        ),
        "{found:?}"
    );
}

/// A pattern that JavaScript allows, and `jsonschema` does not compile.
const UNREADABLE: &str = "^(?=a)\\k<x>(?<x>b)$";

//! Schema tests and samples: files that stand among the schemas and are none.

use std::collections::BTreeSet;

use walnats_schema::read::{Document, Node, NodeValue};

/// The folder of schema tests.
const TESTS: &str = "tests";

/// Whether a file is a sample payload, by its name from the schema folder on: `samples/<event>/valid/...` or
/// `samples/<event>/invalid/...`, in any folder.
pub fn is_sample(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    parts.windows(4).any(|parts| parts[0] == "samples" && matches!(parts[2], "valid" | "invalid"))
}

/// Whether a file stands in a folder `tests`, in which schema tests are looked for.
pub fn is_among_tests(name: &str) -> bool {
    let mut folders = name.rsplit('/').skip(1);
    folders.any(|folder| folder == TESTS)
}

/// Whether a file in a folder `tests` is a schema test.
///
/// People had folders of this name before, with schemas in them; these are schemas still. A list, and an object with a list
/// `tests` or with `valid: true` or `valid: false`, is never a schema; and what has no keyword of JSON Schema at all is a test
/// with a mistake in it, rather than a schema that accepts everything.
pub(super) fn is_test(root: &Node) -> bool {
    match &root.value {
        NodeValue::Array(_) => true,
        NodeValue::Object(members) => {
            let is_neutral = |name: &str| ["$comment", "$schema", "description", "title"].contains(&name);
            let has_keyword = members.iter().any(|member| is_keyword(&member.name));
            has_form(root) || !(has_keyword || members.iter().all(|member| is_neutral(&member.name)))
        }
        _ => false,
    }
}

/// Whether an object is a test, or a file of several, rather than a schema or a test with a mistake.
fn has_form(root: &Node) -> bool {
    let is_list = |node: &Node| matches!(node.value, NodeValue::Array(_));
    let is_bool = |node: &Node| matches!(node.value, NodeValue::Bool(_));
    root.get(TESTS).is_some_and(is_list) || root.get("valid").is_some_and(is_bool)
}

/// The files that the schema tests among `documents` name as payloads, by their names from the schema folder on. Whatever
/// their form is, they are no tests.
pub(super) fn payload_files<'d>(documents: impl IntoIterator<Item = &'d Document>) -> BTreeSet<String> {
    let named = |test: &'d Document| {
        let of_file = test.root.items().iter().chain(test.root.get(TESTS).into_iter().flat_map(Node::items));
        let files = std::iter::once(&test.root).chain(of_file).filter_map(|node| node.get("file")?.as_str());
        files.filter_map(|file| below(&test.name, file)).filter(|file| *file != test.name)
    };
    let is_test = |document: &&Document| has_form(&document.root) || !document.root.items().is_empty();
    documents.into_iter().filter(is_test).flat_map(named).collect()
}

/// The file that `relative` means to the file `name`; `None` where it leads out of the schema folder, or is absolute.
pub fn below(name: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    if relative.starts_with('/') || relative.contains('\\') {
        return None;
    }
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether `name` constrains, holds schemas, or belongs to no test. Titles, descriptions and `$schema` stand in both.
fn is_keyword(name: &str) -> bool {
    const KEYWORDS: [&str; 56] = [
        "$anchor",
        "$defs",
        "$dynamicAnchor",
        "$dynamicRef",
        "$id",
        "$recursiveAnchor",
        "$recursiveRef",
        "$ref",
        "$vocabulary",
        "additionalItems",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "contains",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "default",
        "definitions",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "deprecated",
        "else",
        "enum",
        "examples",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "id",
        "if",
        "items",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "nullable",
        "oneOf",
        "pattern",
        "patternProperties",
        "prefixItems",
        "properties",
        "propertyNames",
        "required",
        "then",
        "type",
        "unevaluatedItems",
        "unevaluatedProperties",
        "x-walnats",
    ];
    KEYWORDS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use walnats_schema::read::{Report, SourceFile, parse_json};

    use super::*;

    fn document(text: &str) -> Document {
        let file = Arc::new(SourceFile { path: "schemas/x/tests/a.json".to_owned(), text: text.to_owned() });
        parse_json(file, "x/tests/a.json", &mut Report::default()).unwrap()
    }

    #[test]
    fn samples_are_known_by_their_path() {
        for name in ["samples/a/valid/1.json", "x/samples/a/invalid/1.json", "samples/a/valid/more/1.bin"] {
            assert!(is_sample(name), "{name}");
        }
        for name in ["samples/a.json", "samples/valid/a.json", "a/valid/b.json", "samples/a/vaild/b.json"] {
            assert!(!is_sample(name), "{name}");
        }
        assert!(is_among_tests("tests/a.json") && is_among_tests("x/tests/y/a.json"));
        assert!(!is_among_tests("tests.json") && !is_among_tests("x/tests"));
    }

    #[test]
    fn tests_are_known_by_their_form() {
        for test in [
            "[]",
            r#"{"tests": []}"#,
            r#"{"event": "a", "title": "t", "valid": true, "payload": {"type": "x"}}"#,
            r#"{"title": "t", "tets": []}"#,
            r#"{"$schema": "x", "event": "a"}"#,
        ] {
            assert!(is_test(&document(test).root), "{test}");
        }
        for schema in [
            "true",
            "{}",
            r#"{"$schema": "x", "description": "anything"}"#,
            r#"{"type": "object"}"#,
            r#"{"title": "t", "x-walnats": {}}"#,
        ] {
            assert!(!is_test(&document(schema).root), "{schema}");
        }
    }

    #[test]
    fn payloads_are_what_tests_name() {
        let document = document(r#"{"tests": [{"file": "b.json"}, {"file": "../p/c.json"}, {"file": "../../../d"}]}"#);
        assert_eq!(Vec::from_iter(payload_files([&document])), ["x/p/c.json", "x/tests/b.json"]);
    }
}

//! Keywords that mean nothing: misspelt ones are errors, the rest annotations, or overruled by a `$ref`.

use std::collections::BTreeSet;

use super::schema_object::SchemaObject;
use super::{Lowerer, UnknownKeywords, nullable};
use crate::read::diagnostic::{Diagnostic, Fix, Place};
use crate::read::document::{Member, NodeValue};
use crate::read::edit;
use crate::read::resolve::{Draft, KEYWORDS, Keyword, Shape, Vocabulary};
use crate::read::suggestion::did_you_mean;

/// Keywords of other drafts that do no harm where they mean nothing.
const HARMLESS: [&str; 8] =
    ["$defs", "$comment", "contentMediaType", "contentEncoding", "contentSchema", "$vocabulary", "id", "$id"];

/// Annotations that editors, code generators and registries know, and that nobody mistakes for constraints; and words of OpenAPI,
/// which a lint of the code generator is about.
const WELL_KNOWN: [&str; 19] = [
    "allowComments",
    "allowTrailingCommas",
    "defaultSnippets",
    "deprecationMessage",
    "discriminator",
    "doNotSuggest",
    "enumDescriptions",
    "enumNames",
    "errorMessage",
    "example",
    "externalDocs",
    "javaType",
    "markdownDescription",
    "markdownEnumDescriptions",
    "self",
    "suggestSortText",
    "tsEnumNames",
    "tsType",
    "xml",
];

/// Keywords that a `$ref` next to them makes meaningless, in one document.
pub(super) struct Overruled<'a> {
    draft: Draft,
    /// Where the first one stands.
    place: Place,
    names: BTreeSet<&'a str>,
}

impl<'a> Lowerer<'a, '_> {
    pub(super) fn note_unknown(&mut self, object: &SchemaObject<'_, 'a>) {
        if self.options.unknown_keywords == UnknownKeywords::Ignore {
            return;
        }
        if let Some(first) = object.overruled.first() {
            let overruled = self.overruled.entry(object.location.document);
            let overruled = overruled.or_insert_with(|| Overruled {
                draft: object.draft(),
                place: object.name_place(first),
                names: BTreeSet::new(),
            });
            overruled.names.extend(object.overruled.iter().map(|member| member.name.as_str()));
        }
        for member in &object.others {
            let name = member.name.as_str();
            if name.starts_with("x-") || HARMLESS.contains(&name) || WELL_KNOWN.contains(&name) {
                continue;
            }
            if name == "nullable" && member.value.value == NodeValue::Bool(true) {
                self.report.push(nullable::finding(member, object));
            } else if let Some(keyword) = KEYWORDS.iter().find(|keyword| keyword.name == name) {
                // A custom meta-schema may well do without the vocabulary of annotations.
                if keyword.vocabulary != Vocabulary::Metadata {
                    self.report.push(other_draft(keyword, member, object));
                }
            } else if let Some(meant) = misspelt(member, object) {
                let message = format!("unknown keyword `{name}`");
                let finding = Diagnostic::error("WN0305", object.name_place(member), message);
                let mut help = format!("did you mean `{meant}`? an annotation of your own begins with `x-`");
                help.extend(self.options.cures.unknown_keyword.into_iter().flat_map(|cure| ["; ", cure]));
                // Where the right one is there too, nobody knows which of the two is meant.
                let is_free = object.location.node.get(meant).is_none();
                let fix = is_free.then(|| edit::rename(object.document(), member, meant));
                self.report.push(finding.help(help).fix(fix));
            } else {
                let document = self.unknown.entry(object.location.document).or_default();
                document.entry(name.to_owned()).or_insert_with(|| object.name_place(member));
            }
        }
    }

    pub(super) fn warn_of_unknown(&mut self, finding: Diagnostic) {
        if self.options.unknown_keywords == UnknownKeywords::Judge {
            self.report.push(finding);
        }
    }

    /// One warning for each file in which keywords stand next to `$ref`s and mean nothing there. Whether they should mean something
    /// is not known, so it has no fix.
    pub(super) fn report_overruled(&mut self) {
        for Overruled { draft, place, names } in std::mem::take(&mut self.overruled).into_values() {
            let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let message = format!("next to a `$ref`, {} means nothing in {}", list.join(", "), draft.name());
            let help = "remove it, which changes nothing; or, for it to apply, put the `$ref` into an `allOf`, or say `2019-09` or \
                        later in `$schema`";
            self.report.push(Diagnostic::warning("WN0309", place, message).help(help));
        }
    }

    /// One warning for each file that has annotations which no draft knows.
    pub(super) fn report_unknown(&mut self) {
        for names in std::mem::take(&mut self.unknown).into_values() {
            let list: Vec<String> = names.keys().map(|name| format!("`{name}`")).collect();
            let Some(place) = names.into_values().min_by_key(|place| place.span.start) else { continue };
            let message = format!("keywords that mean nothing in JSON Schema: {}", list.join(", "));
            let help = "they are read as annotations; names that begin with `x-` are not mentioned";
            self.report.push(Diagnostic::warning("WN0306", place, message).help(help));
        }
    }
}

fn other_draft(keyword: &Keyword, member: &Member, object: &SchemaObject<'_, '_>) -> Diagnostic {
    let draft = object.draft().name();
    let message = format!("`{}` means nothing in {draft}", member.name);
    let help = if keyword.drafts.contains(&object.draft()) {
        "its vocabulary is not in use".to_owned()
    } else {
        format!(
            "it is of {}; say so with `\"$schema\": \"{}\"`",
            keyword.drafts.end().name(),
            keyword.drafts.end().uri()
        )
    };
    Diagnostic::warning("WN0307", object.name_place(member), message)
        .help(help)
        .fix(in_this_draft(member, object).map(Fix::narrowing))
}

/// The same in the words of the schema's own draft, where it says which one that is.
fn in_this_draft(member: &Member, object: &SchemaObject<'_, '_>) -> Option<Fix> {
    let (document, node) = (object.document(), object.location.node);
    let is_free = |name: &str| node.get(name).is_none();
    let rename = |name: &str| edit::rename(document, member, name);
    match member.name.as_str() {
        "const" if is_free("enum") => {
            let mut edits = edit::wrap_in_array(document, &member.value)?;
            edits.insert(0, rename("enum"));
            Some(edits.into())
        }
        "dependentRequired" | "dependentSchemas"
            if is_free("dependencies")
                && !(node.get("dependentRequired").is_some() && node.get("dependentSchemas").is_some()) =>
        {
            Some(rename("dependencies").into())
        }
        "prefixItems" if is_free("additionalItems") => {
            let rest = node.member("items").map(|items| edit::rename(document, items, "additionalItems"));
            Some(rest.into_iter().chain([rename("items")]).collect::<Vec<_>>().into())
        }
        _ => None,
    }
}

/// The keyword that an unknown one is near to, if its value would fit, too.
fn misspelt(member: &Member, object: &SchemaObject<'_, '_>) -> Option<&'static str> {
    let candidates = KEYWORDS.iter().filter(|keyword| {
        // Any value fits an annotation and `const`, so the value does not show that a typo was made.
        let is_specific = !matches!(keyword.shape, Shape::Any | Shape::Object) || keyword.name == "const";
        is_specific
            && !HARMLESS.contains(&keyword.name)
            && keyword.is_known_in(object.dialect)
            && keyword.shape.fits(&member.value)
    });
    let is_near = |keyword: &&Keyword| {
        // Hardly any other value is the name of a type, and few are lists.
        let is_telling =
            matches!(keyword.shape, Shape::Types | Shape::Values) && begins_alike(&member.name, keyword.name);
        is_near(&member.name, keyword.name) || (is_telling && member.name.len() > 2)
    };
    let near: Vec<&str> = candidates.filter(is_near).map(|keyword| keyword.name).collect();
    let swapped = near.iter().copied().find(|name| has_same_letters(&member.name, name));
    let other_case = near.iter().copied().find(|name| name.eq_ignore_ascii_case(&member.name));
    other_case.or(swapped).or_else(|| did_you_mean(&member.name, near.into_iter().filter(|name| *name != "const")))
}

/// Short words have many neighbours that mean something else, and so have words with another first letter: `numItems` is
/// not `minItems`, and `xrequired` is `required` switched off.
fn is_near(word: &str, keyword: &str) -> bool {
    let (shorter, longer) = (word.len().min(keyword.len()), word.len().max(keyword.len()));
    let long_enough = longer > 5 || (shorter >= 4 && longer - shorter == 1) || has_same_letters(word, keyword);
    word.eq_ignore_ascii_case(keyword) || (long_enough && begins_alike(word, keyword))
}

fn begins_alike(word: &str, keyword: &str) -> bool {
    let first = |text: &str| text.chars().next().map(|letter| letter.to_ascii_lowercase());
    first(word) == first(keyword)
}

/// Whether two letters were changed round, as in `itmes`.
fn has_same_letters(word: &str, keyword: &str) -> bool {
    let differing: Vec<(u8, u8)> = word.bytes().zip(keyword.bytes()).filter(|(one, other)| one != other).collect();
    word.len() == keyword.len() && matches!(differing.as_slice(), [(a, b), (c, d)] if a == d && b == c)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::read::diagnostic::{Report, SourceFile};
    use crate::read::document::parse_json;
    use crate::read::lower::{LowerOptions, SchemaRoot, lower};
    use crate::read::resolve::Draft;

    /// A value of the shape.
    fn value(shape: Shape) -> Value {
        match shape {
            Shape::Schema | Shape::SchemaOrSchemas | Shape::Object => json!({}),
            Shape::Schemas => json!([{}]),
            Shape::Members => json!({"a": {}}),
            Shape::Dependencies | Shape::TextLists => json!({"a": ["b"]}),
            Shape::PositiveNumber | Shape::Number | Shape::Count | Shape::Any => json!(1),
            Shape::Boolean => json!(true),
            Shape::Text => json!("#"),
            Shape::Texts => json!(["a"]),
            Shape::Types => json!("string"),
            Shape::Values => json!(["a"]),
        }
    }

    #[test]
    fn no_keyword_is_skipped_in_silence_in_any_draft() {
        let drafts = [Draft::Draft4, Draft::Draft6, Draft::Draft7, Draft::Draft201909, Draft::Draft202012];
        for draft in drafts {
            for keyword in KEYWORDS {
                let means_something =
                    KEYWORDS.iter().any(|other| other.name == keyword.name && other.drafts.contains(&draft));
                let is_annotation = HARMLESS.contains(&keyword.name) || keyword.vocabulary == Vocabulary::Metadata;
                if means_something || is_annotation {
                    continue;
                }
                let schema = json!({"properties": {"p": {keyword.name: value(keyword.shape)}}}).to_string();
                let mut report = Report::default();
                let file = Arc::new(SourceFile { path: "a.json".into(), text: schema });
                let document = parse_json(file, "a.json", &mut report).expect("it is JSON");
                let options = LowerOptions { default_draft: draft, ..LowerOptions::default() };
                let root = SchemaRoot { document: "a.json".to_owned(), ..SchemaRoot::default() };
                lower(&[document], &[root], &options, &mut report);
                let is_reported = report.diagnostics.iter().any(|found| found.message.contains(keyword.name));
                assert!(is_reported, "`{}` in {}", keyword.name, draft.name());
            }
        }
    }

    #[test]
    fn short_keywords_are_recognised_by_their_values() {
        for (typo, meant) in [
            (r#""tpye": "string""#, "type"),
            (r#""tye": ["string", "null"]"#, "type"),
            (r#""enm": ["a"]"#, "enum"),
            (r#""itmes": {}"#, "items"),
            (r#""cosnt": 1"#, "const"),
        ] {
            let help = findings(typo);
            assert!(help.iter().any(|help| help.contains(&format!("did you mean `{meant}`?"))), "{typo}: {help:?}");
        }
        for other in [r#""tag": "string""#, r#""tpye": "x""#, r#""env": ["a"]"#, r#""cost": 1"#] {
            let help = findings(other);
            assert!(!help.iter().any(|help| help.contains("did you mean")), "{other}: {help:?}");
        }
    }

    /// The cures of what is found in a schema of one keyword.
    fn findings(member: &str) -> Vec<String> {
        let mut report = Report::default();
        let file = Arc::new(SourceFile { path: "a.json".into(), text: format!("{{ {member} }}") });
        let document = parse_json(file, "a.json", &mut report).expect("it is JSON");
        let root = SchemaRoot { document: "a.json".to_owned(), ..SchemaRoot::default() };
        lower(&[document], &[root], &LowerOptions::default(), &mut report);
        report.diagnostics.into_iter().filter_map(|found| found.help).collect()
    }
}

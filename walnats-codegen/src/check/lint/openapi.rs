//! Words of OpenAPI.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use walnats_schema::read::{Draft, edit};

use super::Package;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Edit, Place, Report};
use crate::load::NodeValue;
use crate::settings::UnknownKeywordsName;

const WORDS: [&str; 4] = ["discriminator", "example", "externalDocs", "xml"];

/// What is found in one file.
struct Found<'a> {
    place: Place,
    words: BTreeSet<&'a str>,
    edits: Vec<Edit>,
}

/// One finding for each file.
pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    if package.settings.schemas.unknown_keywords == Some(UnknownKeywordsName::Ignore) {
        return;
    }
    let mut files: BTreeMap<&str, Found<'_>> = BTreeMap::new();
    for site in &package.sites {
        for member in site.node.members().iter().filter(|member| WORDS.contains(&member.name.as_str())) {
            let is_wrong_shape = member.name != "example" && !matches!(member.value.value, NodeValue::Object(_));
            if is_wrong_shape {
                continue;
            }
            let place = site.name_place(member);
            let found = files.entry(&site.document.file.path).or_insert_with(|| Found {
                place: place.clone(),
                words: BTreeSet::new(),
                edits: Vec::new(),
            });
            if place.span.start < found.place.span.start {
                found.place = place;
            }
            found.words.insert(&member.name);
            if member.name == "example" {
                found.edits.extend(as_examples(site).into_iter().flatten());
            }
        }
    }
    for Found { place, words, edits } in files.into_values() {
        let list: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let message = format!("words of OpenAPI that mean nothing in JSON Schema: {}", list.join(", "));
        let mut cures = Vec::new();
        for (word, cure) in [
            ("discriminator", "give each branch a required member with a `const`"),
            ("example", "write `examples`, a list, which is checked"),
            ("externalDocs", "name the page in `description`"),
            ("xml", "drop `xml`"),
        ] {
            cures.extend(words.contains(word).then_some(cure));
        }
        let fix = (!edits.is_empty()).then_some(edits);
        report.push(Diagnostic::warning("WN0726", place, message).help(cures.join("; ")).fix(fix));
    }
}

/// `example` as the one of `examples`.
fn as_examples(site: &Site<'_>) -> Option<Vec<Edit>> {
    let member = site.node.member("example")?;
    if site.node.get("examples").is_some() || site.note.draft < Draft::Draft6 {
        return None;
    }
    // A list may be one example, or what OpenAPI calls examples.
    let is_valid_list =
        matches!(member.value.value, NodeValue::Array(_)) && !site.is_of(walnats_schema::JsonType::Array);
    if is_valid_list {
        return None;
    }
    let value = match &member.value.value {
        NodeValue::Array(_) | NodeValue::Object(_) => edit::wrap_in_array(site.document, &member.value)?,
        _ => vec![edit::set(site.document, &member.value, &json!([member.value.to_json()]))?],
    };
    Some([edit::rename(site.document, member, "examples")].into_iter().chain(value).collect())
}

//! What people get wrong, and validators still read: members that are required under a name that no property has, keywords of a
//! later draft, misspelt keywords.

use serde_json::{Map, Value, json};
use walnats_schema::read::Draft;

use super::Maker;
use crate::Random;

/// Keywords, with the draft that they came with.
const LATER: [(&str, Draft); 13] = [
    ("const", Draft::Draft6),
    ("contains", Draft::Draft6),
    ("propertyNames", Draft::Draft6),
    ("if", Draft::Draft7),
    ("then", Draft::Draft7),
    ("dependentRequired", Draft::Draft201909),
    ("dependentSchemas", Draft::Draft201909),
    ("maxContains", Draft::Draft201909),
    ("minContains", Draft::Draft201909),
    ("unevaluatedItems", Draft::Draft201909),
    ("unevaluatedProperties", Draft::Draft201909),
    ("prefixItems", Draft::Draft202012),
    ("else", Draft::Draft7),
];

/// Something wrong with a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// `required` of a closed object has a name that no property has.
    Required,
    /// A keyword is of a later draft.
    LaterKeyword,
    /// A keyword is misspelt.
    Keyword,
}

impl Maker<'_> {
    /// Members that several events have, and that other names are like.
    pub(super) fn common_members(&mut self, schema: &mut Map<String, Value>) {
        let members = [
            ("size", json!({ "type": ["number", "string"] })),
            ("all", json!({ "type": "object", "properties": { "size": { "type": ["string", "number"] } } })),
            ("status", json!({ "type": "object", "title": "Read All", "properties": { "id": { "type": "string" } } })),
            ("state", json!({ "anyOf": [{ "enum": ["other", "Other", "a-b", "a_b", "aB"] }, { "type": "string" }] })),
        ];
        for (name, member) in members {
            if self.random.chance(50) {
                schema["properties"][name] = member;
            }
        }
    }

    /// Makes a mistake in the schema of an event, and returns the word that it is about.
    pub(super) fn slip(&mut self, slip: Slip, schema: &mut Map<String, Value>) -> Option<String> {
        match slip {
            Slip::Required => {
                let names: Vec<String> = schema["properties"].as_object()?.keys().cloned().collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let mut required = Vec::new();
                let name = self.misspelt_required(&names, &mut required)?;
                schema.insert("required".to_owned(), required.into());
                schema.insert("additionalProperties".to_owned(), false.into());
                schema.remove("patternProperties");
                Some(name)
            }
            Slip::LaterKeyword => self.later_keyword(schema).map(str::to_owned),
            Slip::Keyword => {
                let properties = schema["properties"].as_object_mut()?;
                let member =
                    json!({ "type": "string", "enum": ["a"], "minLength": 1, "format": "ipv4", "pattern": "^a" });
                let list =
                    json!({ "type": "array", "items": { "type": "string" }, "uniqueItems": true, "maxItems": 3 });
                let choice = json!({ "anyOf": [{ "type": "string" }], "oneOf": [{ "type": "string" }], "allOf": [{}] });
                let owner = match self.random.below(5) {
                    0 => member,
                    1 => list,
                    2 => choice,
                    _ => {
                        let keywords: Vec<String> = schema.keys().filter(|name| *name != "title").cloned().collect();
                        return rename_keyword(schema, &keywords, self.random);
                    }
                };
                let Value::Object(mut owner) = owner else { return None };
                let keywords: Vec<String> = owner.keys().cloned().collect();
                let word = rename_keyword(&mut owner, &keywords, self.random);
                properties.insert("slip".to_owned(), owner.into());
                word
            }
        }
    }

    /// A keyword of a later draft than the schema's, which means nothing here; returns which, if there is any.
    pub(super) fn later_keyword(&mut self, schema: &mut Map<String, Value>) -> Option<&'static str> {
        let later: Vec<&str> =
            LATER.iter().filter(|(_, since)| *since > self.draft).map(|(keyword, _)| *keyword).collect();
        if later.is_empty() {
            return None;
        }
        let keyword = *self.random.pick(&later);
        let part = json!({ "type": self.random.pick(&["string", "integer", "object"]) });
        let value = match keyword {
            "const" => json!(self.random.pick(&["a", "b"])),
            "minContains" | "maxContains" => self.random.below(3).into(),
            "dependentRequired" => json!({ "a": ["b"] }),
            "dependentSchemas" => json!({ "a": part }),
            "prefixItems" => json!([part]),
            "unevaluatedItems" | "unevaluatedProperties" => json!(false),
            _ => part,
        };
        schema.insert(keyword.to_owned(), value);
        Some(keyword)
    }

    /// Requires a member under a name that no property has, by one slip: a closed object is never valid then.
    pub(super) fn misspelt_required(&mut self, names: &[&str], required: &mut Vec<String>) -> Option<String> {
        let meant = self.random.pick::<&str>(names);
        let name = misspelt(meant, self.random);
        if names.contains(&name.as_str()) || required.contains(&name) {
            return None;
        }
        required.push(name.clone());
        Some(name)
    }
}

/// Misspells one of the keywords.
fn rename_keyword(schema: &mut Map<String, Value>, keywords: &[String], random: &mut Random) -> Option<String> {
    let keyword = random.pick(keywords);
    let word = misspelt(keyword, random);
    let value = schema.remove(keyword)?;
    schema.insert(word.clone(), value);
    Some(word)
}

/// A word with one slip: two letters changed round, one twice or left out, another case, an ending.
pub(crate) fn misspelt(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    // What begins otherwise is another word.
    let at = 1 + random.below(letters.len().saturating_sub(2));
    match random.below(5) {
        0 if at + 1 < letters.len() && letters[at] != letters[at + 1] => letters.swap(at, at + 1),
        1 if at < letters.len() => letters.insert(at, letters[at]),
        2 if at < letters.len() => drop(letters.remove(at)),
        3 => return if word.contains(char::is_uppercase) { word.to_lowercase() } else { word.to_uppercase() },
        _ => letters.push('s'),
    }
    letters.into_iter().collect()
}

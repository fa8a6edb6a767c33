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

impl Maker<'_> {
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

/// A word with one slip: two letters changed round, one twice or left out, another case, an ending.
pub(crate) fn misspelt(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    // What begins otherwise is another word.
    let at = 1 + random.below(letters.len().saturating_sub(2));
    match random.below(5) {
        0 if at + 1 < letters.len() => letters.swap(at, at + 1),
        1 if at < letters.len() => letters.insert(at, letters[at]),
        2 if at < letters.len() => drop(letters.remove(at)),
        3 => return if word.contains(char::is_uppercase) { word.to_lowercase() } else { word.to_uppercase() },
        _ => letters.push('s'),
    }
    letters.into_iter().collect()
}

//! `type`, `enum`, `const`, and what constrains numbers and strings.

use serde_json::{Map, Value, json};
use walnats_schema::read::Draft;

use super::Maker;
use crate::any;
use crate::edge_cases;

const TYPES: [&str; 7] = ["object", "array", "string", "number", "integer", "boolean", "null"];

impl Maker<'_> {
    pub(super) fn assertion(&mut self, schema: &mut Map<String, Value>) {
        match self.random.weighted(&[6, 3, 2, 5, 5]) {
            0 => {
                let names = if self.random.chance(70) {
                    json!(self.random.pick(&TYPES))
                } else {
                    let mut names: Vec<&str> = (0..2).map(|_| *self.random.pick(&TYPES)).collect();
                    names.sort_unstable();
                    names.dedup();
                    json!(names)
                };
                schema.insert("type".to_owned(), names);
            }
            1 => {
                let mut values: Vec<Value> = Vec::new();
                for _ in 0..1 + self.random.below(3) {
                    let value = any(self.random, 2);
                    // Drafts 4 and 6 want the values of an `enum` to differ.
                    if !values.iter().any(|other| walnats_schema::equal(other, &value)) {
                        values.push(value);
                    }
                }
                schema.insert("enum".to_owned(), values.into());
            }
            2 if self.since(Draft::Draft6) => {
                let value = any(self.random, 2);
                schema.insert("const".to_owned(), value);
            }
            3 => self.number_keyword(schema),
            _ => self.string_keyword(schema),
        }
    }

    pub(super) fn number_keyword(&mut self, schema: &mut Map<String, Value>) {
        let keyword = *self.random.pick(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]);
        let number = edge_cases::number(self.random);
        match keyword {
            "multipleOf" if number.as_f64().is_none_or(|value| value <= 0.0) => {}
            "exclusiveMinimum" | "exclusiveMaximum" if self.draft == Draft::Draft4 => {
                let bound = if keyword == "exclusiveMinimum" { "minimum" } else { "maximum" };
                schema.insert(bound.to_owned(), number.into());
                schema.insert(keyword.to_owned(), self.random.chance(70).into());
            }
            _ => {
                schema.insert(keyword.to_owned(), number.into());
            }
        }
    }

    pub(super) fn string_keyword(&mut self, schema: &mut Map<String, Value>) {
        match self.random.weighted(&[3, 3, 5, 5]) {
            0 => {
                schema.insert("minLength".to_owned(), self.random.below(4).into());
            }
            1 => {
                schema.insert("maxLength".to_owned(), self.random.below(4).into());
            }
            2 => {
                let pattern = *self.random.pick(&edge_cases::PATTERNS);
                schema.insert("pattern".to_owned(), pattern.into());
            }
            _ => {
                let formats = formats(self.draft);
                let format = *self.random.pick(&formats);
                schema.insert("format".to_owned(), format.into());
            }
        }
    }
}

/// The formats that a draft defines.
fn formats(draft: Draft) -> Vec<&'static str> {
    let mut formats = vec!["date-time", "email", "hostname", "ipv4", "ipv6", "uri"];
    if draft >= Draft::Draft6 {
        formats.extend(["uri-reference", "uri-template", "json-pointer"]);
    }
    if draft >= Draft::Draft7 {
        formats.extend(["date", "time", "iri", "iri-reference", "idn-email", "idn-hostname", "relative-json-pointer"]);
        formats.push("regex");
    }
    if draft >= Draft::Draft201909 {
        formats.extend(["duration", "uuid"]);
    }
    formats
}

//! Disagreements in which walnats was found to be right, with the reason.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use walnats_schema::read::Draft;

use walnats_schema::Pattern;

use crate::{Verdicts, arithmetic};

/// A schema and an instance on which validators disagree.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// Where the schema comes from.
    pub origin: String,
    /// The draft of the schema, where it does not say.
    pub draft: Draft,
    /// The schema, cut down.
    pub schema: Value,
    /// The instance, cut down.
    pub instance: Value,
    /// Who says what.
    pub verdicts: Verdicts,
    /// Why some do not take the schema.
    pub refusals: Vec<(&'static str, String)>,
    /// What walnats has against the instance.
    pub violations: Vec<String>,
}

/// A kind of disagreement that is understood.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Who is wrong, about what.
    pub title: String,
    /// What the specification says.
    pub why: String,
    /// The section that says it.
    pub specification: String,
    /// The smallest schema that shows it.
    pub schema: Value,
    /// The smallest instance that shows it.
    pub instance: Value,
    /// The verdict of walnats on it; `null` if it refuses the schema.
    pub walnats: Option<bool>,
    /// The verdict of the crate `jsonschema` on it.
    pub jsonschema: Option<bool>,
    /// The verdict of the crate `boon` on it.
    pub boon: Option<bool>,
    /// Which disagreements with the same verdicts, or with all of them turned round, are of this kind: the cut down schema
    /// has at least one of these keywords (`pattern`, or `format:email`), and apart from them only neutral ones.
    pub keywords: BTreeSet<String>,
    /// Keywords that may be there as well; `format` is any of them.
    #[serde(default)]
    pub also: BTreeSet<String>,
    /// Further, a regular expression that the JSON texts of schema and instance, one after the other, must match.
    #[serde(default)]
    pub text: Option<String>,
    /// Further, whether walnats must be right by exact arithmetic.
    #[serde(default)]
    pub arithmetic: bool,
}

/// Keywords that only pass instances and parts of them on, or about which nobody disagrees.
const NEUTRAL: [&str; 25] = [
    "title",
    "description",
    "type",
    "$ref",
    "$dynamicRef",
    "$recursiveRef",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "items",
    "prefixItems",
    "additionalItems",
    "contains",
    "unevaluatedItems",
    "unevaluatedProperties",
    "dependentSchemas",
    "dependencies",
];

/// Keywords under which an instance may be valid because a part is not.
const TURNING: [&str; 9] =
    ["not", "oneOf", "if", "then", "else", "contains", "maxContains", "unevaluatedItems", "unevaluatedProperties"];

impl Known {
    /// All that are known.
    ///
    /// # Panics
    /// If the list is malformed.
    pub fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("../fixtures/known-disagreements.json")).expect("the list is well-formed")
    }

    /// The verdicts on the smallest case.
    pub fn verdicts(&self) -> Verdicts {
        Verdicts { walnats: self.walnats, jsonschema: self.jsonschema, boon: self.boon }
    }

    /// Whether a disagreement is of this kind.
    pub fn explains(&self, disagreement: &Disagreement) -> bool {
        let Disagreement { schema, instance, verdicts, .. } = disagreement;
        let own = self.verdicts();
        let found = keywords(schema);
        let admitted = |keyword: &String| {
            let general = keyword.split(':').next().unwrap_or_default();
            let also = self.also.contains(keyword) || self.also.contains(general);
            self.keywords.contains(keyword) || also || NEUTRAL.contains(&keyword.as_str())
        };
        let text_matches = self.text.as_ref().is_none_or(|pattern| {
            Pattern::new(pattern).is_ok_and(|pattern| pattern.is_match(&format!("{schema} {instance}")))
        });
        // A format is a wider or a narrower one, not both, unless something around it turns what it says.
        let is_format = self.keywords.iter().any(|keyword| keyword.starts_with("format:"));
        let can_turn = !is_format || found.iter().any(|keyword| TURNING.contains(&keyword.as_str()));
        (own == *verdicts || (own.is_complete() && can_turn && own.turned() == *verdicts))
            && found.iter().all(admitted)
            && !self.keywords.is_disjoint(&found)
            && text_matches
            && (!self.arithmetic || arithmetic::accepts(schema, instance) == verdicts.walnats)
    }
}

/// The keywords of a schema and of the schemas in it, a `format` with its name. Names of properties may look like keywords, which
/// does no harm here.
pub(crate) fn keywords(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut queue = vec![schema];
    while let Some(schema) = queue.pop() {
        match schema {
            Value::Array(items) => queue.extend(items),
            Value::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("$schema" | "$id" | "id" | "$defs" | "definitions", _) => {}
                        ("format", Value::String(format)) => drop(found.insert(format!("format:{format}"))),
                        (
                            "properties" | "patternProperties" | "dependentSchemas" | "dependencies",
                            Value::Object(named),
                        ) => {
                            found.insert(name.clone());
                            queue.extend(named.values());
                            continue;
                        }
                        ("enum" | "const", _) => {
                            found.insert(name.clone());
                            continue;
                        }
                        _ => drop(found.insert(name.clone())),
                    }
                    match (name.as_str(), value) {
                        ("$defs" | "definitions", Value::Object(named)) => queue.extend(named.values()),
                        _ => queue.push(value),
                    }
                }
            }
            _ => {}
        }
    }
    found
}

//! The three validators, each made ready for one schema.

mod boon;
mod jsonschema;
mod ours;

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::Value;
use walnats_schema::read::Draft;
use walnats_schema::{SchemaId, SchemaSet};

/// A schema to test the validators with, and what it needs to be read.
#[derive(Clone, Debug)]
pub struct TestSchema {
    /// Where it comes from.
    pub name: String,
    /// The schema.
    pub schema: Value,
    /// Its draft, where it does not say.
    pub draft: Draft,
    /// Schemas that it may refer to, by URI.
    pub remotes: Arc<Vec<(String, Value)>>,
    /// Instances to begin with.
    pub examples: Arc<Vec<Value>>,
}

impl TestSchema {
    /// A schema that refers to no other.
    pub fn new(name: impl Into<String>, schema: Value, draft: Draft) -> Self {
        Self { name: name.into(), schema, draft, remotes: Arc::default(), examples: Arc::default() }
    }
}

/// What each validator says about one instance; `None` if it could not read the schema, or panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verdicts {
    /// Ours.
    pub walnats: Option<bool>,
    /// The crate `jsonschema`.
    pub jsonschema: Option<bool>,
    /// The crate `boon`.
    pub boon: Option<bool>,
}

impl Verdicts {
    /// Whether all say the same.
    pub fn agree(&self) -> bool {
        self.walnats.is_some() && self.walnats == self.jsonschema && self.walnats == self.boon
    }

    /// Whether all could read the schema.
    pub fn is_complete(&self) -> bool {
        self.walnats.is_some() && self.jsonschema.is_some() && self.boon.is_some()
    }

    /// The opposite of each.
    pub fn turned(&self) -> Self {
        let turn = |verdict: Option<bool>| verdict.map(|valid| !valid);
        Self { walnats: turn(self.walnats), jsonschema: turn(self.jsonschema), boon: turn(self.boon) }
    }
}

impl fmt::Display for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |verdict| match verdict {
            Some(true) => "valid",
            Some(false) => "invalid",
            None => "refused",
        };
        let (walnats, jsonschema, boon) = (word(self.walnats), word(self.jsonschema), word(self.boon));
        write!(f, "walnats: {walnats}, jsonschema: {jsonschema}, boon: {boon}")
    }
}

/// The validators, ready for one schema.
pub struct Judges {
    ours: Result<ours::Ours, String>,
    jsonschema: Result<::jsonschema::Validator, String>,
    boon: Result<boon::Boon, String>,
}

impl Judges {
    /// Has every validator compile the schema. Formats assert.
    pub fn new(test_schema: &TestSchema) -> Self {
        Self {
            // Ours must not panic.
            ours: ours::Ours::new(test_schema),
            jsonschema: guarded(|| jsonschema::compile(test_schema)),
            boon: guarded(|| boon::Boon::new(test_schema)),
        }
    }

    /// What they say.
    pub fn verdicts(&self, instance: &Value) -> Verdicts {
        let ours = self.ours.as_ref().ok();
        let (jsonschema, boon) = (self.jsonschema.as_ref().ok(), self.boon.as_ref().ok());
        Verdicts {
            walnats: ours.map(|ours| ours.accepts(instance)),
            jsonschema: jsonschema.and_then(|validator| unpanicked(|| validator.is_valid(instance))),
            boon: boon.and_then(|boon| unpanicked(|| boon.accepts(instance))),
        }
    }

    /// The schema as walnats reads it.
    pub fn lowered(&self) -> Option<(&SchemaSet, SchemaId)> {
        self.ours.as_ref().ok().map(|ours| (&ours.set, ours.root))
    }

    /// The places in the schema that the instance breaks, as far as each validator reports them.
    pub fn reasons(&self, instance: &Value) -> BTreeSet<String> {
        let ours = self.ours.iter().flat_map(|ours| ours.set.validate(ours.root, instance));
        let mut reasons: BTreeSet<String> = ours
            .map(|violation| {
                // Items of one array break the same rule.
                let place: String = violation.pointer.chars().filter(|character| !character.is_ascii_digit()).collect();
                format!("{} {place}", violation.keyword)
            })
            .collect();
        if let Ok(validator) = &self.jsonschema {
            let places = || validator.iter_errors(instance).map(|error| error.schema_path().to_string()).collect();
            reasons.extend(catch_unwind(AssertUnwindSafe(places)).unwrap_or_else(|_| Vec::new()));
        }
        if let Ok(boon) = &self.boon {
            reasons.extend(catch_unwind(AssertUnwindSafe(|| boon.reasons(instance))).unwrap_or_default());
        }
        reasons
    }

    /// Why each validator that refuses the schema does so.
    pub fn refusals(&self) -> Vec<(&'static str, &str)> {
        let ours = self.ours.as_ref().err().map(|reason| ("walnats", reason.as_str()));
        let jsonschema = self.jsonschema.as_ref().err().map(|reason| ("jsonschema", reason.as_str()));
        let boon = self.boon.as_ref().err().map(|reason| ("boon", reason.as_str()));
        [ours, jsonschema, boon].into_iter().flatten().collect()
    }
}

fn guarded<T>(compile: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(compile)).unwrap_or_else(|_| Err("panicked".to_owned()))
}

fn unpanicked(judge: impl FnOnce() -> bool) -> Option<bool> {
    catch_unwind(AssertUnwindSafe(judge)).ok()
}

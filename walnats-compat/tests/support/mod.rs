//! Schemas from JSON, for tests.

#![allow(dead_code)]

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use walnats_compat::json::{Containment, Limits, Root, contained};
use walnats_differential::Random;
use walnats_schema::read::{
    Draft, LowerOptions, Report, SchemaRoot, Severity, SourceFile, UnknownKeywords, lower, parse_json,
};
use walnats_schema::{SchemaId, SchemaSet};

/// A schema that was read.
pub struct Read {
    pub set: SchemaSet,
    pub id: SchemaId,
}

impl Read {
    pub fn root(&self) -> Root<'_> {
        Root { set: &self.set, id: self.id }
    }

    pub fn accepts(&self, value: &Value) -> bool {
        self.set.is_valid(self.id, value)
    }
}

/// Reads a schema; `Err` says why it is refused.
pub fn read(schema: &Value, default_draft: Draft, assert_formats: bool) -> Result<Read, String> {
    let mut report = Report::default();
    let file = SourceFile { path: "schema.json".to_owned(), text: schema.to_string() };
    let document = parse_json(Arc::new(file), "schema.json", &mut report);
    let options =
        LowerOptions { default_draft, assert_formats, unknown_keywords: UnknownKeywords::Ignore, ..Default::default() };
    let root = SchemaRoot { document: "schema.json".to_owned(), ..SchemaRoot::default() };
    let documents: Vec<_> = document.into_iter().collect();
    let lowered = lower(&documents, &[root], &options, &mut report);
    // A schema that accepts nothing is one, although nobody means it.
    let is_wrong = |code: &str| !["WN0310", "WN0315"].contains(&code);
    let errors: Vec<String> = report
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error && is_wrong(found.code))
        .map(ToString::to_string)
        .collect();
    match lowered.roots.first() {
        Some(Some(id)) if errors.is_empty() => Ok(Read { set: lowered.schemas, id: *id }),
        _ => Err(errors.join(" | ")),
    }
}

/// Whether all that the first accepts, the second accepts, too; a difference is one. With optimizations within the time that is the
/// default; without them within the steps that are, as that time is for a program ten to twenty times as fast.
pub fn judge(sub: &Read, sup: &Read) -> Containment {
    let mut limits = Limits::default();
    if cfg!(debug_assertions) {
        limits.time = Duration::from_secs(120);
    }
    let judged = contained(sub.root(), sup.root(), &limits);
    if let Containment::Differs(value) = &judged {
        assert!(sub.accepts(value) && !sup.accepts(value), "{value} is no difference");
    }
    judged
}

/// Changes one place of a schema.
pub fn change(schema: &mut Value, random: &mut Random) {
    let mut places = Vec::new();
    pointers(schema, String::new(), &mut places);
    let place = random.pick(&places).clone();
    let Some(value) = schema.pointer_mut(&place) else { return };
    match value {
        Value::Object(members) if !members.is_empty() => {
            let name = members.keys().nth(random.below(members.len())).cloned().unwrap_or_default();
            if name != "$schema" && name != "$ref" {
                members.remove(&name);
            }
        }
        Value::Array(items) if items.len() > 1 => {
            items.remove(random.below(items.len()));
        }
        Value::Number(number) => {
            if let Some(old) = number.as_u64() {
                *value = json!(old.saturating_add(1));
            }
        }
        Value::Bool(flag) => *flag = !*flag,
        _ => {}
    }
}

fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| {
                pointers(value, format!("{at}/{}", walnats_schema::pointer::escape(name)), found);
            });
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| pointers(value, format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// Changes one place that a definition reaches, and says which.
pub fn change_reached(schema: &mut Value, reference: &str, random: &mut Random) -> String {
    let mut reached = vec![reference.trim_start_matches('#').to_owned()];
    let mut next = 0;
    while let Some(pointer) = reached.get(next).cloned() {
        next += 1;
        let mut places = Vec::new();
        if let Some(part) = schema.pointer(&pointer) {
            pointers(part, String::new(), &mut places);
            for place in places.iter().filter(|place| place.ends_with("/$ref")) {
                let target = part.pointer(place).and_then(Value::as_str).unwrap_or_default().trim_start_matches('#');
                if !reached.iter().any(|known| known == target) {
                    reached.push(target.to_owned());
                }
            }
        }
    }
    let pointer = random.pick(&reached).clone();
    let Some(part) = schema.pointer_mut(&pointer) else { return String::new() };
    let before = part.clone();
    while *part == before {
        change(part, random);
    }
    pointer
}

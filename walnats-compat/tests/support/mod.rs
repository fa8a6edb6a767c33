//! Schemas from JSON, for tests.

#![allow(dead_code)]

use std::sync::Arc;

use serde_json::Value;
use walnats_compat::json::{Containment, Limits, Root, contained};
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

/// Whether all that the first accepts, the second accepts, too; a difference is one.
pub fn judge(sub: &Read, sup: &Read) -> Containment {
    let judged = contained(sub.root(), sup.root(), &Limits::default());
    if let Containment::Differs(value) = &judged {
        assert!(sub.accepts(value) && !sup.accepts(value), "{value} is no difference");
    }
    judged
}

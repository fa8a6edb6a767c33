//! Any two schemas, a line each: the verdict comes in time, and a difference is one for the validator.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use walnats_compat::json::{Containment, Limits, Root, contained};
use walnats_schema::read::{LowerOptions, Report, SchemaRoot, Severity, SourceFile, lower, parse_json};
use walnats_schema::{SchemaId, SchemaSet};

pub fn try_out(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Some((one, two)) = text.split_once('\n') else { return };
    let (Some(one), Some(two)) = (read(one), read(two)) else { return };
    let start = Instant::now();
    let judged = contained(root(&one), root(&two), &Limits::default());
    // What comes before and after the search has its own limits.
    assert!(start.elapsed() < Duration::from_secs(20), "{text} takes {:?}", start.elapsed());
    if let Containment::Differs(value) = judged {
        assert!(accepts(&one, &value) && !accepts(&two, &value), "{value} is no difference: {text}");
    }
}

type Read = (SchemaSet, SchemaId);

fn root((set, id): &Read) -> Root<'_> {
    Root { set, id: *id }
}

fn accepts((set, id): &Read, value: &Value) -> bool {
    set.is_valid(*id, value)
}

fn read(text: &str) -> Option<Read> {
    let mut report = Report::default();
    let file = SourceFile { path: "a.json".to_owned(), text: text.to_owned() };
    let document = parse_json(Arc::new(file), "a.json", &mut report)?;
    let root = SchemaRoot { document: "a.json".to_owned(), ..SchemaRoot::default() };
    let lowered = lower(&[document], &[root], &LowerOptions::default(), &mut report);
    let is_refused = report.diagnostics.iter().any(|found| found.severity == Severity::Error);
    let id = (*lowered.roots.first()?)?;
    (!is_refused).then_some((lowered.schemas, id))
}

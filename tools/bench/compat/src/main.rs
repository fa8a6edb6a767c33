//! Whether a change of GitHub's schema breaks a reader, as walnats and as `covers` of the crate jsonschema say: how often
//! there is an answer, and how long it takes, reading the schemas included. Each event of the schema is changed in some
//! places, and each change judged in both directions.
//!
//! `cargo run --release --manifest-path tools/bench/Cargo.toml -p compat`

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonschema::canonical::Containment as Covers;
use serde_json::{Map, Value, json};
use walnats_compat::json::{Containment, Limits, Root, contained};
use walnats_schema::read::{LowerOptions, Report, SchemaRoot, SourceFile, lower, parse_json};
use walnats_schema::{SchemaId, SchemaSet};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How many places of each event are changed.
const CHANGES: usize = 4;

/// The answers of one of the two.
#[derive(Default)]
struct Answers {
    contained: usize,
    differ: usize,
    unknown: usize,
    times: Vec<Duration>,
}

impl Answers {
    fn add(&mut self, answer: Option<bool>, time: Duration) {
        match answer {
            Some(true) => self.contained += 1,
            Some(false) => self.differ += 1,
            None => self.unknown += 1,
        }
        self.times.push(time);
    }

    fn print(&mut self, name: &str) {
        self.times.sort();
        let at = |part: usize| self.times[(self.times.len() - 1) * part / 100];
        println!(
            "{name:12} {} contained, {} differ, {} unknown; median {:.1?}, 95 % {:.1?}, longest {:.1?}",
            self.contained,
            self.differ,
            self.unknown,
            at(50),
            at(95),
            at(100)
        );
    }
}

fn main() -> Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpora/github-webhooks/schema.json");
    let path = std::env::var("GITHUB_WEBHOOKS").unwrap_or_else(|_| path.to_owned());
    let schema: Value = serde_json::from_slice(&std::fs::read(&path).map_err(|error| format!("{path}: {error}"))?)?;
    let (mut ours, mut theirs) = (Answers::default(), Answers::default());
    let mut ratios = Vec::new();
    let mut seed = 1;
    for event in schema["oneOf"].as_array().ok_or("no events")? {
        let old = alone(&schema, event["$ref"].as_str().ok_or("no event")?);
        for _ in 0..CHANGES {
            let mut new = old.clone();
            change(&mut new, &mut seed);
            for (sub, sup) in [(&old, &new), (&new, &old)] {
                let (answer, time) = timed(|| walnats(sub, sup));
                let (other, other_time) = timed(|| covers(sub, sup));
                if let (Some(answer), Some(other)) = (answer, other)
                    && answer != other
                {
                    println!("they disagree: {event}: contained {answer} and {other}");
                }
                ours.add(answer, time);
                theirs.add(other, other_time);
                ratios.push(time.as_secs_f64() / other_time.as_secs_f64());
            }
        }
    }
    ours.print("walnats");
    theirs.print("jsonschema");
    ratios.sort_by(f64::total_cmp);
    println!("walnats takes {:.2} of the time of jsonschema (median of {})", ratios[ratios.len() / 2], ratios.len());
    Ok(())
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = run();
    (result, start.elapsed())
}

fn walnats(sub: &Value, sup: &Value) -> Option<bool> {
    let ((sub, one), (sup, two)) = (read(sub)?, read(sup)?);
    match contained(Root { set: &sub, id: one }, Root { set: &sup, id: two }, &Limits::default()) {
        Containment::Contained => Some(true),
        Containment::Differs(_) => Some(false),
        Containment::Undecided(_) => None,
    }
}

fn covers(sub: &Value, sup: &Value) -> Option<bool> {
    let (sub, sup) = (jsonschema::canonicalize(sub).ok()?, jsonschema::canonicalize(sup).ok()?);
    match sup.covers(&sub).ok()? {
        Covers::Yes => Some(true),
        Covers::No => Some(false),
        _ => None,
    }
}

fn read(schema: &Value) -> Option<(SchemaSet, SchemaId)> {
    let mut report = Report::default();
    let file = SourceFile { path: "event.json".to_owned(), text: schema.to_string() };
    let document = parse_json(Arc::new(file), "event.json", &mut report)?;
    let root = SchemaRoot { document: "event.json".to_owned(), ..SchemaRoot::default() };
    let lowered = lower(&[document], &[root], &LowerOptions::default(), &mut report);
    Some((lowered.schemas, (*lowered.roots.first()?)?))
}

/// A definition as a schema of its own, with what it refers to.
fn alone(schema: &Value, reference: &str) -> Value {
    let mut definitions = Map::new();
    let mut queue = vec![reference.to_owned()];
    while let Some(reference) = queue.pop() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        if definitions.contains_key(name) {
            continue;
        }
        let definition = schema["definitions"][name].clone();
        references(&definition, &mut queue);
        definitions.insert(name.to_owned(), definition);
    }
    json!({"$schema": "http://json-schema.org/draft-07/schema#", "allOf": [{"$ref": reference}], "definitions": definitions})
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// Changes a place: a keyword less, a type more, a requirement less.
fn change(schema: &mut Value, seed: &mut u64) {
    let mut places = Vec::new();
    places_in(&schema["definitions"], "/definitions".to_owned(), &mut places);
    loop {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let place = &places[(*seed >> 33) as usize % places.len()];
        match schema.pointer_mut(place) {
            Some(Value::Array(items)) if items.len() > 1 => drop(items.remove((*seed >> 20) as usize % items.len())),
            Some(Value::Object(members)) if members.contains_key("format") => drop(members.remove("format")),
            Some(Value::Object(members)) if members.contains_key("additionalProperties") => {
                members.remove("additionalProperties");
            }
            Some(value) if *value == "string" && place.ends_with("/type") => *value = json!(["string", "null"]),
            Some(value) if *value == "integer" && place.ends_with("/type") => *value = json!("number"),
            _ => continue,
        }
        return;
    }
}

fn places_in(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                places_in(value, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| places_in(value, format!("{at}/{index}"), found));
        }
        _ => {}
    }
    found.push(at);
}

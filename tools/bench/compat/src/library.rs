//! Each change as a question to the libraries, in both directions: how often there is an answer, and how long it takes, reading
//! the schemas included.

use std::sync::Arc;
use std::time::Duration;

use jsonschema::canonical::Containment as Covers;
use serde_json::Value;
use walnats_compat::json::{Containment, Limits, Root, contained};
use walnats_schema::read::{LowerOptions, Report, SchemaRoot, SourceFile, UnknownKeywords, lower, parse_json};
use walnats_schema::{SchemaId, SchemaSet};

use crate::changes::Change;
use crate::clock::{cpu, median};

/// What the goal is for a change.
const GOAL: Duration = Duration::from_millis(20);

/// Whether the first is contained in the second, then the second in the first; `None`: unknown.
type Answer = [Option<bool>; 2];

/// One that is asked.
struct Library {
    name: &'static str,
    ask: fn(&str, &str) -> Answer,
}

const LIBRARIES: [Library; 3] = [
    Library { name: "walnats", ask: walnats },
    Library { name: "covers", ask: covers },
    Library { name: "jsoncompat", ask: jsoncompat },
];

/// Asks each library about each change, and prints what came out.
pub fn compare(title: &str, changes: &[Change]) {
    let mut answers: [Vec<(Answer, Duration)>; 3] = Default::default();
    for change in changes {
        let (old, new) = (change.old.to_string(), change.new.to_string());
        for (library, answers) in LIBRARIES.iter().zip(&mut answers) {
            let start = cpu();
            let answer = (library.ask)(&old, &new);
            answers.push((answer, cpu() - start));
        }
        if std::env::var_os("WALNATS_EACH").is_some() {
            let last = answers.each_ref().map(|answers| answers.last().copied());
            println!("{} {} bytes: {last:?}", change.name, old.len() + new.len());
        }
    }
    println!("\n{title}: {} changes, each judged in both directions, with reading; CPU time", changes.len());
    let ours = &answers[0];
    for (library, theirs) in LIBRARIES.iter().zip(&answers).skip(1) {
        let ratios =
            ours.iter().zip(theirs).map(|((_, own), (_, other))| own.as_secs_f64() / other.as_secs_f64().max(1e-9));
        println!("  walnats takes {:.2} of the time of {} (median)", median(ratios.collect()), library.name);
    }
    for (library, answers) in LIBRARIES.iter().zip(&answers) {
        let mut times: Vec<Duration> = answers.iter().map(|(_, time)| *time).collect();
        times.sort();
        let at = |part: usize| times.get((times.len().saturating_sub(1)) * part / 100).copied().unwrap_or_default();
        let within = times.iter().filter(|time| **time <= GOAL).count() * 1_000 / times.len().max(1);
        let unknown = answers.iter().flat_map(|(answer, _)| answer).filter(|answer| answer.is_none()).count();
        println!(
            "  {:11} {:5.1} % under 20 ms; median {:.1?}, 95 % {:.1?}, longest {:.1?}; undecided {unknown} of {} ({:.1} %)",
            library.name,
            within as f64 / 10.0,
            at(50),
            at(95),
            at(100),
            2 * answers.len(),
            50.0 * unknown as f64 / answers.len().max(1) as f64,
        );
    }
    for (library, theirs) in LIBRARIES.iter().zip(&answers).skip(1) {
        for (change, ((own, _), (other, _))) in changes.iter().zip(ours.iter().zip(theirs)) {
            for (own, other) in own.iter().zip(other) {
                if own.is_some() && other.is_some() && own != other {
                    println!("  {} says otherwise than walnats: {}", library.name, change.name);
                }
            }
        }
    }
}

fn walnats(old: &str, new: &str) -> Answer {
    let (Some((old, one)), Some((new, two))) = (read(old), read(new)) else { return [None; 2] };
    let (old, new) = (Root { set: &old, id: one }, Root { set: &new, id: two });
    [(old, new), (new, old)].map(|(sub, sup)| match contained(sub, sup, &Limits::default()) {
        Containment::Contained => Some(true),
        Containment::Differs(_) => Some(false),
        Containment::Undecided(_) => None,
    })
}

fn read(schema: &str) -> Option<(SchemaSet, SchemaId)> {
    let mut report = Report::default();
    let file = SourceFile { path: "event.json".to_owned(), text: schema.to_owned() };
    let document = parse_json(Arc::new(file), "event.json", &mut report)?;
    let root = SchemaRoot { document: "event.json".to_owned(), ..SchemaRoot::default() };
    let options = LowerOptions { unknown_keywords: UnknownKeywords::Ignore, ..LowerOptions::default() };
    let lowered = lower(&[document], &[root], &options, &mut report);
    Some((lowered.schemas, (*lowered.roots.first()?)?))
}

fn covers(old: &str, new: &str) -> Answer {
    let read = |text: &str| jsonschema::canonicalize(&serde_json::from_str::<Value>(text).ok()?).ok();
    let (Some(old), Some(new)) = (read(old), read(new)) else { return [None; 2] };
    [new.covers(&old), old.covers(&new)].map(|answer| match answer.ok()? {
        Covers::Yes => Some(true),
        Covers::No => Some(false),
        _ => None,
    })
}

fn jsoncompat(old: &str, new: &str) -> Answer {
    use jsoncompat::{CompatibilityResult, Role, SchemaDocument, analyze_compat};
    // What a serializer with the second schema writes, readers with the first accept.
    let within = |sub: &str, sup: &str| {
        let read = |text: &str| SchemaDocument::from_json(&serde_json::from_str(text).ok()?).ok();
        match analyze_compat(&read(sup)?, &read(sub)?, Role::Serializer).ok()? {
            CompatibilityResult::Compatible => Some(true),
            CompatibilityResult::Incompatible { .. } => Some(false),
            CompatibilityResult::Unknown { .. } => None,
        }
    };
    [within(old, new), within(new, old)]
}

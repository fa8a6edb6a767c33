//! Random pairs of schemas as packages: every break carries a payload and the place of the keyword that refuses it, and two
//! validators agree on the payload, whatever readers do with unknown members.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use walnats_codegen::Package;
use walnats_compat::{Options, Revision, Side, Witness, compare};
use walnats_differential::{Random, schema};
use walnats_schema::read::Draft;

/// `WALNATS_PAIRS` and `WALNATS_SEED` ask for more and for others.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn side(schema: &Value, unknown_members: &str) -> Side {
    let toml = format!(
        "[schemas]\nunknown_keywords = \"ignore\"\n[breaking]\nmode = \"full\"\nunknown_members = \"{unknown_members}\"\n"
    );
    let files = [
        ("schemas/a.json".to_owned(), schema.to_string().into_bytes()),
        ("walnats.toml".to_owned(), toml.into_bytes()),
    ];
    Side::new(Package::from_sources(&walnats_codegen::configure(), &BTreeMap::from(files)))
}

/// Another value for a keyword, or a keyword less.
fn changed(schema: &Value, other: &Value, random: &mut Random) -> Value {
    let (Value::Object(members), Value::Object(others)) = (schema, other) else { return other.clone() };
    let mut members: Map<String, Value> = members.clone();
    let names: Vec<String> =
        members.keys().chain(others.keys()).cloned().collect::<BTreeSet<_>>().into_iter().collect();
    for _ in 0..1 + random.below(2) {
        if names.is_empty() {
            break;
        }
        let name = random.pick(&names).clone();
        match others.get(&name) {
            Some(value) if name != "$defs" && name != "definitions" => drop(members.insert(name, value.clone())),
            _ if name.starts_with('$') || name == "definitions" => {}
            _ => drop(members.remove(&name)),
        }
    }
    Value::Object(members)
}

#[test]
fn every_break_has_a_payload_and_a_place() {
    let mut random = Random::new(number("WALNATS_SEED", 1));
    let (mut breaks, mut nameless) = (0, Vec::new());
    for _ in 0..number("WALNATS_PAIRS", 400) {
        let old = schema(&mut random, Draft::Draft202012);
        let other = schema(&mut random, Draft::Draft202012);
        let new = changed(&old, &other, &mut random);
        let unknown_members = if random.chance(30) { "tolerant" } else { "strict" };
        let (before, after) = (side(&old, unknown_members), side(&new, unknown_members));
        if before.model.events.is_empty() || after.model.events.is_empty() {
            continue;
        }
        let comparison = compare(&before, &after, &Options::default());
        for finding in &comparison.findings {
            let Some(Witness::Json(payload)) = &finding.witness else { continue };
            breaks += 1;
            let accepts = |side: &Side| side.model.schemas.is_valid(side.model.schemas.roots["a"], payload);
            let [writer, reader] = match finding.direction {
                walnats_compat::Direction::Forward => [&after, &before],
                _ => [&before, &after],
            };
            assert!(accepts(writer), "{payload} is not written\nold: {old}\nnew: {new}");
            assert!(!accepts(reader), "{payload} is not refused\nold: {old}\nnew: {new}");
            let revisions: BTreeSet<Revision> = finding.marks.iter().map(|mark| mark.revision).collect();
            if revisions.is_empty() {
                nameless.push(json!({"payload": payload, "old": old, "new": new}).to_string());
            }
        }
    }
    assert!(breaks > 20, "{breaks}");
    let share = nameless.len() * 100 / breaks;
    assert!(share <= 2, "{share} % of {breaks} breaks have no place:\n{}", nameless.join("\n"));
    println!("{breaks} breaks, {} without a place", nameless.len());
}

//! Random pairs of schemas: what is said to be contained is attacked with payloads.

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{judge, read};
use walnats_compat::json::Containment;
use walnats_differential::{Instances, Random, instance, schema};
use walnats_schema::read::Draft;

const DRAFTS: [Draft; 3] = [Draft::Draft4, Draft::Draft7, Draft::Draft202012];

/// `WALNATS_PAIRS` and `WALNATS_SEED` ask for more and for others.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn nothing_contained_is_refuted_by_a_payload() {
    let mut random = Random::new(number("WALNATS_SEED", 1));
    let (mut contained, mut differs, mut undecided) = (0, 0, 0);
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..number("WALNATS_PAIRS", 1_000) {
        let draft = *random.pick(&DRAFTS);
        let old = schema(&mut random, draft);
        let mut new = if random.chance(80) { old.clone() } else { schema(&mut random, draft) };
        for _ in 0..1 + random.below(2) {
            change(&mut new, &mut random);
        }
        let (Ok(one), Ok(two)) = (read(&old, draft, true), read(&new, draft, true)) else { continue };
        for (sub, sup, names) in [(&one, &two, "old in new"), (&two, &one, "new in old")] {
            let start = Instant::now();
            let judged = judge(sub, sup);
            times.push(start.elapsed());
            if start.elapsed() > Duration::from_secs(3) { println!("slow {:?}: {names}\n  {old}\n  {new}", start.elapsed()); }
            match judged {
                Containment::Contained => {
                    contained += 1;
                    let mut instances = Instances::new(&sub.set);
                    for _ in 0..number("WALNATS_PAYLOADS", 60) {
                        let payload = instance(&mut instances, sub.id, &[], &mut random);
                        assert!(
                            !sub.accepts(&payload) || sup.accepts(&payload),
                            "{names} is said to be contained, but {payload} differs\nold: {old}\nnew: {new}"
                        );
                    }
                }
                Containment::Differs(_) => differs += 1,
                Containment::Undecided(places) => {
                    undecided += 1;
                    if undecided < 30 { println!("undecided {places:?}: {names}\n  {old}\n  {new}"); }
                }
            }
        }
    }
    times.sort();
    println!("{contained} contained, {differs} differ, {undecided} undecided; median {:?}, 95 % {:?}, max {:?}", times[times.len() / 2], times[times.len() * 95 / 100], times[times.len() - 1]);
}

/// Changes one place of a schema.
fn change(schema: &mut Value, random: &mut Random) {
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

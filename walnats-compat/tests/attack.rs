//! Random pairs of schemas: what is said to be contained is attacked with payloads.

mod support;

use std::time::{Duration, Instant};

use support::{change, judge, read};
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
            if start.elapsed() > Duration::from_secs(3) {
                println!("slow {:?}: {names}\n  {old}\n  {new}", start.elapsed());
            }
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
                    if undecided < 30 {
                        let (mut old, mut new) = (old.to_string(), new.to_string());
                        if old.len() + new.len() > 500 {
                            (old, new) = (String::new(), String::new());
                        }
                        println!("undecided {places:?}: {names}\n  {old}\n  {new}");
                    }
                }
            }
        }
    }
    times.sort();
    println!(
        "{contained} contained, {differs} differ, {undecided} undecided; median {:?}, 95 % {:?}, max {:?}",
        times[times.len() / 2],
        times[times.len() * 95 / 100],
        times[times.len() - 1]
    );
}

//! Containment suites of others.

mod support;

use std::path::Path;

use serde_json::Value;
use support::{Read, judge, read};
use walnats_compat::json::Containment;
use walnats_schema::read::Draft;

/// What came of a suite.
#[derive(Debug, Default)]
struct Tally {
    questions: usize,
    undecided: usize,
    disagreements: Vec<String>,
}

impl Tally {
    fn add(&mut self, name: &str, sub: &Read, sup: &Read, label: bool) {
        self.questions += 1;
        let start = std::time::Instant::now();
        let judged = judge(sub, sup);
        if start.elapsed().as_millis() > 100 {
            println!("slow: {name} {:?}", start.elapsed());
        }
        match judged {
            Containment::Contained if label => {}
            Containment::Differs(_) if !label => {}
            Containment::Contained => self.disagreements.push(format!("{name}: contained")),
            Containment::Differs(value) => self.disagreements.push(format!("{name}: differs by {value}")),
            Containment::Undecided(places) => {
                self.undecided += 1;
                println!("undecided: {name} (label {label}): {places:?}");
            }
        }
    }
}

#[test]
fn the_containment_suite() {
    let Some(folder) = walnats_harness::nested::corpus("containment-suite/tests") else { return };
    for (name, draft) in [("draft7", Draft::Draft7), ("draft2020-12", Draft::Draft202012)] {
        let mut tally = Tally::default();
        for kind in std::fs::read_dir(folder.join(name)).unwrap() {
            let mut files: Vec<_> =
                std::fs::read_dir(kind.unwrap().path()).unwrap().map(|file| file.unwrap().path()).collect();
            files.sort();
            for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "json")) {
                suite_file(file, draft, &mut tally);
            }
        }
        println!(
            "{name}: {} of {} undecided, {} disagree",
            tally.undecided,
            tally.questions,
            tally.disagreements.len()
        );
        for line in &tally.disagreements {
            println!("  {line}");
        }
    }
}

fn suite_file(file: &Path, draft: Draft, tally: &mut Tally) {
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    for case in cases {
        let name = format!(
            "{}/{}",
            file.iter()
                .rev()
                .take(2)
                .collect::<Vec<_>>()
                .iter()
                .rev()
                .map(|p| p.to_string_lossy())
                .collect::<Vec<_>>()
                .join("/"),
            case["id"]
        );
        match (read(&case["schema1"], draft, false), read(&case["schema2"], draft, false)) {
            (Ok(one), Ok(two)) => {
                let tests = &case["tests"];
                for (key, label) in tests.as_object().unwrap() {
                    let Some(label) = label.as_bool() else { continue };
                    match key.as_str() {
                        "s1SubsetEqOfs2" => tally.add(&name, &one, &two, label),
                        "s2SubsetEqOfs1" => tally.add(&format!("{name} reverse"), &two, &one, label),
                        other => {
                            if tally.questions == 0 {
                                println!("key {other}");
                            }
                        }
                    }
                }
            }
            (one, two) => println!("refused: {name}: {:?} {:?}", one.err(), two.err()),
        }
    }
}

#[test]
fn github() {
    let Some(folder) = walnats_harness::nested::corpus("github-webhooks") else { return };
    let suite: Value = serde_json::from_slice(&std::fs::read(folder.join("schema.json")).unwrap()).unwrap();
    let mut random = walnats_differential::Random::new(5);
    let count = suite["oneOf"].as_array().unwrap().len();
    let (mut contained, mut differs, mut undecided) = (0, 0, 0);
    let mut times = Vec::new();
    for round in 0..number("WALNATS_PAIRS", 60) as usize {
        let mut old = suite.clone();
        let reference = suite["oneOf"][round % count]["$ref"].clone();
        old.as_object_mut().unwrap().remove("oneOf");
        old["allOf"] = serde_json::json!([{"$ref": reference}]);
        let mut new = old.clone();
        let one = read(&old, Draft::Draft7, true).unwrap();
        // A place that the event reaches.
        let what = support::change_reached(&mut new, reference.as_str().unwrap(), &mut random);
        let Ok(two) = read(&new, Draft::Draft7, true) else { continue };
        for (sub, sup, name) in [(&one, &two, "old in new"), (&two, &one, "new in old")] {
            let start = std::time::Instant::now();
            let judged = judge(sub, sup);
            times.push(start.elapsed());
            if start.elapsed().as_millis() > 500 {
                println!("slow {:?} {reference} {what} {name}", start.elapsed());
            }
            match judged {
                Containment::Contained => contained += 1,
                Containment::Differs(value) => {
                    differs += 1;
                    if value.to_string().len() > 300 {
                        println!("{} long witness {reference} {what}", value.to_string().len())
                    }
                }
                Containment::Undecided(places) => {
                    undecided += 1;
                    println!("undecided {reference} {what} {name}: {:?}", &places[..places.len().min(3)]);
                }
            }
        }
    }
    times.sort();
    println!(
        "github: {contained} contained, {differs} differ, {undecided} undecided; median {:?}, 95 % {:?}, max {:?}",
        times[times.len() / 2],
        times[times.len() * 95 / 100],
        times[times.len() - 1]
    );
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn apicurio() {
    let Some(folder) = walnats_harness::nested::corpus("apicurio-json") else { return };
    let suite: Value =
        serde_json::from_slice(&std::fs::read(folder.join("compatibility-test-data.normalised.json")).unwrap())
            .unwrap();
    let mut tally = Tally::default();
    let mut both = Tally::default();
    for case in suite["tests"].as_array().unwrap() {
        let name = case["id"].as_str().unwrap();
        match (read(&case["original"], Draft::Draft7, true), read(&case["updated"], Draft::Draft7, true)) {
            (Ok(old), Ok(new)) => {
                let label = case["compatibility"].as_str().unwrap();
                tally.add(name, &old, &new, label != "none");
                both.add(&format!("{name} forward"), &new, &old, label == "both");
            }
            (one, two) => println!("refused: {name}: {:?} {:?}", one.err(), two.err()),
        }
    }
    println!(
        "apicurio: {} of {} undecided, {} disagree; reverse {} undecided",
        tally.undecided,
        tally.questions,
        tally.disagreements.len(),
        both.undecided
    );
    for line in tally.disagreements.iter().chain(&both.disagreements) {
        println!("  {line}");
    }
}

//! Containment suites of others. Their labels are wrong in some places; each disagreement is listed with its reason, and
//! is confirmed by a second validator.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;
use support::{Read, change_reached, judge, read};
use walnats_compat::json::Containment;
use walnats_differential::{Instances, Random, instance};
use walnats_harness::nested::corpus;
use walnats_schema::read::Draft;

/// How many payloads are made against each verdict.
const PAYLOADS: usize = 60;

/// What came of a suite.
#[derive(Debug, Default)]
struct Tally {
    questions: usize,
    undecided: Vec<String>,
    /// How many payloads were made against what is contained.
    payloads: u64,
    /// Names of questions, each with what it was found to be.
    disagreements: BTreeSet<(String, &'static str)>,
}

impl Tally {
    fn add(&mut self, name: &str, sub: &Judged, sup: &Judged, label: bool) {
        self.questions += 1;
        let judged = judge(&sub.ours, &sup.ours);
        if judged == Containment::Contained {
            self.attack(name, &sub.ours, &sup.ours);
        }
        match judged {
            Containment::Contained if label => {}
            Containment::Contained => _ = self.disagreements.insert((name.to_owned(), "contained")),
            Containment::Differs(value) => {
                let confirms = |side: &Judged, accepts| {
                    side.theirs.as_ref().is_none_or(|validator| validator.is_valid(&value) == accepts)
                };
                assert!(confirms(sub, true) && confirms(sup, false), "{name}: {value} is no difference for jsonschema");
                if label {
                    self.disagreements.insert((name.to_owned(), "differs"));
                }
            }
            Containment::Undecided(places) => self.undecided.push(format!("{name}: {places:?}")),
        }
    }

    /// Looks for a payload that refutes what was said to be contained.
    fn attack(&mut self, name: &str, sub: &Read, sup: &Read) {
        let mut random = Random::new(self.payloads);
        let mut instances = Instances::new(&sub.set);
        for _ in 0..PAYLOADS {
            let payload = instance(&mut instances, sub.id, &[], &mut random);
            self.payloads += 1;
            assert!(!sub.accepts(&payload) || sup.accepts(&payload), "{payload} refutes {name}");
        }
    }

    fn assert(&self, suite: &str, questions: usize, explained: &[(&str, &'static str)]) {
        println!(
            "{suite}: {} of {} questions undecided, {} labels wrong, {} payloads refute nothing",
            self.undecided.len(),
            self.questions,
            self.disagreements.len(),
            self.payloads
        );
        assert_eq!(self.questions, questions);
        assert_eq!(self.undecided, [""; 0]);
        let explained = explained.iter().map(|(name, verdict)| ((*name).to_owned(), *verdict)).collect();
        assert_eq!(self.disagreements, explained);
    }
}

/// A schema, and a second validator for it.
struct Judged {
    ours: Read,
    /// `None` where the validator cannot use the schema.
    theirs: Option<Validator>,
}

impl Judged {
    fn new(schema: &Value, draft: Draft, formats: bool) -> Result<Self, String> {
        let theirs = match draft {
            Draft::Draft7 => jsonschema::Draft::Draft7,
            _ => jsonschema::Draft::Draft202012,
        };
        let options = jsonschema::options().with_draft(theirs).should_validate_formats(formats);
        Ok(Self { ours: read(schema, draft, formats)?, theirs: options.build(schema).ok() })
    }
}

/// In the suite, a negation of a schema negates what stands beside its `$id`, `$ref`, `type` or `$defs` alone, and references
/// into the data of a `const` were rewritten.
const CONTAINMENT_7: [(&str, &str); 8] = [
    ("nonvalid/ref.json/16", "contained"),
    ("universal/id.json/1 reverse", "differs"),
    ("universal/items.json/6 reverse", "differs"),
    ("universal/ref.json/13 reverse", "differs"),
    ("universal/ref.json/17 reverse", "differs"),
    ("unsatisfiable/id.json/1", "differs"),
    ("unsatisfiable/ref.json/13", "differs"),
    ("unsatisfiable/ref.json/17", "differs"),
];
const CONTAINMENT_2020: [(&str, &str); 24] = [
    ("nonvalid/dynamicRef.json/1", "contained"),
    ("nonvalid/dynamicRef.json/2", "contained"),
    ("nonvalid/dynamicRef.json/9", "contained"),
    ("nonvalid/ref.json/14", "contained"),
    ("universal/anchor.json/4 reverse", "differs"),
    ("universal/dynamicRef.json/1 reverse", "differs"),
    ("universal/dynamicRef.json/10 reverse", "differs"),
    ("universal/dynamicRef.json/2 reverse", "differs"),
    ("universal/dynamicRef.json/3 reverse", "differs"),
    ("universal/dynamicRef.json/9 reverse", "differs"),
    ("universal/id.json/2 reverse", "differs"),
    ("universal/items.json/4 reverse", "differs"),
    ("universal/ref.json/12 reverse", "differs"),
    ("universal/ref.json/14 reverse", "differs"),
    ("universal/ref.json/15 reverse", "differs"),
    ("universal/unevaluatedItems.json/15 reverse", "differs"),
    ("universal/unevaluatedProperties.json/19 reverse", "differs"),
    ("unsatisfiable/anchor.json/4", "differs"),
    ("unsatisfiable/dynamicRef.json/1", "differs"),
    ("unsatisfiable/dynamicRef.json/2", "differs"),
    ("unsatisfiable/dynamicRef.json/9", "differs"),
    ("unsatisfiable/id.json/2", "differs"),
    ("unsatisfiable/ref.json/12", "differs"),
    ("unsatisfiable/ref.json/15", "differs"),
];

#[test]
fn the_containment_suite() {
    let Some(folder) = corpus("containment-suite/tests") else { return };
    let drafts = [
        ("draft7", Draft::Draft7, 2_554, &CONTAINMENT_7[..]),
        ("draft2020-12", Draft::Draft202012, 3_415, &CONTAINMENT_2020[..]),
    ];
    for (name, draft, questions, explained) in drafts {
        let mut tally = Tally::default();
        for kind in ["nonvalid", "reflexive", "unions", "universal", "unsatisfiable", "valid"] {
            for file in std::fs::read_dir(folder.join(name).join(kind)).unwrap() {
                let file = file.unwrap().path();
                // `optional` is a folder.
                if file.is_file() {
                    suite_file(kind, &file, draft, &mut tally);
                }
            }
        }
        tally.assert(name, questions, explained);
    }
}

fn suite_file(kind: &str, file: &Path, draft: Draft, tally: &mut Tally) {
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    for case in cases {
        let name = format!("{kind}/{}/{}", file.file_name().unwrap().to_string_lossy(), case["id"]);
        let one = Judged::new(&case["schema1"], draft, false);
        let two = Judged::new(&case["schema2"], draft, false);
        // Some references lead to files that the suite does not have.
        let (Ok(one), Ok(two)) = (&one, &two) else {
            assert!(name.contains("/ref.json/"), "{name}: {:?} {:?}", one.err(), two.err());
            continue;
        };
        if let Some(label) = case["tests"]["s1SubsetEqOfs2"].as_bool() {
            tally.add(&name, one, two, label);
        }
        if let Some(label) = case["tests"]["s2SubsetEqOfs1"].as_bool() {
            tally.add(&format!("{name} reverse"), two, one, label);
        }
    }
}

/// The labels are those of rules: a changed pattern, constant or condition counts as incompatible whatever it accepts, and
/// `contentEncoding` and `contentMediaType` assert nothing. Two labels overlook branches of `oneOf` that overlap.
const APICURIO: [(&str, &str); 19] = [
    ("Complex: anyOf 1 forward", "contained"),
    ("Complex: oneOf 1", "differs"),
    ("Complex: oneOf 1 forward", "contained"),
    ("Complex: oneOf 3", "differs"),
    ("Conditional: else forward", "contained"),
    ("Conditional: if", "contained"),
    ("Conditional: if forward", "contained"),
    ("Conditional: then forward", "contained"),
    ("Const", "contained"),
    ("Const forward", "contained"),
    ("String: contentEncoding 2 forward", "contained"),
    ("String: contentEncoding 3", "contained"),
    ("String: contentEncoding 3 forward", "contained"),
    ("String: contentMediaType 2 forward", "contained"),
    ("String: contentMediaType 3", "contained"),
    ("String: contentMediaType 3 forward", "contained"),
    ("String: pattern 1 forward", "contained"),
    ("String: pattern 2", "contained"),
    ("String: pattern 2 forward", "contained"),
];

#[test]
fn the_suite_of_apicurio() {
    let Some(file) = corpus("apicurio-json/compatibility-test-data.normalised.json") else { return };
    let suite: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut tally = Tally::default();
    for case in suite["tests"].as_array().unwrap() {
        let (name, label) = (case["id"].as_str().unwrap(), case["compatibility"].as_str().unwrap());
        let old = Judged::new(&case["original"], Draft::Draft7, true).unwrap();
        let new = Judged::new(&case["updated"], Draft::Draft7, true).unwrap();
        tally.add(name, &old, &new, label != "none");
        tally.add(&format!("{name} forward"), &new, &old, label == "both");
    }
    tally.assert("apicurio", 290, &APICURIO);
}

/// Random changes somewhere in what an event of a large schema reaches.
#[test]
fn changes_of_a_large_schema_are_decided() {
    let Some(file) = corpus("github-webhooks/schema.json") else { return };
    let suite: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let events = suite["oneOf"].as_array().unwrap();
    let pairs = std::env::var("WALNATS_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(40);
    let mut random = Random::new(5);
    let mut verdicts = [0; 2];
    for event in events.iter().cycle().take(pairs) {
        let mut old = suite.clone();
        old.as_object_mut().unwrap().remove("oneOf");
        old["allOf"] = Value::Array(vec![event.clone()]);
        let mut new = old.clone();
        let changed = change_reached(&mut new, event["$ref"].as_str().unwrap(), &mut random);
        let one = read(&old, Draft::Draft7, true).unwrap();
        // A change may well make a schema that is refused.
        let Ok(two) = read(&new, Draft::Draft7, true) else { continue };
        for (sub, sup) in [(&one, &two), (&two, &one)] {
            match judge(sub, sup) {
                Containment::Contained => verdicts[0] += 1,
                Containment::Differs(_) => verdicts[1] += 1,
                Containment::Undecided(places) => panic!("{event}, changed in {changed}: {places:?}"),
            }
        }
    }
    println!("{} contained, {} differ", verdicts[0], verdicts[1]);
    assert!(verdicts.iter().all(|count| *count >= pairs / 3), "{verdicts:?}");
}

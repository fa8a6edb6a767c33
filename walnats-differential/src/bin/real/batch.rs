//! A crate of many schemas: does it compile, and does what was compiled say what the schemas say?

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use walnats_codegen::lower::json_schema::Draft;
use walnats_codegen::model::Payload;
use walnats_differential::{Instances, Judges, Program, Random, Subject, instance, notation};

use crate::Result;
use crate::foreign::{CONFIG, Foreign};
use crate::nested::NestedCrate;

/// Payloads that are judged at once.
const PAYLOADS: usize = 500;

/// What came of all batches.
#[derive(Debug, Default)]
pub struct Score {
    pub compiled: usize,
    pub not_compiled: usize,
    /// Values that were judged by compiled code.
    pub judged: usize,
    /// Those that the schema accepts.
    pub valid: usize,
    pub samples: usize,
    /// Positive samples that were refused, and negative ones that were not, all judges being of one mind.
    pub odd_samples: usize,
    /// Answers of compiled code that are not the interpreter's.
    pub faults: usize,
    /// Verdicts of the interpreter that another validator does not share, both others being able to tell.
    pub disputes: usize,
    /// Schemas that another validator does not take, so that the interpreter alone was asked.
    pub alone: usize,
}

impl Score {
    pub fn is_good(&self) -> bool {
        self.not_compiled == 0 && self.faults == 0
    }
}

pub struct Batch<'a> {
    nested: NestedCrate,
    schemas: Vec<&'a Foreign>,
}

impl<'a> Batch<'a> {
    /// Writes the crate.
    pub fn new(schemas: &[&'a Foreign]) -> Result<Self> {
        let nested = NestedCrate::new("real", include_str!("../../../../tests/nested/differential.rs"))?;
        let mut config = CONFIG.to_owned();
        for schema in schemas {
            nested.write(&format!("schemas/{}", schema.file_name()), &schema.text)?;
            config += &schema.config();
        }
        nested.write("walnats.toml", &config)?;
        Ok(Self { nested, schemas: schemas.to_vec() })
    }

    /// Checks the code, prints what is wrong with it, and gives the schemas whose code is sound.
    pub fn check(&self, score: &mut Score) -> Result<Vec<&'a Foreign>> {
        let mut check = self.nested.cargo("check");
        let output = check.args(["--lib", "--message-format=short"]).env("CARGO_INCREMENTAL", "0").output()?;
        let messages = String::from_utf8_lossy(&output.stderr);
        let mut unsound = BTreeSet::new();
        if !output.status.success() {
            // `<out>/walnats/<module>.rs:<line>:<column>: error...`, or `<module>/<part>.rs`.
            let modules = messages.lines().filter_map(|line| line.split_once("/walnats/")?.1.split(['/', '.']).next());
            unsound.extend(modules.map(str::to_owned));
            println!("{messages}");
            if unsound.is_empty() {
                return Err("the crate does not compile, and none of its modules is named".into());
            }
        }
        let is_unsound = |schema: &Foreign| unsound.contains(&schema.event.replace('-', "_"));
        let (bad, good): (Vec<&Foreign>, Vec<&Foreign>) = self.schemas.iter().partition(|schema| is_unsound(schema));
        for schema in &bad {
            println!("does not compile: {}", schema.path.display());
        }
        score.not_compiled += bad.len();
        score.compiled += good.len();
        Ok(good)
    }

    /// Has the program judge the samples and `count` random instances of each schema.
    pub fn judge(&self, count: usize, score: &mut Score) -> Result<()> {
        let (model, report) = walnats_codegen::configure().root(self.nested.dir()).load_model();
        let model = model.ok_or_else(|| format!("the schemas are not sound: {report:?}"))?;
        let mut program = Program::start(&self.nested.build()?)?;
        for event in &model.events {
            let Payload::Json(root) = event.payload else { continue };
            let Some(schema) = self.schemas.iter().find(|schema| schema.event == event.name) else { continue };
            let subject = subject(schema);
            let judges = subject.as_ref().map(Judges::new).filter(|judges| judges.refusals().is_empty());
            score.alone += usize::from(judges.is_none());
            // Random from the start for each schema, so that a batch more or less changes nothing.
            let (mut random, mut instances) = (Random::new(1), Instances::new(&model.schemas));
            let positive = schema.positive.iter().map(|path| (path, true));
            let samples = positive.chain(schema.negative.iter().map(|path| (path, false)));
            let samples = samples.filter_map(|(path, wanted)| Some((value(path)?, Some((path, wanted)))));
            let mut all: Vec<_> = samples.collect();
            let examples: Vec<Value> = all.iter().map(|(sample, _)| sample.clone()).collect();
            all.extend((0..count).map(|_| (instance(&mut instances, root, &examples, &mut random), None)));
            for values in all.chunks(PAYLOADS) {
                let payloads: Vec<String> = values.iter().map(|(value, _)| notation(value, &mut random)).collect();
                let answers = program.judge(&event.name, &payloads)?;
                for (((value, sample), payload), answer) in values.iter().zip(&payloads).zip(&answers) {
                    let is_valid = model.schemas.is_valid(root, value);
                    score.judged += 1;
                    score.valid += usize::from(is_valid);
                    if let Some(fault) = answer.fault(value, |value| model.schemas.is_valid(root, value)) {
                        score.faults += 1;
                        println!("{}: {fault}\n  payload  {payload:.2000}\n  answer   {answer:.2000?}", event.name);
                    }
                    let verdicts = judges.as_ref().map(|judges| judges.verdicts(value));
                    if let Some(verdicts) = verdicts.filter(|verdicts| verdicts.is_complete() && !verdicts.agree()) {
                        score.disputes += 1;
                        let first = model.schemas.validate(root, value).into_iter().next();
                        println!("{}: {verdicts}\n  first    {first:?}\n  instance {value:.600}", event.name);
                    } else if let Some((path, wanted)) = sample
                        && *wanted != is_valid
                    {
                        score.odd_samples += 1;
                        let first = model.schemas.validate(root, value).into_iter().next();
                        println!("{}: wanted {wanted}, first {first:?}", path.display());
                    }
                    score.samples += usize::from(sample.is_some());
                }
            }
        }
        program.end()
    }
}

/// What the other validators are given; `None` for what is not JSON.
fn subject(schema: &Foreign) -> Option<Subject> {
    let value = serde_json::from_str(&schema.text).ok()?;
    Some(Subject::new(schema.event.clone(), value, Draft::default()))
}

fn value(path: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

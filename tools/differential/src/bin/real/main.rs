//! Schemas of others, each an event by itself: does it become code, how fast, does that compile, and does it say what the schema says?
//!
//! `cargo run -p walnats-differential --bin real -- [--compile] [--instances N] [--batch N] FOLDER...`
//!
//! Every `.json` and `.yaml` file below a folder is a schema, except for samples: `test/<stem>/*.json` are values that the schema
//! `<stem>.json` accepts, and `negative_test/<stem>/*.json` ones that it refuses, as SchemaStore has them. `--compile` checks the code
//! of what is accepted, warnings being errors; `--instances` has it judge samples, and so many random instances of each schema.

mod attempt;
mod batch;
mod foreign;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use attempt::{Attempt, Outcome};
use batch::{Batch, Score};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Options {
    compile: bool,
    /// Random instances of each schema; `None` where nothing is judged.
    instances: Option<usize>,
    /// Schemas that make a crate.
    batch: usize,
    folders: Vec<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let Some(options) = options() else {
        eprintln!("usage: real [--compile] [--instances N] [--batch N] FOLDER...");
        return Ok(ExitCode::from(2));
    };
    // Panics are caught, and reported with the schema.
    std::panic::set_hook(Box::new(|_| {}));
    let schemas = foreign::schemas(&options.folders)?;
    let mut attempts = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut is_good = true;
    for schema in &schemas {
        let attempt = attempt::attempt(schema);
        let Attempt { outcome, time, .. } = &attempt;
        *counts.entry(outcome.to_string()).or_default() += 1;
        let name = schema.path.display();
        if *outcome != Outcome::Generated {
            println!("{outcome}: {name}");
        }
        is_good &= !matches!(outcome, Outcome::Panicked(_) | Outcome::Unending);
        if attempt::is_slow(schema, *time) {
            println!("slow, {:.1} s for {} KB: {name}", time.as_secs_f64(), schema.text.len() / 1000);
            is_good = false;
        }
        attempts.push(attempt);
    }
    let accepted: Vec<_> = attempts.iter().filter(|attempt| attempt.outcome == Outcome::Generated).collect();
    let bytes: usize = attempts.iter().map(|attempt| attempt.schema.text.len()).sum();
    let seconds: f64 = attempts.iter().map(|attempt| attempt.time.as_secs_f64()).sum();
    println!("{} schemas, {} KB, in {seconds:.0} s", attempts.len(), bytes / 1000);
    for (outcome, count) in counts {
        println!("{count:6} {outcome}");
    }
    if options.compile || options.instances.is_some() {
        let mut score = Score::default();
        let accepted: Vec<_> = accepted.iter().map(|attempt| attempt.schema).collect();
        let mut waiting: Vec<_> = accepted.chunks(options.batch).rev().collect();
        while let Some(schemas) = waiting.pop() {
            let batch = Batch::new(schemas)?;
            if schemas.len() > 1 && !batch.is_sound() {
                // Several may have one identifier.
                let (first, second) = schemas.split_at(schemas.len() / 2);
                waiting.extend([second, first]);
                continue;
            }
            let sound = batch.check(&mut score)?;
            if let Some(count) = options.instances {
                Batch::new(&sound)?.judge(count, &mut score)?;
            }
        }
        println!("{score:#?}");
        is_good &= score.is_good();
    }
    Ok(ExitCode::from(u8::from(!is_good)))
}

fn options() -> Option<Options> {
    let mut options = Options { compile: false, instances: None, batch: 80, folders: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--compile" => options.compile = true,
            "--instances" => options.instances = Some(arguments.next()?.parse().ok()?),
            "--batch" => options.batch = arguments.next()?.parse().ok().filter(|size| *size > 0)?,
            option if option.starts_with('-') => return None,
            folder => options.folders.push(folder.into()),
        }
    }
    (!options.folders.is_empty()).then_some(options)
}

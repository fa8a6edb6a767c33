//! Generated, compiled code against the schemas it was made of: `decode` accepts what the schema accepts, `encode` returns what
//! was decoded, and `validate` says of any value of a type what the schema says of its JSON.
//!
//! The schemas are random ones of a fixed seed, those of the fixtures and of the shop, and if they are asked for, GitHub's.
//! `WALNATS_SCHEMAS`, `WALNATS_INSTANCES`, `WALNATS_SEED` and `WALNATS_GITHUB` make it longer or other.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use walnats_codegen::Package;
use walnats_codegen::model::Payload;
use walnats_differential::{
    Instances, Judges, Program, Random, Score, Summary, TestSchema, instance, notation, random_test_schema,
};
use walnats_harness::nested::{NestedCrate, corpus, workspace};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Random schemas, and instances of each schema: enough to meet every shape, little enough to be compiled in a test.
const SCHEMAS: usize = 40;
const INSTANCES: usize = 150;
const SEED: usize = 3;

/// Payloads that are judged at once.
const BATCH: usize = 500;
/// How many faults are shown.
const SHOWN: usize = 40;

#[test]
fn compiled_code_says_what_the_schema_says() -> Result<()> {
    let (schemas, count) = (number("WALNATS_SCHEMAS", SCHEMAS)?, number("WALNATS_INSTANCES", INSTANCES)?);
    let mut random = Random::new(number("WALNATS_SEED", SEED)? as u64);
    let nested = NestedCrate::new("differential", walnats_harness::nested::DIFFERENTIAL)?;
    // Random schemas may accept nothing.
    let mut config = "[lints]\nrequired-never = \"allow\"\nchoice-of-nothing = \"allow\"\n".to_owned();
    // By the names of their events.
    let random_test_schemas = random_schemas(&nested, schemas, &mut random, &mut config)?;
    real_schemas(&nested)?;
    if number("WALNATS_GITHUB", 0)? > 0 {
        github(&nested, &mut config)?;
    }
    nested.write("walnats.toml", &config)?;

    let mut package = Package::load(&walnats_codegen::configure().root(nested.dir()));
    let model = package.model().map_err(|_| format!("the schemas are not sound: {:?}", package.report))?;
    let typed = walnats_codegen::rust::coverage(&model).iter().filter(|event| event.judged.is_empty()).count();
    let mut program = Program::start(&nested.build()?)?;

    let (mut summary, mut faults, mut score) = (Summary::default(), Vec::new(), Score::default());
    for event in &model.events {
        let Payload::Json(root) = event.payload else { continue };
        let test_schema = random_test_schemas.get(&event.name);
        let judges = test_schema.map(|test_schema| (test_schema, Judges::new(test_schema)));
        // Where another validator does not take the schema, ours is asked alone.
        let judges = judges.filter(|(test_schema, judges)| summary.open(test_schema, judges));
        let mut instances = Instances::new(&model.schemas);
        let all: Vec<Value> = (0..count).map(|_| instance(&mut instances, root, &[], &mut random)).collect();
        for batch in all.chunks(BATCH) {
            let payloads: Vec<String> = batch.iter().map(|instance| notation(instance, &mut random)).collect();
            let answers = program.judge(&event.name, &payloads)?;
            for ((instance, payload), answer) in batch.iter().zip(&payloads).zip(&answers) {
                if let Some((test_schema, judges)) = &judges {
                    summary.record(test_schema, judges, instance);
                }
                let is_valid = |value: &Value| model.schemas.is_valid(root, value);
                score.count(answer);
                if let Some(fault) = answer.fault(instance, is_valid) {
                    faults.push(format!("{}: {fault}\n  payload  {payload}\n  answer   {answer:?}", event.name));
                }
            }
        }
    }
    program.end()?;
    println!("{summary}\n{} events, {typed} of them typed\n{score:?}", model.events.len());
    let shown: Vec<&str> = faults.iter().take(SHOWN).map(String::as_str).collect();
    match (faults.len(), summary.unexplained.len()) {
        (0, 0) => Ok(()),
        (count, disputes) => Err(format!("{count} faults, {disputes} disputes\n{}", shown.join("\n")).into()),
    }
}

/// A number that the environment may set.
fn number(variable: &str, default: usize) -> Result<usize> {
    match std::env::var(variable) {
        Ok(text) => text.parse().map_err(|error| format!("{variable} is `{text}`: {error}").into()),
        Err(_) => Ok(default),
    }
}

/// Writes random schemas that walnats accepts, each an event, and returns them by name.
fn random_schemas(
    nested: &NestedCrate,
    count: usize,
    random: &mut Random,
    config: &mut String,
) -> Result<BTreeMap<String, TestSchema>> {
    let mut test_schemas = BTreeMap::new();
    while test_schemas.len() < count {
        let test_schema = random_test_schema(random);
        if Judges::new(&test_schema).lowered().is_none() {
            continue;
        }
        // Half of them are called as the method that emits many of another.
        let count = test_schemas.len();
        let name = format!("r{:04}{}", count / 2 * 2, if count.is_multiple_of(2) { "" } else { "-all" });
        nested.write(&format!("schemas/{name}.json"), &test_schema.schema.to_string())?;
        writeln!(config, "[events.{name}]\nschema = \"{name}.json#\"\nstream = \"random\"\n")?;
        test_schemas.insert(name, test_schema);
    }
    Ok(test_schemas)
}

/// Writes the schemas of the shop and of the fixtures of code generation, each package in a folder.
fn real_schemas(nested: &NestedCrate) -> Result<()> {
    copy_schemas(nested, &workspace().join("schemas"), "schemas/shop")?;
    for package in fs::read_dir(workspace().join("walnats-codegen/fixtures/generate"))? {
        let package = package?;
        copy_schemas(nested, &package.path().join("schemas"), &format!("schemas/{}", package.file_name().display()))?;
    }
    Ok(())
}

/// Copies what is JSON, each event under a name of its own and without where it is published: packages have names in common.
fn copy_schemas(nested: &NestedCrate, from: &Path, to: &str) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let to = format!("{to}/{}", path.file_name().ok_or("a name")?.display());
        if path.is_dir() {
            copy_schemas(nested, &path, &to)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let mut schema: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
            // The others are types that events share.
            if !to.contains("/_") {
                let name = to.trim_start_matches("schemas/").trim_end_matches(".json");
                // Not `.`: folders and words would make the same method.
                let name = name.replace('/', "-of-");
                schema["x-walnats"] = json!({ "name": name.replace('_', "-") });
            }
            nested.write(&to, &schema.to_string())?;
        }
    }
    Ok(())
}

fn github(nested: &NestedCrate, config: &mut String) -> Result<()> {
    let corpus = corpus("github-webhooks").ok_or("GitHub's schemas are asked for")?;
    nested.write("schemas/github.json", &fs::read_to_string(corpus.join("schema.json"))?)?;
    *config += walnats_harness::nested::GITHUB_WEBHOOKS_SETTINGS;
    Ok(())
}

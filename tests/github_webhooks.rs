//! GitHub's webhooks: a schema of 600 KB that nobody here may edit, declared as 66 events by a few lines of `walnats.toml`.
//!
//! The schema and its 329 example payloads are not part of the project: the test takes them from the folder of corpora, next to the project or
//! where `WALNATS_CORPORA` says. It writes a crate around them, as a user would, and builds and runs that.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use walnats_harness::nested::{NestedCrate, corpus};
use walnats_server::NatsServer;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[test]
fn every_valid_payload_is_stored_as_it_is_and_every_invalid_one_refused_with_its_place() -> Result<()> {
    let Some(corpus) = corpus("github-webhooks") else { return Ok(()) };
    let program = build(&corpus)?;
    let server = NatsServer::start()?;
    let mut child = Command::new(program).arg(server.url()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut requests = child.stdin.take().ok_or("piped")?;
    let mut answers = BufReader::new(child.stdout.take().ok_or("piped")?).lines();

    let validators = validators(&corpus)?;
    assert_eq!(validators.len(), 66);
    let (mut valid, mut invalid) = (0, 0);
    for (event, payload) in payloads(&corpus)? {
        let expected = validators.get(&event).ok_or_else(|| format!("`{event}` is not a branch of the schema"))?;
        writeln!(requests, "{}", json!({ "event": event, "payload": payload }))?;
        let answer: Value = serde_json::from_str(&answers.next().ok_or("the program ended")??)?;
        if expected.is_valid(&payload) {
            valid += 1;
            assert_eq!(answer["stored"], payload, "{event}: {}", answer["refused"]);
        } else {
            invalid += 1;
            let refused = answer["refused"].as_str().unwrap_or_default();
            assert!(refused.contains('/') || refused.contains("payload"), "{event}: refused without a place: {answer}");
        }
    }
    drop(requests);
    assert!(child.wait()?.success());
    println!("{valid} valid payloads stored and equal, {invalid} invalid ones refused");
    assert_eq!((valid, invalid), (276, 53));
    Ok(())
}

/// The examples as they come: event name and payload.
fn payloads(corpus: &Path) -> Result<Vec<(String, Value)>> {
    let events: Value = serde_json::from_slice(&fs::read(corpus.join("examples.json"))?)?;
    let mut payloads = Vec::new();
    for event in events.as_array().ok_or("a list")? {
        let name = event["name"].as_str().ok_or("a name")?;
        for payload in event["examples"].as_array().ok_or("examples")? {
            payloads.push((name.to_owned(), payload.clone()));
        }
    }
    Ok(payloads)
}

/// The second opinion: a validator of the `jsonschema` crate for each event.
fn validators(corpus: &Path) -> Result<BTreeMap<String, jsonschema::Validator>> {
    let schema: Value = serde_json::from_slice(&fs::read(corpus.join("schema.json"))?)?;
    let mut validators = BTreeMap::new();
    for branch in schema["oneOf"].as_array().ok_or("oneOf")? {
        let reference = branch["$ref"].as_str().ok_or("$ref")?;
        let definition = reference.rsplit('/').next().unwrap_or_default();
        let name = definition.strip_suffix("_event").or(definition.strip_suffix("$event")).unwrap_or(definition);
        let root = json!({
            "$schema": schema["$schema"],
            "definitions": schema["definitions"],
            "allOf": [{ "$ref": reference }],
        });
        let validator =
            jsonschema::options().should_validate_formats(true).build(&root).map_err(|error| error.to_string())?;
        validators.insert(name.to_owned(), validator);
    }
    Ok(validators)
}

/// An events crate around the schema, and a program that emits what it is asked to and reads it back.
fn build(corpus: &Path) -> Result<PathBuf> {
    let nested = NestedCrate::new("github-webhooks", walnats_harness::nested::GITHUB_WEBHOOKS)?;
    nested.write("schemas/github.json", &fs::read_to_string(corpus.join("schema.json"))?)?;
    nested.write("walnats.toml", walnats_harness::nested::GITHUB_WEBHOOKS_SETTINGS)?;
    nested.build()
}

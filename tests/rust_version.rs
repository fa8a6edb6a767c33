//! The Rust version that each package states is supported by all its dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::process::Command;

use serde_json::Value;

/// What a version is compared by: `1.90` is `[1, 90, 0]`.
type Version = [u64; 3];

#[test]
fn every_dependency_admits_the_stated_version() -> Result<(), Box<dyn Error>> {
    let packages = [
        "walnats-schema",
        "walnats-codegen",
        "walnats-memory",
        "walnats-proptest",
        "walnats-runtime",
        "walnats-outbox",
        "walnats-server",
    ];
    let metadata = metadata()?;
    let versions = versions(&metadata)?;
    let needs = needs(&metadata)?;
    for package in packages {
        let (id, stated) = versions
            .iter()
            .find(|(id, _)| name(id, &metadata) == Some(package))
            .ok_or_else(|| format!("no package `{package}`"))?;
        let mut reached = BTreeSet::from([*id]);
        let mut open = vec![*id];
        while let Some(next) = open.pop() {
            open.extend(needs[next].iter().filter(|need| reached.insert(**need)));
        }
        assert!(reached.len() > 1, "{package} has dependencies");
        for dependency in reached {
            assert!(versions[dependency] <= *stated, "{package} states {stated:?}, {dependency} wants more");
        }
    }
    Ok(())
}

fn metadata() -> Result<Value, Box<dyn Error>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn name<'m>(id: &str, metadata: &'m Value) -> Option<&'m str> {
    array(&metadata["packages"]).find(|package| package["id"] == id)?["name"].as_str()
}

/// Packages by id, and the version that they state; the first where they state none.
fn versions(metadata: &Value) -> Result<BTreeMap<&str, Version>, Box<dyn Error>> {
    array(&metadata["packages"])
        .map(|package| {
            let mut version = [0; 3];
            let stated = package["rust_version"].as_str().unwrap_or("0");
            for (place, number) in version.iter_mut().zip(stated.split('.')) {
                *place = number.parse()?;
            }
            Ok((package["id"].as_str().ok_or("an id")?, version))
        })
        .collect()
}

/// By package, what it is built with; dependencies of tests are left out.
fn needs(metadata: &Value) -> Result<BTreeMap<&str, Vec<&str>>, Box<dyn Error>> {
    let is_test = |dependency: &Value| array(&dependency["dep_kinds"]).all(|kind| kind["kind"] == "dev");
    array(&metadata["resolve"]["nodes"])
        .map(|node| {
            let needs = array(&node["deps"]).filter(|need| !is_test(need)).filter_map(|need| need["pkg"].as_str());
            Ok((node["id"].as_str().ok_or("an id")?, needs.collect()))
        })
        .collect()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

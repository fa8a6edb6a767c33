//! Random packages of events that are alike, some with mistakes: each event is read, generated and judged as if it were alone, and no
//! mistake goes unsaid.
//!
//! `WALNATS_PACKAGES` and `WALNATS_SEED` make it longer or other.

use std::error::Error;
use std::fmt::Write as _;

use walnats_differential::{Instances, Judges, Random, RandomPackage, Slip, Summary, instance};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Enough to meet every mistake, little enough for an unoptimised build.
const PACKAGES: usize = 60;
const SEED: usize = 1;
/// Instances of each event.
const INSTANCES: usize = 20;
/// Findings that are about the company of events.
const ABOUT_SEVERAL: [&str; 1] = ["WN0610"];

#[test]
fn events_are_as_if_they_were_alone() -> Result<()> {
    let mut random = Random::new(number("WALNATS_SEED", SEED)? as u64);
    let (mut summary, mut faults, mut generated) = (Summary::default(), String::new(), 0);
    let packages = number("WALNATS_PACKAGES", PACKAGES)?;
    for _ in 0..packages {
        let package = RandomPackage::new(&mut random);
        let mut found = Vec::new();
        match faults_of(&package, &mut found, &mut random, &mut summary) {
            Ok(is_generated) => generated += usize::from(is_generated),
            Err(panic) => found.push(format!("panicked: {panic}")),
        }
        if !found.is_empty() {
            let schemas = package.events.iter().map(|(name, event)| format!("{name} {}", event.schema()));
            writeln!(
                faults,
                "{}\n  {}\n  {}",
                package.is_foreign,
                found.join("\n  "),
                schemas.collect::<Vec<_>>().join("\n  ")
            )?;
        }
    }
    println!("{generated} of {packages} packages were generated\n{summary}");
    assert!(generated * 4 > packages, "there is little to compare");
    assert!(faults.is_empty(), "{faults}");
    assert!(summary.unexplained.is_empty(), "{summary}");
    Ok(())
}

/// Returns whether the package was generated.
fn faults_of(
    package: &RandomPackage,
    faults: &mut Vec<String>,
    random: &mut Random,
    summary: &mut Summary,
) -> std::result::Result<bool, String> {
    let all = package.generate(|_| true)?;
    let mut are_all_sound = true;
    for (name, event) in &package.events {
        let alone = package.generate(|other| other == *name)?;
        are_all_sound &= alone.generated.is_some();
        let path = event.path(name);
        if let Some((slip, word)) = &event.wrong
            && !alone.names(&path, word)
        {
            faults.push(format!("{name}: nothing says what is wrong, {slip:?} `{word}`"));
        }
        if matches!(event.wrong, Some((Slip::Required, _))) && !package.is_foreign && alone.generated.is_some() {
            faults.push(format!("{name}: an event that is never valid is generated"));
        }
        if let (Some(file), Some(own)) = (all.module(name), alone.module(name))
            && file != own
        {
            faults.push(format!("{name}: the code depends on other events, {} and {}", file.path, own.path));
        }
        if let Some((model, root)) = alone.root(name)
            && !event.refers
        {
            let judges = Judges::new(&event.test_schema);
            if !summary.open(&event.test_schema, &judges) {
                continue;
            }
            let mut instances = Instances::new(&model.schemas);
            for _ in 0..INSTANCES {
                let instance = instance(&mut instances, root, &[], random);
                let verdict = summary.record(&event.test_schema, &judges, &instance);
                let own = model.schemas.is_valid(root, &instance);
                let shared = all.root(name).map(|(model, root)| model.schemas.is_valid(root, &instance));
                if verdict != Some(own) || shared.is_some_and(|shared| shared != own) {
                    faults.push(format!("{name}: {verdict:?}, alone {own}, in company {shared:?}: {instance}"));
                }
            }
        }
        for (code, path) in all.errors() {
            if path == event.path(name) && !alone.errors().contains(&(code, path)) && !ABOUT_SEVERAL.contains(&code) {
                faults.push(format!("{name}: {code} in company alone"));
            }
        }
    }
    if are_all_sound != all.generated.is_some() {
        faults.push(format!("each is sound: {are_all_sound}, all together: {:?}", all.errors()));
    }
    Ok(all.generated.is_some())
}

/// A number that the environment may set.
fn number(variable: &str, default: usize) -> Result<usize> {
    match std::env::var(variable) {
        Ok(text) => text.parse().map_err(|error| format!("{variable} is `{text}`: {error}").into()),
        Err(_) => Ok(default),
    }
}

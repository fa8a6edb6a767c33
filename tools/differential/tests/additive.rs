//! What a schema gains breaks no caller: further members and events, further values of open enumerations, other bounds, descriptions.
//!
//! `fixtures/additive` has schemas before (`old`) and after (`new`), and a caller that uses all that the former become. It is compiled
//! twice, as a crate of its own, for only there does `#[non_exhaustive]` count.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use walnats_harness::nested::{NestedCrate, workspace};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[test]
fn additions_break_no_caller() -> Result<()> {
    let caller = fs::read_to_string(fixtures().join("caller.rs"))?;
    let nested = NestedCrate::new("additive", "")?;
    nested.write("Cargo.toml", &manifest_of_all())?;
    for version in ["old", "new"] {
        for schema in fs::read_dir(fixtures().join(version).join("schemas"))? {
            let path = schema?.path();
            let name = path.file_name().ok_or("a file has a name")?.display();
            nested.write(&format!("{version}/schemas/{name}"), &fs::read_to_string(&path)?)?;
        }
        nested.write(&format!("{version}/Cargo.toml"), &manifest(&format!("events-{version}"), ""))?;
        nested
            .write(&format!("{version}/build.rs"), "fn main() {\n    walnats_codegen::configure().compile();\n}\n")?;
        let lib = "//! Generated.\n#![deny(warnings)]\nwalnats_runtime::include_events!();\n";
        nested.write(&format!("{version}/src/lib.rs"), lib)?;
        let events = format!("events = {{ package = \"events-{version}\", path = \"../{version}\" }}\n");
        nested.write(&format!("caller-{version}/Cargo.toml"), &manifest(&format!("caller-{version}"), &events))?;
        nested.write(&format!("caller-{version}/src/lib.rs"), &caller)?;
    }
    // All are built, so that each break is shown.
    let built = nested.cargo("build").args(["--workspace", "--keep-going"]).status()?;
    assert!(built.success(), "a caller of `old` does not compile with `new`, see above");
    Ok(())
}

/// Otherwise a break might go unseen.
#[test]
fn the_caller_uses_all_that_is_public() -> Result<()> {
    let caller = fs::read_to_string(fixtures().join("caller.rs"))?;
    let used: BTreeSet<&str> = words(&caller).collect();
    let generated = generated()?;
    let names: Vec<(&str, &str)> =
        generated.lines().map(str::trim_start).filter_map(|line| Some((name(line)?, line))).collect();
    assert!(names.len() > 100, "{names:#?}");
    let unused: Vec<&str> = names.iter().filter(|(name, _)| !used.contains(name)).map(|(_, line)| *line).collect();
    assert!(unused.is_empty(), "the caller does not use {unused:#?}");
    Ok(())
}

/// Where a struct is written as a literal, another member breaks it.
#[test]
fn no_struct_is_written_as_a_literal() -> Result<()> {
    let generated = generated()?;
    let lines: Vec<&str> = generated.lines().collect();
    let is_literal =
        |pair: &&[&str]| pair[1].starts_with("pub struct") && pair[1].ends_with('{') && pair[0] != "#[non_exhaustive]";
    let literals: Vec<&str> = lines.windows(2).filter(is_literal).map(|pair| pair[1]).collect();
    // Its field is private.
    assert_eq!(literals, ["pub struct Events {"]);
    Ok(())
}

/// All that is generated of `old`.
fn generated() -> Result<String> {
    let generated = walnats_codegen::configure().root(fixtures().join("old")).generate();
    let (files, _) = generated.map_err(|report| walnats_codegen::render(&report, false))?;
    Ok(files.iter().filter(|file| file.path.ends_with(".rs")).map(|file| file.content.as_str()).collect())
}

/// What the line declares for callers: an item, a field, a method, a variant.
fn name(line: &str) -> Option<&str> {
    const KEYWORDS: [&str; 9] = ["use", "async", "const", "fn", "struct", "enum", "type", "static", "mod"];
    match line.strip_prefix("pub ") {
        Some(re_export) if re_export.starts_with("use ") => None,
        Some(item) => words(item).find(|word| !KEYWORDS.contains(word)),
        None => words(line).next().filter(|word| {
            let rest = line.strip_prefix(word).unwrap_or_default();
            word.starts_with(char::is_uppercase) && (rest == "," || (rest.starts_with('(') && rest.ends_with("),")))
        }),
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/additive")
}

fn manifest_of_all() -> String {
    "[workspace]\nresolver = \"3\"\nmembers = [\"old\", \"new\", \"caller-old\", \"caller-new\"]\n\n[profile.dev]\ndebug = false\n"
        .to_owned()
}

/// With the dependencies that other nested crates have, which are built once for all.
fn manifest(name: &str, events: &str) -> String {
    format!(
        r#"[package]
name = {name:?}
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
{events}serde_json = {{ version = "1", features = ["raw_value"] }}
tokio = {{ version = "1", features = ["rt", "macros"] }}
walnats-runtime = {{ path = {runtime:?} }}

[build-dependencies]
walnats-codegen = {{ path = {codegen:?} }}
"#,
        runtime = workspace().join("walnats-runtime"),
        codegen = workspace().join("walnats-codegen"),
    )
}

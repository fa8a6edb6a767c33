//! Whether a change breaks a reader, as walnats, buf, jsoncompat and `covers` of the crate jsonschema say: how often there is an
//! answer, and how long it takes. Ratios come first; the goals stand beside them.
//!
//! `cargo run --release --manifest-path tools/bench/Cargo.toml -p compat`

mod changes;
mod clock;
mod commands;
mod library;
mod npm;
mod protos;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use npm::Package;
use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const BUF: Package = Package { name: "@bufbuild/buf", version: "1.75.0" };

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        // What is measured is run as `compat walnats ...`.
        Some(first) if first == "walnats" => walnats_cli::run("walnats", [first].into_iter().chain(arguments)),
        part => match run(part.as_deref().and_then(std::ffi::OsStr::to_str)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
    }
}

/// `part` is `commands`, `planted` or `released`; all without it.
fn run(part: Option<&str>) -> Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpora/github-webhooks/schema.json");
    let path = std::env::var("GITHUB_WEBHOOKS").unwrap_or_else(|_| path.to_owned());
    let github: Value = serde_json::from_slice(&std::fs::read(&path).map_err(|error| format!("{path}: {error}"))?)?;
    let target = std::env::current_exe()?;
    let target = target.ancestors().nth(2).ok_or("the program is not in a target folder")?;
    let (cache, scratch) = (target.join("npm"), target.join("compat"));
    let is_wanted = |name: &str| part.is_none_or(|part| part == name);
    if is_wanted("commands") {
        commands::compare(&scratch, buf(&BUF.fetch(&cache)?)?, &github)?;
    }
    if is_wanted("planted") {
        library::compare("GitHub's schema with planted changes", &changes::planted(&github)?);
    }
    if is_wanted("released") {
        library::compare(
            "GitHub's webhooks and the Agent Client Protocol, release by release",
            &changes::released(&cache)?,
        );
    }
    Ok(())
}

/// The program itself, without the script around it: beside the package there is one for this machine.
fn buf(package: &Path) -> Result<PathBuf> {
    let others = std::fs::read_dir(package.parent().ok_or("the package has no folder")?)?;
    let programs = others.filter_map(|other| Some(other.ok()?.path().join("bin/buf")));
    let mut programs = programs.filter(|program| !program.starts_with(package) && program.is_file());
    programs.next().ok_or_else(|| "@bufbuild/buf has no program for this machine".into())
}

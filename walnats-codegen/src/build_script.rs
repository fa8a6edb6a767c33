//! What a build script prints for Cargo.

use std::path::PathBuf;

use crate::config::Config;
use crate::diagnostic::{Severity, render};
use crate::package::Package;
use crate::write;

/// How many findings are shown at most.
const MAX_SHOWN: usize = 50;

impl Config {
    /// Generates the code, for a `build.rs`. Prints what Cargo has to know: what to watch, warnings, and errors, which
    /// fail the build after this function has returned.
    pub fn compile(&self) {
        let mut package = Package::load(self);
        watch(&package);
        let Some(directory) = self.out_dir.clone().or_else(default_directory) else {
            println!(
                "cargo::error=OUT_DIR is not set: `compile()` is for build.rs; or name a directory with `out_dir()`"
            );
            return;
        };
        let generated = package.generate();
        let mut report = package.report;
        report.diagnostics.retain(|found| !found.is_suppressed());
        for warning in report.diagnostics.iter().filter(|found| found.severity == Severity::Warning).take(MAX_SHOWN) {
            print("warning", &warning.to_string());
        }
        report.diagnostics.retain(|found| found.severity == Severity::Error);
        let hidden = report.diagnostics.len().saturating_sub(MAX_SHOWN);
        report.diagnostics.truncate(MAX_SHOWN);
        print("error", &render(&report, wants_color()));
        if hidden > 0 {
            print("error", &format!("and {hidden} more"));
        }
        if let Ok(files) = generated
            && let Err(error) = write::write(&directory, &files)
        {
            print("error", &format!("cannot write to {}: {error}", directory.display()));
        }
    }
}

/// Cargo reruns a script for ever that names a path which does not exist. Where something is missing, nothing is named:
/// Cargo then watches the files of the package, and so notices a `walnats.toml` that appears.
fn watch(package: &Package) {
    for path in package.inputs().into_iter().flatten() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

/// Cargo reads lines; no line of a message may be read as an instruction.
fn print(kind: &str, message: &str) {
    for line in message.lines() {
        println!("cargo::{kind}={line}");
    }
}

fn default_directory() -> Option<PathBuf> {
    std::env::var_os("OUT_DIR").map(|directory| PathBuf::from(directory).join("walnats"))
}

fn wants_color() -> bool {
    std::env::var("CARGO_TERM_COLOR").is_ok_and(|when| when == "always")
}

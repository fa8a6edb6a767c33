//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up. `cargo_walnats` is a program of its own.
const FLOORS: Floors<'static> = &[
    &["manifest", "paths", "progress", "report", "today", "cargo_walnats"],
    &["global_options", "outcome", "version"],
    &["output"],
    &["root"],
    &["finish", "workspace"],
    &[
        "breaking",
        "check",
        "completions",
        "config_schema",
        "dev",
        "explain",
        "fmt",
        "generate",
        "man",
        "outbox",
        "report_schema",
        "sample",
        "test",
        "validate",
    ],
    &["accept", "export"],
    &["arguments"],
];

/// Of `walnats outbox`.
const OUTBOX: Floors<'static> = &[&["place"], &["relay"], &["outbox"]];

/// Of `walnats fmt`.
const FMT: Floors<'static> = &[&["files", "finding", "write"], &["fmt"]];

/// Of `walnats breaking`.
const BREAKING: Floors<'static> = &[&["git"], &["tree"], &["baseline"], &["breaking"]];

/// Of the formats.
const REPORT: Floors<'static> = &[
    &["entry", "region"],
    &["run", "text"],
    &["concise", "github", "gitlab", "human", "json", "junit", "markdown", "sarif"],
    &["report"],
];

/// Of `walnats validate`.
const VALIDATE: Floors<'static> = &[&["capture"], &["find"], &["validate"]];

/// Of `walnats export`.
const EXPORT: Floors<'static> = &[&["model", "proto", "strip"], &["schema"], &["export"]];

#[test]
fn modules_import_downwards() {
    assert_eq!(faults(root(), "src", FLOORS, &[]), "");
    assert_eq!(faults(root(), "src/breaking", BREAKING, &[]), "");
    assert_eq!(faults(root(), "src/fmt", FMT, &[]), "");
    assert_eq!(faults(root(), "src/outbox", OUTBOX, &[]), "");
    assert_eq!(faults(root(), "src/report", REPORT, &[]), "");
    assert_eq!(faults(root(), "src/validate", VALIDATE, &[]), "");
    assert_eq!(faults(root(), "src/export", EXPORT, &[]), "");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

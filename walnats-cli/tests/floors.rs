//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up. `cargo_walnats` is a program of its own.
const FLOORS: Floors<'static> = &[
    &["manifest", "message", "paths", "progress", "today", "cargo_walnats"],
    &["report"],
    &["global_options", "outcome", "version"],
    &["named", "output"],
    &["root", "server"],
    &["finish", "payload", "workspace"],
    &[
        "breaking",
        "completions",
        "config_schema",
        "dev",
        "emit",
        "explain",
        "fmt",
        "generate",
        "man",
        "outbox",
        "plan",
        "report_schema",
        "sample",
        "tail",
        "test",
        "validate",
    ],
    &["accept", "check", "dead", "export"],
    &["arguments"],
    &["formats"],
];

/// Of `walnats outbox`.
const OUTBOX: Floors<'static> = &[&["place"], &["wrong"], &["relay"], &["outbox"]];

/// Of `walnats fmt`.
const FMT: Floors<'static> = &[&["files", "finding", "write"], &["fmt"]];

/// Of `walnats breaking`.
const BREAKING: Floors<'static> =
    &[&["git"], &["tree"], &["moved"], &["arrived", "baseline"], &["loaded"], &["across"], &["breaking"]];

/// Of the formats.
const REPORT: Floors<'static> = &[
    &["entry", "region"],
    &["run", "text"],
    &["concise", "github", "gitlab", "human", "json", "junit", "markdown", "sarif"],
    &["report"],
];

/// Of `walnats validate`.
const VALIDATE: Floors<'static> = &[&["capture", "tally"], &["find"], &["validate"]];

/// Of `walnats export`.
const EXPORT: Floors<'static> = &[&["model", "proto", "strip"], &["schema"], &["export"]];
/// Of the server that a command talks to.
const SERVER: Floors<'static> = &[&["streams"], &["server"]];

/// Of payloads.
const PAYLOAD: Floors<'static> = &[&["invalid"], &["json", "protobuf"], &["scalar"], &["payload"]];

/// Of `walnats plan` and `walnats register`.
const PLAN: Floors<'static> = &[&["allowed", "finding"], &["plan"]];

/// Of `walnats emit`.
const EMIT: Floors<'static> = &[&["finding", "halt", "input"], &["send"], &["emit"]];

/// Of `walnats tail`.
const TAIL: Floors<'static> = &[&["api", "delivery", "start"], &["live", "recognise"], &["feed", "show"], &["tail"]];

/// Of `walnats dead`.
const DEAD: Floors<'static> =
    &[&["letter", "place"], &["choice"], &["shelf"], &["list", "remove", "replay", "show"], &["dead"]];

#[test]
fn modules_import_downwards() {
    assert_eq!(faults(root(), "src", FLOORS, &[]), "");
    assert_eq!(faults(root(), "src/breaking", BREAKING, &[]), "");
    assert_eq!(faults(root(), "src/fmt", FMT, &[]), "");
    assert_eq!(faults(root(), "src/outbox", OUTBOX, &[]), "");
    assert_eq!(faults(root(), "src/server", SERVER, &[]), "");
    assert_eq!(faults(root(), "src/payload", PAYLOAD, &[]), "");
    assert_eq!(faults(root(), "src/plan", PLAN, &[]), "");
    assert_eq!(faults(root(), "src/emit", EMIT, &[]), "");
    assert_eq!(faults(root(), "src/tail", TAIL, &[]), "");
    assert_eq!(faults(root(), "src/dead", DEAD, &[]), "");
    assert_eq!(faults(root(), "src/report", REPORT, &[]), "");
    assert_eq!(faults(root(), "src/validate", VALIDATE, &[]), "");
    assert_eq!(faults(root(), "src/export", EXPORT, &[]), "");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

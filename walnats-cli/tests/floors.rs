//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up. `cargo_walnats` is a program of its own.
const FLOORS: Floors<'static> = &[
    &["global_options", "manifest", "outcome", "cargo_walnats"],
    &["output"],
    &["root"],
    &["breaking", "check", "config_schema", "dev", "explain", "generate", "outbox"],
    &["accept"],
    &["arguments"],
];

/// Of `walnats outbox`.
const OUTBOX: Floors<'static> = &[&["place"], &["relay"], &["outbox"]];

/// Of `walnats breaking`.
const BREAKING: Floors<'static> = &[&["git"], &["tree"], &["baseline"], &["json"], &["breaking"]];

#[test]
fn modules_import_downwards() {
    assert_eq!(faults(root(), "src", FLOORS, &[]), "");
    assert_eq!(faults(root(), "src/breaking", BREAKING, &[]), "");
    assert_eq!(faults(root(), "src/outbox", OUTBOX, &[]), "");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

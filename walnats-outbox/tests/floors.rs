//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up.
const FLOORS: Floors<'static> = &[
    &["row", "status", "tables"],
    &["error", "sql"],
    &["database"],
    &["read"],
    &["outbox"],
    &["claim", "enqueue", "inbox", "settle"],
    &["relay"],
];

/// Of the relay, whose settings are methods in a file of their own.
const RELAY: Floors<'static> = &[
    &["options", "pause", "suspect", "verdict"],
    &["context", "step"],
    &["failure", "scan", "side"],
    &["batch"],
    &["relay"],
    &["configure"],
];

#[test]
fn modules_import_downwards() {
    assert_eq!(faults(root(), "src", FLOORS, &[]), "");
    assert_eq!(faults(root(), "src/relay", RELAY, &[]), "");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

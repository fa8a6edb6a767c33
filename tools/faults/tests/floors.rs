//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up.
const FLOORS: Floors<'static> = &[
    &["clock", "copies", "credentials", "database", "disk", "fact", "machine", "setup", "vitals"],
    &["ledger", "proxy", "read_back", "relay", "store", "workload"],
    &["cluster", "gate", "teller"],
    &["servers"],
    &["world"],
    &["row"],
    &["emitter", "idle", "judge", "outbox", "reading", "stall"],
    &["rows", "settle", "table"],
    &["trial"],
    &["fault"],
];

#[test]
fn modules_import_downwards() {
    assert_eq!(faults(root(), "src", FLOORS, &[]), "");
    assert_eq!(faults(root(), "src/reading", READING, &[]), "");
}

/// The floors of `reading`.
const READING: Floors<'static> =
    &[&["record", "scene"], &["stage"], &["row"], &["instance", "judge", "rows"], &["table"], &["trial"], &["reading"]];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

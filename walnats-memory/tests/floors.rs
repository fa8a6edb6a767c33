//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up.
const FLOORS: Floors<'static> = &[
    &["error", "headers", "time"],
    &["journal", "message"],
    &["fault", "protocol"],
    &["jetstream", "router"],
    &["broker"],
    &["shared"],
    &["front"],
    &["memory"],
];

/// Of JetStream.
const JETSTREAM: Floors<'static> = &[
    &["config", "duplicates", "store"],
    &["batch", "expectation", "limits", "schedule"],
    &["consumer"],
    &["stream"],
    &["jetstream"],
    &["api"],
];

#[test]
fn modules_import_downwards() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(faults(root, "src", FLOORS, &[]), "");
    assert_eq!(faults(root, "src/jetstream", JETSTREAM, &[]), "");
}

//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up.
const FLOORS: Floors<'static> = &[
    &["chain", "filter", "health", "jetstream", "printable", "stream", "types"],
    &["cloud_event", "credentials", "headers", "subject", "warning"],
    &["message"],
    &["error"],
    &["event", "json", "metric", "placement", "protobuf", "stats"],
    &["options", "private", "trace"],
    &["callback", "lost_report"],
    &["pending"],
    &["publisher"],
    &["compose", "register"],
    &["emit"],
    &["batch"],
];

/// Of connecting.
const PUBLISHER: Floors<'static> = &[&["probe", "settings"], &["connect", "context"], &["environment"], &["publisher"]];

/// Of registering streams.
const REGISTER: Floors<'static> = &[
    &["setting"],
    &["config"],
    &["change", "loss", "warning"],
    &["external", "rule", "weaker"],
    &["plan", "refusal"],
    &["report"],
    &["error", "permission"],
    &["api"],
    &["copies", "count"],
    &["planner"],
    &["apply"],
    &["register"],
];

#[test]
fn modules_import_downwards() {
    // The engine stands between `callback` and `pending`, and is not held yet.
    assert_eq!(faults(root(), "src", FLOORS, &["engine"]), "");
    assert_eq!(faults(root(), "src/publisher", PUBLISHER, &[]), "");
    assert_eq!(faults(root(), "src/register", REGISTER, &[]), "");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

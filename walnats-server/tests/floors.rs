//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up.
const FLOORS: Floors<'static> = &[
    &["escape", "probe", "process", "release"],
    &["account", "error", "jwt"],
    &["locate", "port"],
    &["link"],
    &["leaf"],
    &["builder"],
    &["config"],
    &["server"],
    &["cluster"],
];

/// Of the search for the program.
const LOCATE: Floors<'static> = &[&["environment", "program", "wheels"], &["cache", "wheel"], &["locate"]];

/// Of one server, whose start and log are methods in files of their own.
const SERVER: Floors<'static> = &[&["server"], &["log"], &["start"]];

#[test]
fn modules_import_downwards() {
    assert_eq!(faults(root(), "src", FLOORS, &[]), "");
    assert_eq!(faults(root(), "src/locate", LOCATE, &[]), "");
    assert_eq!(faults(root(), "src/server", SERVER, &[]), "");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

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

#[test]
fn modules_import_downwards() {
    assert_eq!(faults(root(), "src", FLOORS, &[]), "");
    assert_eq!(faults(root(), "src/locate", LOCATE, &[]), "");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

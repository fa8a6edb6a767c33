//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up.
const FLOORS: Floors<'static> = &[&["known"], &["tree"], &["strategy"]];

#[test]
fn modules_import_downwards() {
    assert_eq!(faults(Path::new(env!("CARGO_MANIFEST_DIR")), "src", FLOORS, &[]), "");
}

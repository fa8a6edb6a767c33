//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up.
const FLOORS: Floors<'static> = &[
    &["comparable", "embedded", "payload", "protobuf", "simpler", "sources"],
    &["case", "judge"],
    &["coverage", "made", "sample_folder", "schema_test"],
    &["run", "varied"],
];

/// Those of `protobuf`.
const PROTOBUF: Floors<'static> = &[&["found", "scalar"], &["presence", "well_known"], &["mapping"], &["protobuf"]];

/// Those of `coverage`.
const COVERAGE: Floors<'static> = &[&["keyword"], &["coverage"]];

#[test]
fn modules_import_downwards() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(faults(root, "src", FLOORS, &[]), "");
    assert_eq!(faults(root, "src/protobuf", PROTOBUF, &[]), "");
    assert_eq!(faults(root, "src/coverage", COVERAGE, &[]), "");
}

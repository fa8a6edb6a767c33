//! A module imports from lower floors only, and nothing here reads a file. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up.
const FLOORS: Floors<'static> = &[&["line_ending", "refusal"], &["comparison"], &["json", "proto", "toml", "yaml"]];

const JSON: Floors<'static> = &[&["tree"], &["print"], &["json"]];

const PROTO: Floors<'static> = &[&["comment", "token"], &["tree"], &["arrange"], &["print"], &["proto"]];

const TOML: Floors<'static> = &[&["print"], &["toml"]];

const YAML: Floors<'static> = &[&["events", "tree"], &["quotes"], &["yaml"]];

#[test]
fn modules_import_downwards() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(faults(root, "src", FLOORS, &[]), "");
    assert_eq!(faults(root, "src/json", JSON, &[]), "");
    assert_eq!(faults(root, "src/proto", PROTO, &[]), "");
    assert_eq!(faults(root, "src/toml", TOML, &[]), "");
    assert_eq!(faults(root, "src/yaml", YAML, &[]), "");
}

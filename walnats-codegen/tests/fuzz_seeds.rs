//! What the fuzz targets do with any bytes, done with the few that they begin with.

use std::fs;
use std::path::Path;

#[path = "../../tools/fuzz/src/pattern.rs"]
mod pattern;
#[path = "../../tools/fuzz/src/schema.rs"]
mod schema;

#[test]
fn schemas_become_findings_or_rust() {
    assert!(each_seed("schema", schema::try_out) > 0);
}

#[test]
fn patterns_are_refused_or_run() {
    assert!(each_seed("pattern", pattern::try_out) > 0);
}

/// Tries every file, and returns how many there are.
fn each_seed(target: &str, try_out: fn(&[u8])) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/fuzz/seeds").join(target);
    let seeds = fs::read_dir(folder).expect("a folder of seeds").map(|seed| seed.expect("a file").path());
    seeds.map(|seed| try_out(&fs::read(seed).expect("a seed"))).count()
}

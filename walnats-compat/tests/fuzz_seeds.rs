//! What the fuzz target does with any two schemas, done with the few that it begins with.

use std::fs;
use std::path::Path;

#[path = "../../tools/fuzz/src/containment.rs"]
mod containment;

#[test]
fn verdicts_come_in_time() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/fuzz/seeds/containment");
    let seeds = fs::read_dir(folder).expect("a folder of seeds").map(|seed| seed.expect("a file").path());
    let count = seeds.map(|seed| containment::try_out(&fs::read(seed).expect("a seed"))).count();
    assert!(count > 0);
}

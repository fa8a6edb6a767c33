//! What the fuzz target does with any bytes as a payload, done with the few that it begins with.

use std::fs;
use std::path::Path;

#[path = "../../tools/fuzz/src/payload.rs"]
mod payload;

#[test]
fn payloads_are_read_and_written_or_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/fuzz/seeds/payload");
    let seeds = fs::read_dir(folder).expect("a folder of seeds").map(|seed| seed.expect("a file").path());
    let count = seeds.map(|seed| payload::try_out(&fs::read(seed).expect("a seed"))).count();
    assert!(count > 0);
}

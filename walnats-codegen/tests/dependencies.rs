//! What a build script that reads JSON has to compile.

use std::path::Path;
use std::process::Command;

/// Ours among them.
const MOST: usize = 40;

#[test]
fn a_build_script_needs_few_crates() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let mut crates: Vec<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    crates.sort_unstable();
    crates.dedup();
    assert!(crates.iter().any(|line| line.starts_with("walnats-schema ")), "the tree is whole: {crates:?}");
    assert!(crates.len() <= MOST, "{} crates:\n{}", crates.len(), crates.join("\n"));
}

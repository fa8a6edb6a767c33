//! Files that have nothing to do with each other: nothing panics, and findings are the same each time.

use std::path::Path;

use walnats_compat::protobuf::{Options, Package, compare, rules};

use crate::compile::{compile, sources};
use crate::fixtures;

/// Every package against some others: a sample that is the same each time, with every package on both sides.
#[test]
fn any_pair_can_be_compared() {
    let mut packages = Vec::new();
    for rule in rules() {
        let (old, new) = fixtures::sides(rule.id);
        packages.extend([old, new]);
    }
    if let Some(corpus) = walnats_harness::nested::corpus("buf-bufcheck-testdata") {
        for folder in ["breaking/previous", "breaking/current", "lint"] {
            packages.extend(compiling(&corpus.join(folder)));
        }
    }
    println!("{} packages", packages.len());
    let mut findings = 0;
    for (index, old) in packages.iter().enumerate() {
        for step in [1, 7, 31, 83] {
            let new = &packages[(index * 5 + step) % packages.len()];
            findings += compare(old, new, &Options::default()).len();
        }
    }
    println!("{findings} findings");
    assert!(findings > packages.len());
}

/// The packages in the folders of `root` that compile.
fn compiling(root: &Path) -> Vec<Package> {
    let folders = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut folders: Vec<_> = folders.map(|entry| entry.path()).collect();
    folders.sort();
    folders.iter().filter_map(|folder| compile(&sources(folder)).ok()).collect()
}

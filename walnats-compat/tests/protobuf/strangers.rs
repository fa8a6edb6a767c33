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

/// Every field of a message that contains itself in hundreds of ways: what is tried does not multiply.
#[test]
fn messages_that_contain_themselves_are_tried_within_bounds() {
    let package = |scalar: &str| {
        let fields: String = (3..400).map(|number| format!("repeated M f{number} = {number};\n")).collect();
        let text = format!(
            "syntax = \"proto3\"; import \"walnats/options.proto\"; message M {{ option (walnats.event) = {{}}; {fields} {scalar} x = 1; }}"
        );
        let deep = "message E { option (walnats.event) = {}; map<string, M> m = 1; }";
        compile(&[("m.proto".to_owned(), format!("{text} {deep}"))].into()).unwrap()
    };
    let findings = compare(&package("int64"), &package("int32"), &Options::default());
    assert!(findings.iter().any(|finding| finding.rule.id == "FIELD_SAME_VALUES" && finding.events == ["E", "M"]));
    let findings = compare(&package("M"), &package("int32"), &Options::default());
    assert!(
        findings.iter().any(|finding| finding.rule.id == "FIELD_WIRE_COMPATIBLE_TYPE" && finding.witness().is_some())
    );
}

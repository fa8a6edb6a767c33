//! Errors in protobuf files of the old revision: what does not need what is wrong is compared.

use std::collections::{BTreeMap, BTreeSet};

use walnats_codegen::{Package, configure};
use walnats_compat::{Comparison, Kind, Options, Side, compare};

fn side(files: &[(&str, &str)]) -> Side {
    let start = "syntax = \"proto3\";\npackage p.v1;\nimport \"walnats/options.proto\";\n";
    let files = files.iter().map(|(name, text)| (format!("schemas/{name}"), format!("{start}{text}").into_bytes()));
    Side::new(Package::from_sources(&configure(), &files.collect::<BTreeMap<_, _>>()))
}

fn event(name: &str, body: &str) -> String {
    format!("message {name} {{ option (walnats.event) = {{ subject: \"{name}.x\" }}; {body} }}\n")
}

fn kinds(comparison: &Comparison) -> BTreeMap<&str, Kind> {
    comparison.verdicts.iter().map(|verdict| (verdict.event.as_str(), verdict.kind)).collect()
}

#[test]
fn only_what_needs_an_error_is_undecided() {
    let good = |kind: &str| event("Good", &format!("{kind} b = 2;"));
    let new = side(&[("a.proto", &(good("int32") + &event("Other", "int32 b = 2;")))]);
    assert!(new.errors.is_empty(), "{:?}", new.errors);
    for bad in [
        event("Other", "int33 b = 2;"),
        event("Other", "int32 b = 2; int32 c = 2;"),
        event("Other", "int32 b = 2; message In { int33 c = 1; } In d = 3;"),
        event("Other", "int32 b = 0;"),
        event("Other", "int32 b = 2 [(unknown) = 1];"),
        event("Other", "int32 b 2;"),
        event("Other", "Gone b = 2;") + "import \"gone.proto\";",
        event("Other", "Far b = 2;") + "message Far { Farther f = 1; } message Farther { int33 c = 1; }",
        event("Other", "E b = 2;") + "enum E { A = 1; }",
    ] {
        let old = side(&[("a.proto", &(good("int64") + &bad))]);
        assert!(!old.errors.is_empty(), "{bad}");
        let comparison = compare(&old, &new, &Options::default());
        let wanted = BTreeMap::from([("good", Kind::Breaking), ("other", Kind::Undecided)]);
        assert_eq!(kinds(&comparison), wanted, "{bad}: {:?} {:?}", old.errors, comparison.findings);
        let codes: BTreeSet<&str> = comparison.findings.iter().map(|finding| finding.code.id).collect();
        assert_eq!(codes, BTreeSet::from(["WN0809", "WN0821"]), "{bad}");
    }
}

#[test]
fn files_that_import_an_error_are_compared() {
    let using = |kind: &str| {
        "import \"a.proto\";\n".to_owned()
            + &event("Good", &format!("{kind} b = 2; Fine f = 3;"))
            + &event("Bad", "Wrong w = 1;")
    };
    let new = side(&[
        ("a.proto", "message Fine { int32 a = 1; } message Wrong { int32 a = 1; }"),
        ("b.proto", &(using("int32") + &event("Fresh", "int32 a = 1;"))),
    ]);
    assert!(new.errors.is_empty(), "{:?}", new.errors);
    let old = side(&[
        ("a.proto", "message Fine { int32 a = 1; } message Wrong { int33 a = 1; }"),
        ("b.proto", &using("int64")),
    ]);
    let comparison = compare(&old, &new, &Options::default());
    let wanted = BTreeMap::from([("good", Kind::Breaking), ("bad", Kind::Undecided)]);
    assert_eq!(kinds(&comparison), wanted, "{:?}", comparison.findings);
    assert_eq!(comparison.added, ["fresh"]);
    let said =
        comparison.findings.iter().find(|finding| finding.code.id == "WN0809").map(|found| found.message.as_str());
    assert!(said.is_some_and(|said| said.contains("int33")), "{said:?}");
}

/// A file of which nothing can be said leaves its events undecided.
#[test]
fn a_file_that_ends_early_decides_nothing() {
    let new = side(&[("a.proto", &event("Good", "int32 b = 2;"))]);
    let old = side(&[("a.proto", &(event("Good", "int64 b = 2;") + "message Open {"))]);
    let comparison = compare(&old, &new, &Options::default());
    assert_eq!(kinds(&comparison), BTreeMap::from([("good", Kind::Undecided)]), "{:?}", comparison.findings);
}

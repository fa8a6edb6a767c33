//! Events are judged by what they are published in: a payload of that encoding shows a break, one of the other is a warning.

use std::collections::{BTreeMap, BTreeSet};

use walnats_codegen::{Package, configure};
use walnats_compat::protobuf::{Direction, Encoding};
use walnats_compat::{Kind, Options, Side, Witness, compare};

fn package(encoding: &str, body: &str, settings: &str) -> Side {
    let encoding = if encoding.is_empty() { String::new() } else { format!(" encoding: \"{encoding}\"") };
    let text = format!(
        "syntax = \"proto3\";\npackage shop.v1;\nimport \"walnats/options.proto\";\n// A thing happened.\nmessage Thing {{\n  \
         option (walnats.event) = {{ subject: \"things\"{encoding} }};\n  {body}\n}}\n"
    );
    let files = BTreeMap::from([
        ("schemas/thing.proto".to_owned(), text.into_bytes()),
        ("walnats.toml".to_owned(), settings.as_bytes().to_vec()),
    ]);
    let side = Side::new(Package::from_sources(&configure(), &files));
    assert!(side.errors.is_empty(), "{body}: {:?}", side.errors);
    side
}

/// The codes that are found, those that have a witness with its encoding and direction, and the verdict.
fn found(old: &Side, new: &Side) -> (BTreeSet<String>, Kind) {
    let comparison = compare(old, new, &Options::default());
    let shown = comparison.findings.iter().map(|finding| match &finding.witness {
        Some(Witness::Protobuf(witness)) => {
            let encoding = if witness.encoding == Encoding::Json { "json" } else { "binary" };
            let direction = if witness.direction == Direction::OldToNew { "" } else { " of new writers" };
            format!("{} {encoding}{direction}", finding.code.id)
        }
        _ => finding.code.id.to_owned(),
    });
    (shown.collect(), comparison.verdicts[0].kind)
}

const BINARY: &str = "WN0821 binary";
const JSON: &str = "WN0821 json";

#[test]
fn events_are_judged_by_the_encoding_they_are_published_in() {
    for (old, new, binary, json) in [
        ("int32 a = 1;", "string a = 1;", BINARY, JSON),
        ("int64 a = 1;", "int32 a = 1;", BINARY, JSON),
        ("int32 a = 1;", "bool a = 1;", BINARY, JSON),
        ("repeated int32 a = 1;", "int32 a = 1;", BINARY, JSON),
        ("int32 a = 1;", "repeated int32 a = 1;", "WN0821 binary of new writers", JSON),
        ("map<string, int32> a = 1;", "map<int32, int32> a = 1;", BINARY, JSON),
        ("map<string, string> a = 1;", "message E { string key = 1; string value = 2; } repeated E a = 1;", "", JSON),
        ("message M { int32 n = 1; } M a = 1;", "bytes a = 1;", BINARY, JSON),
        ("int32 a = 1; int32 b = 2;", "oneof o { int32 a = 1; int32 b = 2; }", BINARY, JSON),
        ("sfixed32 a = 1;", "int32 a = 1;", BINARY, "WN0822 binary"),
        ("string a = 1;", "bytes a = 1;", "WN0822 json", JSON),
        ("sint32 a = 1;", "int32 a = 1;", BINARY, "WN0822 binary"),
        ("int32 a = 1;", "int32 b = 1;", "WN0822 json", JSON),
        (
            "int32 a = 1;",
            "int32 a = 1 [json_name = \"b\"];",
            "WN0822 json of new writers",
            "WN0821 json of new writers",
        ),
        ("int32 a = 1;", "int32 a = 2;", BINARY, "WN0822 binary"),
        ("int32 a = 1; int32 b = 2;", "int32 b = 2;", "", ""),
    ] {
        for (encoding, wanted) in [("", binary), ("json", json)] {
            let (codes, verdict) = found(&package(encoding, old, ""), &package(encoding, new, ""));
            let name = format!("{encoding} {old} -> {new}: {codes:?}");
            assert!(wanted.is_empty() || codes.contains(wanted), "{name}, not {wanted}");
            let is_breaking = codes.contains(BINARY) || codes.contains(JSON);
            assert!(wanted.is_empty() || is_breaking == [BINARY, JSON].contains(&wanted), "{name}");
            assert_eq!(verdict == Kind::Breaking, is_breaking, "{name}");
        }
    }
}

/// Zero is not written where a field has no presence, but in lists, maps and oneofs.
#[test]
fn values_of_enums_are_judged_by_the_fields_that_have_them() {
    for (field, wanted) in [
        ("K a = 1;", "WN0823"),
        ("optional K a = 1;", JSON),
        ("repeated K a = 1;", JSON),
        ("map<string, K> a = 1;", JSON),
        ("oneof o { K a = 1; }", JSON),
        ("message M { K k = 1; map<int32, K> m = 2; } repeated M a = 1;", JSON),
    ] {
        let of = |zero: &str| package("json", &format!("enum K {{ {zero} = 0; A = 1; }} {field}"), "");
        let (codes, verdict) = found(&of("Z"), &of("Y"));
        assert_eq!(codes, BTreeSet::from([wanted.to_owned()]), "{field}");
        assert_eq!(verdict == Kind::Breaking, wanted == JSON, "{field}");
    }
}

/// In each direction that the mode of the event asks for there is a payload of its own.
#[test]
fn each_direction_has_its_own_payload() {
    for (mode, wanted) in [("backward", 1), ("forward", 1), ("full", 2)] {
        let settings = format!("[breaking]\nmode = \"{mode}\"\n");
        for encoding in ["", "json"] {
            let old = package(encoding, "int32 a = 1;", &settings);
            let new = package(encoding, "string a = 1;", &settings);
            let comparison = compare(&old, &new, &Options::default());
            let verdicts = comparison.verdicts.iter().filter(|verdict| verdict.kind == Kind::Breaking).count();
            assert_eq!(verdicts, wanted, "{mode} {encoding}: {comparison:?}");
        }
    }
}

/// Readers take one field for another, and nothing else tells: numbers, or names in JSON.
#[test]
fn fields_that_are_exchanged_are_misread() {
    for (old, new, binary, json) in [
        ("int32 net = 1; int32 gross = 2;", "int32 gross = 1; int32 net = 2;", BINARY, "WN0822 binary"),
        ("int32 a = 1; int32 b = 2; int32 c = 3;", "int32 b = 1; int32 c = 2; int32 a = 3;", BINARY, "WN0822 binary"),
        ("int32 a = 1; int32 b = 2;", "reserved 2; int32 b = 1;", BINARY, JSON),
        ("int32 a = 1;", "int32 b = 1; int32 a = 2;", BINARY, "WN0822 binary"),
        (
            "int32 net = 1; int32 gross = 2;",
            "int32 net = 1 [json_name = \"gross\"]; int32 gross = 2 [json_name = \"net\"];",
            "WN0822 json",
            JSON,
        ),
        (
            "message P { int32 net = 1; int32 gross = 2; } map<string, P> prices = 1;",
            "message P { int32 net = 2; int32 gross = 1; } map<string, P> prices = 1;",
            BINARY,
            "WN0822 binary",
        ),
        (
            "message P { oneof o { P inner = 1; P other = 2; } } P p = 1;",
            "message P { oneof o { P inner = 2; P other = 1; } } P p = 1;",
            BINARY,
            "WN0822 binary",
        ),
        // Another name for the same.
        ("int32 net = 1; int32 gross = 2;", "int32 net_sum = 1; int32 gross = 2;", "WN0822 json", JSON),
    ] {
        for (encoding, wanted) in [("", binary), ("json", json)] {
            let (codes, _) = found(&package(encoding, old, ""), &package(encoding, new, ""));
            let name = format!("{encoding} {old} -> {new}: {codes:?}");
            assert!(codes.contains(wanted), "{name}, not {wanted}");
            let is_breaking = codes.contains(BINARY) || codes.contains(JSON);
            assert_eq!(is_breaking, [BINARY, JSON].contains(&wanted), "{name}");
        }
    }
}

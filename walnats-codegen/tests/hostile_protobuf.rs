//! Protobuf files that are large, deep or strange: all of them end, in code or in a finding with a place.
#![cfg(feature = "protobuf")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use walnats_codegen::Package;

/// The number of generated files, and the findings.
fn generate(files: &[(String, String)]) -> (usize, Vec<String>) {
    let files: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(name, text)| (format!("schemas/{name}"), text.clone().into_bytes())).collect();
    let mut package = Package::from_sources(&walnats_codegen::configure(), &files);
    let generated = package.generate().map_or(0, |files| files.len());
    (generated, package.report.diagnostics.iter().map(ToString::to_string).collect())
}

fn one(text: &str) -> (usize, Vec<String>) {
    generate(&[("a.proto".to_owned(), text.to_owned())])
}

const HEAD: &str = "import \"walnats/options.proto\";";
const OPTION: &str = "option (walnats.event) = {};";

#[test]
fn ten_thousand_fields_and_a_thousand_messages_end() {
    for syntax in ["syntax = \"proto3\";", "edition = \"2023\";"] {
        let fields = (1..=10_000).fold(String::new(), |mut text, number| {
            let _ = writeln!(text, "  repeated string field_{number} = {number}; // one of many");
            text
        });
        let messages = (1..=1_000).fold(String::new(), |mut text, number| {
            let _ = writeln!(
                text,
                "message M{number} {{ string a = 1; M{} b = 2; enum E {{ Z = 0; }} E c = 3; }}",
                number % 1_000 + 1
            );
            text
        });
        let text = format!("{syntax} {HEAD}\nmessage Placed {{ {OPTION}\n{fields} M1 m = 20000; }}\n{messages}");
        let (files, findings) = one(&text);
        assert_eq!(findings, Vec::<String>::new());
        assert!(files > 2, "{files}");
    }
}

#[test]
fn imports_may_follow_each_other_for_long() {
    let file = |number: usize| {
        let import = if number == 0 { String::new() } else { format!("import \"f{}.proto\";", number - 1) };
        let text = format!("syntax = \"proto3\"; package p{number}; {HEAD} {import} message M {{ string a = 1; }}");
        (format!("f{number}.proto"), text)
    };
    let mut files: Vec<_> = (0..3_000).map(file).collect();
    files[2_999].1 = files[2_999].1.replace("message M {", &format!("message M {{ {OPTION}"));
    files.reverse();
    assert_eq!(generate(&files).1, Vec::<String>::new());
}

/// Each message asked about all others would take minutes.
#[test]
fn a_long_chain_of_messages_is_generated() {
    let messages = (0..3_000).fold(String::new(), |mut text, number| {
        let option = if number == 0 { OPTION } else { "" };
        let _ = writeln!(
            text,
            "message M{number} {{ {option} M{} next = 1; map<string, int32> counts = 2; oneof choice {{ string a = 3; }} }}",
            number + 1
        );
        text
    });
    let text = format!("syntax = \"proto3\"; package chain.v1; {HEAD}\n{messages} message M3000 {{ int32 end = 1; }}");
    let (files, findings) = one(&text);
    assert_eq!(findings, Vec::<String>::new());
    assert!(files > 2, "{files}");
}

#[test]
fn every_message_of_a_thousand_packages_is_an_event() {
    let file = |number: usize| {
        let import = if number == 0 { String::new() } else { format!("import \"f{}.proto\";", number - 1) };
        let field =
            if number == 0 { "string".to_owned() } else { format!("big.p{}.v1.Happened{}", number - 1, number - 1) };
        let text = format!(
            "syntax = \"proto3\"; package big.p{number}.v1; {HEAD} {import}\n// It happened.\n\
             message Happened{number} {{ {OPTION} {field} before = 1; Kind kind = 2; }} enum Kind {{ K = 0; }}"
        );
        (format!("f{number}.proto"), text)
    };
    let (files, findings) = generate(&(0..1_000).map(file).collect::<Vec<_>>());
    assert_eq!(findings, Vec::<String>::new());
    assert!(files > 2_000, "{files}");
}

#[test]
fn what_is_nested_has_an_end() {
    let rec = "import \"google/protobuf/descriptor.proto\"; message R { optional R r = 1; repeated R l = 2; } \
               extend google.protobuf.MessageOptions { optional R r = 50001; }";
    let depth = 100_000;
    for syntax in ["syntax = \"proto2\";", "edition = \"2023\";"] {
        let rec = if syntax.starts_with('e') { rec.replace("optional ", "") } else { rec.to_owned() };
        for (what, text) in [
            ("messages", format!("{}{}", "message A { ".repeat(64), "}".repeat(64))),
            ("messages", format!("{}{}", "message A { ".repeat(depth), "}".repeat(depth))),
            ("options", format!("{rec} message M {{ option (r) = {}{}; }}", "{ r ".repeat(depth), "}".repeat(depth))),
            (
                "lists",
                format!("{rec} message M {{ option (r) = {{ l: {}{} }}; }}", "[".repeat(depth), "]".repeat(depth)),
            ),
            (
                "angles",
                format!("{rec} message M {{ option (r) = {{ r {}{} }}; }}", "< r ".repeat(depth), ">".repeat(depth)),
            ),
            ("openings", "{ [ < (".repeat(depth)),
            ("closings", "} ] > )".repeat(depth)),
        ] {
            let (files, findings) = one(&format!("{syntax} {text}"));
            let is_placed = findings.iter().any(|found| found.starts_with("schemas/a.proto:1:"));
            assert!(files == 0 && is_placed, "{syntax} {what}: {findings:?}");
        }
    }
}

/// Cut off anywhere, a file is a finding or code, and no panic.
#[test]
fn a_file_may_end_anywhere() {
    let text = "edition = \"2024\"; package a.b; import option \"x.proto\"; option features.(pb.go).api_level = API_OPAQUE;\n\
                export message Mäx { reserved ä, b; extensions 5 [declaration = {number: 5}]; int32 a = 1 [features = { \
                field_presence: IMPLICIT }]; oneof o { Mäx b = 2; } map<int32, .a.b.M> c = 3; local enum E { Z = 0; } } \
                extend M { repeated group G = 1 { string s = 1 [default = '\\'}']; } } /* end */ service S { rpc A(M) returns (M) {} }";
    for (end, _) in text.char_indices() {
        let _ = one(&text[..end]);
        let _ = one(&text[end..]);
        let _ = one(&format!("edition = '2023'; {}", &text[end..]));
    }
}

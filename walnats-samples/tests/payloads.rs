//! Payloads, judged: by two validators, by protobuf's own implementation, and by what is left untested.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use walnats_codegen::diagnostic::{Report, SourceFile};
use walnats_codegen::{Package, configure};
use walnats_compat::sample::{Random, any};
use walnats_harness::python::protobuf_environment;
use walnats_samples::made::{Wanted, make};
use walnats_samples::payload::{Content, Payload, value};
use walnats_samples::{Judge, Sources, cases, coverage, run};

/// All kinds of fields.
const KINDS: &str = r#"syntax = "proto3";

package shop.v1;

import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/wrappers.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/field_mask.proto";
import "walnats/options.proto";

message Kinds {
  option (walnats.event) = {};

  bool flag = 1;
  int32 small = 2;
  sint64 large = 3;
  fixed32 fixed = 4;
  uint64 huge = 5;
  float single = 6;
  double twice = 7;
  string some_text = 8;
  bytes raw = 9;
  Colour colour = 10;
  Inner inner = 11;
  repeated Inner many = 12;
  map<string, int32> counts = 13;
  map<int64, Inner> by_number = 14;
  oneof choice {
    string first = 15;
    int32 second = 16;
  }
  optional string maybe = 17;
  google.protobuf.Timestamp at = 18;
  google.protobuf.Duration lasts = 19;
  google.protobuf.Int64Value wrapped = 20;
  google.protobuf.Struct open = 21;
  google.protobuf.Value anything = 22;
  google.protobuf.FieldMask mask = 23;
  repeated Colour colours = 24;
  map<bool, string> by_flag = 25;
}

message Inner {
  string name = 1;
  Kinds again = 2;
}

enum Colour {
  COLOUR_UNSPECIFIED = 0;
  COLOUR_RED = 1;
}
"#;

/// What the other implementation says of each line.
const PARSE: &str = r#"
import json, sys
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
files = descriptor_pb2.FileDescriptorSet.FromString(open(sys.argv[1], "rb").read())
pool = descriptor_pool.DescriptorPool()
for file in files.file:
    pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())
kind = message_factory.GetMessageClass(pool.FindMessageTypeByName("shop.v1.Kinds"))
for line in sys.stdin:
    try:
        json_format.Parse(line, kind())
        print("ok")
    except Exception as error:
        print("no", type(error).__name__, str(error).replace("\n", " "))
"#;

fn kinds() -> Package {
    Package::from_sources(
        &configure(),
        &BTreeMap::from([("schemas/kinds.proto".to_owned(), KINDS.as_bytes().to_vec())]),
    )
}

fn payload(text: &str) -> Payload {
    let file = Arc::new(SourceFile { path: "payload.json".to_owned(), text: text.to_owned() });
    value(&file, 0..text.len()).payload.unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn protobuf_json_is_judged_as_google_does() {
    let mut package = kinds();
    let model = package.model().unwrap();
    let judge = Judge::new(&package, &model);
    let event = judge.event("kinds").unwrap();

    let mut lines: Vec<String> = Vec::new();
    for text in [
        "{}",
        "[]",
        "null",
        "1",
        r#"{"flag": 1}"#,
        r#"{"flag": "true"}"#,
        r#"{"small": 1.0}"#,
        r#"{"small": 1.5}"#,
        r#"{"small": "7"}"#,
        r#"{"small": ""}"#,
        r#"{"small": 2147483648}"#,
        r#"{"small": -2147483648}"#,
        r#"{"small": true}"#,
        r#"{"large": "9223372036854775807"}"#,
        r#"{"large": "9223372036854775808"}"#,
        r#"{"fixed": -1}"#,
        r#"{"huge": "18446744073709551615"}"#,
        r#"{"huge": 18446744073709551616}"#,
        r#"{"single": "NaN"}"#,
        r#"{"single": "Infinity"}"#,
        r#"{"single": 1e39}"#,
        r#"{"single": "x"}"#,
        r#"{"twice": "-Infinity"}"#,
        r#"{"twice": 1e300}"#,
        r#"{"some_text": "a"}"#,
        r#"{"someText": "a"}"#,
        r#"{"someText": 1}"#,
        r#"{"sometext": "a"}"#,
        r#"{"raw": "YQ=="}"#,
        r#"{"raw": "_-8"}"#,
        r#"{"raw": "?"}"#,
        r#"{"raw": 1}"#,
        r#"{"colour": "COLOUR_RED"}"#,
        r#"{"colour": "RED"}"#,
        r#"{"colour": 1}"#,
        r#"{"colour": 7}"#,
        r#"{"colour": []}"#,
        r#"{"inner": {"name": "a", "again": {"small": 1}}}"#,
        r#"{"inner": []}"#,
        r#"{"inner": {"nam": 1}}"#,
        r#"{"many": [{"name": "a"}, {}]}"#,
        r#"{"many": {}}"#,
        r#"{"many": [1]}"#,
        r#"{"many": null}"#,
        r#"{"many": [null]}"#,
        r#"{"counts": {"a": 1}}"#,
        r#"{"counts": {"a": "b"}}"#,
        r#"{"counts": []}"#,
        r#"{"counts": {"a": null}}"#,
        r#"{"byNumber": {"1": {}}}"#,
        r#"{"byNumber": {"a": {}}}"#,
        r#"{"byFlag": {"true": "a"}}"#,
        r#"{"byFlag": {"yes": "a"}}"#,
        r#"{"first": "a"}"#,
        r#"{"first": "a", "second": 1}"#,
        r#"{"first": null, "second": 1}"#,
        r#"{"maybe": null}"#,
        r#"{"at": "2026-01-02T03:04:05Z"}"#,
        r#"{"at": "2026-01-02T03:04:05.123456789+01:00"}"#,
        r#"{"at": "2026-01-02"}"#,
        r#"{"at": "2026-02-30T00:00:00Z"}"#,
        r#"{"at": 1}"#,
        r#"{"lasts": "1.5s"}"#,
        r#"{"lasts": "1.5"}"#,
        r#"{"lasts": "-1s"}"#,
        r#"{"lasts": "315576000001s"}"#,
        r#"{"wrapped": "7"}"#,
        r#"{"wrapped": 7}"#,
        r#"{"wrapped": {"value": 7}}"#,
        r#"{"wrapped": null}"#,
        r#"{"open": {"a": [1, null]}}"#,
        r#"{"open": []}"#,
        r#"{"anything": null}"#,
        r#"{"anything": [1, {"a": "b"}]}"#,
        r#"{"mask": "a,bC"}"#,
        r#"{"mask": 1}"#,
        r#"{"colours": ["COLOUR_RED", 0]}"#,
        r#"{"colours": ["BLUE"]}"#,
        r#"{"some_text": "a", "someText": "b"}"#,
    ] {
        lines.push(text.to_owned());
    }
    let made = make(&judge, event, Wanted { count: 60, seed: 1, invalid: false }).unwrap();
    lines.extend(made.iter().map(|made| made.json.to_string()));
    let made = make(&judge, event, Wanted { count: 60, seed: 2, invalid: true }).unwrap();
    lines.extend(made.iter().map(|made| made.json.to_string()));
    // Any value in any field.
    let mut random = Random::new(3);
    let names: Vec<String> = judge.message(event).unwrap().fields().map(|field| field.json_name().to_owned()).collect();
    lines.extend((0..400).map(|_| json!({ random.pick(&names).clone(): any(&mut random, 1) }).to_string()));

    let folder = tempfile::tempdir().unwrap();
    let descriptors = folder.path().join("kinds.binpb");
    fs::write(&descriptors, package.descriptors().unwrap()).unwrap();
    let mut python = Command::new(protobuf_environment().unwrap());
    let mut python =
        python.args(["-c", PARSE]).arg(&descriptors).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = python.stdin.take().unwrap();
    let text = lines.join("\n") + "\n";
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), lines.len());
    let (mut wrong, mut accepted) = (Vec::new(), 0);
    for (line, answer) in lines.iter().zip(answers.lines()) {
        let verdict = judge.judge(event, &payload(line));
        accepted += usize::from(answer == "ok");
        if verdict.is_valid() != (answer == "ok") && !(answer == "ok" && is_lax(line)) {
            wrong.push(format!("{line}: {} | {answer}", verdict.violations));
        }
    }
    assert!(accepted > 60 && accepted < lines.len() - 60, "{accepted}");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), lines.len(), wrong.join("\n"));
}

/// What Python reads although the mapping says otherwise, and other implementations refuse: lists for messages, any text for
/// bytes, booleans and fractions for numbers, digits of all scripts, a field by both of its names.
fn is_lax(line: &str) -> bool {
    let payload: Value = serde_json::from_str(line).unwrap();
    let Value::Object(members) = payload else { return payload == json!([]) };
    members.len() > 1
        || members.iter().all(|(name, value)| match name.as_str() {
            "raw" => value.is_string(),
            "inner" => *value == json!([]),
            "single" | "twice" => value.is_boolean() || value.as_str().is_some_and(|text| !text.is_ascii()),
            "colour" => value.is_boolean() || value.is_number(),
            _ => false,
        })
}

#[test]
fn violations_of_protobuf_json_have_places() {
    let mut package = kinds();
    let model = package.model().unwrap();
    let judge = Judge::new(&package, &model);
    let event = judge.event("kinds").unwrap();
    let text = r#"{"inner": {"again": {"counts": {"a~b/c": 1.5}}}, "many": [{}, {"nmae": 1}], "huge": -1, "colour": "BLUE", "first": "a", "second": 1}"#;
    let found = judge.judge(event, &payload(text)).violations;
    let found: Vec<(&str, &str)> = found.list.iter().map(|found| (found.pointer.as_str(), found.keyword)).collect();
    let expected = [
        ("/inner/again/counts/a~0b~1c", "type"),
        ("/many/1/nmae", "unknown-field"),
        ("/huge", "range"),
        ("/colour", "enum"),
        ("/second", "oneof"),
    ];
    assert_eq!(found, expected);
}

/// Taking keywords out in groups finds what taking them out one by one does.
#[test]
fn coverage_is_what_removing_each_keyword_says() {
    let schema = r#"{"description": "A.", "type": "object", "required": ["id", "kind"], "properties": {
        "id": {"type": "string", "minLength": 2, "maxLength": 4}, "kind": {"enum": ["a", "b"]},
        "amount": {"type": "number", "minimum": 0, "exclusiveMaximum": 10, "multipleOf": 0.5},
        "tags": {"type": "array", "uniqueItems": true, "contains": {"const": "x"}, "items": {"type": "string", "not": {"pattern": "^-"}}},
        "who": {"oneOf": [{"required": ["name"]}, {"required": ["number"]}]}},
        "if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["amount"]}, "additionalProperties": false}"#;
    let keyword_of =
        |untested: &walnats_samples::coverage::Untested| format!("{} {}", untested.pointer, untested.keyword);
    let files = BTreeMap::from([("schemas/a.json".to_owned(), schema.as_bytes().to_vec())]);
    let mut package = Package::from_sources(&configure(), &files);
    let model = package.model().unwrap();
    let judge = Judge::new(&package, &model);
    let untested = |payloads: Vec<Value>| {
        let found = coverage(&judge, &model.events, &HashMap::from([("a", payloads)]));
        assert_eq!(found.tested() + found.untested.len(), found.keywords);
        (found.keywords, found.untested.iter().map(keyword_of).collect::<Vec<_>>())
    };
    let (all, nothing) = untested(vec![]);
    assert_eq!(all, nothing.len());
    assert!(all > 20, "{nothing:?}");

    let has = |payload: Value, keyword: &str| {
        let (_, left) = untested(vec![payload.clone()]);
        assert!(nothing.contains(&keyword.to_owned()), "{keyword} in {nothing:#?}");
        !left.contains(&keyword.to_owned())
    };
    let ok = json!({"id": "abc", "kind": "b"});
    let with = |name: &str, value: Value| {
        let mut payload = ok.clone();
        payload[name] = value;
        payload
    };
    assert!(has(with("id", json!("a")), "/properties/id minLength"));
    assert!(has(with("id", json!("abcde")), "/properties/id maxLength"));
    assert!(!has(with("id", json!("abcde")), "/properties/id minLength"));
    assert!(has(with("kind", json!("c")), "/properties/kind enum"));
    assert!(has(with("amount", json!(-0.25)), "/properties/amount minimum"));
    assert!(has(with("amount", json!(-0.25)), "/properties/amount multipleOf"));
    assert!(has(with("more", json!(1)), " additionalProperties"));
    assert!(has(json!({"kind": "a", "id": "abc"}), "/then required `amount`"));
    // What an accepted payload tests: without the constant, `then` would apply.
    assert!(has(ok.clone(), "/if/properties/kind const"));
    assert!(has(with("tags", json!(["-x", "x"])), "/properties/tags/items not"));
    assert!(has(with("tags", json!(["x", "y"])), "/properties/tags/items/not pattern"));
    assert!(has(with("tags", json!(["x", "x"])), "/properties/tags uniqueItems"));
    assert!(has(with("who", json!({"name": 1, "number": 2})), "/properties/who oneOf"));
    // Without it, both branches would match.
    assert!(has(with("who", json!({"name": 1})), "/properties/who/oneOf/1 required `number`"));
    assert!(!has(ok.clone(), " type"));

    // All at once is the same as one after the other.
    let instances: Vec<Value> = make(&judge, &model.events[0], Wanted { count: 30, seed: 4, invalid: true })
        .unwrap_or_else(|(made, _)| made)
        .into_iter()
        .map(|made| made.json)
        .collect();
    let together = untested(instances.clone()).1;
    let mut apart: Vec<String> = nothing.clone();
    for instance in instances {
        let left = untested(vec![instance]).1;
        apart.retain(|keyword| left.contains(keyword));
    }
    assert_eq!(together, apart);
    assert!(together.len() < nothing.len());
}

/// The files are not those that the model was made of, as if one of the two validators had a fault.
#[test]
fn a_disagreement_of_validators_asks_for_a_report() {
    let package = |schema: &str| {
        let files = BTreeMap::from([("schemas/a.json".to_owned(), schema.as_bytes().to_vec())]);
        Package::from_sources(&configure(), &files)
    };
    let model = package(r#"{"type": "string"}"#).model().unwrap();
    let files = package(r#"{"type": "integer"}"#);
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("samples/a/valid")).unwrap();
    fs::write(folder.path().join("samples/a/valid/1.json"), "\"x\"").unwrap();
    let mut report = Report::default();
    let judge = Judge::new(&files, &model);
    let cases = cases(&judge, &Sources::new(folder.path()), &mut report);
    let ended = run(&judge, &cases);
    assert!(report.diagnostics.is_empty() && ended[0].has_passed);
    let found: Vec<_> = ended[0].findings.iter().map(|found| (found.code, found.message.as_str())).collect();
    assert_eq!(found, [("WN1108", "walnats accepts this payload, but the validator jsonschema refuses it")]);
    let agreed = run(&Judge::new(&package(r#"{"type": "string"}"#), &model), &cases);
    assert!(agreed[0].has_passed && agreed[0].findings.is_empty());
}

#[test]
fn nothing_outside_of_the_package_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("package");
    fs::create_dir_all(root.join("samples/a")).unwrap();
    fs::write(folder.path().join("secret.json"), "1").unwrap();
    let sources = Sources::new(&root);
    assert!(sources.read("../secret.json").is_err());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("secret.json"), root.join("link.json")).unwrap();
        assert_eq!(sources.read("link.json"), Err("it leads out of the package".to_owned()));
        std::os::unix::fs::symlink(folder.path(), root.join("samples/a/valid")).unwrap();
        assert!(sources.read("samples/a/valid/secret.json").is_err());
        assert!(sources.list("samples/a/valid").is_empty() && !sources.list("samples/a")[0].is_folder);
    }
    let binary = Payload::new(Arc::new(SourceFile::default()), Content::Binary(vec![1]));
    assert_eq!(binary.place("/a").span, 0..0);
}

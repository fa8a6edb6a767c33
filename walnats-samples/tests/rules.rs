//! The rules of `buf.validate`: payloads are made that keep them, and each that is broken is found where it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use walnats_codegen::diagnostic::SourceFile;
use walnats_codegen::{Package, configure};
use walnats_harness::nested::workspace;
use walnats_samples::made::{Wanted, make};
use walnats_samples::payload::{Payload, value};
use walnats_samples::{Judge, Verdict};

/// Almost every kind of rule, two expressions over the whole message, and messages in messages of the same kind.
const PACKAGE: &str = "walnats-codegen/fixtures/generate/protobuf-rules";

fn payload(text: &str) -> Payload {
    let file = Arc::new(SourceFile { path: "payload.json".to_owned(), text: text.to_owned() });
    value(&file, 0..text.len()).payload.unwrap_or_else(|| panic!("{text}"))
}

fn said(verdict: &Verdict) -> Vec<String> {
    verdict.violations.list.iter().map(|found| format!("{} {}", found.pointer, found.keyword)).collect()
}

#[test]
fn made_messages_keep_their_rules_or_break_them() {
    let mut package = Package::load(&configure().root(workspace().join(PACKAGE)));
    let model = package.model().expect("the package is sound");
    let judge = Judge::new(&package, &model);
    let event = judge.event("order-placed").expect("there is such an event");
    let valid = make(&judge, event, Wanted { count: 5, seed: 1, invalid: false }).expect("some are found");
    let invalid = make(&judge, event, Wanted { count: 20, seed: 1, invalid: true }).expect("some are found");
    for made in &valid {
        let verdict = judge.judge(event, &payload(&made.json.to_string()));
        assert!(verdict.is_valid(), "{}: {:?}", made.json, said(&verdict));
    }
    let found: Vec<Vec<String>> =
        invalid.iter().map(|made| said(&judge.judge(event, &payload(&made.json.to_string())))).collect();
    assert!(found.iter().all(|found| !found.is_empty()), "{found:?}");
    let has = |part: &str| found.iter().flatten().any(|found| found.contains(part));
    // Mistakes of both kinds: of rules, and of the mapping.
    assert!(has(" order.total") && (has(" unknown-field") || has(" type")), "{found:?}");
}

#[test]
fn places_are_those_of_the_document() {
    let mut package = Package::load(&configure().root(workspace().join(PACKAGE)));
    let model = package.model().expect("the package is sound");
    let judge = Judge::new(&package, &model);
    let event = judge.event("order-placed").expect("there is such an event");
    // Fields have either of their names.
    let text = r#"{
        "order_id": "o_1", "currency": "CURRENCY_EUR", "placedAt": "2026-01-02T03:04:05Z", "phone": "+1",
        "card": "3f2c8a52-6f0e-4b1d-9e58-0a4f2f6f1c11", "total": 1,
        "lines": [{ "sku": "TEA", "quantity": 1, "price": 2 }], "discounts": { "a/b": 0.5, "member": 2 }
    }"#;
    let verdict = judge.judge(event, &payload(text));
    assert_eq!(said(&verdict), ["/discounts/a~1b string.in", "/discounts/member double.gt_lt"]);
    let text = r#"{ "orderId": "o_1", "lines": [{ "sku": "TEA", "quantity": 0, "price": 3 }] }"#;
    let expected = [
        " message.oneof",
        "/lines/0/quantity int32.gte_lte",
        "/lines/0/price price.even",
        "/currency enum.not_in",
        "/placedAt required",
        "/payment required",
    ];
    assert_eq!(said(&judge.judge(event, &payload(text))), expected);
}

#[test]
fn made_messages_hold_others_of_any_type() {
    let mut package =
        Package::load(&configure().root(workspace().join("walnats-codegen/fixtures/generate/protobuf-any")));
    let model = package.model().expect("the package is sound");
    let judge = Judge::new(&package, &model);
    let event = judge.event("note-written").expect("there is such an event");
    let made = make(&judge, event, Wanted { count: 20, seed: 1, invalid: false }).expect("some are found");
    assert!(made.iter().any(|made| made.json.to_string().contains("@type")));
    for made in made {
        let verdict = judge.judge(event, &payload(&made.json.to_string()));
        assert!(verdict.is_valid(), "{}: {:?}", made.json, said(&verdict));
    }
}

#[test]
fn zero_is_seen_where_a_field_of_an_edition_has_no_presence() {
    let root = workspace().join("walnats-codegen/fixtures/generate/protobuf-required");
    let mut package = Package::load(&configure().root(root));
    let model = package.model().expect("the package is sound");
    let judge = Judge::new(&package, &model);
    let event = judge.event("reminder-sent").expect("there is such an event");
    let judged = |text: &str| said(&judge.judge(event, &payload(text)));
    assert_eq!(judged(r#"{ "number": "7", "text": "Dear Ada", "days": 1, "level": "LEVEL_LAST" }"#), [""; 0]);
    let zero = ["/text text.polite", "/days required"];
    assert_eq!(judged(r#"{ "number": "7", "text": "", "days": 0, "level": "LEVEL_LAST" }"#), zero);
    assert_eq!(judged(r#"{ "number": "7", "level": "LEVEL_LAST" }"#), zero);
    let made = make(&judge, event, Wanted { count: 20, seed: 1, invalid: false });
    assert_eq!(made.map(|made| made.len()).map_err(|(_, shortage)| shortage), Ok(20));
}

#[test]
fn messages_that_hold_themselves_in_lists_and_maps_stay_small() {
    let text = r#"syntax = "proto3";
        import "buf/validate/validate.proto";
        import "walnats/options.proto";
        message Tree {
          option (walnats.event) = {};
          string name = 1 [(buf.validate.field).string.max_len = 5];
          Tree one = 2;
          repeated Tree many = 3;
          map<string, Tree> named = 4;
          oneof either { Tree left = 5; Tree right = 6; }
        }"#;
    let files = BTreeMap::from([("schemas/tree.proto".to_owned(), text.as_bytes().to_vec())]);
    let mut package = Package::from_sources(&configure(), &files);
    let model = package.model().expect("the package is sound");
    let judge = Judge::new(&package, &model);
    let event = judge.event("tree").expect("there is such an event");
    let made = make(&judge, event, Wanted { count: 3, seed: 7, invalid: false }).expect("some are found");
    let longest = made.iter().filter_map(|made| made.binary.as_ref()).map(Vec::len).max();
    assert!(longest.is_some_and(|longest| longest < 20_000), "{longest:?}");
}

//! The rules of `buf.validate`: payloads are made that keep them, and each that is broken is found where it is.

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

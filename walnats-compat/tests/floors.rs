//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up.
const FLOORS: Floors<'static> = &[
    &["json", "kind", "opinion", "protobuf", "sample", "walk"],
    &["finding", "keeps", "lint", "message", "reason", "side"],
    &["moved", "style"],
    &["accepted", "keyword", "mark", "tolerant"],
    &["delivery", "unreadable"],
    &["payload"],
    &["messages"],
    &["rules"],
    &["compare"],
    &["screen"],
];

/// Those of `json`.
const JSON_FLOORS: Floors<'static> = &[
    &["assertion", "automaton", "clock", "format", "outcome", "repetition"],
    &["atom"],
    &["demands", "summary"],
    &["minimize", "state"],
    &["arena"],
    &["evaluated", "evaluators", "known", "same"],
    &["negation"],
    &["propagate"],
    &["solver"],
    &["apart", "array", "number", "object", "text"],
    &["search"],
];

#[test]
fn modules_import_downwards() {
    assert_eq!(faults(Path::new(env!("CARGO_MANIFEST_DIR")), "src", FLOORS, &[]), "");
    // `json` itself has the types of questions and answers, and asks the search.
    assert_eq!(faults(Path::new(env!("CARGO_MANIFEST_DIR")), "src/json", JSON_FLOORS, &["json"]), "");
}

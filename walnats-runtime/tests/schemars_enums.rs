//! Rust enums, the schemas that schemars makes of them, and the enums that walnats makes of those: the same JSON.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-runtime --features schemars --test schemars_enums` writes the schema anew.
#![cfg(feature = "schemars")]

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use walnats_runtime::Event;
use walnats_runtime::private::schemars::{self, JsonSchema};

#[rustfmt::skip]
#[allow(missing_docs)]
#[path = "../../walnats-codegen/fixtures/generate/schemars/expected/events.rs"]
mod events;

/// Something was seen.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Seen {
    external: External,
    closed: AdjacentClosed,
    adjacent: Adjacent,
    internal: Internal,
    untagged: Untagged,
    all: Vec<External>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<Objects>,
}

/// Externally tagged.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum External {
    /// Has a description.
    Unit,
    Plain,
    Other,
    Tuple(i64, String),
    /// Has one, too.
    New(Inner),
    Struct {
        a: i64,
        b: Option<String>,
    },
    Optional(Option<bool>),
    Many(Vec<External>),
    Boxed(Box<External>),
    Map(BTreeMap<String, i64>),
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Inner {
    x: i64,
}

/// Without strings.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
enum Objects {
    Text(String),
    Pair(bool, bool),
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c", deny_unknown_fields)]
enum AdjacentClosed {
    Unit,
    Tuple(i64, String),
    New(Inner),
    Text(String),
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    Tuple(i64, String),
    New(Inner),
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Internal {
    Unit,
    New(Inner),
    Struct { a: i64 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Pair(bool, String),
    Inner(Inner),
    Struct { only: bool },
}

#[test]
fn the_schema_is_what_schemars_makes() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../walnats-codegen/fixtures/generate/schemars/schemas/seen.json");
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(Seen)).unwrap() + "\n";
    if std::env::var_os("WALNATS_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &schema).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), schema);
}

#[test]
fn both_write_the_same_and_read_each_other() {
    let seen = |external, closed, adjacent, internal, untagged| Seen {
        external,
        closed,
        adjacent,
        internal,
        untagged,
        all: vec![External::Many(vec![External::Other, External::Boxed(Box::new(External::Plain))])],
        last: Some(Objects::Pair(true, false)),
    };
    let inner = || Inner { x: 7 };
    let text = || "a".to_owned();
    let all = [
        seen(External::Unit, AdjacentClosed::Unit, Adjacent::Unit, Internal::Unit, Untagged::Number(1)),
        seen(
            External::Tuple(1, text()),
            AdjacentClosed::Tuple(2, text()),
            Adjacent::Tuple(3, text()),
            Internal::New(inner()),
            Untagged::Text(text()),
        ),
        seen(
            External::New(inner()),
            AdjacentClosed::New(inner()),
            Adjacent::New(inner()),
            Internal::Struct { a: 1 },
            Untagged::Pair(true, text()),
        ),
        seen(
            External::Struct { a: 1, b: None },
            AdjacentClosed::Text(text()),
            Adjacent::Unit,
            Internal::Unit,
            Untagged::Inner(inner()),
        ),
        seen(
            External::Optional(None),
            AdjacentClosed::Unit,
            Adjacent::Unit,
            Internal::Unit,
            Untagged::Struct { only: true },
        ),
        seen(
            External::Map([(text(), 1)].into()),
            AdjacentClosed::Unit,
            Adjacent::Unit,
            Internal::Unit,
            Untagged::Number(-1),
        ),
    ];
    for theirs in all {
        let written = serde_json::to_value(&theirs).unwrap();
        let ours = events::Seen::decode(written.to_string()).unwrap();
        let again = ours.encode().unwrap();
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&again).unwrap(), written);
        assert_eq!(serde_json::from_slice::<Seen>(&again).unwrap(), theirs);
    }
}

#[test]
fn the_enums_are_those_that_were_there() {
    use events::seen::{AdjacentClosed, External, Inner, Objects};
    let all =
        [External::Unit, External::Tuple(1, "a".to_owned()), External::from(Inner::new(1)), External::Optional(None)];
    assert_eq!(serde_json::to_string(&all).unwrap(), r#"["unit",{"tuple":[1,"a"]},{"new":{"x":1}},{"optional":null}]"#);
    let all = [AdjacentClosed::Unit, AdjacentClosed::Tuple(1, "a".to_owned()), "b".to_owned().into()];
    assert_eq!(
        serde_json::to_string(&all).unwrap(),
        r#"[{"t":"Unit"},{"t":"Tuple","c":[1,"a"]},{"t":"Text","c":"b"}]"#
    );
    assert_eq!(serde_json::to_string(&Objects::Pair(true, false)).unwrap(), r#"{"Pair":[true,false]}"#);
}

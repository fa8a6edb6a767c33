//! What comes out for `fixtures/streams`, to the byte: every setting of `[streams.<name>]`.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-codegen --test streams` writes `expected/` anew. The runtime's tests compile it and
//! register its streams on a real server.

use std::path::Path;

use walnats_codegen::diagnostic::render;
use walnats_codegen::write;

#[test]
fn every_setting_is_in_the_descriptor() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/streams");
    let (files, report) = match walnats_codegen::configure().root(&folder).generate() {
        Ok(generated) => generated,
        Err(report) => panic!("{}", render(&report, false)),
    };
    assert!(report.diagnostics.is_empty(), "{}", render(&report, false));
    let expected = folder.join("expected");
    if std::env::var_os("WALNATS_BLESS").is_some() {
        write::write(&expected, &files).unwrap();
    }
    let difference = write::compare(&expected, &files).unwrap();
    assert!(difference.is_empty(), "{difference:?}");
}

/// A key that the configuration knows, and the fixture does not show, is not tried on a server.
#[cfg(feature = "config-schema")]
#[test]
fn the_fixture_shows_every_setting() {
    let text = include_str!("../fixtures/streams/walnats.toml");
    let schema = walnats_codegen::config_schema();
    let keys = schema.pointer("/$defs/StreamSettings/properties").and_then(serde_json::Value::as_object).unwrap();
    let missing: Vec<_> = keys.keys().filter(|key| !text.contains(&format!("\n{key} = "))).collect();
    // A stream is sealed once it exists.
    assert_eq!(missing, ["sealed"]);
}

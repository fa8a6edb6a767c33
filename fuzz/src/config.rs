//! Any `walnats.toml`: it is read or refused, with places that exist.

use std::fs;

use walnats_codegen::{configure, render};

const SCHEMA: &str =
    r#"{"title": "A", "type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}"#;

pub fn try_out(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("schemas")).expect("a folder");
    fs::write(folder.path().join("schemas/a.json"), SCHEMA).expect("a file");
    fs::write(folder.path().join("walnats.toml"), data).expect("a file");
    let config = configure().root(folder.path());
    drop(render(&config.check(), false));
    if let Err(report) = config.generate() {
        assert!(!report.diagnostics.is_empty());
    }
}

//! Any `walnats.toml`: it is read or refused, with places that exist.

use std::collections::BTreeMap;

use walnats_codegen::{Package, configure, render};

const SCHEMA: &str =
    r#"{"title": "A", "type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}"#;

pub fn try_out(data: &[u8]) {
    let files = [("schemas/a.json", SCHEMA.as_bytes()), ("walnats.toml", data)];
    let files: BTreeMap<_, _> = files.into_iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect();
    let mut package = Package::from_sources(&configure(), &files);
    let mut checked = package.clone();
    let _ = checked.check();
    drop(render(&checked.report, false));
    if package.generate().is_err() {
        assert!(!package.report.diagnostics.is_empty());
    }
}

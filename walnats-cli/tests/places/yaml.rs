//! YAML files as JSON.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use walnats_codegen::Report;
use walnats_codegen::diagnostic::SourceFile;
use walnats_schema::read::parse_yaml;

/// The documents of a file.
pub fn documents(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.split("\n---\n").map(|text| document(path, text)).collect()
}

/// The only document of a file.
pub fn read(path: &Path) -> Value {
    documents(path).pop().unwrap()
}

fn document(path: &Path, text: &str) -> Value {
    let mut report = Report::default();
    let file = SourceFile { path: path.display().to_string(), text: text.to_owned() };
    let document = parse_yaml(Arc::new(file), "file.yaml", &mut report);
    assert!(report.diagnostics.is_empty(), "{}: {:?}", path.display(), report.diagnostics);
    document.unwrap().root.to_json()
}

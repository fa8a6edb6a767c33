//! Any bytes as a schema: what comes of them is findings, or Rust that parses, and never a panic.

use std::sync::Arc;

use walnats_codegen::diagnostic::{Report, SourceFile};
use walnats_codegen::load::{SourceSet, parse_json, parse_yaml};
use walnats_codegen::{check, lower, rust, settings, write};

/// `data` is a schema, and if NULs part it, a file that the schema may refer to, and `walnats.toml`. What begins with `{` is JSON, all else YAML.
pub fn try_out(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut texts = text.split('\0');
    let mut report = Report::default();
    let mut sources = SourceSet::default();
    for (name, text) in ["event", "_shared"].into_iter().zip(&mut texts) {
        let is_json = text.trim_start().starts_with('{');
        let name = format!("{name}.{}", if is_json { "json" } else { "yaml" });
        let file = Arc::new(SourceFile { path: format!("schemas/{name}"), text: text.to_owned() });
        let document =
            if is_json { parse_json(file, &name, &mut report) } else { parse_yaml(file, &name, &mut report) };
        sources.documents.extend(document);
    }
    sources.documents.sort_by(|a, b| a.name.cmp(&b.name));
    let text = texts.next().unwrap_or_default().to_owned();
    let config_file = Arc::new(SourceFile { path: "walnats.toml".to_owned(), text });
    let settings = settings::parse(&config_file, &mut report);
    if report.has_errors() {
        return rendered(&report);
    }
    let model = lower::lower(&sources, &settings, &config_file, &mut report);
    if report.has_errors() {
        return rendered(&report);
    }
    check::check(&model, &mut report);
    rendered(&report);
    let files = rust::generate(&model, &mut report);
    rendered(&report);
    for file in write::format(files) {
        if file.path.ends_with(".rs")
            && let Err(error) = syn::parse_file(&file.content)
        {
            panic!("{} is no Rust: {error}\n{}", file.path, file.content);
        }
    }
}

/// Findings point into texts that may be anything.
fn rendered(report: &Report) {
    assert_eq!(walnats_codegen::render(report, false).is_empty(), report.diagnostics.is_empty());
}

//! Any bytes as a schema: what comes of them is findings, or Rust that parses, and never a panic.

use std::collections::BTreeMap;

use walnats_codegen::{Package, Report, configure};

/// `data` is a schema, and if NULs part it, a file that the schema may refer to, and `walnats.toml`. What begins with `{` is JSON, all else YAML.
pub fn try_out(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut texts = text.split('\0');
    let mut files = BTreeMap::new();
    for (name, text) in ["event", "_shared"].into_iter().zip(&mut texts) {
        let extension = if text.trim_start().starts_with('{') { "json" } else { "yaml" };
        files.insert(format!("schemas/{name}.{extension}"), text.as_bytes().to_vec());
    }
    files.insert("walnats.toml".to_owned(), texts.next().unwrap_or_default().as_bytes().to_vec());
    let mut package = Package::from_sources(&configure(), &files);
    let mut checked = package.clone();
    let _ = checked.check();
    rendered(&checked.report);
    let generated = package.generate();
    rendered(&package.report);
    for file in generated.into_iter().flatten() {
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

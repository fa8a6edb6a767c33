//! Layout and names of protobuf files, by buf's rules.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use walnats_codegen::Package;
use walnats_codegen::diagnostic::SourceFile;
use walnats_codegen::settings::ProtobufName;
use walnats_compat::style::{self, BufYaml};

/// Adds what is found to the package's report. `root` is its folder.
pub fn check(package: &mut Package, root: &Path) {
    let is_asked_for = package.settings.lints.protobuf == Some(ProtobufName::BufYaml);
    let buf_yaml = if is_asked_for { find(package, root) } else { None };
    style::check(package, buf_yaml.as_ref());
}

/// The `buf.yaml` next to `walnats.toml`, or else in a schema folder.
fn find(package: &Package, root: &Path) -> Option<BufYaml> {
    let folders = package.settings.schemas.folders.clone().unwrap_or_else(|| vec!["schemas".to_owned()]);
    let read = |path: &str| {
        let text = fs::read_to_string(root.join(path)).ok()?;
        Some(Arc::new(SourceFile { path: path.to_owned(), text }))
    };
    let own = read("buf.yaml").map(|file| BufYaml {
        file,
        schemas: folders.first().map_or_else(String::new, |folder| folder.replace('\\', "/")),
    });
    own.or_else(|| {
        let mut files = folders.iter().map(|folder| format!("{}/buf.yaml", folder.trim_end_matches('/')));
        files.find_map(|path| read(&path)).map(|file| BufYaml { file, schemas: String::new() })
    })
}

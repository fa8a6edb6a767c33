//! Packages as a tree of modules: one file for each package with code, below `proto.rs`.

use std::collections::BTreeMap;

use crate::write::GeneratedFile;

/// What the code of prost-build is not held to: it is not ours to word, and a schema may lack comments.
const LINTS: &str = "#![allow(missing_docs, deprecated, clippy::all, clippy::pedantic)]\n";

/// The files for `packages`: the path of each package's module, and its code; `shared` is for the root.
pub fn files(packages: impl IntoIterator<Item = (Vec<String>, String)>, shared: &str) -> Vec<GeneratedFile> {
    let mut root = Package::default();
    // Where all types are those of other crates, nothing is left of a package.
    for (path, code) in packages.into_iter().filter(|(_, code)| !code.trim().is_empty()) {
        let package = path.into_iter().fold(&mut root, |package, part| package.inner.entry(part).or_default());
        package.code = Some(code);
    }
    let mut files = Vec::new();
    let content = format!("//! The protobuf messages that events are or hold, as modules by package.\n\n{LINTS}\n");
    let content = content + &root.write("proto", "", &mut files) + shared;
    files.push(GeneratedFile { path: "proto.rs".to_owned(), content });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

#[derive(Default)]
struct Package {
    code: Option<String>,
    inner: BTreeMap<String, Package>,
}

impl Package {
    /// The code of this package and of those inside of it; those that have code of their own go into `files`. A module
    /// without code is written where it is declared: a file of one line helps nobody.
    fn write(&self, folder: &str, package: &str, files: &mut Vec<GeneratedFile>) -> String {
        let mut content = self.code.clone().unwrap_or_default();
        for (name, inner) in &self.inner {
            let plain = name.trim_start_matches("r#");
            let folder = format!("{folder}/{plain}");
            let package = if package.is_empty() { plain.to_owned() } else { format!("{package}.{plain}") };
            let code = inner.write(&folder, &package, files);
            content += &format!("\n/// The protobuf package `{package}`.\n");
            if inner.code.is_some() {
                content += &format!("pub mod {name};\n");
                files.push(GeneratedFile { path: format!("{folder}.rs"), content: code });
            } else {
                content += &format!("pub mod {name} {{\n{code}}}\n");
            }
        }
        content
    }
}

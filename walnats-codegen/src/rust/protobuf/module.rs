//! Packages as a tree of modules: one file for each package with code, below `proto.rs`.
//!
//! What is declared in a message is in a module of its own. Where a package has the name of that module, as `shop.cluster` has
//! beside `message Cluster` of `shop`, both are one module: paths in the code of prost-build lead there from either.

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
    let content = content + &root.write("proto", "", "", &mut files) + shared;
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
    ///
    /// `nested` is what is declared in the message whose module this is, too.
    fn write(&self, folder: &str, package: &str, nested: &str, files: &mut Vec<GeneratedFile>) -> String {
        let mut own = format!("{nested}{}", self.code.as_deref().unwrap_or_default());
        // Apart: a package inside of one of them can have the name of another.
        let mut modules = String::new();
        for (name, inner) in &self.inner {
            let Taken { docs, nested, rest } = take_module(&own, name);
            own = rest;
            let plain = name.trim_start_matches("r#");
            let folder = format!("{folder}/{plain}");
            let package = if package.is_empty() { plain.to_owned() } else { format!("{package}.{plain}") };
            let code = inner.write(&folder, &package, &nested, files);
            modules += &format!("\n/// The protobuf package `{package}`.\n{docs}");
            // To Rust, a file of the name `mod` is the module of its folder.
            if inner.code.is_some() && plain != "mod" {
                modules += &format!("pub mod {name};\n");
                files.push(GeneratedFile { path: format!("{folder}.rs"), content: code });
            } else {
                modules += &format!("pub mod {name} {{\n{code}}}\n");
            }
        }
        own + &modules
    }
}

/// A module that was taken out of code.
struct Taken {
    /// Its documentation, to go on from.
    docs: String,
    /// What is in it.
    nested: String,
    /// The code without it.
    rest: String,
}

/// Takes the module `name` out of `code`, if it is there: prost-build begins and ends it on lines of their own.
fn take_module(code: &str, name: &str) -> Taken {
    let begin = format!("pub mod {name} {{");
    let mut taken = Taken { docs: String::new(), nested: String::new(), rest: String::new() };
    let mut is_inside = false;
    // Documentation belongs to what follows it.
    let mut docs = String::new();
    for line in code.split_inclusive('\n') {
        match line.trim_end() {
            "}" if is_inside => is_inside = false,
            _ if is_inside => taken.nested.push_str(line.strip_prefix("    ").unwrap_or(line)),
            begins if begins == begin => {
                is_inside = true;
                taken.docs = format!("///\n{}", std::mem::take(&mut docs));
            }
            comment if comment.starts_with("///") => docs.push_str(line),
            _ => taken.rest.extend([std::mem::take(&mut docs).as_str(), line]),
        }
    }
    taken.rest.push_str(&docs);
    taken
}

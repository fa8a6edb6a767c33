//! A module imports from its own floor and from those below. This reads the sources to hold it.

use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up; siblings of one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["diagnostic"],
    &["codes", "model", "write"],
    &["load"],
    &["settings"],
    &["ignore", "lower"],
    &["check", "rust"],
    &["config"],
    &["package"],
    &["build_script", "fix"],
];

/// The same, inside of `lower`. `json_event` and `protobuf` are the two front ends.
const LOWER_FLOORS: &[&[&str]] = &[
    &["filter", "lost_message", "message_option", "service"],
    &["template"],
    &["encoding", "field", "once"],
    &["event"],
    &["codegen", "externs", "overrides", "protobuf", "rust_note", "source"],
    &["declaration", "json_event", "messages", "stream"],
    &["salvage"],
];

/// The same, inside of `lower::protobuf`.
const PROTOBUF_FLOORS: &[&[&str]] = &[
    &["custom", "descriptor", "token"],
    &["edited", "edition", "feature", "inputs", "place", "plain", "soundness", "taken"],
    &["externs", "names", "option"],
    &["text"],
    &["library", "prune", "rules"],
    &["mistake"],
    &["applied"],
    &["compile"],
    &["sound", "tests"],
];

/// The same, inside of `write::lines`.
const LINES_FLOORS: &[&[&str]] = &[&["scan"], &["part"], &["wrap"]];

/// The same, inside of `rust`.
const RUST_FLOORS: &[&[&str]] = &[
    &["integer", "json_types", "markdown", "names", "operand", "proof", "rename", "sample_data", "schema_location"],
    &["schemas"],
    &["conjunction"],
    &["types"],
    &["builder", "prover"],
    &["code", "idents", "judged", "layout", "template"],
    &["constraint", "coverage", "stream", "type_names", "versions"],
    &["checks", "context", "docs"],
    &["emitter", "event", "item", "reader"],
    &["protobuf"],
];

/// Where schemas may still be JSON values; the model carries examples and defaults.
const JSON_VALUES: &[&str] = &["load", "lower", "model"];

#[test]
fn imports_go_downwards() {
    for source in sources() {
        for (line, import) in imports(&source.text) {
            let Some(to) = floor(&import) else { continue };
            let from = floor(&source.module).unwrap_or_else(|| panic!("`{}` is on no floor", source.module));
            assert!(
                to < from || import == source.module,
                "{}: `{}` is on floor {from}, `{import}` on floor {to}: {line}",
                source.path.display(),
                source.module
            );
        }
    }
}

#[test]
fn imports_inside_of_folders_go_downwards() {
    check_folder("rust", RUST_FLOORS);
    check_folder("lower", LOWER_FLOORS);
    check_folder("lower/protobuf", PROTOBUF_FLOORS);
    check_folder("write/lines", LINES_FLOORS);
}

/// Every module of `folder` is on a floor, and imports from those below.
fn check_folder(folder: &str, floors: &[&[&str]]) {
    let floor = |module: &str| floors.iter().position(|floor| floor.contains(&module));
    let parent = format!("{}::", folder.rsplit('/').next().unwrap());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
    for source in sources() {
        let Ok(path) = source.path.strip_prefix(&root) else { continue };
        let own = path.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        let from = floor(own).unwrap_or_else(|| panic!("`{parent}{own}` is on no floor"));
        for line in code(&source.text) {
            // Below the first level, `super` is the module itself.
            let marks = if path.components().count() == 1 { &["super::", &parent][..] } else { &[parent.as_str()] };
            for after in marks.iter().flat_map(|mark| line.split(mark).skip(1)) {
                let braced = after.starts_with('{');
                let names = after.trim_start_matches('{').split(", ").take(if braced { usize::MAX } else { 1 });
                for import in names.map(|name| name.split(|c: char| !c.is_ascii_lowercase() && c != '_').next()) {
                    let import = import.unwrap_or_default();
                    let Some(to) = floor(import).filter(|_| import != own) else { continue };
                    assert!(to < from, "`{parent}{own}` is on floor {from}, `{parent}{import}` on floor {to}: {line}");
                }
            }
        }
    }
}

#[test]
fn descriptors_are_read_by_the_lowering_alone() {
    // prost-build takes descriptors; on the way they are taken apart by message, and nothing else is taken from them.
    const FOR_PROST_BUILD: [&str; 4] =
        ["rust/protobuf", "rust/protobuf/comment", "rust/protobuf/holding", "rust/protobuf/request"];
    for source in sources().iter().filter(|source| !source.is_inside("lower/protobuf")) {
        let names = |word: &str| code(&source.text).find(|line| line.contains(word));
        assert_eq!(names("prost_reflect"), None, "{}", source.path.display());
        let path = source.path.with_extension("");
        let is_for_prost_build = FOR_PROST_BUILD.iter().any(|module| path.ends_with(module));
        assert!(is_for_prost_build || names("prost_types::").is_none(), "{}", source.path.display());
    }
}

#[test]
fn the_front_ends_do_not_know_each_other() {
    for (one, other) in [("json_event", "protobuf"), ("protobuf", "json_event")] {
        for source in sources().iter().filter(|source| source.is_inside(&format!("lower/{one}"))) {
            let names = code(&source.text)
                .any(|line| line.contains(&format!("{other}::")) || line.contains(&format!("lower::{other}")));
            assert!(!names, "{} names `{other}`", source.path.display());
        }
    }
}

#[test]
fn schemas_are_no_json_values_once_they_are_lowered() {
    for source in sources().iter().filter(|source| !JSON_VALUES.contains(&source.module.as_str())) {
        let mut lines = code(&source.text);
        let used = lines.find(|line| line.contains("serde_json::Value") || line.contains("use serde_json::{"));
        // The schema of walnats.toml itself is output, not input; and a literal in generated
        // code starts as the example or default that the model carries.
        let is_free = source.module == "settings" || source.module == "rust";
        assert!(used.is_none() || is_free, "{}: {}", source.path.display(), used.unwrap_or_default());
    }
}

#[test]
fn only_load_and_write_touch_the_disk() {
    for source in sources().iter().filter(|source| !["load", "write"].contains(&source.module.as_str())) {
        let used = code(&source.text)
            .find(|line| line.contains("std::fs") || line.contains("fs::read") || line.contains("std::net"));
        assert!(used.is_none(), "{}: {}", source.path.display(), used.unwrap_or_default());
    }
}

struct Source {
    path: PathBuf,
    /// The module of the crate's root that it belongs to.
    module: String,
    text: String,
}

impl Source {
    fn is_inside(&self, module: &str) -> bool {
        let path = self.path.with_extension("");
        path.to_str().is_some_and(|path| path.ends_with(module) || path.contains(&format!("{module}/")))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && path != root.join("lib.rs") {
                let first =
                    path.strip_prefix(&root).unwrap().components().next().unwrap().as_os_str().to_str().unwrap();
                let module = first.trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path, module, text });
            }
        }
    }
    assert!(found.len() > 20, "the sources are not where they were");
    found
}

/// The lines that are neither comments nor tests, which may start from wherever they like.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let before_tests = text.find("#[cfg(test)]\nmod tests {").map_or(text, |tests| &text[..tests]);
    before_tests.lines().filter(|line| !line.trim_start().starts_with("//"))
}

/// The modules of the crate's root that a file names, each with the line.
fn imports(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in code(text) {
        for after in line.split("crate::").skip(1) {
            for part in
                after.trim_start_matches('{').split(", ").take(if after.starts_with('{') { usize::MAX } else { 1 })
            {
                let name: String = part.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                found.push((name, line.trim().to_owned()));
            }
        }
    }
    found
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

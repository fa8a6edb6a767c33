//! The validator stands below the reader, and the reader's floors below each other. This reads the sources to hold it.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors of `read`, from the bottom up; siblings of one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["glob", "suggestion", "wildcard"],
    &["diagnostic"],
    &["document"],
    &["edit"],
    &["resolve"],
    &["lower", "bundle"],
];

/// The floors of `read::resolve`.
const RESOLVE_FLOORS: &[&[&str]] =
    &[&["draft", "uri"], &["dialect", "metaschema"], &["keyword", "registry"], &["index"], &["reference"]];

/// The floors of `read::lower`.
const LOWER_FLOORS: &[&[&str]] = &[
    &["annotations", "cure", "never", "shorten"],
    &["shape"],
    &["schema_object"],
    &["nullable"],
    &[
        "array",
        "combine",
        "cycle",
        "doubtful",
        "dynamic",
        "number",
        "object",
        "reference",
        "required",
        "string",
        "unknown",
        "value",
    ],
    &["untyped"],
];

/// The floors of `read::document`.
const DOCUMENT_FLOORS: &[&[&str]] = &[&["number", "syntax"], &["scalar", "json"], &["yaml"]];

/// The floors of `pattern`.
const PATTERN_FLOORS: &[&[&str]] = &[
    &["syntax"],
    &["characters", "parse", "translate"],
    &["deterministic", "program"],
    &["lookaround"],
    &["backtrack"],
];

/// What this crate knows nothing of.
const FOREIGN_WORDS: [&str; 6] = ["payload", "x-walnats", "NATS", "protobuf", "walnats.toml", "[schemas]"];

#[test]
fn the_validator_knows_no_files() {
    for (path, text) in sources(&root()).iter().filter(|(path, _)| !path.starts_with(root().join("read"))) {
        let is_facade = *path == root().join("lib.rs") || *path == root().join("read.rs");
        assert!(is_facade || !text.contains("read::"), "{} imports from `read`", path.display());
    }
}

#[test]
fn the_reader_imports_downwards() {
    for (path, text) in sources(&root().join("read")) {
        let module = module(&path);
        let from = floor(&module).unwrap_or_else(|| panic!("`{module}` is on no floor"));
        for after in text.split("read::").skip(1) {
            let import: String = after.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            let Some(to) = floor(&import) else { continue };
            assert!(to < from || import == module, "{}: `{module}` imports `{import}`", path.display());
        }
    }
}

#[test]
fn the_files_of_a_folder_import_downwards() {
    check_folder("read/resolve", RESOLVE_FLOORS);
    check_folder("read/lower", LOWER_FLOORS);
    check_folder("read/document", DOCUMENT_FLOORS);
    check_folder("pattern", PATTERN_FLOORS);
}

/// Every file of `folder` is on a floor, and imports from those below. What it takes from the folder's own module, types
/// that it adds methods to, is on none.
fn check_folder(folder: &str, floors: &[&[&str]]) {
    let floor = |module: &str| floors.iter().position(|floor| floor.contains(&module));
    for (path, text) in sources(&root().join(folder)) {
        if path.strip_prefix(root().join(folder)).unwrap().components().count() > 1 {
            continue;
        }
        let own = path.file_stem().unwrap().to_str().unwrap();
        let from = floor(own).unwrap_or_else(|| panic!("`{own}` of {folder} is on no floor"));
        for line in text.lines().filter(|line| line.starts_with("use super::")) {
            let names = line.trim_start_matches("use super::");
            // Of `{uri, index}` each, and of `registry::{Location, Registry}` the first.
            let count = if names.starts_with('{') { usize::MAX } else { 1 };
            let imports = names.trim_start_matches('{').split(", ").take(count);
            for import in imports.map(|name| name.split([':', ';', '}']).next().unwrap_or_default()) {
                let is_module = import.starts_with(|c: char| c.is_ascii_lowercase());
                let to = floor(import);
                assert!(to.is_some() || !is_module, "{}: `{import}` is on no floor", path.display());
                assert!(to.is_none_or(|to| to < from), "`{own}` imports `{import}`: {line}");
            }
        }
    }
}

#[test]
fn the_crate_knows_no_events() {
    for (path, text) in sources(&root()) {
        let found = FOREIGN_WORDS.iter().find(|word| text.contains(*word));
        assert!(found.is_none(), "{} speaks of `{}`", path.display(), found.unwrap_or(&""));
    }
}

#[test]
fn nothing_touches_the_disk_or_the_network() {
    for (path, text) in sources(&root()) {
        assert!(
            !text.contains("std::fs") && !text.contains("TcpStream") && !text.contains("std::process"),
            "{}",
            path.display()
        );
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The module of `read` that a file belongs to.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("read")).unwrap();
    inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

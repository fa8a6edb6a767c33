//! Every JSON, YAML, protobuf and TOML file of the corpora and of this repository is formatted: the same values, the same
//! comments, the same text when it is formatted again. What is compared here is read by other parsers than the formatter's own,
//! except for YAML, where only the comments are.

mod meaning;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use walnats_format::{Cause, Kind, Style, format};

/// What became of the files of a kind.
#[derive(Default)]
struct Row {
    files: usize,
    unchanged: usize,
    formatted: usize,
    comments: usize,
    /// Why files were left alone, with their names.
    left_alone: BTreeMap<String, Vec<String>>,
}

#[test]
fn the_corpora_are_formatted() {
    let Some(corpora) = corpora() else { return };
    let rows = rows(&corpora);
    print(&rows);
    for (kind, least) in [(Kind::Json, 1100), (Kind::Yaml, 140), (Kind::Proto, 500)] {
        let row = &rows[&kind];
        assert!(row.files > least, "{kind:?}: {} files", row.files);
        let left_alone: usize = row.left_alone.values().map(Vec::len).sum();
        assert_eq!(left_alone, 0, "{kind:?}: {:?}", row.left_alone);
    }
}

#[test]
fn the_files_of_this_repository_are_formatted() {
    let rows = rows(&workspace());
    print(&rows);
    assert!(rows.values().map(|row| row.files).sum::<usize>() > 500);
    for (reason, names) in rows.values().flat_map(|row| &row.left_alone) {
        // What is wrong on purpose, and what the parser does not read.
        let is_fixture = |name: &String| {
            [
                "fixtures/diagnostics/WN01",
                "fixtures/diagnostics/WN04",
                "fixtures/diagnostics/WN05",
                "fixtures/fix/WN01",
                "tools/fuzz/seeds/",
                "walnats-cli/fixtures/fmt/",
                // Google's file: protox-parse 0.10 refuses a range of one number with options.
                "walnats-codegen/proto/google/protobuf/descriptor.proto",
            ]
            .iter()
            .any(|folder| name.contains(folder))
        };
        assert!(names.iter().all(is_fixture), "{reason}: {names:?}");
    }
}

fn rows(folder: &Path) -> BTreeMap<Kind, Row> {
    let mut rows: BTreeMap<Kind, Row> = BTreeMap::new();
    for path in files(folder) {
        let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
        // Those have a test of their own.
        if name.starts_with("walnats-format/fixtures/") {
            continue;
        }
        let (Some(kind), Ok(text)) = (Kind::of(&name), fs::read_to_string(&path)) else { continue };
        let row = rows.entry(kind).or_default();
        row.files += 1;
        match format(kind, &text, &Style::default()) {
            Ok(formatted) => {
                assert_eq!(format(kind, &formatted, &Style::default()).as_ref(), Ok(&formatted), "{name}: not stable");
                row.comments +=
                    meaning::compare(kind, &text, &formatted).unwrap_or_else(|what| panic!("{name}: {what}"));
                let counter = if formatted == text { &mut row.unchanged } else { &mut row.formatted };
                *counter += 1;
            }
            Err(refusal) => {
                let reason = match refusal.cause {
                    Cause::Syntax => "not valid".to_owned(),
                    Cause::Unsafe => refusal.message,
                };
                row.left_alone.entry(reason).or_default().push(name);
            }
        }
    }
    rows
}

fn print(rows: &BTreeMap<Kind, Row>) {
    println!("{:<6} {:>6} {:>9} {:>9} {:>8}  left alone", "kind", "files", "unchanged", "formatted", "comments");
    for (kind, Row { files, unchanged, formatted, comments, left_alone }) in rows {
        let reasons: Vec<String> =
            left_alone.iter().map(|(reason, names)| format!("{} {reason}", names.len())).collect();
        let kind = format!("{kind:?}");
        println!("{kind:<6} {files:>6} {unchanged:>9} {formatted:>9} {comments:>8}  {}", reasons.join(", "));
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// `WALNATS_CORPORA`, or `shared/corpora` next to the project.
fn corpora() -> Option<PathBuf> {
    let beside = workspace().join("../shared/corpora");
    let folder = std::env::var_os("WALNATS_CORPORA").map_or(beside, PathBuf::from);
    if !folder.is_dir() {
        println!("not tested: there is no folder {}", folder.display());
        return None;
    }
    Some(folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let is_hidden = name.to_string_lossy().starts_with('.');
        let kind = entry.file_type().unwrap();
        if kind.is_dir() && !is_hidden && name != "target" && name != "node_modules" {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}

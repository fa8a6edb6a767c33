//! What comes out for each folder of `fixtures/generate`, to the byte.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-codegen --test generate` writes `expected/` anew.

use std::fs;
use std::path::{Path, PathBuf};

use walnats_codegen::diagnostic::render;
use walnats_codegen::write;

#[test]
fn each_folder_gives_the_expected_code() {
    let mut wrong = Vec::new();
    for folder in fixtures() {
        let (files, report) = match walnats_codegen::configure().root(&folder).generate() {
            Ok(generated) => generated,
            Err(report) => {
                wrong.push(format!("{}:\n{}", folder.display(), render(&report, false)));
                continue;
            }
        };
        if !report.diagnostics.is_empty() {
            wrong.push(format!("{}: warnings:\n{}", folder.display(), render(&report, false)));
        }
        let expected = folder.join("expected");
        if std::env::var_os("WALNATS_BLESS").is_some() {
            write::write(&expected, &files).unwrap();
        }
        let difference = write::compare(&expected, &files).unwrap();
        if !difference.is_empty() {
            wrong.push(format!("{}: {difference:?}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_schemas_give_the_same_bytes() {
    for folder in fixtures() {
        let generate =
            || walnats_codegen::configure().root(&folder).generate().map(|(files, _)| files).unwrap_or_default();
        assert_eq!(generate(), generate(), "{}", folder.display());
    }
}

/// Folders with protobuf files need the feature.
fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/generate");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| cfg!(feature = "protobuf") || !has_protobuf(&folder.join("schemas")));
    folders.sort();
    assert!(!folders.is_empty(), "there is nothing to generate from");
    folders
}

fn has_protobuf(folder: &Path) -> bool {
    let mut paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.any(|path| {
        path.extension().is_some_and(|extension| extension == "proto") || (path.is_dir() && has_protobuf(&path))
    })
}

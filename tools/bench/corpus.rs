//! Where GitHub's schema and example payloads are: beside the project, or where `WALNATS_CORPORA` says. Nothing of it is committed.

use std::path::{Path, PathBuf};

/// The folder with `schema.json` and `examples.json`.
///
/// # Panics
///
/// If it is not there: a build script says so with its place.
pub fn github() -> PathBuf {
    println!("cargo::rerun-if-env-changed=WALNATS_CORPORA");
    let corpora = std::env::var_os("WALNATS_CORPORA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpora"), PathBuf::from);
    let folder = corpora.join("github-webhooks");
    assert!(
        folder.is_dir(),
        "there is no folder `{}`: say with WALNATS_CORPORA where `github-webhooks` is",
        folder.display()
    );
    folder
}

//! Where a package is, and where the code made of it goes.

use std::path::{Path, PathBuf};

use crate::settings::Settings;

/// A build configuration: paths and options, each with a default. [`configure`](crate::configure) creates it.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) root: PathBuf,
    schemas: Option<Vec<PathBuf>>,
    pub(crate) config_file: PathBuf,
    pub(crate) out_dir: Option<PathBuf>,
}

/// The folder that is read where neither the caller nor `walnats.toml` names any.
const DEFAULT_FOLDER: &str = "schemas";

impl Config {
    pub(crate) fn new() -> Self {
        let root = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
        Self { root, schemas: None, config_file: PathBuf::from("walnats.toml"), out_dir: None }
    }

    /// The root: `walnats.toml` and the schema folders are relative to it, and nothing outside of it is read;
    /// `CARGO_MANIFEST_DIR`, or the current directory.
    ///
    /// For schemas next to the package (a monorepo, a submodule), it is the folder above both:
    ///
    /// ```no_run
    /// // build.rs of `shop/events`, with `shop/schemas` and `shop/walnats.toml`
    /// walnats_codegen::configure().root("..").compile();
    /// ```
    #[must_use]
    pub fn root(mut self, root: impl Into<PathBuf>) -> Self {
        self.root = root.into();
        self
    }

    /// The schema folders, relative to the root; goes before `[schemas] folders` of `walnats.toml`.
    #[must_use]
    pub fn schemas(mut self, folders: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.schemas = Some(folders.into_iter().map(Into::into).collect());
        self
    }

    /// The configuration file, relative to the root; `walnats.toml`. It need not exist.
    #[must_use]
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.config_file = path.into();
        self
    }

    /// Where [`compile`](Self::compile) writes to; `$OUT_DIR/walnats`, which is where `include_events!()` looks.
    #[must_use]
    pub fn out_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(path.into());
        self
    }

    /// The schema folders, relative to the root.
    pub fn folders(&self, settings: &Settings) -> Vec<PathBuf> {
        self.schemas.clone().unwrap_or_else(|| match &settings.schemas.folders {
            Some(folders) => folders.iter().map(PathBuf::from).collect(),
            None => vec![PathBuf::from(DEFAULT_FOLDER)],
        })
    }

    /// The path of `walnats.toml` as it is shown: relative to the root, `/` between parts.
    pub(crate) fn shown_config_file(&self) -> String {
        shown(&self.config_file)
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

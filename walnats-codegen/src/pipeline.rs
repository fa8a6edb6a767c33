//! The stages, one after the other. `build.rs` and the program `walnats` both start here.

mod foreign;

use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Report, SourceFile};
use crate::load::SourceSet;
use crate::model::EventModel;
use crate::settings::{self, Settings};
use crate::write::{self, GeneratedFile};
use crate::{check, load, lower, rust};

/// Where everything is. Made by [`configure`](crate::configure); every setting has a default.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) root: PathBuf,
    schemas: Option<Vec<PathBuf>>,
    config_file: PathBuf,
    pub(crate) out_dir: Option<PathBuf>,
}

/// Folders to read where neither the caller nor `walnats.toml` names any.
const DEFAULT_FOLDER: &str = "schemas";

impl Config {
    pub(crate) fn new() -> Self {
        let root = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
        Self { root, schemas: None, config_file: PathBuf::from("walnats.toml"), out_dir: None }
    }

    /// The package's folder, which nothing outside of is read; `CARGO_MANIFEST_DIR`, or the current directory.
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

    /// Loads and lowers: the model, unless there are errors, and everything that was found.
    pub fn load_model(&self) -> (Option<EventModel>, Report) {
        let mut report = Report::default();
        let (settings, file) = self.settings(&mut report);
        let sources = load::load(&self.root, &self.folders(&settings), &mut report);
        foreign::forgive(&mut report, &sources, &settings.schemas.foreign);
        let model = (!report.has_errors()).then(|| lower::lower(&sources, &settings, &file, &mut report));
        foreign::forgive(&mut report, &sources, &settings.schemas.foreign);
        report.sort();
        (model.filter(|_| !report.has_errors()), report)
    }

    /// The files that the model is made of, and how to read them; what was found on the way is in the report of
    /// [`load_model`](Self::load_model).
    pub fn load_sources(&self) -> (SourceSet, Settings) {
        let mut report = Report::default();
        let (settings, _) = self.settings(&mut report);
        let sources = load::load(&self.root, &self.folders(&settings), &mut report);
        (sources, settings)
    }

    /// Everything that can be said about the schemas without generating code: what [`load_model`](Self::load_model)
    /// finds, lints, and examples that do not fit their own schema.
    pub fn check(&self) -> Report {
        let (model, mut report) = self.load_model();
        if let Some(model) = model {
            check::check(&model, &mut report);
        }
        report.sort();
        report
    }

    /// The Rust code, and the warnings on the way to it.
    ///
    /// # Errors
    /// Everything that was found, if any of it is an error.
    pub fn generate(&self) -> Result<(Vec<GeneratedFile>, Report), Report> {
        let (model, mut report) = self.load_model();
        let Some(model) = model else { return Err(report) };
        let files = rust::generate(&model, &mut report);
        let files = write::format(files);
        report.sort();
        if report.has_errors() { Err(report) } else { Ok((files, report)) }
    }

    fn settings(&self, report: &mut Report) -> (Settings, Arc<SourceFile>) {
        let shown = self.config_file.to_string_lossy().replace('\\', "/");
        let path = self.config_path();
        let file = if path.exists() { load::read_text(&path, &shown, report) } else { None };
        let file = file.unwrap_or_else(|| Arc::new(SourceFile { path: shown, text: String::new() }));
        (settings::parse(&file, report), file)
    }

    pub(crate) fn config_path(&self) -> PathBuf {
        self.root.join(&self.config_file)
    }

    fn folders(&self, settings: &Settings) -> Vec<PathBuf> {
        self.schemas.clone().unwrap_or_else(|| match &settings.schemas.folders {
            Some(folders) => folders.iter().map(PathBuf::from).collect(),
            None => vec![PathBuf::from(DEFAULT_FOLDER)],
        })
    }

    /// What a build depends on: files and folders that exist. `None` where that cannot be told exactly.
    pub(crate) fn inputs(&self) -> Option<Vec<PathBuf>> {
        let config = self.config_path();
        let mut inputs = vec![config.clone()];
        let (settings, _) = self.settings(&mut Report::default());
        inputs.extend(self.folders(&settings).iter().map(|folder| self.root.join(folder)));
        inputs.iter().all(|path| path.exists()).then_some(inputs)
    }
}

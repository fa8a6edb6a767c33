//! A package of schemas: the value that the pipeline works on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::codes;
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Level, Levels, Place, Report, SourceFile};
use crate::ignore;
use crate::load::{self, Files, SourceSet};
use crate::settings::{self, Settings};
use walnats_schema::read::wildcard;

/// Schemas, the settings of their `walnats.toml`, and everything found in them so far.
///
/// [`Package::load`] takes it from a disk, [`Package::from_sources`] from memory; no later stage sees the
/// difference, and none reads a file.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// The schema files.
    pub sources: SourceSet,
    /// What `walnats.toml` says.
    pub settings: Settings,
    /// What was found so far. Each stage adds to it.
    pub report: Report,
    /// Relative to the root.
    folders: Vec<PathBuf>,
    inputs: Option<Vec<PathBuf>>,
}

impl Package {
    /// Reads the package that `config` describes from the disk. What cannot be read is in the report.
    pub fn load(config: &Config) -> Self {
        let mut package = Self::read(config, &Files::disk(&config.root), Strictness::AsSet);
        let files = [config.config_file.clone()].into_iter().chain(load::BUF_FILES.map(PathBuf::from));
        let inputs = config.folders(&package.settings).into_iter().chain(files);
        package.inputs = load::existing(inputs.map(|path| config.root.join(path)));
        package
    }

    /// The same with some texts in place of those on the disk, by their paths as findings show them.
    pub fn load_with(config: &Config, texts: &BTreeMap<String, String>) -> Self {
        Self::read(config, &Files::Disk { root: &config.root, texts }, Strictness::AsSet)
    }

    /// The same; what `[lints]` could allow is a warning
    /// at most.
    pub(crate) fn load_leniently(config: &Config, texts: &BTreeMap<String, String>) -> Self {
        Self::read(config, &Files::Disk { root: &config.root, texts }, Strictness::Lenient)
    }

    /// Makes a package of files in memory: `walnats.toml` and schemas by their paths relative to the package's folder,
    /// with `/` between parts (`schemas/user_created.json`). Of `config`, the names of folders and of `walnats.toml` count.
    pub fn from_sources(config: &Config, files: &BTreeMap<String, Vec<u8>>) -> Self {
        Self::read(config, &Files::Memory { files }, Strictness::AsSet)
    }

    /// The files and folders that a build depends on. `None` where one of them does not exist, and for packages that are
    /// not on the disk.
    pub fn inputs(&self) -> Option<&[PathBuf]> {
        self.inputs.as_deref()
    }

    /// The schema folders, relative to the package's folder, with `/` between parts.
    pub fn schema_folders(&self) -> Vec<String> {
        self.folders.iter().map(|folder| load::slashed(folder)).collect()
    }

    fn read(config: &Config, files: &Files<'_>, strictness: Strictness) -> Self {
        let mut report = Report::default();
        let shown = config.shown_config_file();
        let file = files.text(&config.config_file, &shown, &mut report);
        let file = file.unwrap_or_else(|| Arc::new(SourceFile { path: shown, text: String::new() }));
        let settings = settings::parse(&file, &mut report);
        let folders = config.folders(&settings);
        let patterns: Vec<String> = settings.schemas.foreign.iter().map(|text| text.as_str().to_owned()).collect();
        let foreign = load::foreign_files(&folders, &patterns);
        let mut everywhere = settings.levels();
        if strictness == Strictness::Lenient {
            for code in codes::denied() {
                everywhere.entry(code).or_insert(Level::Warn);
            }
            everywhere.values_mut().for_each(|level| *level = (*level).min(Level::Warn));
        }
        report.set_levels(Levels { everywhere, foreign, ignores: Vec::new() });
        let sources = load::load(files, &folders, &mut report);
        let ignores = ignore::read(&sources, &settings, &folders, &mut report);
        report.ignore(ignores);
        if !report.has_errors() {
            check_foreign(&sources, &settings, &mut report);
        }
        Self { sources, settings, report, folders, inputs: None }
    }
}

impl Package {
    /// The finding that nothing here is an event, although everything was read.
    pub(crate) fn no_events(&self) -> Diagnostic {
        let shown: Vec<String> =
            self.folders.iter().map(|folder| folder.to_string_lossy().replace('\\', "/")).collect();
        let message = format!("there are no events in `{}`", shown.join("`, `"));
        let help = match self.sources.documents.len() + self.sources.protobuf.len() {
            0 => "put a schema there: `.json`, `.yaml` or, with the feature `protobuf`, `.proto`",
            _ => {
                "an event is a schema file whose path has no `_` at the start of a part and no `\"x-walnats\": false`, a message \
                 with `option (walnats.event)`, or what an entry of `[events]` in `walnats.toml` names"
            }
        };
        let file = SourceFile { path: shown.into_iter().next().unwrap_or_default(), text: String::new() };
        Diagnostic::warning("WN0114", Place { file: Arc::new(file), span: 0..0 }, message).help(help)
    }
}

/// What ends the pipeline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// What the table of codes and `[lints]` say.
    AsSet,
    /// What no setting could change.
    Lenient,
}

/// Mentions the patterns of foreign files that match none.
fn check_foreign(sources: &SourceSet, settings: &Settings, report: &mut Report) {
    let documents = sources.documents.iter().map(|document| document.name.as_str());
    let names: Vec<&str> = documents.chain(sources.protobuf.iter().map(|source| source.name.as_str())).collect();
    for pattern in &settings.schemas.foreign {
        if names.iter().any(|name| wildcard::capture(pattern.as_str(), name).is_some()) {
            continue;
        }
        let message = format!("no schema file matches `{}`", pattern.as_str());
        let help = "write paths from the schema folder on, with one `*` for any text: `vendor/*`";
        let finding = Diagnostic::warning("WN0116", settings.place(pattern), message).help(help);
        report.push(finding.suggest(pattern.as_str(), names.iter().copied()));
    }
}

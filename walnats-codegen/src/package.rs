//! A package of schemas: the value that the pipeline works on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::Config;
use crate::diagnostic::{Levels, Report, SourceFile};
use crate::load::{self, Files, SourceSet};
use crate::settings::{self, Settings};

/// Schemas, the settings of their `walnats.toml`, and everything found in them so far.
///
/// [`Package::load`] takes it from a disk, [`Package::from_sources`] from memory; no later stage can tell, and none reads
/// a file.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// The schema files.
    pub sources: SourceSet,
    /// What `walnats.toml` says.
    pub settings: Settings,
    /// What was found so far. Each stage adds to it.
    pub report: Report,
    inputs: Option<Vec<PathBuf>>,
}

impl Package {
    /// Reads the package that `config` describes from the disk. What cannot be read is in the report.
    pub fn load(config: &Config) -> Self {
        let mut package = Self::read(config, &Files::Disk { root: &config.root });
        let inputs = config.folders(&package.settings).into_iter().chain([config.config_file.clone()]);
        package.inputs = load::existing(inputs.map(|path| config.root.join(path)));
        package
    }

    /// Makes a package of files in memory: `walnats.toml` and schemas by their paths relative to the package's folder,
    /// with `/` between parts (`schemas/user_created.json`). Of `config`, the names of folders and of `walnats.toml` count.
    pub fn from_sources(config: &Config, files: &BTreeMap<String, Vec<u8>>) -> Self {
        Self::read(config, &Files::Memory { files })
    }

    /// The files and folders that a build depends on. `None` where one of them does not exist, and for packages that are
    /// not on the disk.
    pub fn inputs(&self) -> Option<&[PathBuf]> {
        self.inputs.as_deref()
    }

    fn read(config: &Config, files: &Files<'_>) -> Self {
        let mut report = Report::default();
        let shown = config.shown_config_file();
        let file = files.text(&config.config_file, &shown, &mut report);
        let file = file.unwrap_or_else(|| Arc::new(SourceFile { path: shown, text: String::new() }));
        let settings = settings::parse(&file, &mut report);
        let folders = config.folders(&settings);
        let foreign = load::foreign_files(&folders, &settings.schemas.foreign);
        report.set_levels(Levels { everywhere: settings.levels(), foreign });
        let sources = load::load(files, &folders, &mut report);
        Self { sources, settings, report, inputs: None }
    }
}

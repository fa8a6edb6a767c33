#![doc = include_str!("../README.md")]
//!
//! # The pipeline
//!
//! `Package -> resolve -> lower -> EventModel -> check | rust -> write`: each stage takes data and returns data, imports
//! only from the stages before it, and puts what the user got wrong into the package's [`Report`].

mod build_script;
pub mod check;
pub mod codes;
mod config;
pub mod diagnostic;
pub mod fix;
mod ignore;
pub mod load;
pub mod lower;
pub mod model;
mod package;
pub mod rust;
pub mod settings;
pub mod write;

pub use config::Config;
pub use diagnostic::{Diagnostic, Report, Severity, Stopped, render};
pub use model::EventModel;
pub use package::Package;
#[cfg(feature = "config-schema")]
pub use settings::config_schema;
pub use write::GeneratedFile;

/// Starts a configuration with the default paths: `schemas/` and `walnats.toml` of the package that is built.
pub fn configure() -> Config {
    Config::new()
}

/// The pipeline. Each stage adds what it finds to the package's report, and none starts after one that found errors.
impl Package {
    /// Resolves references and lowers everything to the model, which the back ends read.
    ///
    /// # Errors
    /// [`Stopped`], if anything found so far is an error.
    pub fn model(&mut self) -> Result<EventModel, Stopped> {
        self.report.stop()?;
        let model = lower::lower(&self.sources, &self.settings, &mut self.report)?;
        if model.events.is_empty() {
            let finding = self.no_events();
            self.report.push(finding);
        }
        Ok(model)
    }

    /// Lowers the events that no error concerns, for comparison with another revision of the package.
    pub fn salvage(&self) -> lower::Salvage {
        lower::salvage(&self.sources, &self.settings, &self.report)
    }

    /// The protobuf files that compile, and what they import: an encoded `google.protobuf.FileDescriptorSet` with source info and
    /// custom options. `None` where there are none.
    pub fn descriptors(&self) -> Option<Vec<u8>> {
        lower::descriptors(&self.sources)
    }

    /// The protobuf files that are written in an edition, by name, with the number that `google.protobuf.Edition` gives it.
    /// [`Package::descriptors`] has them as proto2 or proto3.
    pub fn editions(&self) -> std::collections::BTreeMap<String, i32> {
        lower::editions(&self.sources)
    }

    /// The protobuf messages that `roots` reach, by full names, whether they are events or not. `None` where there are no protobuf
    /// files.
    pub fn messages(&self, roots: &[&str]) -> Option<model::ProtobufModel> {
        lower::messages(&self.sources, roots)
    }

    /// What is wrong with the rules of `buf.validate` in the protobuf files that compile, in messages that no event reaches, too:
    /// what generating code would find if they were events.
    pub fn rules_report(&self) -> Report {
        lower::rules_report(&self.sources)
    }

    /// Finds everything that is wrong or questionable: what generating code finds, lints, and examples that do not fit their
    /// own schema. Returns the model, which may have such findings.
    ///
    /// # Errors
    /// [`Stopped`], if there is no model.
    pub fn check(&mut self) -> Result<EventModel, Stopped> {
        let model = self.model()?;
        check::check(&model, &self.sources, &self.settings, &mut self.report);
        // What generation finds, check finds, too.
        rust::generate(&model, &mut self.report);
        self.report.sort();
        Ok(model)
    }

    /// Adds a finding for each ignore that suppresses nothing: after everything else is found, where there is a model.
    pub fn mention_unneeded_ignores(&mut self) {
        ignore::mention_unneeded(&mut self.report);
        self.report.sort();
    }

    /// Generates the Rust code.
    ///
    /// # Errors
    /// [`Stopped`], if anything found so far is an error.
    pub fn generate(&mut self) -> Result<Vec<GeneratedFile>, Stopped> {
        let model = self.model()?;
        let files = rust::generate(&model, &mut self.report);
        self.report.stop()?;
        Ok(write::format(files))
    }
}

impl Config {
    /// Loads the package and generates the Rust code: the files, and the warnings on the way to them.
    ///
    /// # Errors
    /// Everything that was found, if any of it is an error.
    pub fn generate(&self) -> Result<(Vec<GeneratedFile>, Report), Report> {
        let mut package = Package::load(self);
        match package.generate() {
            Ok(files) => Ok((files, package.report)),
            Err(Stopped) => Err(package.report),
        }
    }
}

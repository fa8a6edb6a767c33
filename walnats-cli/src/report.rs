//! What a command has to say, and the formats in which it says it.
//!
//! A command makes one [`Run`]: of the findings of a [`Report`](walnats_codegen::Report), of the comparison of two revisions, and
//! of what it has checked. Each format is a pure function of it, in a file of its own: [`human`], [`concise`], [`json`],
//! [`github`], [`gitlab`], [`sarif`], [`junit`], [`markdown`].
//!
//! ```
//! use walnats_cli::report::{Format, Run};
//!
//! let report = walnats_codegen::Report::default();
//! let run = Run::of("check", &report).summary("1 event");
//! assert_eq!(run.render(Format::Concise), "1 event: clean\n");
//! ```
//!
//! Three ends are kept apart in every format: clean, findings, and a failure of the program, which is never shown as a finding
//! of the package. Payloads appear nowhere, but for those that `walnats breaking` has made up.

pub mod concise;
mod entry;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
mod region;
mod run;
pub mod sarif;
pub(crate) mod text;

use clap::ValueEnum;

pub use entry::{Change, Entry, Related, Suppression};
pub use region::Region;
pub use run::{Baseline, Case, Conclusion, Run};

/// A format of what a command has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With excerpts of the files, for people
    #[default]
    Human,
    /// One line each: file:line:column: CODE level message
    Concise,
    /// One object for all commands; `walnats report-schema` prints its JSON Schema
    Json,
    /// Annotations of GitHub Actions, and a summary where GITHUB_STEP_SUMMARY is set
    Github,
    /// GitLab's Code Quality report
    Gitlab,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit's XML, for test reports
    Junit,
    /// A comment for a pull request
    Markdown,
}

impl Format {
    /// Whether it has the fixes of what is found.
    pub fn has_fixes(self) -> bool {
        matches!(self, Self::Json | Self::Sarif)
    }
}

impl Run {
    /// The run in a format; for people, without color.
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Human => {
                let human::Human { findings, text } = human::render(self, &human::Look::default());
                findings + &text
            }
            Format::Concise => concise::render(self),
            Format::Json => json::render(self),
            Format::Github => github::render(self),
            Format::Gitlab => gitlab::render(self),
            Format::Sarif => sarif::render(self),
            Format::Junit => junit::render(self),
            Format::Markdown => markdown::render(self),
        }
    }
}

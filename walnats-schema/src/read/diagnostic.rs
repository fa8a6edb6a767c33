//! What a user got wrong: where, what, and how to fix it.

mod levels;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::suggestion::did_you_mean;
pub use levels::{ForeignFiles, Level, Levels};

/// A file's text, shared by everything that points into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFile {
    /// As shown to the user: relative to the package, `/` between parts.
    pub path: String,
    /// The whole text; empty for files that are not text.
    pub text: String,
}

/// A range in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Bytes of [`SourceFile::text`]; empty at 0 when the whole file is meant.
    pub span: Range<usize>,
}

impl Place {
    /// Line and column, both from 1; columns count characters.
    pub fn line_column(&self) -> (usize, usize) {
        let before = &self.file.text[..self.span.start.min(self.file.text.len())];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// A value that remembers where it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// How severe it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Code is generated nevertheless.
    Warning,
    /// Nothing is generated.
    Error,
}

/// One mistake of a user. Lower case, no full stop, values in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable: `WN0102`. Listed in `docs/diagnostics.md`.
    pub code: &'static str,
    /// How severe it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to write under the marked text; empty for nothing.
    pub label: String,
    /// Other places that have to do with it, each with what to write there.
    pub related: Vec<(Place, String)>,
    /// How to fix it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at `place`.
    pub fn error(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            place,
            label: String::new(),
            related: Vec::new(),
            help: None,
        }
    }

    /// A warning at `place`.
    pub fn warning(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// Adds how to fix it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Asks whether the nearest of `known` was meant, in place of other help, if one is near `word`.
    #[must_use]
    pub fn suggest<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match did_you_mean(word, known) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// Adds a second place, with what to write there.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }

    /// Adds what to write under the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }
}

/// `file:line:column: message`, for places where an excerpt of the source would be too long.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.place.line_column();
        write!(f, "{}:{line}:{column}: {} [{}]", self.place.file.path, self.message, self.code)?;
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

/// Everything found so far; stages collect into one and the pipeline stops between stages.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order found; [`Report::sort`] orders them by file and line.
    pub diagnostics: Vec<Diagnostic>,
    levels: Levels,
}

/// A stage found errors, which its [`Report`] lists; nothing comes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl Report {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.extend(self.levels.judge(diagnostic));
    }

    /// Sets the levels of what is found from here on.
    pub fn set_levels(&mut self, levels: Levels) {
        self.levels = levels;
    }

    /// Ends a stage.
    ///
    /// # Errors
    /// [`Stopped`], if anything that was found is an error.
    pub fn stop(&mut self) -> Result<(), Stopped> {
        self.sort();
        if self.has_errors() { Err(Stopped) } else { Ok(()) }
    }

    /// Whether anything forbids going on.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Orders by file, place and code, and drops repetitions.
    pub fn sort(&mut self) {
        self.diagnostics.sort_by(|a, b| {
            (&a.place.file.path, a.place.span.start, a.code, &a.message).cmp(&(
                &b.place.file.path,
                b.place.span.start,
                b.code,
                &b.message,
            ))
        });
        self.diagnostics.dedup();
    }
}

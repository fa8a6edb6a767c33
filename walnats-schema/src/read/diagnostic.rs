//! What a user got wrong: where, what, and how to fix it.

mod fix;
mod levels;
mod lines;
mod suppression;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::suggestion::did_you_mean;
pub use fix::{Applicability, Edit, Fix};
pub use levels::{ForeignFiles, Level, Levels};
pub use suppression::{Ignore, Scope, Suppression, names_file};

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
        self.line_column_at(self.span.start)
    }

    /// Line and column of a byte of the file; of its end, if it is shorter.
    pub fn line_column_at(&self, byte: usize) -> (usize, usize) {
        lines::line_column(&self.file, byte)
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
    /// The changes of text that fix it, where there is one right answer.
    pub fix: Option<Fix>,
    /// Why it is not reported, where somebody decided that it is not to be.
    pub suppression: Option<Suppression>,
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
            fix: None,
            suppression: None,
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

    /// Adds the changes of text that fix it, if there are any.
    #[must_use]
    pub fn fix(mut self, fix: Option<impl Into<Fix>>) -> Self {
        self.fix = fix.map(Into::into);
        self
    }

    /// Whether somebody decided that it is not to be reported.
    pub fn is_suppressed(&self) -> bool {
        self.suppression.is_some()
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
    /// In the order found; [`Report::sort`] orders them by file and line. Some may be suppressed: they are not reported, and
    /// kept for output formats that list them nevertheless.
    pub diagnostics: Vec<Diagnostic>,
    levels: Box<Levels>,
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
        *self.levels = levels;
    }

    /// Has findings of these kinds suppressed, those found already too.
    pub fn ignore(&mut self, ignores: Vec<Ignore>) {
        self.levels.ignores = ignores;
        for found in &mut self.diagnostics {
            self.levels.suppress(found);
        }
    }

    /// The decisions not to report something.
    pub fn ignores(&self) -> &[Ignore] {
        &self.levels.ignores
    }

    /// Reports again what was to be suppressed until a day before `today`, such as `2026-11-29`.
    pub fn expire(&mut self, today: &str) {
        for found in &mut self.diagnostics {
            let is_over =
                |suppression: &mut Suppression| suppression.until.as_deref().is_some_and(|until| until < today);
            if let Some(Suppression { until, place, .. }) = found.suppression.take_if(is_over) {
                let label = format!("ignored until {}, which has passed", until.unwrap_or_default());
                found.related.push((place, label));
            }
        }
    }

    /// The findings that are not suppressed.
    pub fn visible(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|found| !found.is_suppressed())
    }

    /// Whether findings with this code are reported anywhere: what takes long to find need not be looked for otherwise.
    pub fn wants(&self, code: &str) -> bool {
        self.levels.everywhere.get(code) != Some(&Level::Allow)
    }

    /// Whether a place is in a file that others write.
    pub fn is_foreign(&self, place: &Place) -> bool {
        self.levels.foreign.contains(&place.file.path)
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
        self.visible().any(|diagnostic| diagnostic.severity == Severity::Error)
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

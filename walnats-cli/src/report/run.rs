//! One run of a command.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walnats_codegen::diagnostic::{Diagnostic, Place, Report, Severity, SourceFile};
use walnats_compat::{Comparison, Screen};

use super::entry::{Entry, Suppression, digest};
use crate::paths;

/// What one run of a command has to say.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The command: `check`.
    pub command: String,
    /// What was found, in the order in which it is shown.
    pub entries: Vec<Entry>,
    /// What was checked, as far as it has names.
    pub cases: Vec<Case>,
    /// What `walnats breaking` has compared with.
    pub baselines: Vec<Baseline>,
    /// For people only: what comes before the summary. Whole lines.
    pub details: String,
    /// What was checked, in a few words: `3 events in 2 streams`.
    pub summary: String,
    /// Why the command could not run, or not to its end.
    pub failures: Vec<String>,
    /// The folder that paths are relative to; the package's folder if there is none.
    pub root: Option<PathBuf>,
    /// How many findings had this fingerprint.
    alike: BTreeMap<String, usize>,
}

/// Something that was checked: a case of a test report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// What it belongs to: `schemas/order_placed.json`, `samples`.
    pub suite: String,
    /// Its name, unique in the suite: `order-placed`.
    pub name: String,
    /// The file that it stands in; empty for none. Entries in this file are those of the first case that names it.
    pub file: String,
    /// Those of [`Run::entries`] that are about it, by their [identities](Entry::identity), where the file does not say.
    pub entries: Vec<String>,
}

impl Case {
    /// A file that was checked.
    pub fn of_file(suite: &str, file: String) -> Self {
        Self { suite: suite.to_owned(), name: file.clone(), file, entries: Vec::new() }
    }
}

/// A revision that the package was compared with.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// As it was asked for: `main`, a folder, a file.
    pub name: String,
    /// What is shown above its findings, where there are several baselines; empty for nothing.
    pub heading: String,
    /// What comes before the paths of the old revision: `main:`.
    pub prefix: String,
    /// The commit, if it is one.
    pub commit: Option<String>,
    /// What there is to say about the old revision itself, a line each.
    pub notes: Vec<String>,
    /// What came out.
    pub comparison: Comparison,
}

impl Baseline {
    /// How what came out is shown to people.
    pub fn screen(&self, has_color: bool) -> Screen {
        Screen { old: self.name.clone(), old_prefix: self.prefix.clone(), has_color }
    }
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// Nothing was found that counts: exit code 0.
    Clean,
    /// Something was found: exit code 1.
    Findings,
    /// The command could not run, or not to its end: exit code 2.
    Failure,
}

impl Conclusion {
    /// `clean`, `findings`, `failure`
    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Findings => "findings",
            Self::Failure => "failure",
        }
    }

    /// The exit code.
    pub fn exit_code(self) -> u8 {
        self as u8
    }
}

impl Run {
    /// A run that has found nothing yet.
    pub fn new(command: impl Into<String>) -> Self {
        Self { command: command.into(), ..Self::default() }
    }

    /// A run that has found what is in `report`.
    pub fn of(command: impl Into<String>, report: &Report) -> Self {
        let mut run = Self::new(command);
        report.diagnostics.iter().for_each(|found| run.add(found));
        run
    }

    /// A run that could not begin.
    pub fn failed(command: impl Into<String>, failure: impl Display) -> Self {
        Self { failures: vec![failure.to_string()], ..Self::new(command) }
    }

    /// Adds a finding.
    pub fn add(&mut self, found: &Diagnostic) {
        self.push(Entry::of_diagnostic(found));
    }

    /// Adds a finding that does not count, and why.
    pub fn add_suppressed(&mut self, found: &Diagnostic, suppression: Suppression) {
        self.push(Entry { suppression: Some(suppression), fails: false, ..Entry::of_diagnostic(found) });
    }

    /// Adds all that came out of a comparison.
    pub fn compare(&mut self, baseline: Baseline) {
        let visible = |finding: &&walnats_compat::Finding| finding.level > walnats_codegen::diagnostic::Level::Allow;
        for finding in baseline.comparison.findings.iter().filter(visible) {
            self.entries.push(Entry::of_change(finding, &baseline.name, &baseline.prefix));
        }
        self.baselines.push(baseline);
    }

    /// Findings that are alike get fingerprints of their own.
    fn push(&mut self, mut entry: Entry) {
        let number = self.alike.entry(entry.fingerprint.clone()).or_default();
        *number += 1;
        if *number > 1 {
            entry.fingerprint = digest(&[&entry.fingerprint, &number.to_string()]);
        }
        self.entries.push(entry);
    }

    /// Sets what was checked, in a few words: `3 events in 2 streams`.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    /// Sets the folder that paths are relative to.
    #[must_use]
    pub fn at(mut self, root: impl Into<PathBuf>) -> Self {
        self.root = Some(root.into());
        self
    }

    /// Makes warnings count like errors, if `is_denied`.
    #[must_use]
    pub fn deny_warnings(mut self, is_denied: bool) -> Self {
        let counts = |entry: &&mut Entry| is_denied && entry.suppression.is_none();
        self.entries.iter_mut().filter(counts).for_each(|entry| entry.fails = true);
        self
    }

    /// Notes that the command could not run to its end, and why.
    pub fn fail(&mut self, failure: impl Display) {
        self.failures.push(failure.to_string());
    }

    /// How it ends.
    pub fn conclusion(&self) -> Conclusion {
        if !self.failures.is_empty() || self.entries.iter().any(Entry::is_failure) {
            Conclusion::Failure
        } else if self.entries.iter().any(|entry| entry.fails) {
            Conclusion::Findings
        } else {
            Conclusion::Clean
        }
    }

    /// What was found, without what could not be read.
    pub fn findings(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.is_failure())
    }

    /// The findings that were not suppressed.
    pub fn open(&self) -> impl Iterator<Item = &Entry> {
        self.findings().filter(|entry| entry.suppression.is_none())
    }

    /// Why the command could not run, what could not be read included.
    pub fn reasons(&self) -> impl Iterator<Item = String> {
        let unreadable = self.entries.iter().filter(|entry| entry.is_failure());
        self.failures.iter().cloned().chain(unreadable.map(|entry| entry.to_diagnostic().to_string()))
    }

    /// The number of findings of this severity that were not suppressed.
    pub fn number(&self, severity: Severity) -> usize {
        self.open().filter(|entry| entry.severity == severity).count()
    }

    /// The number of findings that were suppressed.
    pub fn suppressed(&self) -> usize {
        self.findings().filter(|entry| entry.suppression.is_some()).count()
    }

    /// How it ends, in words: `clean`, `clean, 1 warning`, `findings: 1 error, 0 warnings`, `could not run`.
    pub fn verdict(&self) -> String {
        let [errors, warnings] = [Severity::Error, Severity::Warning].map(|severity| self.number(severity));
        let (errors_said, warnings_said) = (count(errors, "error"), count(warnings, "warning"));
        let verdict = match self.conclusion() {
            Conclusion::Clean if warnings == 0 => "clean".to_owned(),
            Conclusion::Clean => format!("clean, {warnings_said}"),
            Conclusion::Findings => format!("findings: {errors_said}, {warnings_said}"),
            Conclusion::Failure => return "could not run".to_owned(),
        };
        // Of accepted breaks, the summary tells.
        let suppressed = self.findings().filter(|entry| entry.suppression.is_some() && entry.change.is_none()).count();
        if suppressed == 0 { verdict } else { format!("{verdict}, {suppressed} suppressed") }
    }

    /// What was checked, and how it ends: the last line on the screen.
    pub fn last_line(&self) -> String {
        let (summary, verdict) = (&self.summary, self.verdict());
        match summary.as_str() {
            "" => verdict,
            summary if summary.contains(": ") => format!("{summary}; {verdict}"),
            summary => format!("{summary}: {verdict}"),
        }
    }

    /// The run with `folder` before all paths: with a `/` at its end, or empty.
    #[must_use]
    pub fn below(self, folder: &str) -> Self {
        if folder.is_empty() { self } else { self.with_paths(|path| joined(folder, path)) }
    }

    /// The run with paths as they are within `root`, for readers that know no other ones; what is outside stays as it is.
    #[must_use]
    pub fn within(self, root: Option<&Path>) -> Self {
        let inside = |path: &str| {
            let found = Path::new(path);
            let found = root.filter(|_| found.is_absolute()).and_then(|root| {
                let whole = found.canonicalize();
                whole.as_deref().unwrap_or(found).strip_prefix(root).ok().map(paths::slashed)
            });
            found.map_or_else(|| paths::plain(path), |inside| inside.trim_end_matches('/').to_owned())
        };
        self.with_paths(inside)
    }

    /// The run with other paths of files. Those of other revisions stay.
    fn with_paths(mut self, path: impl Fn(&str) -> String) -> Self {
        let mut files: BTreeMap<*const SourceFile, Arc<SourceFile>> = BTreeMap::new();
        let mut kept = Vec::new();
        let mut shift = |place: &mut Place| {
            let known = files.entry(Arc::as_ptr(&place.file)).or_insert_with(|| {
                // A file that is gone could have its address taken by another one.
                kept.push(Arc::clone(&place.file));
                let shown = path(&place.file.path);
                if shown == place.file.path {
                    return Arc::clone(&place.file);
                }
                Arc::new(SourceFile { path: shown, text: place.file.text.clone() })
            });
            place.file = Arc::clone(known);
        };
        let findings = self.baselines.iter_mut().flat_map(|baseline| &mut baseline.comparison.findings);
        let findings =
            findings.chain(self.entries.iter_mut().filter_map(|entry| Some(&mut entry.change.as_mut()?.finding)));
        for mark in findings.flat_map(|finding| &mut finding.marks) {
            if mark.revision == walnats_compat::Revision::New {
                shift(&mut mark.place);
            }
        }
        for entry in &mut self.entries {
            shift(&mut entry.place);
            entry.fix.iter_mut().flat_map(|fix| &mut fix.edits).for_each(|edit| shift(&mut edit.place));
            // Paths of another revision have their folder already.
            let own = entry.related.iter_mut().filter(|related| related.revision.is_none());
            own.for_each(|related| shift(&mut related.place));
        }
        for case in &mut self.cases {
            case.file = path(&case.file);
        }
        self
    }

    /// Adds what another package has, as a part of the same run.
    pub fn merge(&mut self, other: Self) {
        let Self { entries, cases, baselines, details, failures, .. } = other;
        self.entries.extend(entries);
        self.cases.extend(cases);
        self.baselines.extend(baselines);
        self.details += &details;
        self.failures.extend(failures);
    }
}

fn joined(folder: &str, path: &str) -> String {
    if path.is_empty() || path == "-" || path.starts_with('<') || Path::new(path).is_absolute() {
        return path.to_owned();
    }
    format!("{folder}{path}")
}

/// `2 errors`
pub(super) fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

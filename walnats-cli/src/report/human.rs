//! For people: excerpts of the files, then what was checked.

use std::sync::Arc;

use walnats_codegen::Report;
use walnats_codegen::diagnostic::{Diagnostic, SourceFile, render_at, shown, shown_lines};

use super::run::{Baseline, Conclusion, Run};
use super::text::{lines, one_line, path};

/// How it is to look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// Whether findings have color.
    pub is_finding_colored: bool,
    /// Whether the rest has color.
    pub is_text_colored: bool,
    /// Columns of the terminal.
    pub width: Option<usize>,
}

/// What goes to the screen.
#[derive(Clone, Debug, Default)]
pub struct Human {
    /// The findings with excerpts, and why the command could not run: for standard error.
    pub findings: String,
    /// What was checked and compared, with the last line: for standard output.
    pub text: String,
}

/// The run for people. Findings that are suppressed are only counted, except for accepted breaks.
pub fn render(run: &Run, look: &Look) -> Human {
    let mut findings = String::new();
    let mut text = String::new();
    for baseline in &run.baselines {
        let Baseline { heading, notes, comparison, .. } = baseline;
        notes.iter().for_each(|note| findings += &format!("{}\n", shown_lines(note)));
        let screen = baseline.screen(look.is_text_colored);
        if heading.is_empty() {
            text += &screen.findings(comparison);
        } else {
            text += &format!("{heading}:\n{}", screen.text(comparison));
        }
    }
    // What a change breaks is shown by the comparison itself.
    let mut report = Report::default();
    let own = run.entries.iter().filter(|entry| entry.change.is_none() && entry.suppression.is_none());
    let own = own.filter(|entry| !entry.is_listed);
    report.diagnostics.extend(own.map(|entry| visible(entry.to_diagnostic())));
    let excerpts = render_at(&report, look.is_finding_colored, look.width);
    if !excerpts.is_empty() {
        findings += &(excerpts + "\n");
    }
    text += &run.details;
    if run.conclusion() == Conclusion::Failure {
        findings += &failure(run);
    } else {
        text += &(shown(&run.last_line()).into_owned() + "\n");
    }
    Human { findings, text }
}

/// Without what would steer the terminal, or end a line where a log is read for commands: the renderer spells it out in
/// messages and excerpts alone.
fn visible(mut found: Diagnostic) -> Diagnostic {
    let places = std::iter::once(&mut found.place).chain(found.related.iter_mut().map(|(place, _)| place));
    for place in places {
        let name = path(&place.file.path);
        if name != place.file.path {
            place.file = Arc::new(SourceFile { path: name, text: place.file.text.clone() });
        }
    }
    let labels = std::iter::once(&mut found.label).chain(found.related.iter_mut().map(|(_, label)| label));
    labels.for_each(|label| *label = one_line(label));
    found.message = harmless(&found.message);
    found.help = found.help.map(|help| harmless(&help));
    found
}

/// A text in which no line is one that GitHub's runner, which reads what a step prints, takes for a command.
fn harmless(text: &str) -> String {
    shown_lines(&text.replace('\r', "")).lines().fold(String::new(), |text, line| {
        match (text.is_empty(), line.trim_start()) {
            (true, _) => line.to_owned(),
            (false, command) if command.starts_with("::") => format!("{text} {command}"),
            (false, _) => format!("{text}\n{line}"),
        }
    })
}

/// Why the command could not run, with the last line.
pub fn failure(run: &Run) -> String {
    let reasons = run.failures.iter().map(|failure| format!("error: {}\n", lines(&harmless(failure))));
    reasons.collect::<String>() + &shown(&run.last_line()) + "\n"
}

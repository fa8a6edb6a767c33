//! For people: excerpts of the files, then what was checked.

use walnats_codegen::Report;
use walnats_codegen::diagnostic::render_at;

use super::run::{Baseline, Conclusion, Run};

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

/// The run for people. Findings that are suppressed are counted only, but for accepted breaks.
pub fn render(run: &Run, look: &Look) -> Human {
    let mut findings = String::new();
    let mut text = String::new();
    for baseline in &run.baselines {
        let Baseline { heading, notes, comparison, .. } = baseline;
        notes.iter().for_each(|note| findings += &format!("{note}\n"));
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
    report.diagnostics.extend(own.map(|entry| entry.to_diagnostic()));
    let shown = render_at(&report, look.is_finding_colored, look.width);
    if !shown.is_empty() {
        findings += &(shown + "\n");
    }
    text += &run.details;
    if run.conclusion() == Conclusion::Failure {
        findings += &failure(run);
    } else {
        text += &(run.last_line() + "\n");
    }
    Human { findings, text }
}

/// Why the command could not run, with the last line.
pub fn failure(run: &Run) -> String {
    let reasons = run.failures.iter().map(|failure| format!("error: {failure}\n"));
    reasons.collect::<String>() + &run.last_line() + "\n"
}

//! Writes to standard output and standard error.

use std::error::Error;
use std::io::{self, IsTerminal, Write};

use clap::ColorChoice;
use walnats_codegen::{Report, Severity, render};

use crate::global_options::GlobalOptions;
use crate::outcome::Failure;

/// Writes to standard output. A closed pipe is not an error.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| format!("cannot write the output: {error}").into()),
    }
}

/// Writes to standard error, and ignores a closed pipe.
pub fn note(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Prints why the command could not run, with the causes.
pub fn complain(failure: &dyn Error) {
    let mut text = format!("error: {failure}");
    let mut source = failure.source();
    while let Some(cause) = source {
        // Some errors print their causes themselves.
        if !text.contains(&cause.to_string()) {
            text.push_str(&format!(": {cause}"));
        }
        source = cause.source();
    }
    note(&(text + "\n"));
}

/// Prints findings with source snippets to standard error.
pub fn show(report: &Report, global: &GlobalOptions) {
    let text = render(report, has_color(global, &io::stderr()));
    if !text.is_empty() {
        note(&(text + "\n"));
    }
}

/// Whether to use color on a stream.
pub fn has_color(global: &GlobalOptions, stream: &impl IsTerminal) -> bool {
    match global.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty()),
    }
}

/// `2 errors`
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// `2 errors, 1 warning`
pub fn tally(report: &Report) -> String {
    format!(
        "{}, {}",
        count(number(report, Severity::Error), "error"),
        count(number(report, Severity::Warning), "warning")
    )
}

/// The number of findings with this severity.
pub fn number(report: &Report, severity: Severity) -> usize {
    report.diagnostics.iter().filter(|found| found.severity == severity).count()
}

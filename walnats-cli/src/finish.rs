//! Ends commands that find something.

use std::error::Error;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::human::{self, Human};
use crate::report::{Conclusion, Format, Run};
use crate::{output, paths, root};

/// Ends a command: shows what it has found, in the formats that were asked for.
///
/// Standard output has one of the formats, or the text for people. On a screen, the last line says how it ended.
pub fn with(run: &Run, global: &GlobalOptions) -> Result<Outcome, Failure> {
    match write(run, global) {
        Ok(()) => show(run, global)?,
        Err(error) => {
            let mut run = run.clone();
            run.fail(error);
            show(&run, global)?;
            return Ok(Outcome::Unreadable);
        }
    }
    Ok(run.conclusion().into())
}

/// Ends a command whose standard output is something else: what it has found, and how it ended, go to standard error, and only
/// if something was found.
pub fn aside(run: &Run, global: &GlobalOptions) -> Result<Outcome, Failure> {
    write(run, global)?;
    if !run.entries.is_empty() || !run.failures.is_empty() {
        let Human { findings, text } = human::render(run, &output::look(global));
        output::note(&(findings + &text));
    }
    Ok(run.conclusion().into())
}

/// Ends a command that could not run.
pub fn failed(command: &str, failure: &dyn Error, global: &GlobalOptions) -> Outcome {
    let mut run = Run::failed(command, output::chain(failure));
    if let Err(error) = write(&run, global) {
        run.fail(error);
    }
    if let Err(error) = show(&run, global) {
        output::note(&format!("error: {error}\n"));
    }
    Outcome::Unreadable
}

/// Ends a command that could not run and whose standard output is something else.
pub fn failed_aside(command: &str, failure: &dyn Error, global: &GlobalOptions) -> Outcome {
    let mut run = Run::failed(command, output::chain(failure));
    if let Err(error) = write(&run, global) {
        run.fail(error);
    }
    output::note(&human::failure(&run));
    Outcome::Unreadable
}

/// Ends a program that was used wrongly, which was said already: only documents are left.
pub fn misused(command: &str, error: &str, global: &GlobalOptions) {
    let error = error.trim().trim_start_matches("error: ");
    let run = Run::failed(command, error.lines().next().unwrap_or(error));
    if let Err(error) = write(&run, global) {
        output::note(&format!("error: {error}\n"));
    }
    if let Some(format) = on_screen(global) {
        let _ = output::print(&shifted(&run, format, global).render(format));
    }
}

/// The format that goes to standard output; `None` for the text for people.
fn on_screen(global: &GlobalOptions) -> Option<Format> {
    let shown = global.outputs.iter().find(|output| output.file.is_none())?;
    Some(shown.format).filter(|format| *format != Format::Human)
}

/// The formats that go to files.
fn write(run: &Run, global: &GlobalOptions) -> Result<(), Failure> {
    for output in &global.outputs {
        if let Some(file) = &output.file {
            let text = shifted(run, output.format, global).render(output.format);
            std::fs::write(file, text).map_err(|error| unwritable(file, &error))?;
        }
        if output.format == Format::Github {
            summarize(run, global)?;
        }
    }
    Ok(())
}

/// What goes to the screen.
fn show(run: &Run, global: &GlobalOptions) -> Result<(), Failure> {
    let Some(shown) = on_screen(global) else {
        let Human { findings, text } = human::render(run, &output::look(global));
        output::note(&findings);
        return output::print(&text);
    };
    output::print(&shifted(run, shown, global).render(shown))?;
    // These two say it themselves, on a line of their own.
    if run.conclusion() == Conclusion::Failure && !matches!(shown, Format::Concise | Format::Github) {
        output::note(&human::failure(run));
    }
    Ok(())
}

/// The run with paths as the readers of a format expect them.
fn shifted(run: &Run, format: Format, global: &GlobalOptions) -> Run {
    if run.entries.is_empty() && run.cases.is_empty() {
        return run.clone();
    }
    let root = run.root.clone().or_else(|| root::locate(global).ok());
    let prefix = root.and_then(|root| match format {
        Format::Human | Format::Json => None,
        // An editor opens what a line names from where the program was started.
        Format::Concise => paths::from_here(&root),
        _ => paths::in_repository(&root),
    });
    let run = run.clone().below(&prefix.unwrap_or_default());
    match format {
        Format::Human | Format::Json | Format::Concise => run,
        _ => run.within(paths::repository_here().as_deref()),
    }
}

/// Appends the Markdown to the summary of a step of GitHub Actions.
fn summarize(run: &Run, global: &GlobalOptions) -> Result<(), Failure> {
    let Some(file) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty()) else { return Ok(()) };
    let file = Path::new(&file);
    let text = shifted(run, Format::Markdown, global).render(Format::Markdown) + "\n";
    let mut summary =
        OpenOptions::new().create(true).append(true).open(file).map_err(|error| unwritable(file, &error))?;
    summary.write_all(text.as_bytes()).map_err(|error| unwritable(file, &error))
}

fn unwritable(file: &Path, error: &io::Error) -> Failure {
    format!("cannot write `{}`: {error}", file.display()).into()
}

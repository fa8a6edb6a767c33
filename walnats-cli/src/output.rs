//! Writes to standard output and standard error.

use std::error::Error;
use std::io::{self, IsTerminal, Write};

use clap::ColorChoice;

use crate::global_options::GlobalOptions;
use crate::outcome::Failure;
use crate::report::human::Look;

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

/// The failure with its causes.
pub fn chain(failure: &dyn Error) -> String {
    let mut text = failure.to_string();
    let mut source = failure.source();
    while let Some(cause) = source {
        // Some errors print their causes themselves.
        if !text.contains(&cause.to_string()) {
            text.push_str(&format!(": {cause}"));
        }
        source = cause.source();
    }
    text
}

/// How the screen is.
pub fn look(global: &GlobalOptions) -> Look {
    Look {
        is_finding_colored: has_color(global, &io::stderr()),
        is_text_colored: has_color(global, &io::stdout()),
        width: width(),
    }
}

/// The columns of the terminal; `None` if there is none.
fn width() -> Option<usize> {
    let (terminal_size::Width(width), _) = terminal_size::terminal_size_of(io::stderr())?;
    Some(usize::from(width))
}

/// Whether to use color on a stream: `--color`, else `NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR`, `TERM`, in this order.
pub fn has_color(global: &GlobalOptions, stream: &impl IsTerminal) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match global.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR").is_some() => false,
        ColorChoice::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        ColorChoice::Auto if set("CLICOLOR").is_some_and(|value| value == "0") => false,
        ColorChoice::Auto => stream.is_terminal() && set("TERM").is_none_or(|value| value != "dumb"),
    }
}

/// `2 errors`
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

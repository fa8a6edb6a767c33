//! `walnats man`

use std::path::PathBuf;

use clap::{Args, Command};
use clap_mangen::Man;

use crate::outcome::{Failure, Outcome};
use crate::output;

/// Print the manual page, or write those of all commands
///
/// `walnats man | man -l -` shows it; `walnats man --out ~/.local/share/man/man1` installs all.
#[derive(Args)]
pub struct Options {
    /// Write a page for each command to this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(options: &Options, mut program: Command) -> Result<Outcome, Failure> {
    let Some(folder) = &options.out else {
        output::print(&page(&program)?)?;
        return Ok(Outcome::Clean);
    };
    let unwritable = |error: std::io::Error| format!("cannot write to `{}`: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    program.build();
    for command in all(&program) {
        let name = command.get_display_name().unwrap_or(command.get_name());
        std::fs::write(folder.join(format!("{name}.1")), page(command)?).map_err(unwritable)?;
    }
    Ok(Outcome::Clean)
}

fn page(command: &Command) -> Result<String, Failure> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(String::from_utf8(page)?)
}

/// A command and those below it.
fn all(command: &Command) -> Vec<&Command> {
    let inner = command.get_subcommands().filter(|inner| inner.get_name() != "help");
    std::iter::once(command).chain(inner.flat_map(all)).collect()
}

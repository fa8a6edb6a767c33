//! `walnats completions`

use clap::{Args, Command};
use clap_complete::Shell;

use crate::outcome::{Failure, Outcome};
use crate::output;

/// Print the completions of a shell
///
/// Bash: `walnats completions bash > ~/.local/share/bash-completion/completions/walnats`. Zsh: write `_walnats` to a folder of
/// `fpath`. Fish: `walnats completions fish > ~/.config/fish/completions/walnats.fish`.
#[derive(Args)]
pub struct Options {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run(options: &Options, mut program: Command) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut program, "walnats", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Clean)
}

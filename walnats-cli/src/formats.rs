//! Which of the options for output a command honours.

use clap::ArgMatches;

use crate::arguments::Command;
use crate::global_options::GlobalOptions;

/// What a command does with `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formats {
    /// It shows what it has found, in all formats.
    All,
    /// Its standard output is what was asked for, such as payloads: what it has found goes to standard error and to files.
    Files(&'static str),
    /// It checks that itself.
    Own,
    /// It finds nothing: its output is a text, and the package may play no part.
    Text { has_package: bool },
}

impl Formats {
    /// # Errors
    /// An option was given that the command would ignore; what to do instead.
    pub fn check(self, global: &GlobalOptions, command: &str, matches: &ArgMatches) -> Result<(), String> {
        let is_given = |name: &str| matches.value_source(name) == Some(clap::parser::ValueSource::CommandLine);
        match self {
            Self::All | Self::Own => Ok(()),
            Self::Files(what) => match global.outputs.iter().find(|output| output.file.is_none()) {
                Some(output) if output.format != crate::report::Format::Human => Err(format!(
                    "standard output of `walnats {command}` has {what}: `--format` needs an `--output-file`, for what is found"
                )),
                _ => Ok(()),
            },
            Self::Text { has_package } => {
                let ignored: &[(&str, &str)] = match has_package {
                    true => &[("format", "--format"), ("output_file", "--output-file")],
                    false => &[
                        ("format", "--format"),
                        ("output_file", "--output-file"),
                        ("root", "--root"),
                        ("workspace", "--workspace"),
                    ],
                };
                let is_plain = global.outputs.iter().all(|output| output.is_plain());
                let ignored = ignored.iter().find(|(name, _)| is_given(name) && !(*name == "format" && is_plain));
                match ignored {
                    None => Ok(()),
                    Some((_, option)) if option.contains("format") || option.contains("output") => Err(format!(
                        "`walnats {command}` prints a text that has no other formats: leave out `{option}`"
                    )),
                    Some((_, option)) => Err(format!("`walnats {command}` works on no package: leave out `{option}`")),
                }
            }
        }
    }
}

impl Command {
    /// What it does with `--format`.
    pub fn formats(&self) -> Formats {
        match self {
            Self::Explain(_)
            | Self::ConfigSchema
            | Self::ReportSchema
            | Self::Completions(_)
            | Self::Man(_)
            | Self::Dev(_) => Formats::Text { has_package: false },
            #[cfg(feature = "outbox")]
            Self::Outbox(_) => Formats::Text { has_package: false },
            Self::Sample(_) => Formats::Files("the payloads"),
            Self::Export(_) => Formats::Files("what is exported"),
            #[cfg(feature = "nats")]
            Self::Tail(_) => Formats::Own,
            #[cfg(feature = "nats")]
            Self::Dead(_) => Formats::Own,
            _ => Formats::All,
        }
    }
}

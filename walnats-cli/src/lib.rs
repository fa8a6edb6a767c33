#![doc = include_str!("../README.md")]

// One small module for each command.

mod accept;
mod arguments;
mod breaking;
mod check;
mod config_schema;
mod dev;
mod explain;
mod generate;
mod global_options;
mod manifest;
#[cfg(feature = "outbox")]
mod outbox;
mod outcome;
mod output;
mod root;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use arguments::{Arguments, Command};
use outcome::{Failure, Outcome};

/// Runs the program that the user calls `name`, with arguments of which the first is the program itself.
pub fn run(name: &'static str, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parsed = Arguments::command().bin_name(name).try_get_matches_from(arguments);
    let arguments = match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        // Wrong usage, exit code 2; or help and version, exit code 0.
        Err(error) => error.exit(),
    };
    match dispatch(&arguments) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::Unreadable) => ExitCode::from(2),
        Err(failure) => {
            output::complain(&*failure);
            ExitCode::from(2)
        }
    }
}

fn dispatch(arguments: &Arguments) -> Result<Outcome, Failure> {
    let global = &arguments.global;
    match &arguments.command {
        Command::Accept(options) => accept::run(global, options),
        Command::Breaking(options) => breaking::run(global, options),
        Command::Check(options) => check::run(global, options),
        Command::Generate(options) => generate::run(global, options),
        Command::ConfigSchema => config_schema::run(),
        Command::Explain(options) => explain::run(options),
        Command::Dev(options) => dev::run(options),
        #[cfg(feature = "outbox")]
        Command::Outbox(options) => outbox::run(options),
    }
}

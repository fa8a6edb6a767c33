#![doc = include_str!("../README.md")]

// One small module for each command.

mod accept;
mod arguments;
mod breaking;
mod check;
mod completions;
mod config_schema;
#[cfg(feature = "nats")]
mod dead;
mod dev;
#[cfg(feature = "nats")]
mod emit;
mod explain;
mod export;
mod finish;
mod fmt;
mod formats;
mod generate;
mod global_options;
mod man;
mod manifest;
mod message;
mod named;
#[cfg(feature = "outbox")]
mod outbox;
mod outcome;
mod output;
mod paths;
#[cfg(feature = "nats")]
mod payload;
#[cfg(feature = "nats")]
mod plan;
mod progress;
pub mod report;
mod report_schema;
mod root;
mod sample;
#[cfg(feature = "nats")]
mod server;
#[cfg(feature = "nats")]
mod tail;
mod test;
mod today;
mod validate;
mod version;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, FromArgMatches};

use arguments::{Arguments, Command};
use global_options::GlobalOptions;
use outcome::{Failure, Outcome};

/// Runs the program that the user calls `name`, with arguments of which the first is the program itself.
pub fn run(name: &'static str, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let program = || Arguments::command().bin_name(name).long_version(version::long());
    let parsed = program().try_get_matches_from(&arguments);
    let parsed = parsed.and_then(|matches| Ok((Arguments::from_arg_matches(&matches)?, matches)));
    let (mut arguments, matches) = match parsed {
        Ok(parsed) => parsed,
        // Wrong usage, exit code 2; or help and version, exit code 0.
        Err(error) if error.exit_code() == 0 => error.exit(),
        Err(error) => return misused(program(), &arguments, &error),
    };
    let (command, inner) = innermost(&matches);
    let paired = arguments.global.pair(inner, arguments.command.is_json());
    let formats = arguments.command.formats();
    if let Err(error) = paired.and_then(|()| formats.check(&arguments.global, &command, inner)) {
        let error = program().error(clap::error::ErrorKind::ArgumentConflict, error);
        return misused(program(), &[], &error);
    }
    let outcome = match dispatch(&arguments) {
        Ok(outcome) => outcome,
        Err(failure) if arguments.command.is_search() => finish::failed(&command, &*failure, &arguments.global),
        Err(failure) => finish::failed_aside(&command, &*failure, &arguments.global),
    };
    match outcome {
        Outcome::Clean => ExitCode::SUCCESS,
        Outcome::Findings => ExitCode::from(1),
        Outcome::Unreadable => ExitCode::from(2),
    }
}

/// The name of the command, and what was given to it.
fn innermost(matches: &ArgMatches) -> (String, &ArgMatches) {
    let (mut names, mut inner) = (Vec::new(), matches);
    while let Some((name, deeper)) = inner.subcommand() {
        names.push(name);
        inner = deeper;
    }
    (names.join(" "), inner)
}

/// Who waits for a document gets one after wrong usage, too.
fn misused(program: clap::Command, arguments: &[OsString], error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if let Ok(matches) = program.ignore_errors(true).try_get_matches_from(arguments) {
        let (command, inner) = innermost(&matches);
        if let Ok(mut global) = GlobalOptions::from_arg_matches(inner)
            && global.pair(inner, false).is_ok()
        {
            finish::misused(&command, &error.render().to_string(), &global);
        }
    }
    output::note("could not run\n");
    ExitCode::from(2)
}

fn dispatch(arguments: &Arguments) -> Result<Outcome, Failure> {
    let global = &arguments.global;
    match &arguments.command {
        Command::Accept(options) => accept::run(global, options),
        Command::Breaking(options) => breaking::run(global, options),
        Command::Check(options) => check::run(global, options),
        Command::Generate(options) => generate::run(global, options),
        Command::ConfigSchema => config_schema::run(),
        Command::ReportSchema => report_schema::run(),
        Command::Explain(options) => explain::run(options),
        Command::Completions(options) => completions::run(options, Arguments::command()),
        Command::Man(options) => man::run(options, Arguments::command()),
        Command::Fmt(options) => fmt::run(global, options),
        Command::Test(options) => test::run(global, options),
        Command::Validate(options) => validate::run(global, options),
        Command::Sample(options) => sample::run(global, options),
        Command::Export(options) => export::run(global, options),
        Command::Dev(options) => dev::run(options),
        #[cfg(feature = "nats")]
        Command::Plan(options) => plan::plan(global, options),
        #[cfg(feature = "nats")]
        Command::Register(options) => plan::register(global, options),
        #[cfg(feature = "nats")]
        Command::Emit(options) => emit::run(global, options),
        #[cfg(feature = "nats")]
        Command::Tail(options) => tail::run(global, options),
        #[cfg(feature = "nats")]
        Command::Dead(options) => dead::run(global, options),
        #[cfg(feature = "outbox")]
        Command::Outbox(options) => outbox::run(options),
    }
}

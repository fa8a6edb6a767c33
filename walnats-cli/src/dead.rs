//! `walnats dead`

mod choice;
mod letter;
mod list;
mod place;
mod remove;
mod replay;
mod shelf;
mod show;

use clap::{Args, Subcommand};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::Format;
use crate::server;
use choice::Choice;
use place::Place;
use shelf::Shelf;

/// List, show, replay and drop dead letters: events that a service could not handle
///
/// Readers store them in the stream `dead-letters`. These commands work on no package: they need only the server.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::Options),
    Show(show::Options),
    Replay(replay::Options),
    Drop(remove::Options),
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    let is_json = options.format(global)?;
    // A mistake in the arguments is reported whether the server answers or not.
    if let Some(choice) = options.command.choice() {
        choice.chosen()?;
    }
    let place = options.command.place();
    server::block_on(async {
        let shelf = Shelf::open(&place.server, &place.stream).await?;
        match &options.command {
            Command::List(options) => list::run(&shelf, options, is_json).await,
            Command::Show(options) => show::run(&shelf, options, is_json).await,
            Command::Replay(options) => replay::run(&shelf, options).await,
            Command::Drop(options) => remove::run(&shelf, options).await,
        }
    })
}

impl Options {
    /// Whether an option of the command asks for JSON.
    pub fn is_json(&self) -> bool {
        match &self.command {
            Command::List(options) => options.json,
            Command::Show(options) => options.json,
            Command::Replay(_) | Command::Drop(_) => false,
        }
    }

    /// Whether JSON is asked for.
    fn format(&self, global: &GlobalOptions) -> Result<bool, Failure> {
        if global.root.is_some() || global.workspace {
            return Err("`walnats dead` works on no package: leave out `--root` and `--workspace`".into());
        }
        let has_json = matches!(&self.command, Command::List(_) | Command::Show(_));
        match &global.outputs[..] {
            [] => Ok(false),
            [output] if output.file.is_some() => Err("`walnats dead` writes to standard output only".into()),
            [output] => match output.format {
                Format::Human => Ok(false),
                Format::Json if has_json => Ok(true),
                _ if has_json => Err("`walnats dead list` and `show` have the formats `human` and `json`".into()),
                _ => Err("`walnats dead replay` and `drop` print a text that has no other formats".into()),
            },
            _ => Err("`walnats dead` has one format at a time".into()),
        }
    }
}

impl Command {
    fn choice(&self) -> Option<&Choice> {
        match self {
            Self::Replay(replay::Options { choice, .. }) | Self::Drop(remove::Options { choice, .. }) => Some(choice),
            Self::List(_) | Self::Show(_) => None,
        }
    }

    fn place(&self) -> &Place {
        match self {
            Self::List(list::Options { place, .. })
            | Self::Show(show::Options { place, .. })
            | Self::Replay(replay::Options { place, .. })
            | Self::Drop(remove::Options { place, .. }) => place,
        }
    }
}

//! `walnats dead drop`

use clap::Args;

use super::choice::Choice;
use super::place::Place;
use super::shelf::Shelf;
use crate::outcome::{Failure, Outcome};
use crate::output;

/// Delete dead letters for good
///
/// More than one needs `--yes`. Exits 1 if a letter was not there.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    pub choice: Choice,
    /// Delete more than one
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    pub place: Place,
}

const EXAMPLES: &str = "\
Examples:
  walnats dead drop 17
  walnats dead drop --service billing --until 30d --yes";

pub async fn run(shelf: &Shelf, options: &Options) -> Result<Outcome, Failure> {
    let sequences = shelf.chosen(options.choice.chosen()?).await?;
    if sequences.len() > 1 && !options.yes {
        let number = output::count(sequences.len(), "dead letter");
        return Err(format!("this deletes {number} for good: confirm it with `--yes`").into());
    }
    let (mut dropped, mut missing) = (0, 0);
    for sequence in sequences {
        if shelf.get(sequence).await?.is_none() {
            missing += 1;
            output::note(&format!("stream `{}` has no dead letter {sequence}\n", shelf.stream));
            continue;
        }
        shelf.delete(sequence, true).await?;
        dropped += 1;
    }
    output::print(&format!("{} dropped\n", output::count(dropped, "dead letter")))?;
    Ok(if missing == 0 { Outcome::Clean } else { Outcome::Findings })
}

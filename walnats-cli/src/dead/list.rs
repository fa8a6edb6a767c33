//! `walnats dead list`

use clap::Args;
use serde_json::Value;

use super::choice::Filter;
use super::letter::Letter;
use super::place::Place;
use super::shelf::Shelf;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::report::text::one_line;

/// List dead letters: sequence, time, service, event, attempts, and why
///
/// Exits 1 if there are any. `show` shows one of them.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    filter: Filter,
    /// JSON Lines: an object for each letter, without payload and headers of the event
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: Place,
}

const EXAMPLES: &str = "\
Examples:
  walnats dead list                                  All of them
  walnats dead list --service billing --since 1h     Those of a service in the last hour
  walnats dead list --of orders/17                   Services that could not handle the event 17 of `orders`";

/// The most characters of a reason in a row.
const WHY: usize = 100;

pub async fn run(shelf: &Shelf, options: &Options, is_json: bool) -> Result<Outcome, Failure> {
    let (mut rows, mut outcome) = (Vec::new(), Outcome::Clean);
    let each = shelf.each(&options.filter, |letter| {
        outcome = Outcome::Findings;
        if is_json {
            output::print(&format!("{}\n", Value::Object(letter.summary())))?;
        } else {
            rows.push(row(&letter));
        }
        Ok(true)
    });
    each.await?;
    if !is_json {
        output::print(&table(&rows))?;
    }
    Ok(outcome)
}

type Row = [String; 6];

/// Emitters choose what is in it.
fn row(letter: &Letter) -> Row {
    let mut why: String = one_line(letter.why());
    if why.chars().count() > WHY {
        why = why.chars().take(WHY).chain(['…']).collect();
    }
    if why.is_empty() {
        why = letter.omitted().map_or_else(String::new, |_| "(left out)".to_owned());
    }
    let attempts = letter.attempts().to_string();
    let time = format!("{:.3}", letter.stored.time);
    [letter.sequence.to_string(), time, one_line(letter.service()), one_line(letter.event()), attempts, why]
}

fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "no dead letters\n".to_owned();
    }
    let head = ["SEQUENCE", "TIME", "SERVICE", "EVENT", "ATTEMPTS", "WHY"].map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().chain([&head]).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |row: &Row| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    [&head].into_iter().chain(rows).map(line).collect()
}

//! Which dead letters are meant.

use clap::Args;
use jiff::Timestamp;

use super::letter::Letter;
use crate::outcome::Failure;
use crate::tail::start;

/// What letters are asked for.
#[derive(Args)]
pub struct Filter {
    /// Only those of this service
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// Only those of this event; `unknown`: those whose event is not known
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// Only events of this stream, by its name on the server; or only one event: `orders/17`
    #[arg(long, value_name = "STREAM[/SEQUENCE]", value_parser = origin)]
    of: Option<(String, Option<u64>)>,
    /// Only those stored since: a time, or how long ago (`10m`)
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub since: Option<Timestamp>,
    /// Only those stored until then
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub until: Option<Timestamp>,
}

/// Letters that something is done with.
#[derive(Args)]
pub struct Choice {
    /// Their sequence numbers, as `list` shows them
    #[arg(value_name = "SEQUENCE")]
    sequences: Vec<u64>,
    #[command(flatten)]
    filter: Filter,
    /// All of them, or all that the other options choose
    #[arg(long)]
    all: bool,
}

/// How letters are chosen.
pub enum Chosen<'a> {
    /// By their sequence numbers.
    Sequences(&'a [u64]),
    /// By what they are.
    Filter(&'a Filter),
}

impl Choice {
    /// # Errors
    /// Nothing is chosen, or letters are chosen in two ways.
    pub fn chosen(&self) -> Result<Chosen<'_>, Failure> {
        let is_filtered = self.all || !self.filter.is_empty();
        match (&self.sequences[..], is_filtered) {
            ([], false) => {
                Err("name dead letters by sequence, or choose them with `--service`, `--event`, `--of`, `--since`, `--until` or `--all`"
                    .into())
            }
            ([], true) => Ok(Chosen::Filter(&self.filter)),
            (sequences, false) => Ok(Chosen::Sequences(sequences)),
            (_, true) => Err("dead letters are named by sequence, or chosen with options: not both".into()),
        }
    }
}

impl Filter {
    /// Whether everything is asked for.
    fn is_empty(&self) -> bool {
        let Self { service, event, of, since, until } = self;
        service.is_none() && event.is_none() && of.is_none() && since.is_none() && until.is_none()
    }

    /// Whether a letter is meant, if it was stored at a time that is.
    pub fn has(&self, letter: &Letter) -> bool {
        let of = |(stream, sequence): &(String, Option<u64>)| {
            let origin = letter.origin().filter(|origin| origin.stream == *stream);
            origin.is_some_and(|origin| sequence.is_none_or(|sequence| origin.sequence == sequence))
        };
        self.service.as_ref().is_none_or(|service| service == letter.service())
            && self.event.as_ref().is_none_or(|event| event == letter.event())
            && self.of.as_ref().is_none_or(of)
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    let wrong = || format!("`{text}` is not a time such as `2026-01-31T12:00:00Z`, or how long ago: `10m`");
    start::time(text).ok_or_else(wrong)
}

fn origin(text: &str) -> Result<(String, Option<u64>), String> {
    match text.split_once('/') {
        None => Ok((text.to_owned(), None)),
        Some((stream, sequence)) => {
            let sequence = sequence.parse().map_err(|_| format!("`{sequence}` is not a sequence number"))?;
            Ok((stream.to_owned(), Some(sequence)))
        }
    }
}

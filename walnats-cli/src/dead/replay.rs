//! `walnats dead replay`

use clap::Args;
use walnats_runtime::{EmitError, MessageParts, OutboundMessage};

use super::choice::Choice;
use super::letter::{Letter, PREFIX, is_own};
use super::place::Place;
use super::shelf::Shelf;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, chain};
use crate::report::text::one_line;

/// Give dead letters to the service that could not handle them, once more
///
/// Only that service gets the event again: it is published on `_walnats.replay.<service>.<event>`, which its readers alone read,
/// with its payload, headers and deduplication id, and `Walnats-Replayed-From`. A replay waits until an instance of the service runs,
/// is tried as often as any other event, and becomes a new dead letter if it fails again. A letter is removed once its replay is
/// stored; doing it again after an interruption stores no second one.
///
/// A payload that was left out because of its size is fetched from the event's stream. Exits 1 if a letter was not replayed.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    pub choice: Choice,
    #[command(flatten)]
    pub place: Place,
}

const EXAMPLES: &str = "\
Examples:
  walnats dead replay 17 18
  walnats dead replay --service billing --event order-placed
  walnats dead replay --all --since 1h";

/// What headers of the letter say where the event was: the reader shows the event as it was.
const PLACE: [&str; 5] = ["Subject", "Stream", "Sequence", "Time", "Message-Id"];

/// The duplicate window that readers give the stream of replays.
const WINDOW: std::time::Duration = std::time::Duration::from_secs(2 * 3_600);

pub async fn run(shelf: &Shelf, options: &Options) -> Result<Outcome, Failure> {
    let sequences = shelf.chosen(options.choice.chosen()?).await?;
    if !sequences.is_empty() && !shelf.has(&shelf.replays).await? {
        return Err(format!(
            "there is no stream `{}`, from which readers take replays: start a reader of the service once, which registers it",
            shelf.replays
        )
        .into());
    }
    let (mut replayed, mut failed) = (0, 0);
    for sequence in sequences {
        match replay(shelf, sequence).await {
            Ok(None) => replayed += 1,
            Ok(Some(problem)) => {
                failed += 1;
                output::note(&format!("dead letter {sequence} was not replayed: {problem}\n"));
            }
            Err(failure) => {
                let done = output::count(replayed, "dead letter");
                return Err(format!("{done} replayed; dead letter {sequence} was not: {}", chain(&*failure)).into());
            }
        }
    }
    output::print(&format!("{} replayed\n", output::count(replayed, "dead letter")))?;
    Ok(if failed == 0 { Outcome::Clean } else { Outcome::Findings })
}

/// Stores a replay, then removes the letter. Returns why that letter cannot be replayed.
async fn replay(shelf: &Shelf, sequence: u64) -> Result<Option<String>, Failure> {
    let Some(letter) = shelf.get(sequence).await? else {
        return Ok(Some(format!("stream `{}` does not have it", shelf.stream)));
    };
    let event = match (letter.omitted(), letter.origin()) {
        (Some(_), Some(origin)) => shelf.event(&origin).await?,
        _ => None,
    };
    if letter.omitted() == Some("payload") && event.is_none() {
        return Ok(Some("its payload was left out, and the event's stream does not have it any more".to_owned()));
    }
    let message = match OutboundMessage::from_parts(parts(shelf, &letter, event.as_ref())) {
        Ok(message) => message,
        Err(error) => return Ok(Some(one_line(&chain(&error)))),
    };
    // What was stored by an earlier try counts, too.
    match shelf.publisher.submit_confirmed(message, None).await?.await {
        Ok(_) => {}
        Err(EmitError::NotStored(error)) if !error.passes() => return Ok(Some(one_line(&chain(&error)))),
        Err(error) => return Err(error.into()),
    }
    let removed = shelf.delete(sequence, false).await;
    removed.map_err(|failure| Failure::from(format!("it was replayed, but not removed: {}", chain(&*failure))))?;
    Ok(None)
}

/// The replay of a letter. `event` is the event itself, where the letter does not have all of it.
fn parts(shelf: &Shelf, letter: &Letter, event: Option<&Letter>) -> MessageParts {
    let source = event.unwrap_or(letter);
    let mut headers: Vec<(String, String)> = Vec::new();
    let all = source.stored.headers.iter().filter(|(name, _)| !is_own(name) && !is_over(name));
    for (name, values) in all {
        headers.extend(values.iter().map(|value| (name.clone(), value.clone())));
    }
    if let (Some(name), None) = (letter.said("Event"), source.stored.header("Walnats-Event")) {
        // The reader knew it by headers that may be missing now.
        headers.push(("Walnats-Event".to_owned(), name.to_owned()));
    }
    let place = letter.stored.headers.iter().filter(|(name, _)| PLACE.iter().any(|place| is_place(name, place)));
    headers.extend(place.flat_map(|(name, values)| values.iter().map(|value| (name.clone(), value.clone()))));
    headers.push(("Walnats-Replayed-From".to_owned(), letter.sequence.to_string()));
    let Letter { sequence, stored } = letter;
    MessageParts {
        event: letter.event().to_owned(),
        stream: shelf.replays.clone(),
        subject: stored.subject.replacen("_walnats.dead.", "_walnats.replay.", 1),
        message_id: format!("replay:{}:{sequence}:{}", shelf.stream, stored.time.as_nanosecond()),
        headers,
        payload: source.stored.payload.clone().into(),
        duplicate_window: WINDOW,
    }
}

/// Whether a header was about the first delivery, or about an earlier replay.
fn is_over(name: &str) -> bool {
    ["Walnats-Delay", "Walnats-Replayed-From"].iter().any(|over| name.eq_ignore_ascii_case(over))
}

fn is_place(name: &str, place: &str) -> bool {
    name.eq_ignore_ascii_case(&format!("{PREFIX}{place}"))
}

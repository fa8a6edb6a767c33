//! `walnats dead show`

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde_json::{Map, Value, json};

use super::letter::{Letter, is_own};
use super::place::Place;
use super::shelf::Shelf;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::payload::compact;
use crate::report::text::{lines, one_line};
use crate::tail::show::pretty;

/// Show a dead letter: why, what is wrong with the payload, where the event was, and its headers
///
/// The payload is shown with `--payload` only. One that was left out because of its size is fetched from the event's stream, if it
/// is still there.
#[derive(Args)]
pub struct Options {
    /// Its sequence number, as `list` shows it
    sequence: u64,
    /// Show the payload, too
    #[arg(long)]
    payload: bool,
    /// A JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: Place,
}

pub async fn run(shelf: &Shelf, options: &Options, is_json: bool) -> Result<Outcome, Failure> {
    let Some(letter) = shelf.get(options.sequence).await? else {
        return Err(format!("stream `{}` has no dead letter {}", shelf.stream, options.sequence).into());
    };
    let payload = if options.payload { Some(payload(shelf, &letter).await?) } else { None };
    output::print(&if is_json { json(&letter, payload) } else { human(&letter, payload) })?;
    Ok(Outcome::Clean)
}

/// The payload, if it is anywhere.
async fn payload(shelf: &Shelf, letter: &Letter) -> Result<Option<Vec<u8>>, Failure> {
    if letter.omitted() != Some("payload") {
        return Ok(Some(letter.stored.payload.clone()));
    }
    let Some(origin) = letter.origin() else { return Ok(None) };
    Ok(shelf.event(&origin).await?.map(|event| event.stored.payload))
}

fn json(letter: &Letter, payload: Option<Option<Vec<u8>>>) -> String {
    let mut members = letter.summary();
    let mut headers: Map<String, Value> = Map::new();
    for (name, values) in letter.stored.headers.iter().filter(|(name, _)| !is_own(name)) {
        headers.insert(name.clone(), json!(values));
    }
    members.insert("headers".to_owned(), Value::Object(headers));
    let text = Value::Object(members).to_string();
    let payload = payload.flatten().map(|payload| match compact(&payload) {
        // Numbers as written.
        Some(json) => format!("\"payload\":{json}"),
        None => format!("\"payload_base64\":\"{}\"", STANDARD.encode(payload)),
    });
    match (payload, text.strip_suffix('}')) {
        (Some(payload), Some(open)) => format!("{open},{payload}}}\n"),
        _ => text + "\n",
    }
}

fn human(letter: &Letter, payload: Option<Option<Vec<u8>>>) -> String {
    let mut text = String::new();
    let mut say = |name: &str, value: &str| {
        if !value.is_empty() {
            text += &format!("{name:12}{}\n", one_line(value));
        }
    };
    say("letter", &letter.sequence.to_string());
    say("time", &letter.stored.time.to_string());
    say("service", letter.service());
    say("event", letter.event());
    say("why", letter.why());
    for (index, violation) in letter.violations().iter().enumerate() {
        say(if index == 0 { "violations" } else { "" }, violation);
    }
    say("attempts", &letter.attempts().to_string());
    if let Some(origin) = letter.origin() {
        say("stored", &format!("{} as {} of `{}`", origin.time, origin.sequence, origin.stream));
    }
    say("subject", &letter.subject());
    say("message id", letter.said("Message-Id").unwrap_or_default());
    say("omitted", letter.omitted().unwrap_or_default());
    for (index, (name, value)) in letter.event_headers().enumerate() {
        say(if index == 0 { "headers" } else { "" }, &format!("{name}: {value}"));
    }
    match payload {
        None if letter.omitted() == Some("payload") => {
            say("payload", "left out: `--payload` fetches it from its stream")
        }
        None => say("payload", &format!("{} bytes: `--payload` shows it", letter.stored.payload.len())),
        Some(None) => say("payload", "left out, and its stream does not have the event any more"),
        Some(Some(payload)) => text += &format!("\n{}\n", shown(&payload)),
    }
    text
}

/// A payload as text, none of which steers a terminal.
fn shown(payload: &[u8]) -> String {
    match (compact(payload), std::str::from_utf8(payload)) {
        (Some(json), _) => lines(&pretty(&json)),
        (None, Ok(text)) => lines(text),
        (None, Err(_)) => format!("<{} bytes that are no text: `--json` shows them in base64>", payload.len()),
    }
}

//! Sends payloads, and says how each ended.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::TERM_SIGNALS;
use tokio::sync::mpsc;
use walnats_codegen::Report;
use walnats_runtime::{Emit, EmitError, OutboundMessage, Outcome, Pending, Publisher, Receipt, UntypedEvent};

use super::finding::{self, Places};
use super::halt::{self, Halt};
use super::input::{Input, Payloads};
use crate::outcome::Failure;
use crate::payload::{Invalid, Writer};

/// How many events are sent before the first of them is acknowledged.
const WINDOW: usize = 256;
/// How often it is checked whether a signal has come.
const SIGNALS: Duration = Duration::from_millis(50);

/// How the events ended.
#[derive(Default)]
pub struct Ended {
    pub report: Report,
    stored: usize,
    duplicates: usize,
    not_stored: usize,
    possibly_stored: usize,
    shown: usize,
    /// Lines that were read after the command had stopped sending.
    not_tried: usize,
    /// Why the events were not all sent.
    pub stopped: Option<String>,
    places: Places,
}

impl Ended {
    /// One line.
    pub fn summary(&self) -> String {
        let parts = [
            (self.stored, "stored"),
            (self.duplicates, "already stored"),
            (self.not_stored, "not stored"),
            (self.possibly_stored, "possibly stored"),
            (self.shown, "valid, not sent"),
            (self.not_tried, "not tried"),
        ];
        let parts: Vec<_> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        if parts.is_empty() { "no events".to_owned() } else { parts.join(", ") }
    }

    fn invalid(&mut self, event: &str, file: &str, line: usize, invalid: &Invalid) {
        self.not_stored += 1;
        self.report.push(finding::invalid(event, self.places.of(file, line), invalid));
    }
}

/// A payload and the line that it starts in, from 1.
struct Item {
    line: usize,
    text: io::Result<Vec<u8>>,
}

/// Validates, and shows what would be sent.
pub fn show(writer: &Writer<'_>, input: Input, says: Says) -> Result<Ended, Failure> {
    let mut ended = Ended::default();
    let mut result = Ok(());
    each(input.payloads, |Item { line, text }| {
        result =
            text.map_err(|error| Failure::from(format!("cannot read `{}`: {error}", input.name))).and_then(|text| {
                match writer.event(&text) {
                    Ok(event) => {
                        ended.shown += 1;
                        let id = event.message_id().map_or_else(|| "a new id".to_owned(), |id| format!("id `{id}`"));
                        says(&format!("{}:{line}: valid, subject `{}`, {id}\n", input.name, event.subject()))?;
                    }
                    Err(invalid) => ended.invalid(writer.name(), &input.name, line, &invalid),
                }
                Ok(())
            });
        result.is_ok()
    });
    result.map(|()| ended)
}

/// Says how an event ended.
pub type Says = fn(&str) -> Result<(), Failure>;

/// Adds what options say to an emit.
pub type Adjust<'o> = &'o (dyn for<'a> Fn(Emit<'a, UntypedEvent>) -> Emit<'a, UntypedEvent> + 'o);

/// Sends the valid payloads in order, until the first one that shows that no other would be stored either.
pub async fn send(
    publisher: &Publisher,
    writer: &Writer<'_>,
    adjust: Adjust<'_>,
    input: Input,
    says: Says,
) -> Result<Ended, Failure> {
    let Input { name, payloads, ends } = input;
    let (sender, mut items) = mpsc::channel(WINDOW);
    // Standard input may wait for ever, so the thread outlives the command.
    std::thread::spawn(move || each(payloads, |item| sender.blocking_send(item).is_ok()));
    let mut ended = Ended::default();
    let mut sent: VecDeque<Sent> = VecDeque::new();
    let mut is_open = true;
    let (mut read, mut next) = (0, None);
    let mut halt: Option<Halt> = None;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in TERM_SIGNALS {
        // The second one ends the program at once.
        signal_hook::flag::register_conditional_shutdown(*signal, 2, Arc::clone(&stop))?;
        signal_hook::flag::register(*signal, Arc::clone(&stop))?;
    }
    let mut clock = tokio::time::interval(SIGNALS);
    while is_open || !sent.is_empty() {
        tokio::select! {
            biased;
            _ = clock.tick(), if is_open => {
                if stop.load(Ordering::Relaxed) {
                    halt = Some(Halt::Interrupted);
                    is_open = false;
                }
            }
            result = acknowledged(&mut sent), if !sent.is_empty() => {
                if let Some(sent) = sent.pop_front() {
                    halted(&mut halt, publisher, &result).await;
                    note(&mut ended, says, &name, sent, result)?;
                }
                // Who waits for more lines would wait for ever; those of a file are counted.
                is_open &= ends || halt.is_none();
            }
            item = items.recv(), if is_open && sent.len() < WINDOW => match item {
                None => is_open = false,
                Some(Item { text: Err(error), .. }) => {
                    ended.stopped = Some(format!("cannot read `{name}`: {error}"));
                    is_open = false;
                }
                Some(Item { line, .. }) if halt.is_some() => {
                    next.get_or_insert(line);
                    ended.not_tried += 1;
                }
                Some(Item { line, text: Ok(text) }) => {
                    read = line;
                    match writer.event(&text) {
                        Err(invalid) => ended.invalid(writer.name(), &name, line, &invalid),
                        Ok(event) => {
                            let message = adjust(publisher.emit_untyped(&event)).into_message();
                            match submitted(publisher, message).await {
                                Ok((subject, pending)) => sent.push_back(Sent { line, subject, pending }),
                                Err(error) => {
                                    let result = Err(error);
                                    halted(&mut halt, publisher, &result).await;
                                    is_open &= ends || halt.is_none();
                                    note(&mut ended, says, &name, Sent { line, subject: String::new(), pending: None }, result)?;
                                }
                            }
                        }
                    }
                }
            },
        }
    }
    if let Some(halt) = halt {
        let rest = halt::Rest { read, next, is_known: ends, not_tried: ended.not_tried };
        ended.stopped = halt.sentence(&name, &rest).or(ended.stopped);
    }
    Ok(ended)
}

/// Whether sending goes on after how an event ended.
async fn halted(halt: &mut Option<Halt>, publisher: &Publisher, result: &Result<Receipt, EmitError>) {
    if let (None, Err(error)) = (&halt, result) {
        *halt = halt::after(publisher, error).await;
    }
}

/// An event on its way.
struct Sent {
    line: usize,
    subject: String,
    pending: Option<Pending>,
}

async fn submitted(
    publisher: &Publisher,
    message: Result<OutboundMessage, EmitError>,
) -> Result<(String, Option<Pending>), EmitError> {
    let message = message?;
    let subject = message.subject().to_owned();
    Ok((subject, Some(publisher.submit_confirmed(message, None).await?)))
}

/// Waits for the first of the events.
async fn acknowledged(sent: &mut VecDeque<Sent>) -> Result<Receipt, EmitError> {
    match sent.front_mut().and_then(|sent| sent.pending.as_mut()) {
        Some(pending) => pending.await,
        None => std::future::pending().await,
    }
}

fn note(
    ended: &mut Ended,
    says: Says,
    file: &str,
    sent: Sent,
    result: Result<Receipt, EmitError>,
) -> Result<(), Failure> {
    let Sent { line, subject, .. } = sent;
    match result {
        Ok(receipt) => {
            let word = match receipt.outcome {
                Outcome::Stored(_) => {
                    ended.stored += 1;
                    "stored"
                }
                Outcome::Duplicate(_) => {
                    ended.duplicates += 1;
                    "duplicate"
                }
            };
            let Receipt { stream, message_id, .. } = &receipt;
            let sequence = receipt.sequence();
            let line = format!(
                "{file}:{line}: {word}, stream `{stream}`, sequence {sequence}, subject `{subject}`, id `{message_id}`\n"
            );
            says(&line)
        }
        Err(error) => {
            match error {
                EmitError::NotStored(_) => ended.not_stored += 1,
                EmitError::PossiblyStored(_) => ended.possibly_stored += 1,
            }
            let place = ended.places.of(file, line);
            ended.report.push(finding::failed(place, &error));
            Ok(())
        }
    }
}

/// Calls `take` with each payload, until it returns false.
fn each(payloads: Payloads, mut take: impl FnMut(Item) -> bool) {
    let mut lines = match payloads {
        Payloads::One(text) => {
            // The first line that has something.
            let blank = text.len() - text.trim_ascii_start().len();
            let line = 1 + text[..blank].iter().filter(|byte| **byte == b'\n').count();
            take(Item { line, text: Ok(text) });
            return;
        }
        Payloads::Lines(lines) => lines,
    };
    for line in 1.. {
        let mut text = Vec::new();
        let is_wanted = match lines.read_until(b'\n', &mut text) {
            Ok(0) => false,
            Ok(_) if text.trim_ascii().is_empty() => true,
            Ok(_) => take(Item { line, text: Ok(text) }),
            Err(error) => {
                take(Item { line, text: Err(error) });
                false
            }
        };
        if !is_wanted {
            return;
        }
    }
}

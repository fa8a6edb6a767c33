//! What is measured, through the `metrics` facade: nothing without the feature `metrics`.
//!
//! | metric | labels | is |
//! |---|---|---|
//! | `walnats_sent_total` | `event` | messages given to NATS, each attempt |
//! | `walnats_confirmed_total` | `event` | messages that JetStream acknowledged, duplicates among them |
//! | `walnats_duplicates_total` | `event` | messages that JetStream had already |
//! | `walnats_failures_total` | `event`, `kind` | messages that ended otherwise, by the name of the reason or cause |
//! | `walnats_confirm_seconds` | `event` | histogram: from the first attempt to the acknowledgement |
//! | `walnats_buffered` | | messages accepted and not ended |
//! | `walnats_in_flight` | | messages sent and not acknowledged |

use tokio::time::Instant;

use crate::error::EmitError;
use crate::message::Outcome;

/// Messages of an event were sent.
#[cfg(feature = "metrics")]
pub(crate) fn sent(event: &str, messages: usize) {
    metrics::counter!("walnats_sent_total", "event" => event.to_owned()).increment(messages as u64);
}

/// Messages of an event ended, which were first sent at that time.
#[cfg(feature = "metrics")]
pub(crate) fn ended(event: &str, messages: usize, end: Result<Outcome, &EmitError>, first_sent: Option<Instant>) {
    let event = || event.to_owned();
    match end {
        Ok(outcome) => {
            metrics::counter!("walnats_confirmed_total", "event" => event()).increment(messages as u64);
            if matches!(outcome, Outcome::Duplicate(_)) {
                metrics::counter!("walnats_duplicates_total", "event" => event()).increment(messages as u64);
            }
            if let Some(first_sent) = first_sent {
                metrics::histogram!("walnats_confirm_seconds", "event" => event()).record(first_sent.elapsed());
            }
        }
        Err(error) => {
            let kind = kind(error);
            metrics::counter!("walnats_failures_total", "event" => event(), "kind" => kind).increment(messages as u64);
        }
    }
}

/// What is true at the moment.
#[cfg(feature = "metrics")]
pub(crate) fn present(buffered: u64, in_flight: u64) {
    metrics::gauge!("walnats_buffered").set(buffered as f64);
    metrics::gauge!("walnats_in_flight").set(in_flight as f64);
}

/// The name of the reason or the cause, without what it holds.
#[cfg(feature = "metrics")]
fn kind(error: &EmitError) -> String {
    let text = match error {
        EmitError::NotStored(error) => format!("{:?}", error.reason()),
        EmitError::PossiblyStored(error) => format!("{:?}", error.cause()),
    };
    text.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

#[cfg(not(feature = "metrics"))]
pub(crate) fn sent(_: &str, _: usize) {}

#[cfg(not(feature = "metrics"))]
pub(crate) fn ended(_: &str, _: usize, _: Result<Outcome, &EmitError>, _: Option<Instant>) {}

#[cfg(not(feature = "metrics"))]
pub(crate) fn present(_: u64, _: u64) {}

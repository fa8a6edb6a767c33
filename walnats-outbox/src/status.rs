//! The state of an outbox.

use std::fmt;
use std::time::Duration;

/// The state of an outbox at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Events to be sent, including those in flight and delayed.
    pub pending: u64,
    /// Of these, the number that a relay is sending.
    pub leased: u64,
    /// Of these, the number that wait for their time or their next attempt.
    pub held: u64,
    /// The age of the oldest event that is due; `None` if there is none.
    pub oldest: Option<Duration>,
    /// The highest number of attempts of a pending event.
    pub attempts: u64,
    /// The last error of the oldest pending event that was attempted.
    pub last_error: Option<String>,
    /// Dead letters.
    pub parked: u64,
    /// Sent events that are still in the table.
    pub sent: u64,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pending, leased, held, oldest, attempts, last_error, parked, sent } = self;
        write!(f, "{pending} pending ({leased} in flight, {held} delayed")?;
        if let Some(oldest) = oldest {
            write!(f, ", oldest {:.1} s, up to {attempts} attempts", oldest.as_secs_f64())?;
        }
        write!(f, "), {parked} parked, {sent} sent")?;
        match last_error {
            Some(error) => write!(f, "; last error: {error}"),
            None => Ok(()),
        }
    }
}

/// The pending events of a stream; see [`Outbox::pending`](crate::Outbox::pending).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pending {
    /// The stream.
    pub stream: String,
    /// Events to be sent, including those in flight, delayed and blocked.
    pub pending: u64,
    /// Of these, the number that a relay is sending.
    pub leased: u64,
    /// Of these, the number that wait for their time or their next attempt.
    pub held: u64,
    /// Of these, the number behind a dead letter of their key, which blocks them unless relays skip it
    /// ([`Parking::PassesKey`](crate::Parking::PassesKey)).
    pub blocked: u64,
    /// The number of distinct keys.
    pub keys: u64,
    /// The age of the oldest event that is due; `None` if there is none.
    pub oldest: Option<Duration>,
    /// The highest number of attempts.
    pub attempts: u64,
    /// The last error of the oldest event that was attempted.
    pub last_error: Option<String>,
}

/// The pending events of a key; see [`Outbox::pending_keys`](crate::Outbox::pending_keys).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingKey {
    /// The ordering key.
    pub key: String,
    /// Events to be sent.
    pub pending: u64,
    /// The id of the first event.
    pub first: i64,
    /// The age of the oldest event since it was enqueued.
    pub oldest: Duration,
    /// The id of the dead letter that blocks them, if any: the latest one before the last event.
    pub blocked_by: Option<i64>,
    /// The last error of the first event, if it was attempted.
    pub last_error: Option<String>,
}

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stream, pending, leased, held, blocked, keys, oldest, attempts, last_error } = self;
        write!(
            f,
            "stream `{stream}`: {pending} pending ({leased} in flight, {held} delayed, {blocked} behind dead letters)"
        )?;
        write!(f, ", {keys} keys")?;
        if let Some(oldest) = oldest {
            write!(f, ", oldest {:.1} s, up to {attempts} attempts", oldest.as_secs_f64())?;
        }
        match last_error {
            Some(error) => write!(f, ": {error}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for PendingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, pending, first, oldest, blocked_by, last_error } = self;
        write!(f, "key `{key}`: {pending} pending, {first} first, oldest {:.1} s", oldest.as_secs_f64())?;
        if let Some(id) = blocked_by {
            write!(f, ", behind the dead letter {id}")?;
        }
        match last_error {
            Some(error) => write!(f, ": {error}"),
            None => Ok(()),
        }
    }
}

//! How an outbox stands.

use std::fmt;
use std::time::Duration;

/// How an outbox stands, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Events that are to be sent, those under way and held back among them.
    pub pending: u64,
    /// Of these, how many a relay has under way.
    pub leased: u64,
    /// Of these, how many wait for their time, or for the next attempt.
    pub held: u64,
    /// How long the oldest has been waiting that could have been sent; `None` where nothing waits.
    pub oldest: Option<Duration>,
    /// The most attempts that a pending event has taken.
    pub attempts: u64,
    /// Why the oldest of those pending events was not sent that were tried: the event's fault, its stream's, the account's or
    /// the connection's, as the text says.
    pub last_error: Option<String>,
    /// Dead letters.
    pub parked: u64,
    /// Events that were sent and are not cleaned up.
    pub sent: u64,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pending, leased, held, oldest, attempts, last_error, parked, sent } = self;
        write!(f, "{pending} pending ({leased} under way, {held} held")?;
        if let Some(oldest) = oldest {
            write!(f, ", oldest {:.1} s, up to {attempts} attempts", oldest.as_secs_f64())?;
        }
        write!(f, "), {parked} parked, {sent} sent")?;
        match last_error {
            Some(error) => write!(f, "; not sent so far: {error}"),
            None => Ok(()),
        }
    }
}

/// What waits for a stream; see [`Outbox::pending`](crate::Outbox::pending).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pending {
    /// The stream that is to store it.
    pub stream: String,
    /// Events that are to be sent, those under way, held back and blocked among them.
    pub pending: u64,
    /// Of these, how many a relay has under way.
    pub leased: u64,
    /// Of these, how many wait for their time, or for the next attempt.
    pub held: u64,
    /// Of these, how many have a dead letter before them in their key, which blocks them unless relays pass it
    /// ([`Parking::PassesKey`](crate::Parking::PassesKey)).
    pub blocked: u64,
    /// How many keys they have.
    pub keys: u64,
    /// How long the oldest has been waiting that could have been sent; `None` where none could.
    pub oldest: Option<Duration>,
    /// The most attempts that one of them has taken.
    pub attempts: u64,
    /// Why the oldest was not sent of those that were tried.
    pub last_error: Option<String>,
}

/// What waits for a key; see [`Outbox::pending_keys`](crate::Outbox::pending_keys).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingKey {
    /// What is sent in order.
    pub key: String,
    /// Events that are to be sent.
    pub pending: u64,
    /// The id of the first of them, which is sent first.
    pub first: i64,
    /// How long the oldest has been waiting since it was enqueued.
    pub oldest: Duration,
    /// The id of the dead letter that blocks them, if one does: the one right before the last of them.
    pub blocked_by: Option<i64>,
    /// Why the first was not sent, if it was tried.
    pub last_error: Option<String>,
}

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stream, pending, leased, held, blocked, keys, oldest, attempts, last_error } = self;
        write!(
            f,
            "stream `{stream}`: {pending} pending ({leased} under way, {held} held, {blocked} behind dead letters)"
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

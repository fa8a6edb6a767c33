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

//! From the outbox to JetStream.

mod batch;
mod configure;
mod context;
mod failure;
mod options;
mod pause;
mod scan;
mod side;
mod step;
mod suspect;
mod verdict;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::connection::State;
use tokio::task::JoinSet;
use walnats_runtime::Publisher;

use crate::database::Database;
use crate::error::{DatabaseError, RelayError};
use crate::outbox::Outbox;
use batch::Report;
use context::Context;
use options::Options;
pub use options::{AfterWindow, Parking, Tally};
use pause::{Pauses, back_off};
use scan::Scan;
use suspect::Suspects;

/// How often a lost connection to NATS is looked at.
const RECONNECT_POLL: Duration = Duration::from_millis(50);
/// The first wait after nothing was found; it doubles until it is [`Relay::poll_every`].
const FIRST_IDLE: Duration = Duration::from_millis(1);

/// Sends what is in the outbox, see [`Outbox::relay`]. Any number may run at a time, in any number of processes.
///
/// A relay takes a lease on some rows, sends them, and marks what became of them. If it is stopped or killed meanwhile,
/// another one takes the rows over when the lease ends; they keep their ids, so that JetStream drops what it has
/// already, for as long as the stream's duplicate window. What a relay marks after it has lost a lease has no effect.
///
/// What a failure is about decides what becomes of a row:
///
/// - *The connection to NATS is down*: nothing is taken until it is back.
/// - *Its stream* is missing, full, without a leader, or may not be published to: the rows of that stream wait, for 250 ms to
///   15 s at a time, and others go on.
/// - *The account*, or the servers, have no storage left, or no JetStream: the same, for each of its streams. One line of
///   the log says so.
/// - *The row itself* is refused: it is tried again in ever longer steps and then parked, see [`Relay::max_refusals`]. So is
///   one that gets no answer time after time while its stream stores others: there are messages that a server hangs up on.
#[must_use = "a relay does nothing until it runs"]
pub struct Relay<D: Database> {
    outbox: Outbox<D>,
    publisher: Publisher,
    options: Options,
}

/// When a relay is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Stopped,
    Drained,
}

impl<D: Database> Outbox<D> {
    /// Sends what is in the outbox; see [`Relay`].
    pub fn relay(&self, publisher: impl AsRef<Publisher>) -> Relay<D> {
        Relay { outbox: self.clone(), publisher: publisher.as_ref().clone(), options: Options::default() }
    }
}

impl<D: Database> Relay<D> {
    /// Runs for ever. A database that cannot be used any more is waited for.
    ///
    /// # Errors
    ///
    /// At the start the database cannot be used or lacks the tables; or the publisher is shut down.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing: what is under way is sent again when its lease ends. To end without that wait,
    /// use [`Relay::run_until`].
    pub async fn run(self) -> Result<Tally, RelayError> {
        self.work(std::future::pending(), Until::Stopped).await
    }

    /// Runs until `stop` ends, and until what is under way by then has ended: no longer than a lease.
    ///
    /// # Errors
    ///
    /// As [`Relay::run`].
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<Tally, RelayError> {
        self.work(stop, Until::Stopped).await
    }

    /// Sends everything that may be sent now, and ends. What is held back for a later time or attempt stays.
    ///
    /// # Errors
    ///
    /// The database cannot be used, or the publisher is shut down.
    pub async fn drain(self) -> Result<Tally, RelayError> {
        self.work(std::future::pending(), Until::Drained).await
    }

    async fn work(self, stop: impl Future<Output = ()>, until: Until) -> Result<Tally, RelayError> {
        let Self { outbox, publisher, options } = self;
        check_version(&outbox).await.map_err(RelayError::Database)?;
        let (pauses, suspects) = (Pauses::default(), Suspects::default());
        let context = Arc::new(Context { outbox, publisher, options, pauses, suspects });
        // Dropped with this future, and all its tasks with it.
        let mut side = JoinSet::new();
        if until == Until::Stopped {
            side.spawn(side::clean_up(Arc::clone(&context)));
            #[cfg(feature = "metrics")]
            side.spawn(side::measure(Arc::clone(&context)));
            if context.outbox.shared.notify {
                side.spawn(side::listen(Arc::clone(&context)));
            }
        }
        let (batches, tally) = (JoinSet::new(), Tally::default());
        Run { context, until, batches, in_flight: 0, tally, publisher_closed: false }.run(stop).await
    }
}

/// A relay that runs.
struct Run<D: Database> {
    context: Arc<Context<D>>,
    until: Until,
    batches: JoinSet<Report>,
    /// Rows.
    in_flight: usize,
    tally: Tally,
    publisher_closed: bool,
}

/// Why nothing is taken at the moment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Idle {
    /// There is nothing.
    Empty,
    /// Enough is under way.
    Busy,
    /// NATS cannot be reached.
    Disconnected,
    /// The database cannot be used.
    DatabaseDown,
}

impl<D: Database> Run<D> {
    async fn run(mut self, stop: impl Future<Output = ()>) -> Result<Tally, RelayError> {
        let mut stop = std::pin::pin!(stop);
        let context = Arc::clone(&self.context);
        let (mut scan, mut empty_looks, mut failures, mut is_connected) = (Scan::new(), 0, 0, true);
        loop {
            if self.publisher_closed {
                return self.finish().await;
            }
            let idle = match self.take(&mut scan).await {
                Ok(None) => {
                    (empty_looks, failures) = (0, 0);
                    tokio::task::yield_now().await;
                    continue;
                }
                Ok(Some(idle)) => idle,
                Err(error) if self.until == Until::Drained => return Err(RelayError::Database(error)),
                Err(error) => {
                    failures += 1;
                    tracing::warn!(error = %verdict::text(&error), "the outbox cannot be read; trying again");
                    Idle::DatabaseDown
                }
            };
            if is_connected != (idle != Idle::Disconnected) {
                is_connected = !is_connected;
                tell(is_connected);
            }
            if self.until == Until::Drained && idle == Idle::Empty && self.batches.is_empty() {
                return Ok(self.tally);
            }
            let pause = match idle {
                Idle::Empty => {
                    empty_looks += 1;
                    self.pause_when_empty(empty_looks)
                }
                Idle::Busy => Duration::MAX,
                Idle::Disconnected => RECONNECT_POLL,
                Idle::DatabaseDown => back_off(RECONNECT_POLL, context.options.poll_every, failures),
            };
            tokio::select! {
                () = &mut stop => return self.finish().await,
                Some(report) = self.batches.join_next() => {
                    self.note(report);
                    empty_looks = 0;
                }
                () = context.outbox.shared.wake.notified(), if idle == Idle::Empty => empty_looks = 0,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Sets out to send rows; `Some` is why not.
    async fn take(&mut self, scan: &mut Scan) -> Result<Option<Idle>, DatabaseError> {
        let options = &self.context.options;
        if self.in_flight + options.batch as usize > options.in_flight && self.in_flight > 0 {
            return Ok(Some(Idle::Busy));
        }
        if self.context.publisher.client().connection_state() != State::Connected {
            return Ok(Some(Idle::Disconnected));
        }
        let Some(claim) = scan.next(&self.context).await? else { return Ok(Some(Idle::Empty)) };
        self.in_flight += claim.rows.len() + claim.out_of_turn.len();
        self.batches.spawn(batch::send(Arc::clone(&self.context), claim));
        Ok(None)
    }

    /// Short at first: whoever woke the relay may commit any moment. Long later, but not beyond the end of a pause.
    fn pause_when_empty(&self, looks: u32) -> Duration {
        let pause = FIRST_IDLE.saturating_mul(1 << looks.min(20)).min(self.context.options.poll_every);
        let until_stream = self.context.pauses.next_end().map(|end| end.saturating_duration_since(Instant::now()));
        until_stream.map_or(pause, |until_stream| pause.min(until_stream + FIRST_IDLE))
    }

    fn note(&mut self, report: Result<Report, tokio::task::JoinError>) {
        // A batch does not panic; if it did, its rows would be sent again when their lease ends.
        let Ok(report) = report else { return };
        self.in_flight = self.in_flight.saturating_sub(report.rows);
        self.tally.add(&report.tally);
        self.publisher_closed |= report.publisher_closed;
    }

    async fn finish(mut self) -> Result<Tally, RelayError> {
        while let Some(report) = self.batches.join_next().await {
            self.note(report);
        }
        if self.publisher_closed { Err(RelayError::PublisherClosed) } else { Ok(self.tally) }
    }
}

fn tell(is_connected: bool) {
    if is_connected {
        tracing::info!("NATS is reached again; the outbox is relayed");
    } else {
        tracing::warn!("NATS is not reached; events stay in the outbox");
    }
}

/// Tables that are newer than this crate are used: a later version may be rolled out by and by.
async fn check_version<D: Database>(outbox: &Outbox<D>) -> Result<(), DatabaseError> {
    let (found, wanted) = (outbox.version().await?, D::MIGRATIONS.last().map_or(0, |migration| migration.version));
    if found < wanted { Err(DatabaseError::NotMigrated(None)) } else { Ok(()) }
}

impl<D: Database> fmt::Debug for Relay<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("outbox", &self.outbox).field("options", &self.options).finish_non_exhaustive()
    }
}

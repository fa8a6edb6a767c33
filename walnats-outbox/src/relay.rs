//! Sends the outbox to JetStream.

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

/// How often a lost connection to NATS is checked.
const RECONNECT_POLL: Duration = Duration::from_millis(50);
/// The first wait after an empty poll; it doubles up to [`Relay::poll_every`].
const FIRST_IDLE: Duration = Duration::from_millis(1);

/// Sends the events of an outbox, see [`Outbox::relay`]. Any number may run concurrently, in any number of processes.
///
/// A relay leases rows, sends them and records the results. If it is stopped or killed, another one takes over its rows when
/// the lease ends; they keep their ids, so JetStream drops duplicates within the stream's duplicate window. Results recorded
/// after a lease was lost are ignored.
///
/// The cause of a failure determines what happens to the row:
///
/// - *The connection to NATS is down*: no rows are leased until it is back.
/// - *The stream* is missing, full, without a leader, or publishing to it is not permitted: the rows of that stream wait, for
///   250 ms to 15 s at a time, while others proceed.
/// - *The account* or the servers have no storage left, or no JetStream: the same, for each of its streams, with one line in
///   the log.
/// - *The row itself* is rejected: it is retried with increasing delays and then parked, see [`Relay::max_refusals`]. So is a
///   row that repeatedly gets no answer while its stream stores others: some messages make a server close the connection.
#[must_use = "a relay does nothing until it runs"]
pub struct Relay<D: Database> {
    outbox: Outbox<D>,
    publisher: Publisher,
    options: Options,
}

/// When a relay ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Stopped,
    Drained,
}

impl<D: Database> Outbox<D> {
    /// Sends the events of the outbox; see [`Relay`].
    pub fn relay(&self, publisher: impl AsRef<Publisher>) -> Relay<D> {
        Relay { outbox: self.clone(), publisher: publisher.as_ref().clone(), options: Options::default() }
    }
}

impl<D: Database> Relay<D> {
    /// Runs until it fails. If the database becomes unavailable later, it waits for it.
    ///
    /// # Errors
    ///
    /// The database is unavailable or not migrated at the start; or the publisher was shut down.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing: rows in flight are resent when their lease ends. Use [`Relay::run_until`] to end
    /// without that delay.
    pub async fn run(self) -> Result<Tally, RelayError> {
        self.work(std::future::pending(), Until::Stopped).await
    }

    /// Runs until `stop` completes and the rows in flight are done, which takes at most the length of a lease.
    ///
    /// # Errors
    ///
    /// Like [`Relay::run`].
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<Tally, RelayError> {
        self.work(stop, Until::Stopped).await
    }

    /// Sends everything that is due, then ends. Rows that wait for a later time or attempt stay.
    ///
    /// # Errors
    ///
    /// The database is unavailable, or the publisher was shut down.
    pub async fn drain(self) -> Result<Tally, RelayError> {
        self.work(std::future::pending(), Until::Drained).await
    }

    async fn work(self, stop: impl Future<Output = ()>, until: Until) -> Result<Tally, RelayError> {
        let Self { outbox, publisher, options } = self;
        check_version(&outbox).await.map_err(RelayError::Database)?;
        let (pauses, suspects) = (Pauses::default(), Suspects::default());
        let context = Arc::new(Context { outbox, publisher, options, pauses, suspects });
        // Its tasks end when this future is dropped.
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

/// A running relay.
struct Run<D: Database> {
    context: Arc<Context<D>>,
    until: Until,
    batches: JoinSet<Report>,
    /// Rows in flight.
    in_flight: usize,
    tally: Tally,
    publisher_closed: bool,
}

/// Why no rows are leased at the moment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Idle {
    /// No rows are due.
    Empty,
    /// Enough rows are in flight.
    Busy,
    /// NATS is unreachable.
    Disconnected,
    /// The database is unavailable.
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
                    tracing::warn!(error = %verdict::text(&error), "cannot read the outbox; retrying");
                    Idle::DatabaseDown
                }
            };
            if is_connected != (idle != Idle::Disconnected) {
                is_connected = !is_connected;
                log_connection(is_connected);
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

    /// Leases rows and starts sending them; `Some` is why it did not.
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

    /// Short at first, because the transaction that woke the relay may commit any moment; longer later, but not beyond the end
    /// of a pause.
    fn pause_when_empty(&self, looks: u32) -> Duration {
        let pause = FIRST_IDLE.saturating_mul(1 << looks.min(20)).min(self.context.options.poll_every);
        let until_stream = self.context.pauses.next_end().map(|end| end.saturating_duration_since(Instant::now()));
        until_stream.map_or(pause, |until_stream| pause.min(until_stream + FIRST_IDLE))
    }

    fn note(&mut self, report: Result<Report, tokio::task::JoinError>) {
        // A batch does not panic; if it did, its rows would be resent when their lease ends.
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

fn log_connection(is_connected: bool) {
    if is_connected {
        tracing::info!("reconnected to NATS; relaying the outbox");
    } else {
        tracing::warn!("not connected to NATS; events stay in the outbox");
    }
}

/// Tables newer than this crate are accepted: a later version may be in the middle of a rollout.
async fn check_version<D: Database>(outbox: &Outbox<D>) -> Result<(), DatabaseError> {
    let (found, wanted) = (outbox.version().await?, D::MIGRATIONS.last().map_or(0, |migration| migration.version));
    if found < wanted { Err(DatabaseError::NotMigrated(None)) } else { Ok(()) }
}

impl<D: Database> fmt::Debug for Relay<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("outbox", &self.outbox).field("options", &self.options).finish_non_exhaustive()
    }
}

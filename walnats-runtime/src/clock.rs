//! Periodic events, once over all instances of a service.

use std::fmt;
use std::future::Future;
use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;

use crate::chain::Chain;
use crate::compose::duplicate_window;
use crate::error::EmitError;
use crate::event::Event;
use crate::message::Outcome;
use crate::publisher::Publisher;
use crate::types::DateTime;

/// The shortest period.
const SHORTEST: Duration = Duration::from_millis(100);

/// How often the system's clock is looked at, because it may be set.
const LOOK: Duration = Duration::from_secs(1);

/// Emits an event at each multiple of a period since 1970, in UTC: every minute at second 0, say. Any number of instances can run
/// the same clock: together they store one event for each tick.
///
/// ```no_run
/// # use walnats_runtime::{Clock, Event, Publisher};
/// # async fn example<MinutePassed: Event + 'static>(events: Publisher, passed: fn(String) -> MinutePassed, shutdown: impl Future<Output = ()>) -> Result<(), Box<dyn std::error::Error>> {
/// let clock = Clock::new(&events, std::time::Duration::from_secs(60), move |tick| passed(tick.time().to_string()));
/// clock.run(shutdown).await?;
/// # Ok(())
/// # }
/// ```
///
/// # What is promised
///
/// - **At most one event for each tick.** Its message id is made of the event's name, the period and the number of the tick, so
///   that the stream drops what other instances emit. An instance emits a tick until half of the stream's duplicate window has
///   passed (2 minutes by default), or half a period if that is shorter, and never afterwards. So this holds as long as the
///   system clocks of the instances differ by less than half of the duplicate window. A restarted server remembers the ids of
///   the messages that its stream still holds: with the retentions `interest` and `workqueue`, a tick that was consumed just
///   before the restart can be stored again.
/// - **No tick is made up for.** One for which no instance ran, or could reach the server in time, is left out: [`Ticked::missed`].
/// - Clocks of the Python library do not take part: the id of their events is not made of the number of the tick.
pub struct Clock<E> {
    publisher: Publisher,
    period: Duration,
    name: Option<String>,
    event: Box<dyn Fn(Tick) -> E + Send + Sync>,
}

/// A tick of a [`Clock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    number: u64,
    due: Timestamp,
}

impl Tick {
    /// How many periods have passed since 1970 at this tick: the same in all instances.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// When it was due; all instances have the same.
    pub fn time(&self) -> DateTime {
        self.due.into()
    }
}

/// What a clock did, in numbers of ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ticked {
    /// Whose event was stored by this instance.
    pub stored: u64,
    /// Whose event another instance had stored.
    pub duplicate: u64,
    /// Whose event this instance did not emit in time: it was suspended, or the server could not be reached. Another instance
    /// may have.
    pub missed: u64,
}

impl<E: Event> Clock<E> {
    /// A clock that emits what `event` makes of each tick. Periods are whole milliseconds, at least 100 ms.
    pub fn new(
        publisher: impl AsRef<Publisher>,
        period: Duration,
        event: impl Fn(Tick) -> E + Send + Sync + 'static,
    ) -> Self {
        let period = Duration::from_millis(u64::try_from(period.max(SHORTEST).as_millis()).unwrap_or(u64::MAX));
        Self { publisher: publisher.as_ref().clone(), period, name: None, event: Box::new(event) }
    }

    /// Distinguishes clocks with the same event and the same period. It becomes a part of the message ids, so all instances need
    /// the same. Default: none.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Emits until `shutdown` ends; an emit that has begun is completed. Failures that may pass are logged, and the clock goes
    /// on.
    ///
    /// # Errors
    ///
    /// An event can never be stored: it breaks its schema, say.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<Ticked, EmitError> {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut ticked = Ticked::default();
        let mut last = self.number_at(self.now());
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => return Ok(ticked),
                () = self.until(last.saturating_add(1)) => {}
            }
            // A clock that is set back has no tick twice; those it was set over are left out.
            let number = self.number_at(self.now());
            ticked.missed += number.saturating_sub(last.saturating_add(1));
            last = number;
            self.tick(number, &mut ticked).await?;
        }
    }

    async fn tick(&self, number: u64, ticked: &mut Ticked) -> Result<(), EmitError> {
        let due = self.due(number);
        let late = self.now().saturating_sub(due);
        let Some(rest) = self.limit().checked_sub(late).filter(|rest| !rest.is_zero()) else {
            ticked.missed += 1;
            return Ok(());
        };
        let time = i128::try_from(due.as_nanos()).ok().and_then(|nanos| Timestamp::from_nanosecond(nanos).ok());
        let event = (self.event)(Tick { number, due: time.unwrap_or(Timestamp::MAX) });
        match self.publisher.emit(&event).uid(self.id(number)).deadline(rest).await {
            Ok(receipt) => match receipt.outcome {
                Outcome::Stored(_) => ticked.stored += 1,
                Outcome::Duplicate(_) => ticked.duplicate += 1,
            },
            Err(EmitError::NotStored(error)) if !error.passes() => return Err(EmitError::NotStored(error)),
            Err(error) => {
                ticked.missed += 1;
                tracing::warn!(event = E::DESCRIPTOR.name, number, error = %Chain(&error), "a tick was not emitted in time");
            }
        }
        Ok(())
    }

    /// How late a tick may be emitted: so that its id is still known, whichever instance was first, and before the next tick.
    fn limit(&self) -> Duration {
        let window = duplicate_window(self.publisher.stream(E::DESCRIPTOR.stream));
        window.min(self.period) / 2
    }

    fn id(&self, number: u64) -> String {
        let name = self.name.as_deref().map(|name| format!(":{name}")).unwrap_or_default();
        format!("clock:{}{name}:{}ms:{number}", E::DESCRIPTOR.name, self.period.as_millis())
    }

    /// The time since 1970.
    fn now(&self) -> Duration {
        self.publisher.options().now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    fn number_at(&self, time: Duration) -> u64 {
        u64::try_from(time.as_millis() / self.period.as_millis()).unwrap_or(u64::MAX)
    }

    /// In time since 1970.
    fn due(&self, number: u64) -> Duration {
        let millis = u128::from(number).saturating_mul(self.period.as_millis());
        Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }

    /// Waits until a tick is due.
    async fn until(&self, number: u64) {
        let due = self.due(number);
        while let Some(rest) = due.checked_sub(self.now()).filter(|rest| !rest.is_zero()) {
            self.publisher.options().sleep(rest.min(LOOK)).await;
        }
    }
}

impl<E: Event> fmt::Debug for Clock<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = E::DESCRIPTOR.name;
        f.debug_struct("Clock").field("event", &event).field("period", &self.period).finish_non_exhaustive()
    }
}

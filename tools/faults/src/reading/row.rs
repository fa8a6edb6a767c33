//! What a trial of readers is made of.

use std::time::Duration;

use futures_util::future::BoxFuture;
use walnats_runtime::{Backoff, ReaderOptions, StreamDescriptor};

use super::scene::Scene;
use super::stage::Stage;
use crate::Result;
use crate::setup::{FACTS, Place, Setup};

/// How many events an instance has in hand, unless the row says otherwise.
pub const CONCURRENCY: usize = 8;

/// A fault, and the readers that it strikes.
#[derive(Debug)]
pub struct ReadRow {
    /// Its name in the table, and for `--row`.
    pub name: &'static str,
    /// The servers.
    pub place: Place,
    /// The stream.
    pub stream: StreamDescriptor,
    /// The number of instances of the service, each in a process of its own.
    pub instances: usize,
    /// The number of events.
    pub events: usize,
    /// Which of them no reader can decode.
    pub unreadable: fn(usize) -> bool,
    /// What a handler does with an event.
    pub work: fn(&Seen) -> Work,
    /// How many events an instance has in hand.
    pub concurrency: usize,
    /// Further options of the readers.
    pub options: fn(ReaderOptions) -> ReaderOptions,
    /// Whether events of a key are read in order.
    pub ordered: bool,
    /// The fault; it repairs what it broke.
    pub strike: Strike,
    /// What must be true, in addition to what always holds.
    pub rules: ReadRules,
}

/// See [`ReadRow::strike`].
pub type Strike = for<'a> fn(&'a mut Stage) -> BoxFuture<'a, Result<()>>;

/// What a handler knows of an event.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Its number.
    pub number: usize,
    /// The attempt, counted from 1.
    pub attempt: u64,
    /// The time since the instance was started.
    pub since: Duration,
}

/// What a handler does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// It is done after this many milliseconds.
    Done(u64),
    /// It fails, and says that this passes.
    Passes,
    /// It fails for good.
    Fails,
    /// It panics.
    Panics,
    /// Its process aborts, and another one is started in its place.
    Aborts,
    /// It never ends.
    Hangs,
}

/// How many handlings beyond the first of each event, and beyond those after a failure, are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// None.
    Never,
    /// Those that instances had in hand when they were struck: see [`Stage::lose`].
    InHand,
    /// Any number: the fault loses acknowledgements that were sent long ago.
    Any,
}

/// Rules for a row, in addition to what always holds: each event is handled to its end or is a dead letter, and nothing is left
/// unacknowledged.
#[derive(Clone, Copy, Debug)]
pub struct ReadRules {
    /// How often events may be handled again.
    pub again: Again,
    /// Which events become dead letters; each of them one.
    pub dead: fn(usize) -> bool,
    /// The shortest time between an attempt that failed and the next one.
    pub pause: Duration,
    /// Whether an event may be handled twice at the same time, or out of order by a process that was suspended with it.
    pub overlaps: bool,
}

impl ReadRow {
    /// Three instances that share a backlog, quick handlers, and no fault.
    pub const DEFAULT: Self = Self {
        name: "",
        place: Place::One,
        stream: FACTS,
        instances: 3,
        events: 1_000,
        unreadable: |_| false,
        work: |_| Work::Done(15),
        concurrency: CONCURRENCY,
        options: |options| options,
        ordered: false,
        strike: |_| Box::pin(async { Ok(()) }),
        rules: ReadRules::DEFAULT,
    };

    /// What runs before anything strikes.
    pub fn setup(&'static self) -> Setup {
        Setup {
            name: self.name,
            place: self.place,
            config: "",
            jetstream: "",
            accounts: Vec::new,
            others: &[],
            jwt: false,
            user: "",
            stream: &self.stream,
            registered: true,
            clock: false,
            machine: false,
            outbox: None,
            parks: false,
        }
    }

    /// What its instances have in common.
    pub fn scene(&self) -> Scene {
        let Self { instances, events, unreadable, concurrency, .. } = *self;
        Scene { stream: self.stream.name, instances, events, unreadable, concurrency }
    }

    /// The options of its readers.
    pub fn reader_options(&self) -> ReaderOptions {
        // Deliveries whose end the server forgets are attempts, too.
        let retry = Backoff::new([Duration::from_millis(200)]).attempts(100);
        let options = ReaderOptions::new().ack_wait(Duration::from_secs(2)).retry(retry);
        (self.options)(options.concurrency(self.concurrency))
    }
}

impl ReadRules {
    /// Nothing comes twice, and nothing is a dead letter.
    pub const DEFAULT: Self = Self { again: Again::Never, dead: |_| false, pause: Duration::ZERO, overlaps: false };
}

//! What a trial is made of.

use std::time::Duration;

use async_nats::ConnectOptions;
use futures_util::future::BoxFuture;
use walnats_runtime::{Options, StreamDescriptor};
use walnats_server::Account;

use crate::Result;
use crate::clock::Clock;
use crate::disk::Disk;
use crate::machine::Machine;
use crate::setup::Setup;
pub use crate::setup::{Base, FACTS, Other, Place, Relays};
use crate::workload::Shape;
use crate::world::World;

/// A row of the table: a fault, and what it strikes.
#[derive(Debug)]
pub struct Row {
    /// Its name in the table, and for `--row`.
    pub name: &'static str,
    /// The servers.
    pub place: Place,
    /// Lines of the servers' configuration.
    pub config: &'static str,
    /// Lines of its block `jetstream`.
    pub jetstream: &'static str,
    /// Accounts of the one server, or of the hub. The stream belongs to the account of [`ADMIN`](crate::setup::ADMIN).
    pub accounts: fn() -> Vec<Account>,
    /// Other streams that the events' subjects reach. They are always there.
    pub others: &'static [Other],
    /// Whether the one server has an operator and an account with two users by JWT: the harness, and the publisher, whose
    /// payloads are limited to 2 KiB.
    pub jwt: bool,
    /// The `user:password` of the publisher; empty for none. If set, the harness itself connects as `ADMIN`.
    pub user: &'static str,
    /// The stream, as the publisher declares it, too.
    pub stream: StreamDescriptor,
    /// Whether it is there when the publisher starts.
    pub registered: bool,
    /// How long a confirmed emit may take.
    pub deadline: Duration,
    /// The publisher's options.
    pub options: fn(Options) -> Options,
    /// Connects on behalf of the publisher; `None` if the publisher connects itself.
    pub client: Option<fn() -> ConnectOptions>,
    /// Whether the publisher, the relays and their database use a clock that can be set.
    pub clock: bool,
    /// Whether the publisher has its own machine, whose cable can be unplugged.
    pub machine: bool,
    /// The outbox that events go through; `None` for direct emits.
    pub outbox: Option<Relays>,
    /// What is emitted.
    pub shape: Shape,
    /// How the publisher ends.
    pub finish: Finish,
    /// The emit after whose end the publisher aborts, before it reports that.
    pub abort_after: Option<fn(usize) -> usize>,
    /// Runs before the publisher starts.
    pub prepare: Strike,
    /// The fault. It runs concurrently with the publisher, and repairs what it broke.
    pub strike: Strike,
    /// The rules that apply in addition to the promises.
    pub rules: Rules,
}

/// See [`Row::strike`].
pub type Strike = for<'a> fn(&'a mut World) -> BoxFuture<'a, Result<()>>;

/// How the publisher ends when it has emitted everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// Awaits every emit, flushes, shuts down.
    Flush,
    /// Shuts down immediately, with this deadline in milliseconds.
    Shutdown(u64),
}

/// Additional rules, and exceptions from the promises.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Ends that must be seen, by [`End::name`](crate::End::name) or its beginning; otherwise the fault did not strike.
    pub sees: &'static [&'static str],
    /// The only ends that are allowed besides `Stored` and `Duplicate`; `None` for any.
    pub only: Option<&'static [&'static str]>,
    /// Ends that are forbidden, by the beginning of their names.
    pub never: &'static [&'static str],
    /// Whether only odd emits may end unconfirmed; see [`Shape::odd`].
    pub spares: bool,
    /// Whether the outbox parks odd emits, which are then stored nowhere.
    pub parks: bool,
    /// Whether events of a topic must be stored in the order in which they were emitted.
    pub ordered: bool,
    /// Whether unsettled events are emitted again, within the stream's duplicate window.
    pub settled: bool,
    /// Whether the stream that the publisher wrote to is gone, so that it cannot be read.
    pub gone: bool,
    /// Whether the publisher is killed, so that emits may have no end.
    pub killed: bool,
    /// The expected error if connecting fails.
    pub unconnected: Option<&'static str>,
}

impl Row {
    /// One server, one stream without limits, the publisher's defaults, and no fault.
    pub const DEFAULT: Self = Self {
        name: "",
        place: Place::One,
        config: "",
        jetstream: "",
        accounts: Vec::new,
        others: &[],
        jwt: false,
        user: "",
        stream: FACTS,
        registered: true,
        deadline: Duration::from_secs(30),
        options: |options| options,
        client: None,
        clock: false,
        machine: false,
        outbox: None,
        shape: Shape::DEFAULT,
        finish: Finish::Flush,
        abort_after: None,
        prepare: |_| Box::pin(async { Ok(()) }),
        strike: |_| Box::pin(async { Ok(()) }),
        rules: Rules::DEFAULT,
    };
}

impl Row {
    /// What runs before anything strikes.
    pub fn setup(&'static self) -> Setup {
        Setup {
            name: self.name,
            place: self.place,
            config: self.config,
            jetstream: self.jetstream,
            accounts: self.accounts,
            others: self.others,
            jwt: self.jwt,
            user: self.user,
            stream: &self.stream,
            registered: self.registered,
            clock: self.clock,
            machine: self.machine,
            outbox: self.outbox,
            parks: self.rules.parks,
        }
    }

    /// Whether it can run here: a full disk and a separate machine need root on Linux, and a clock that can be set needs Linux.
    pub fn is_possible(&self) -> bool {
        let database = self.outbox.map(|relays| relays.base);
        let disk = matches!(self.place, Place::OneOnDisk(_)) || matches!(database, Some(Base::SqliteOnDisk(_)));
        (!disk || Disk::is_possible())
            && (!self.clock || Clock::is_possible())
            && (!self.machine || Machine::is_possible())
    }
}

impl Rules {
    /// Any end is allowed, and everything can be settled.
    pub const DEFAULT: Self = Self {
        sees: &[],
        only: None,
        never: &[],
        spares: false,
        parks: false,
        ordered: false,
        settled: true,
        gone: false,
        killed: false,
        unconnected: None,
    };

    /// Everything is confirmed in the end.
    pub const CONFIRMED: Self = Self { only: Some(&[]), ..Self::DEFAULT };
}

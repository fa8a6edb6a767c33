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
    /// In the table, and for `--row`.
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
    /// The one server knows an operator, an account, and two users by JWT: the harness, and the publisher, which may send
    /// 2 KiB at a time.
    pub jwt: bool,
    /// `user:password` that the publisher connects with; empty for none. What the harness itself does, it does as
    /// `ADMIN` then.
    pub user: &'static str,
    /// The stream. The publisher believes this, too.
    pub stream: StreamDescriptor,
    /// Whether it is there when the publisher starts.
    pub registered: bool,
    /// How long a confirmed emit may take.
    pub deadline: Duration,
    /// How the publisher behaves otherwise.
    pub options: fn(Options) -> Options,
    /// The connection is made so, by somebody else; `None`: by the publisher.
    pub client: Option<fn() -> ConnectOptions>,
    /// The publisher, the relays and their database go by a clock that can be set.
    pub clock: bool,
    /// The publisher has a machine of its own, whose cable can be pulled.
    pub machine: bool,
    /// Events go through an outbox, instead of straight to NATS.
    pub outbox: Option<Relays>,
    /// What is emitted.
    pub shape: Shape,
    /// How the publisher ends.
    pub finish: Finish,
    /// The publisher aborts itself between the end of this emit and telling of it.
    pub abort_after: Option<fn(usize) -> usize>,
    /// Comes before the publisher starts.
    pub prepare: Strike,
    /// What strikes. It runs beside the publisher, and mends what it broke.
    pub strike: Strike,
    /// What has to hold beyond the promises that always hold.
    pub rules: Rules,
}

/// See [`Row::strike`].
pub type Strike = for<'a> fn(&'a mut World) -> BoxFuture<'a, Result<()>>;

/// How the publisher ends when it has emitted everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// Awaits every emit, flushes, shuts down.
    Flush,
    /// Shuts down at once, with this deadline in milliseconds.
    Shutdown(u64),
}

/// What has to hold beside the promises, and what does not have to.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Ends that have to be seen, by [`End::name`](crate::End::name) or its beginning: else the fault did not strike.
    pub sees: &'static [&'static str],
    /// The only ends that may be seen besides `Stored` and `Duplicate`; `None` for any.
    pub only: Option<&'static [&'static str]>,
    /// Ends that must not be seen, by the beginning of their names.
    pub never: &'static [&'static str],
    /// Only odd emits may end otherwise than confirmed; see [`Shape::odd`].
    pub spares: bool,
    /// Odd emits are given up by the outbox, and stored nowhere.
    pub parks: bool,
    /// Events of a topic are in the stream in the order in which they were emitted.
    pub ordered: bool,
    /// What is open is emitted again, within the stream's duplicate window.
    pub settled: bool,
    /// The stream that the publisher wrote to is gone: what it stored cannot be looked up.
    pub gone: bool,
    /// The publisher is killed, so it may leave emits without an end.
    pub killed: bool,
    /// Nothing connects.
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

    /// Whether it can be run here: a full disk needs root and Linux, so does a machine of one's own, a clock that can be set Linux.
    pub fn is_possible(&self) -> bool {
        let database = self.outbox.map(|relays| relays.base);
        let disk = matches!(self.place, Place::OneOnDisk(_)) || matches!(database, Some(Base::SqliteOnDisk(_)));
        (!disk || Disk::is_possible())
            && (!self.clock || Clock::is_possible())
            && (!self.machine || Machine::is_possible())
    }
}

impl Rules {
    /// Anything may be seen, and everything can be settled.
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

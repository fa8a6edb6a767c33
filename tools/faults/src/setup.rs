//! What runs in a trial, before anything strikes.

use walnats_runtime::StreamDescriptor;
use walnats_server::Account;

/// The part of a [`Row`](crate::Row) that a [`World`](crate::World) is made of; its fields are the row's.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// The row's.
    pub name: &'static str,
    /// The servers.
    pub place: Place,
    /// Lines of the servers' configuration.
    pub config: &'static str,
    /// Lines of its block `jetstream`.
    pub jetstream: &'static str,
    /// Accounts of the one server, or of the hub.
    pub accounts: fn() -> Vec<Account>,
    /// Other streams that the events' subjects reach.
    pub others: &'static [Other],
    /// Whether the one server knows users by JWT.
    pub jwt: bool,
    /// `user:password` that the publisher connects with; empty for none.
    pub user: &'static str,
    /// The stream.
    pub stream: &'static StreamDescriptor,
    /// Whether it is there when the publisher starts.
    pub registered: bool,
    /// Whether there is a clock that can be set.
    pub clock: bool,
    /// Whether the publisher has a machine of its own.
    pub machine: bool,
    /// The outbox that events go through.
    pub outbox: Option<Relays>,
    /// Whether the outbox may give events up.
    pub parks: bool,
}

/// The user of the harness, where the servers know users.
pub const ADMIN: &str = "admin:admin";

/// Which servers run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One, and the publisher's connection goes through a proxy.
    One,
    /// One, with its store on a file system of so many bytes. Needs root, for mounting it.
    OneOnDisk(u64),
    /// A cluster of three.
    Three,
    /// A cluster of three whose connections among each other go through proxies.
    ThreeApart,
    /// A hub and a leaf node of it, each with a JetStream domain of its own. The stream is the hub's, the publisher connects
    /// to the leaf, and both ways go through proxies. Lines of the hub's configuration.
    Leaf(&'static str),
}

impl Place {
    /// The index of the leaf among the servers.
    pub const LEAF: usize = 0;
    /// The index of the hub.
    pub const HUB: usize = 1;
}

/// A stream that the package knows nothing of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its name.
    pub name: &'static str,
    /// `user:password` of its account on the publisher's server; empty for none.
    pub user: &'static str,
    /// What it takes.
    pub subject: &'static str,
}

/// An outbox and its relays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relays {
    /// The database.
    pub base: Base,
    /// How many relays, each in a process of its own.
    pub count: usize,
}

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// A file.
    Sqlite,
    /// A file on a file system of so many bytes. Needs root, for mounting it.
    SqliteOnDisk(u64),
    /// A real server, that all trials share.
    Postgres,
}

/// The stream without limits.
pub const FACTS: StreamDescriptor =
    StreamDescriptor { subjects: &["facts.*"], atomic: true, ..StreamDescriptor::new("facts") };

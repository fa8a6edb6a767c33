//! What runs in a trial, before anything strikes.

use walnats_runtime::StreamDescriptor;
use walnats_server::Account;

/// The part of a [`Row`](crate::Row) that a [`World`](crate::World) is made of; its fields are the row's.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// The name of the row.
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

/// The user of the harness, if the servers have users.
pub const ADMIN: &str = "admin:admin";

/// Which servers run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One server; the publisher connects through a proxy.
    One,
    /// One server, with its store on a file system of this many bytes. Needs root to mount it.
    OneOnDisk(u64),
    /// A cluster of three.
    Three,
    /// A cluster of three servers that connect to each other through proxies.
    ThreeApart,
    /// A hub and a leaf node, each with its own JetStream domain. The stream is in the hub, the publisher connects to the leaf
    /// node, and both connections go through proxies. The text is added to the hub's configuration.
    Leaf(&'static str),
}

impl Place {
    /// The index of the leaf node among the servers.
    pub const LEAF: usize = 0;
    /// The index of the hub.
    pub const HUB: usize = 1;
}

/// A stream that the package does not declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its name.
    pub name: &'static str,
    /// The `user:password` of its account on the publisher's server; empty for none.
    pub user: &'static str,
    /// Its subjects.
    pub subject: &'static str,
}

/// An outbox and its relays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relays {
    /// The database.
    pub base: Base,
    /// The number of relays, each in a separate process.
    pub count: usize,
}

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// A file.
    Sqlite,
    /// A file on a file system of this many bytes. Needs root to mount it.
    SqliteOnDisk(u64),
    /// A real server, which all trials share.
    Postgres,
}

/// The stream without limits.
pub const FACTS: StreamDescriptor =
    StreamDescriptor { subjects: &["facts.*"], atomic: true, ..StreamDescriptor::new("facts") };

#![doc = include_str!("../README.md")]

mod broker;
mod error;
mod fault;
mod front;
mod headers;
mod jetstream;
mod journal;
mod memory;
mod message;
mod protocol;
mod router;
mod shared;
mod time;

pub use fault::Matches;
pub use headers::Headers;
pub use journal::Record;
pub use memory::Memory;

/// The status of an answer in place of an acknowledgement that is withheld: the message is stored, and nobody says so.
pub const WITHHELD: u16 = 599;

/// The release of nats-server whose behaviour this is.
pub const VERSION: &str = "2.15.1";

/// Its API level.
const API_LEVEL: u64 = 5;

/// The name of the server.
const NAME: &str = "walnats-memory";

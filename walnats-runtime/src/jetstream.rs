//! JetStream apart from publishing: requests to its API, its errors, and the observed configuration of streams.

mod api;
mod error_code;
mod known;

pub(crate) use api::{Api, Failure, Prefix};
pub use error_code::Scope;
pub(crate) use error_code::{ErrorCode, code};
pub(crate) use known::{KnownStream, KnownStreams};

//! JetStream beside the publishing: requests to its API, what its errors are about, and what streams really are.

mod api;
mod error_code;
mod known;

pub(crate) use api::{Api, Failure, Prefix};
pub use error_code::Scope;
pub(crate) use error_code::{ErrorCode, code};
pub(crate) use known::{KnownStream, KnownStreams};

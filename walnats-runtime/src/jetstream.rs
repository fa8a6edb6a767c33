//! JetStream beside the publishing: requests to its API, and what its errors are about.

mod api;
mod error_code;

pub(crate) use api::{Api, Failure, Prefix};
pub use error_code::Scope;
pub(crate) use error_code::{ErrorCode, code};

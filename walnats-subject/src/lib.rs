//! The rules of NATS subjects, subject filters and JetStream stream names, as nats-server applies them.
//!
//! A subject is a list of tokens with dots between them: `orders.eu.placed`. A filter may also have the token `*`, which
//! matches any one token, and `>` as its last token, which matches one token or more.

mod filter;
mod name;

pub use filter::{FilterProblem, covers, filter_problem, overlap, without_covered};
pub use name::{MAX_STREAM_NAME_BYTES, invalid_stream_name_char, invalid_token_char};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

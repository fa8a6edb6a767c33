//! Why a payload is not an event.

/// Why a payload is not an event: where and what is expected, never what is there.
#[derive(Debug, PartialEq, Eq)]
pub struct Invalid(pub Vec<String>);

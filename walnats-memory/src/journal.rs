//! What clients published and streams took, in order.

use std::time::SystemTime;

use bytes::Bytes;

use crate::headers::Headers;

/// A message that a stream took. It need not be there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The stream.
    pub stream: String,
    /// Its sequence number there.
    pub sequence: u64,
    /// The subject that it was published on.
    pub subject: String,
    /// Its headers, those for JetStream among them.
    pub headers: Headers,
    /// Its payload.
    pub payload: Bytes,
    /// When it was stored, by the clock of the test.
    pub time: SystemTime,
}

//! JetStream's errors, with the codes and words of nats-server (`server/errors.json`).

use serde_json::{Value, json};

/// An error as JetStream answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// The status, like that of HTTP.
    pub(crate) status: u64,
    pub(crate) code: u64,
    pub(crate) description: String,
}

impl ApiError {
    pub(crate) fn new(status: u64, code: u64, description: impl Into<String>) -> Self {
        Self { status, code, description: description.into() }
    }

    pub(crate) fn value(&self) -> Value {
        json!({"code": self.status, "err_code": self.code, "description": self.description})
    }

    pub(crate) fn bad_request() -> Self {
        Self::new(400, 10003, "bad request")
    }

    pub(crate) fn invalid_json() -> Self {
        Self::new(400, 10025, "invalid JSON")
    }

    pub(crate) fn no_stream() -> Self {
        Self::new(404, 10059, "stream not found")
    }

    pub(crate) fn no_consumer() -> Self {
        Self::new(404, 10014, "consumer not found")
    }

    pub(crate) fn no_message() -> Self {
        Self::new(404, 10037, "no message found")
    }

    /// A configuration of a stream that the server refuses.
    pub(crate) fn stream_config(why: impl Into<String>) -> Self {
        Self::new(500, 10052, why)
    }

    /// A configuration of a consumer that the server refuses.
    pub(crate) fn consumer_config(why: impl Into<String>) -> Self {
        Self::new(500, 10012, why)
    }

    /// The stream's limits refuse a message.
    pub(crate) fn not_stored(why: &str) -> Self {
        Self::new(503, 10077, why)
    }

    pub(crate) fn wrong_last_sequence(last: u64) -> Self {
        Self::new(400, 10071, format!("wrong last sequence: {last}"))
    }

    pub(crate) fn wrong_last_id(last: &str) -> Self {
        Self::new(400, 10070, format!("wrong last msg ID: {last}"))
    }
}

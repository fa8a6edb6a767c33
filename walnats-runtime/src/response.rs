//! Responses: what the handler of an event returns to whoever waits for it.

use std::fmt;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{DecodeError, EncodeError, ValidateError};
use crate::event::Event;

/// A value that a handler returns and a caller waits for: an event of the package, which is validated on both sides, or any type
/// as [`Json`].
///
/// Responses are plain NATS messages: no stream stores them.
pub trait Response: Sized + Send {
    /// The media type of the encoding.
    const CONTENT_TYPE: &'static str;

    /// Validates and encodes it.
    ///
    /// # Errors
    ///
    /// It breaks its schema, or cannot be encoded.
    fn encode_response(&self) -> Result<Vec<u8>, ResponseError>;

    /// Decodes and validates it.
    ///
    /// # Errors
    ///
    /// The payload is not in the encoding, or breaks the schema.
    fn decode_response(payload: &[u8]) -> Result<Self, ResponseError>;
}

impl<E: Event> Response for E {
    const CONTENT_TYPE: &'static str = E::DESCRIPTOR.content_type;

    fn encode_response(&self) -> Result<Vec<u8>, ResponseError> {
        self.validate().map_err(ResponseError::Invalid)?;
        self.encode().map_err(ResponseError::Encode)
    }

    fn decode_response(payload: &[u8]) -> Result<Self, ResponseError> {
        E::decode(payload).map_err(ResponseError::Decode)
    }
}

/// A response of any type, as JSON: for services that agree on it without a schema, such as those with the Python library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize + DeserializeOwned + Send> Response for Json<T> {
    const CONTENT_TYPE: &'static str = "application/json";

    fn encode_response(&self) -> Result<Vec<u8>, ResponseError> {
        serde_json::to_vec(&self.0).map_err(|error| ResponseError::json(&error))
    }

    fn decode_response(payload: &[u8]) -> Result<Self, ResponseError> {
        serde_json::from_slice(payload).map(Self).map_err(|error| ResponseError::json(&error))
    }
}

/// A response cannot be encoded or decoded. Contains no value of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// It breaks its schema.
    #[error("the response breaks its schema")]
    Invalid(#[source] ValidateError),
    /// Its encoding cannot express it.
    #[error("the response cannot be encoded")]
    Encode(#[source] EncodeError),
    /// It is not in the encoding, or breaks its schema.
    #[error("the response cannot be decoded")]
    Decode(#[source] DecodeError),
    /// It is not JSON, or JSON of another shape.
    #[error("the response is not JSON of the expected shape, at line {line}, column {column}")]
    Json {
        /// Counted from 1; 0 if it could not be written.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
}

impl ResponseError {
    /// The text of the error can contain a value.
    fn json(error: &serde_json::Error) -> Self {
        Self::Json { line: error.line(), column: error.column() }
    }
}

/// An encoded response. `Debug` shows its size only.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    pub(crate) content_type: &'static str,
    /// Or why there is none.
    pub(crate) payload: Result<Bytes, String>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.payload.as_ref().map(Bytes::len);
        f.debug_struct("Answer").field("content_type", &self.content_type).field("bytes", &bytes).finish()
    }
}

//! An event of about 200 bytes.

use serde::{Deserialize, Serialize};
use walnats_runtime::{DecodeError, EncodeError, Event, EventDescriptor, ValidateError};

/// An event of about 200 bytes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Measured {
    pub number: u64,
    text: String,
}

impl Measured {
    pub fn new(number: u64) -> Self {
        Self { number, text: "x".repeat(170) }
    }
}

impl Event for Measured {
    const DESCRIPTOR: &'static EventDescriptor = &EventDescriptor {
        name: "measured",
        event_type: "measured",
        stream: "measured",
        subject: "measured.it",
        content_type: "application/json",
        description: "",
        message_name: None,
    };

    fn subject(&self) -> Result<String, walnats_runtime::SubjectError> {
        Ok("measured.it".to_owned())
    }

    fn validate(&self) -> Result<(), ValidateError> {
        Ok(())
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        serde_json::to_vec(self).map_err(EncodeError::Json)
    }

    fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let read = serde_json::from_slice(payload);
        read.map_err(|error| DecodeError::Json { line: error.line(), column: error.column() })
    }
}

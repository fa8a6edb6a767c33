//! Tolerant reading of JSON, counted.

use serde::de::DeserializeOwned;

use crate::error::DecodeError;
#[cfg(feature = "protobuf")]
use crate::error::ValidateError;
use crate::json::{self, Schemas, Validate};
use crate::metric;
#[cfg(feature = "protobuf")]
use crate::protobuf::json as protobuf_json;
use crate::tolerated::Tolerated;

/// Reads the payload of the event `name` tolerantly, by its schema in `schemas`; for generated code.
///
/// # Errors
///
/// The payload is not JSON, breaks the schema in another way than by what is tolerated, or holds a number that the generated
/// type has no room for.
pub fn decode_tolerant<T: DeserializeOwned + Validate>(
    payload: &[u8],
    schemas: &Schemas,
    name: &'static str,
) -> Result<Tolerated<T>, DecodeError> {
    let read = json::decode_tolerant(payload, schemas, name)?;
    metric::unknown(name, read.unknown);
    Ok(read)
}

/// Reads the message of the event `name` from its JSON mapping tolerantly, and asks `check`; for generated code. `types` are those
/// that an `Any` may hold.
///
/// # Errors
///
/// The payload is not JSON, is not the message in another way than by what is tolerated, or `check` refuses it.
#[cfg(feature = "protobuf")]
pub fn decode_json_tolerant<M: protobuf_json::Message>(
    payload: &[u8],
    types: protobuf_json::Types,
    name: &'static str,
    check: fn(&M) -> Result<(), ValidateError>,
) -> Result<Tolerated<M>, DecodeError> {
    let read = protobuf_json::decode_tolerant(payload, types)?;
    check(&read.event)?;
    metric::unknown(name, read.unknown);
    Ok(read)
}

//! Tolerant reading of JSON, counted.

use serde::de::DeserializeOwned;

use crate::error::DecodeError;
use crate::json::{self, Schemas, Validate};
use crate::metric;
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

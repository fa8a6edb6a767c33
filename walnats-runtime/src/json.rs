//! JSON payloads: typed values that a schema judges.
//!
//! Generated types are a lossless superset of what their schema accepts, and check natively what types cannot say. So
//! a payload that reads and passes its checks is valid, and that is the fast path. Whatever fails there is judged again
//! by the schema itself, which reports every violation, or finds the payload valid after all (a duplicate member).

pub(crate) mod check;
mod document;
pub(crate) mod object;
pub(crate) mod reader;
mod schemas;
pub(crate) mod tolerance;
mod union;
mod wide;
mod write;

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use walnats_schema::{At, Violation};

use crate::error::{DecodeError, EncodeError, ValidateError};
use crate::tolerated::Tolerated;

use self::document::Document;
use self::reader::ReadError;
pub(crate) use self::reader::Reader;
pub use self::schemas::{Schemas, written_member};
pub use self::union::{Kind, Union, union, write_adjacent, write_only};

/// How often the whole of a payload may be read at most, to find the variants of its unions.
const MAX_READ_AGAIN: usize = 16;

/// Native checks: what a type's schema asks beyond what the type itself ensures.
pub trait Validate {
    /// Adds every violation of `self`, which stands at `at`.
    fn check(&self, at: &At<'_>, violations: &mut Vec<Violation>);
}

/// Writes an event as compact JSON.
///
/// # Errors
///
/// A number is not finite, or a map has two members of one name.
pub fn encode<T: Serialize>(event: &T) -> Result<Vec<u8>, EncodeError> {
    let mut payload = Vec::with_capacity(256);
    event
        .serialize(&mut serde_json::Serializer::with_formatter(&mut payload, write::Compact))
        .map_err(EncodeError::Json)?;
    Ok(payload)
}

/// Checks an event against its schema.
///
/// # Errors
///
/// Every violation, by place and keyword.
pub fn validate<T: Validate>(event: &T) -> Result<(), ValidateError> {
    let mut violations = Vec::new();
    event.check(&At::Root, &mut violations);
    if violations.is_empty() { Ok(()) } else { Err(ValidateError::new(violations)) }
}

/// Reads the payload of the event `name`; succeeds exactly when its schema in `schemas` accepts the payload.
///
/// # Errors
///
/// The payload is not JSON, breaks the schema, or holds a number that the generated type has no room for.
pub fn decode<T: DeserializeOwned + Validate>(payload: &[u8], schemas: &Schemas, name: &str) -> Result<T, DecodeError> {
    if let Ok(text) = str::from_utf8(payload) {
        let mut reader = Reader::new(text);
        if let Ok(event) = T::deserialize(&mut reader)
            && reader.is_at_end()
            && validate(&event).is_ok()
        {
            return Ok(event);
        }
    }
    let value = any_value(payload)?;
    let violations = schemas.judge(name, &value);
    if !violations.is_empty() {
        return Err(ValidateError::new(violations).into());
    }
    // By its text, in which no number is rounded yet.
    let document = str::from_utf8(payload).ok().and_then(Document::read);
    let text = document.as_ref().map_or_else(|| value.to_string(), Document::text);
    Reader::read_rounding(&text).map_err(|error| {
        let rounded = document.and_then(|found| found.rounded(|text| Reader::read_rounding::<T>(text).is_ok()));
        let reason = rounded.or_else(|| wide::reason(&value)).unwrap_or_else(|| error.to_string());
        DecodeError::Unrepresentable { reason }
    })
}

/// Reads the payload of the event `name` tolerantly: what its schema in `schemas` accepts, and what it would accept without the
/// members, values and variants that it does not know.
///
/// # Errors
///
/// Those of [`decode`], apart from that.
pub fn decode_tolerant<T: DeserializeOwned + Validate>(
    payload: &[u8],
    schemas: &Schemas,
    name: &str,
) -> Result<Tolerated<T>, DecodeError> {
    match decode::<T>(payload, schemas, name) {
        Ok(event) => return Ok(event.into()),
        Err(DecodeError::Invalid(_)) => {}
        Err(error) => return Err(error),
    }
    let value = any_value(payload)?;
    let violations = schemas.judge_tolerantly(name, &value);
    if !violations.is_empty() {
        return Err(ValidateError::new(violations).into());
    }
    let document = str::from_utf8(payload).ok().and_then(Document::read);
    let text = document.as_ref().map_or_else(|| value.to_string(), Document::text);
    let again = text.len().saturating_mul(MAX_READ_AGAIN);
    let (event, unknown) = tolerance::tolerantly(again, || Reader::read_rounding::<T>(&text));
    let event = event.map_err(|error: ReadError| DecodeError::Unrepresentable {
        reason: wide::reason(&value).unwrap_or_else(|| error.to_string()),
    })?;
    let held = tolerance::counting(|violations| event.check(&At::Root, violations));
    Ok(Tolerated { event, unknown: unknown.and(held) })
}

/// Reads any JSON text: by the same reader, because `serde_json` rounds floats of many digits; what that reader refuses, `serde_json` explains.
pub fn any_value(payload: &[u8]) -> Result<Value, DecodeError> {
    match str::from_utf8(payload).ok().and_then(|text| Reader::read_value(text).ok()) {
        Some(value) => Ok(value),
        None => serde_json::from_slice(payload).map_err(|error| not_json(&error)),
    }
}

fn not_json(error: &serde_json::Error) -> DecodeError {
    // serde_json has no other way to tell; what it says for other errors can quote the payload.
    if error.to_string().starts_with("recursion limit exceeded") {
        DecodeError::TooDeep
    } else {
        DecodeError::Json { line: error.line(), column: error.column() }
    }
}

impl<T: Validate> Validate for Option<T> {
    fn check(&self, at: &At<'_>, violations: &mut Vec<Violation>) {
        if let Some(value) = self {
            value.check(at, violations);
        }
    }
}

impl<T: Validate + ?Sized> Validate for Box<T> {
    fn check(&self, at: &At<'_>, violations: &mut Vec<Violation>) {
        (**self).check(at, violations);
    }
}

impl<T: Validate> Validate for [T] {
    fn check(&self, at: &At<'_>, violations: &mut Vec<Violation>) {
        for (index, item) in self.iter().enumerate() {
            item.check(&at.item(index), violations);
        }
    }
}

impl<T: Validate, const N: usize> Validate for [T; N] {
    fn check(&self, at: &At<'_>, violations: &mut Vec<Violation>) {
        self.as_slice().check(at, violations);
    }
}

impl<T: Validate> Validate for Vec<T> {
    fn check(&self, at: &At<'_>, violations: &mut Vec<Violation>) {
        self.as_slice().check(at, violations);
    }
}

impl<T: Validate> Validate for BTreeMap<String, T> {
    fn check(&self, at: &At<'_>, violations: &mut Vec<Violation>) {
        for (name, value) in self {
            value.check(&at.property(name), violations);
        }
    }
}

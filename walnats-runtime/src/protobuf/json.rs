//! Protobuf's JSON mapping ([ProtoJSON](https://protobuf.dev/programming-guides/json/)), for generated code.
//!
//! Generated code says which fields a message has, and of which kind each is; what kinds look like in JSON is said here. Text is
//! written at once, and read without a tree of values in between.

mod any;
mod duration;
mod enumeration;
mod field_mask;
mod fields;
mod key;
mod kind;
mod message;
mod number;
mod reader;
mod structure;
mod text;
mod timestamp;
mod well_known;
mod writer;

pub use self::any::{AnyType, Types};
pub use self::enumeration::{Enum, Enumeration};
pub use self::fields::Fields;
pub use self::message::{Message, Msg};
pub use self::number::{Bool, Double, Float, Int32, Int64, Uint32, Uint64};
pub use self::reader::{Reader, Result};
pub use self::text::{Bytes, Text};
pub use self::writer::Writer;

use crate::error::{DecodeError, EncodeError, ValidateError};
use crate::json::any_value;
use crate::tolerated::{Tolerated, Unknown};

/// What readers do with members that a message does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownMembers {
    /// They refuse them, and names of enumerations that they do not know.
    Refused,
    /// They ignore both.
    Ignored,
}

/// Writes a message as compact JSON; `types` are those that an `Any` may hold.
///
/// # Errors
///
/// JSON cannot express a value: a time after the year 9999, for example.
pub fn encode<M: Message>(message: &M, types: Types) -> std::result::Result<Vec<u8>, EncodeError> {
    let mut writer = Writer::new(types);
    message.write(&mut writer);
    let (payload, violations) = writer.finish();
    if violations.is_empty() { Ok(payload) } else { Err(EncodeError::Invalid(ValidateError::new(violations))) }
}

/// Reads a message; `types` are those that an `Any` may hold.
///
/// # Errors
///
/// The payload is not JSON, or not the message.
pub fn decode<M: Message>(
    payload: &[u8],
    types: Types,
    unknown_members: UnknownMembers,
) -> std::result::Result<M, DecodeError> {
    Ok(read(payload, types, unknown_members)?.0)
}

/// Reads a message, and says how much of the payload was ignored; `types` are those that an `Any` may hold.
///
/// # Errors
///
/// The payload is not JSON, or not the message.
pub fn decode_tolerant<M: Message>(payload: &[u8], types: Types) -> std::result::Result<Tolerated<M>, DecodeError> {
    let (event, unknown) = read(payload, types, UnknownMembers::Ignored)?;
    Ok(Tolerated { event, unknown })
}

fn read<M: Message>(
    payload: &[u8],
    types: Types,
    unknown_members: UnknownMembers,
) -> std::result::Result<(M, Unknown), DecodeError> {
    let read = |text| {
        let mut reader = Reader::new(text, types, unknown_members == UnknownMembers::Ignored);
        let mut message = M::default();
        let outcome = message.read(&mut reader);
        reader.finish(outcome).map(|(violations, unknown)| (message, violations, unknown))
    };
    match str::from_utf8(payload).map(read) {
        Ok(Ok((message, violations, unknown))) if violations.is_empty() => Ok((message, unknown)),
        Ok(Ok((_, violations, _))) => Err(ValidateError::new(violations).into()),
        Ok(Err(_)) | Err(_) => Err(match any_value(payload) {
            Err(error) => error,
            // What is left when it is JSON.
            Ok(_) => DecodeError::TooDeep,
        }),
    }
}

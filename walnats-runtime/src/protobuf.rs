//! Payloads of protobuf events, for generated code: protobuf's binary encoding, by prost, and its JSON mapping.

pub mod json;

mod place;
pub(crate) mod rules;

use prost::Message;

use self::json::{Types, UnknownMembers};
pub use place::Place;

use crate::error::{DecodeError, EncodeError};
use crate::event::is_envelope;
use crate::media_type::MediaType;

/// The binary encoding of a message. Maps are sorted by key, so that equal messages have equal payloads.
///
/// # Errors
///
/// None today: every message can be encoded.
pub fn encode(message: &impl Message) -> Result<Vec<u8>, EncodeError> {
    Ok(message.encode_to_vec())
}

/// Reads a message. Unknown fields are ignored, because a newer writer may send them.
///
/// # Errors
///
/// The payload is truncated, has a field of another wire type, text that is not UTF-8, or more than 100 levels.
pub fn decode<M: Message + Default>(payload: &[u8]) -> Result<M, DecodeError> {
    M::decode(payload).map_err(DecodeError::Protobuf)
}

/// Reads a message that is published as JSON, in the encoding that the content type says.
///
/// # Errors
///
/// The content type is of neither encoding, or the payload is not the message.
pub fn decode_as<M: Message + json::Message>(
    content_type: &str,
    payload: &[u8],
    types: Types,
    unknown_members: UnknownMembers,
) -> Result<M, DecodeError> {
    match MediaType::of(content_type) {
        MediaType::Protobuf => decode(payload),
        MediaType::Json if !is_envelope(content_type) => json::decode(payload, types, unknown_members),
        _ => Err(DecodeError::ContentType { expected: "`application/protobuf` and `application/json`" }),
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::{decode, encode};
    use crate::error::DecodeError;
    use prost_types::{Struct, Value, value::Kind};

    fn message() -> Struct {
        let value = |text: &str| Value { kind: Some(Kind::StringValue(text.to_owned())) };
        Struct { fields: [("b".to_owned(), value("2")), ("a".to_owned(), value("1"))].into() }
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let payload = encode(&message()).unwrap();
        assert_eq!(decode::<Struct>(&payload).unwrap(), message());
        assert_eq!(decode::<Struct>(&[]).unwrap(), Struct::default());
    }

    #[test]
    fn fields_that_are_not_known_are_left_out() {
        let mut payload = encode(&message()).unwrap();
        payload.extend([0x78, 1]);
        assert_eq!(decode::<Struct>(&payload).unwrap(), message());
    }

    #[test]
    fn other_bytes_are_refused_without_showing_them() {
        for payload in [b"{\"secret\": 1}".as_slice(), b"\x0a\xffsecret", b"\x0a\x03\x0a\x01\xff"] {
            let error = decode::<Struct>(payload).unwrap_err();
            assert!(matches!(error, DecodeError::Protobuf(_)));
            let shown = format!("{error} {error:?} {}", error.source().unwrap());
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}

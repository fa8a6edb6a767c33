//! `contentEncoding: base64` of JSON Schema.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Deserializer, Serialize};

/// Bytes in a string, encoded as base64 (RFC 4648, section 4).
///
/// In a schema, `contentEncoding` is a hint, and any string is valid. So the text is kept as received, and only
/// [`Base64::bytes`] checks that it is base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Base64(Box<str>);

/// Accepts missing padding, because it is often left out.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl Base64 {
    /// Wraps a text that is base64 already.
    pub fn from_text(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes. Line breaks (RFC 2045) and missing padding are accepted.
    ///
    /// # Errors
    ///
    /// The text is not base64.
    pub fn bytes(&self) -> Result<Vec<u8>, DecodeBase64Error> {
        let decoded = if self.0.contains(|c: char| c.is_ascii_whitespace()) {
            LENIENT.decode(self.0.split_ascii_whitespace().collect::<String>())
        } else {
            LENIENT.decode(&*self.0)
        };
        decoded.map_err(|_| DecodeBase64Error)
    }
}

/// The text is not base64 of RFC 4648.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not base64 of RFC 4648, section 4")]
#[non_exhaustive]
pub struct DecodeBase64Error;

impl From<&[u8]> for Base64 {
    fn from(bytes: &[u8]) -> Self {
        Self(STANDARD.encode(bytes).into())
    }
}

impl<const N: usize> From<&[u8; N]> for Base64 {
    fn from(bytes: &[u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

impl From<Vec<u8>> for Base64 {
    fn from(bytes: Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

impl fmt::Display for Base64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from_text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_both_ways_and_text_stays() {
        assert_eq!(Base64::from(b"\0\xffab").as_str(), "AP9hYg==");
        for text in ["AP9hYg==", "AP9hYg", "AP9h\r\nYg=="] {
            let read: Base64 = serde_json::from_value(text.into()).unwrap();
            assert_eq!(read.bytes().unwrap(), b"\0\xffab");
            assert_eq!(serde_json::to_value(&read).unwrap(), text);
        }
        assert_eq!(Base64::from_text("not base64!").bytes(), Err(DecodeBase64Error));
    }
}

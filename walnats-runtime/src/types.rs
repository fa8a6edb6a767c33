//! Types for strings of a format. Each preserves the exact text that it was read from.

mod base64;
#[cfg(feature = "chrono")]
pub mod chrono;
mod date;
mod date_time;
mod default;
mod enumeration;
mod nullable;
#[cfg(feature = "time")]
pub mod time;
mod uuid;
mod verbatim;

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Error, Visitor};

pub use self::base64::{Base64, DecodeBase64Error};
pub use self::date::Date;
pub use self::date_time::{DateTime, ParseDateTimeError};
pub use self::default::written;
pub use self::enumeration::ParseEnumError;
pub use self::nullable::IntoNullable;
pub use self::uuid::{ParseUuidError, Uuid};
pub use self::verbatim::{ParseVerbatimError, Verbatim};

/// Any JSON value.
pub type Value = serde_json::Value;

/// The members of a JSON object that the schema does not name.
pub type Map = serde_json::Map<String, serde_json::Value>;

/// Reads a string through `FromStr`.
struct TextVisitor<T>(PhantomData<T>);

impl<T> Default for TextVisitor<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

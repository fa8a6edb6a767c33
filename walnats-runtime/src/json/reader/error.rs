//! Why a text does not read as a type.

use std::fmt;

/// Never shown where a schema's violation explains more; it names places and expectations, never values.
#[derive(Debug)]
pub struct ReadError(Box<str>);

impl ReadError {
    pub(crate) fn new(reason: String) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ReadError {}

impl serde::de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::new(format!("expected {expected}"))
    }

    fn invalid_value(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::new(format!("expected {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("expected one of {expected:?}"))
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new("expected no further members".to_owned())
    }
}

//! `uuid` of JSON Schema: RFC 4122 with its upper-case digits kept.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A UUID that is written as it was read. Converts from and to [`uuid::Uuid`].
///
/// Comparison ignores case, which has no meaning in UUIDs.
#[derive(Clone, Copy, Default)]
pub struct Uuid {
    value: uuid::Uuid,
    /// Which digits are upper-case letters; the lowest bit is the first digit.
    upper: u32,
}

impl Uuid {
    /// A new UUID of version 7, ordered by time.
    pub fn now_v7() -> Self {
        uuid::Uuid::now_v7().into()
    }

    /// As a value of the `uuid` crate.
    pub fn get(self) -> uuid::Uuid {
        self.value
    }
}

/// The text is not a UUID of RFC 4122, such as `0192f0c1-2b3c-7d4e-8f50-617283940a1b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID of RFC 4122, such as 0192f0c1-2b3c-7d4e-8f50-617283940a1b")]
#[non_exhaustive]
pub struct ParseUuidError;

impl FromStr for Uuid {
    type Err = ParseUuidError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The `uuid` crate also accepts braces, URNs and digits without hyphens; a schema does not.
        if text.len() != 36 || text.as_bytes()[8] != b'-' {
            return Err(ParseUuidError);
        }
        let value = uuid::Uuid::try_parse(text).map_err(|_| ParseUuidError)?;
        let digits = text.bytes().filter(|byte| *byte != b'-');
        let upper =
            digits.enumerate().fold(0, |upper, (index, digit)| upper | u32::from(digit.is_ascii_uppercase()) << index);
        Ok(Self { value, upper })
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = uuid::Uuid::encode_buffer();
        let text = self.value.hyphenated().encode_lower(&mut buffer);
        if self.upper == 0 {
            return f.write_str(text);
        }
        let mut index = 0;
        let spelled: String = text
            .chars()
            .map(|c| {
                let upper = c != '-' && self.upper >> index & 1 == 1;
                index += u32::from(c != '-');
                if upper { c.to_ascii_uppercase() } else { c }
            })
            .collect();
        f.write_str(&spelled)
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Uuid {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Uuid {}

impl Hash for Uuid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl PartialOrd for Uuid {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Uuid {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl From<uuid::Uuid> for Uuid {
    fn from(value: uuid::Uuid) -> Self {
        Self { value, upper: 0 }
    }
}

impl From<Uuid> for uuid::Uuid {
    fn from(uuid: Uuid) -> Self {
        uuid.value
    }
}

impl std::ops::Deref for Uuid {
    type Target = uuid::Uuid;

    fn deref(&self) -> &uuid::Uuid {
        &self.value
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Uuid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(super::TextVisitor::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_kept_and_not_compared() {
        let upper: Uuid = "0192F0C1-2b3C-7d4E-8f50-617283940A1b".parse().unwrap();
        assert_eq!(upper.to_string(), "0192F0C1-2b3C-7d4E-8f50-617283940A1b");
        assert_eq!(upper, "0192f0c1-2b3c-7d4e-8f50-617283940a1b".parse().unwrap());
        assert_eq!(serde_json::to_value(upper).unwrap(), upper.to_string());
    }

    #[test]
    fn only_the_form_of_the_rfc_is_read() {
        for text in [
            "",
            "0192f0c12b3c7d4e8f50617283940a1b",
            "{0192f0c1-2b3c-7d4e-8f50-617283940a1b}",
            "urn:uuid:0192f0c1-2b3c-7d4e-8f50-617283940a1b",
            "0192f0c1-2b3c-7d4e-8f50-617283940a1g",
            "0192f0c12b3c7d4e8f50617283940a1b----",
            "0192f0c1-2b3c-7d4e-8f50-61728394öa1",
        ] {
            assert_eq!(text.parse::<Uuid>(), Err(ParseUuidError), "{text}");
        }
    }
}

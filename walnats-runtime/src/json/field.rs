//! How fields read, where serde's derive would be too lenient.

use std::collections::BTreeMap;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Reader;

/// A member that may be absent. Present, it is a `T`: `null` is no way to say "absent".
///
/// # Errors
///
/// The member is no `T`.
pub fn optional<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A member that must be there and may be `null`. serde would take its absence for `null`.
///
/// # Errors
///
/// The member is neither `null` nor a `T`.
pub fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// The members that have no field of their own, where they have a type. serde buffers what it flattens, and its buffer
/// reads leniently; so each is written out and read anew.
///
/// # Errors
///
/// A member is no `T`.
pub fn additional<'de, T, D>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    T: for<'a> Deserialize<'a>,
    D: Deserializer<'de>,
{
    BTreeMap::<String, Value>::deserialize(deserializer)?
        .into_iter()
        .map(|(name, value)| Ok((name, Reader::read(&value.to_string()).map_err(D::Error::custom)?)))
        .collect()
}

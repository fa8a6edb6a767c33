//! How fields are read, where serde's derive would be too lenient; for `#[serde(with = "...")]`.

/// A member that may be absent. Present, it is a `T`: `null` is no way to say "absent".
pub mod optional {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the member, which is there.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    pub fn serialize<T: Serialize, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    /// Reads the member, which is there.
    ///
    /// # Errors
    ///
    /// The member is no `T`.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        T::deserialize(deserializer).map(Some)
    }
}

/// A member that must be there and may be `null`. serde would take its absence for `null`.
pub mod nullable {
    use serde::{Deserialize, Deserializer};

    pub use super::optional::serialize;

    /// Reads the member.
    ///
    /// # Errors
    ///
    /// The member is neither `null` nor a `T`.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Option::deserialize(deserializer)
    }
}

/// The members that have no field of their own, where they have a type. serde buffers what it flattens, and its buffer
/// reads leniently; so each is written out and read anew.
pub mod additional {
    use std::collections::BTreeMap;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    use crate::json::Reader;

    /// Writes the members.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    pub fn serialize<T: Serialize, S: Serializer>(
        members: &BTreeMap<String, T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        members.serialize(serializer)
    }

    /// Reads the members.
    ///
    /// # Errors
    ///
    /// A member is no `T`.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
    where
        T: for<'a> Deserialize<'a>,
        D: Deserializer<'de>,
    {
        BTreeMap::<String, Value>::deserialize(deserializer)?
            .into_iter()
            .map(|(name, value)| Ok((name, Reader::read(&value.to_string()).map_err(D::Error::custom)?)))
            .collect()
    }
}

//! What a tolerant reader passes over, and how much of it there was.
//!
//! Types are read by way of serde, which hands no context down to them. So whether a read is tolerant is known to the thread
//! while it reads. Strict reading asks only where it would fail.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{self, Serialize, Serializer};
use serde_json::Value;
use walnats_schema::{At, Violation};

use super::reader::RAW;
use crate::tolerated::Unknown;

/// A tolerant read that goes on.
#[derive(Clone, Copy)]
struct Tolerant {
    met: Unknown,
    /// How many bytes may be read once more, to try something else there.
    again: usize,
}

thread_local! {
    static READING: Cell<Option<Tolerant>> = const { Cell::new(None) };
    static COUNTING: Cell<bool> = const { Cell::new(false) };
}

/// Puts back what was there before, also when a deserializer panics.
struct Restore(Option<Tolerant>);

impl Drop for Restore {
    fn drop(&mut self) {
        READING.set(self.0);
    }
}

/// Reads tolerantly, and some `again` bytes once more at most.
pub(super) fn tolerantly<T>(again: usize, read: impl FnOnce() -> T) -> (T, Unknown) {
    let _restore = Restore(READING.replace(Some(Tolerant { met: Unknown::default(), again })));
    let value = read();
    (value, READING.get().map_or_else(Unknown::default, |reading| reading.met))
}

/// Reads strictly inside of a tolerant read.
pub(super) fn strictly<T>(read: impl FnOnce() -> T) -> T {
    let _restore = Restore(READING.replace(None));
    read()
}

/// What `check` finds in an event that was read tolerantly, beyond what was counted while it was read: members that a part
/// has room for and a schema around it refuses, and numbers that are not listed.
pub(super) fn counting(check: impl FnOnce(&mut Vec<Violation>)) -> Unknown {
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            COUNTING.set(false);
        }
    }
    let (mut violations, end) = (Vec::new(), End);
    COUNTING.set(true);
    check(&mut violations);
    drop(end);
    let (kept, others): (Vec<_>, Vec<_>) = violations.iter().partition(|violation| is_of_kept(violation));
    let is_counted = |pointer: &str| {
        let inside =
            |kept: &str| pointer.strip_prefix(kept).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        kept.iter().any(|violation| inside(&violation.pointer))
    };
    // A schema may be asked twice, as a part of another.
    let found = |keywords: &[&str]| {
        let found = others.iter().filter(|violation| keywords.contains(&violation.keyword));
        let pointers: BTreeSet<&str> = found.map(|violation| violation.pointer.as_str()).collect();
        pointers.into_iter().filter(|pointer| !is_counted(pointer)).count() as u64
    };
    let members = found(&["unevaluatedProperties", "additionalProperties"]);
    Unknown { members, values: found(&["enum"]), ..Unknown::default() }
}

/// Whether the thread counts what an event holds: then what is only kept can be written, to be judged.
pub(super) fn is_counting() -> bool {
    COUNTING.get()
}

/// Whether the thread reads tolerantly.
pub(super) fn is_tolerant() -> bool {
    READING.get().is_some()
}

/// What was met so far.
pub(super) fn met() -> Unknown {
    READING.get().map_or_else(Unknown::default, |reading| reading.met)
}

/// Forgets what was met since, in what is not kept.
pub(super) fn forget(met: Unknown) {
    READING.set(READING.get().map(|reading| Tolerant { met, ..reading }));
}

/// Whether something may be read once more.
pub(super) fn may_read_again() -> bool {
    READING.get().is_some_and(|reading| reading.again > 0)
}

/// Counts `bytes` that are read once more.
pub(super) fn read_again(bytes: usize) {
    let left = |reading: Tolerant| reading.again.saturating_sub(bytes.max(1));
    READING.set(READING.get().map(|reading| Tolerant { again: left(reading), ..reading }));
}

/// Whether the read is tolerant; counts what `count` does.
pub(super) fn meet(count: impl FnOnce(&mut Unknown)) -> bool {
    let Some(mut reading) = READING.get() else { return false };
    count(&mut reading.met);
    READING.set(Some(reading));
    true
}

/// Reads the value of a member that a closed struct has no field for.
///
/// # Errors
///
/// The read is strict, or there is no value.
#[cold]
pub fn ignore<'de, M: MapAccess<'de>>(members: &mut M) -> Result<(), M::Error> {
    if !meet(|met| met.members += 1) {
        return Err(super::object::unknown());
    }
    members.next_value_seed(Raw).map(drop)
}

/// Reads a string that is one of a list, or that a tolerant reader keeps.
///
/// # Errors
///
/// The value is not a string, or not listed.
pub fn listed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    known: fn(&str) -> Option<T>,
    unknown: fn(String) -> T,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(Listed { known, unknown })
}

/// Reads an integer that is one of a list, or that a tolerant reader keeps.
///
/// # Errors
///
/// The value is not such an integer, or not listed.
pub fn listed_integer<'de, D: Deserializer<'de>, I: Deserialize<'de> + Copy, T>(
    deserializer: D,
    known: fn(I) -> Option<T>,
    unknown: fn(I) -> T,
) -> Result<T, D::Error> {
    let value = I::deserialize(deserializer)?;
    match known(value) {
        Some(value) => Ok(value),
        None if meet(|met| met.values += 1) => Ok(unknown(value)),
        None => Err(D::Error::custom("expected one of the integers that the schema lists")),
    }
}

struct Listed<T> {
    known: fn(&str) -> Option<T>,
    unknown: fn(String) -> T,
}

impl<T> Visitor<'_> for Listed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one of the strings that the schema lists")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        match (self.known)(text) {
            Some(value) => Ok(value),
            None if meet(|met| met.values += 1) => Ok((self.unknown)(text.to_owned())),
            None => Err(E::custom("expected one of the strings that the schema lists")),
        }
    }
}

/// The JSON text of a value, where the deserializer has it.
pub(super) struct Raw;

impl<'de> DeserializeSeed<'de> for Raw {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, self)
    }
}

impl<'de> Visitor<'de> for Raw {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    /// Of another deserializer than ours.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Value::deserialize(deserializer).map(|value| Cow::Owned(value.to_string()))
    }
}

/// That an enum keeps a value that its schema does not list.
pub fn unknown_value(at: &At<'_>, violations: &mut Vec<Violation>) {
    violations.push(Violation { pointer: at.pointer(), keyword: "enum", expected: UNKNOWN_VALUE.to_owned() });
}

/// That a union keeps a variant that its schema does not know.
pub fn unknown_variant(at: &At<'_>, violations: &mut Vec<Violation>) {
    violations.push(Violation { pointer: at.pointer(), keyword: "oneOf", expected: UNKNOWN_VARIANT.to_owned() });
}

/// Refuses to write a value that is only kept.
///
/// # Errors
///
/// Always, short of [`counting`].
pub fn write_kept_value<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    if is_counting() { value.serialize(serializer) } else { Err(kept(UNKNOWN_VALUE)) }
}

/// Refuses to write a variant that is only kept.
///
/// # Errors
///
/// Always, short of [`counting`].
pub fn write_kept<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    if is_counting() { value.serialize(serializer) } else { Err(kept(UNKNOWN_VARIANT)) }
}

fn kept<E: ser::Error>(expected: &str) -> E {
    E::custom(format_args!("expected {expected}"))
}

/// Whether a violation is one of those two.
pub(super) fn is_of_kept(violation: &Violation) -> bool {
    violation.expected == UNKNOWN_VALUE || violation.expected == UNKNOWN_VARIANT
}

const UNKNOWN_VALUE: &str = "a value that the schema lists, and not one that a tolerant reader kept";
const UNKNOWN_VARIANT: &str = "a variant that the schema knows, and not one that a tolerant reader kept";

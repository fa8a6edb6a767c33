//! What generated checks of protobuf messages call: where they are, and what they find.

use std::borrow::Cow;
use std::collections::BTreeMap;

use prost_types::{Duration, Timestamp};
use walnats_cel::library as cel;

use super::place::Place;
use crate::error::{DecodeError, RuleViolation, ValidateError, Violation, Violations};

/// Native checks: the rules of `buf.validate` that a message has.
pub trait Check {
    /// Adds every violation of `self`, which stands at `at`.
    fn check(&self, at: &Place<'_>, found: &mut Found);
}

/// A rule: its id, its path in the options, and what it says.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// `string.min_len`
    pub id: &'static str,
    /// `repeated.items.string.min_len`
    pub path: &'static str,
    /// What is said of a value that breaks it.
    pub message: &'static str,
}

/// What a validation has found.
#[derive(Debug, Default)]
pub struct Found {
    rules: Vec<RuleViolation>,
    violations: Violations,
    now: Option<cel::Timestamp>,
}

impl Found {
    /// The time, the same for the whole validation.
    pub fn now(&mut self) -> cel::Timestamp {
        *self.now.get_or_insert_with(cel::Timestamp::now)
    }

    /// The value at `at` breaks `rule`.
    #[cold]
    pub fn add(&mut self, at: &Place<'_>, rule: Rule) {
        self.push(at, rule, Cow::Borrowed(rule.message), false);
    }

    /// The value at `at` breaks `rule`, which says `message`; where that is empty, it holds.
    pub fn add_text(&mut self, at: &Place<'_>, rule: Rule, message: String) {
        if !message.is_empty() {
            self.push(at, rule, Cow::Owned(message), false);
        }
    }

    /// The value at `at` is asked whether `rule` holds, which may fail.
    pub fn test(&mut self, at: &Place<'_>, rule: Rule, holds: impl FnOnce() -> cel::Result<bool>) {
        match holds() {
            Ok(true) => {}
            Ok(false) => self.add(at, rule),
            Err(failure) => self.push(at, rule, Cow::Borrowed(failure.0), true),
        }
    }

    /// The value at `at` is asked what `rule` says of it, which may fail.
    pub fn test_text<T: Into<String>>(&mut self, at: &Place<'_>, rule: Rule, says: impl FnOnce() -> cel::Result<T>) {
        match says() {
            Ok(message) => self.add_text(at, rule, message.into()),
            Err(failure) => self.push(at, rule, Cow::Borrowed(failure.0), true),
        }
    }

    #[cold]
    fn push(&mut self, at: &Place<'_>, rule: Rule, message: Cow<'static, str>, is_failure: bool) {
        if !self.violations.has_room(at.length()) {
            return;
        }
        let Rule { id: rule_id, path, .. } = rule;
        let field = at.path();
        let found = RuleViolation { field, rule: path, rule_id, for_key: at.is_key(), is_failure, message };
        let (pointer, expected) = (at.pointer(), found.safe_message().to_owned());
        self.violations.list.push(Violation { pointer, keyword: rule_id, expected });
        self.rules.push(found);
    }
}

/// Checks a message by its rules.
///
/// # Errors
///
/// Every rule that does not hold, by place.
pub fn check(message: &impl Check) -> Result<(), ValidateError> {
    check_with(message, Found::default())
}

/// Checks a message by its rules, as if it were `now`.
///
/// # Errors
///
/// Every rule that does not hold, by place.
pub fn check_at(message: &impl Check, now: cel::Timestamp) -> Result<(), ValidateError> {
    check_with(message, Found { now: Some(now), ..Found::default() })
}

fn check_with(message: &impl Check, mut found: Found) -> Result<(), ValidateError> {
    message.check(&Place::ROOT, &mut found);
    if found.rules.is_empty() { Ok(()) } else { Err(ValidateError::of_rules(found.violations, found.rules)) }
}

/// A message that was read, if its rules hold.
///
/// # Errors
///
/// It could not be read, or breaks a rule.
pub fn checked<M: Check>(read: Result<M, DecodeError>) -> Result<M, DecodeError> {
    let message = read?;
    check(&message)?;
    Ok(message)
}

/// A timestamp, as expressions have it.
pub fn timestamp(value: &Timestamp) -> cel::Timestamp {
    cel::Timestamp::new(value.seconds, value.nanos)
}

/// A duration, as expressions have it.
pub fn duration(value: &Duration) -> cel::Duration {
    cel::Duration::new(value.seconds, value.nanos)
}

/// A map, empty where there is none.
pub fn or_empty<K: 'static, V: 'static>(map: Option<&BTreeMap<K, V>>) -> &BTreeMap<K, V> {
    map.unwrap_or(const { &BTreeMap::new() })
}

/// Whether two messages are equal, of which one that is not set is equal to one that is empty.
pub fn equal<T: PartialEq + Default>(one: Option<&T>, other: Option<&T>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        (None, None) => true,
        (Some(set), None) | (None, Some(set)) => *set == T::default(),
    }
}

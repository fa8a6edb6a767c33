//! Rules of `buf.validate` that a protobuf message breaks.

use std::borrow::Cow;
use std::fmt;

/// A rule of `buf.validate` that a protobuf message breaks.
#[derive(Clone, PartialEq, Eq)]
pub struct RuleViolation {
    /// Where in the message, as protovalidate writes it: `items[0].sku`, `prices["EUR"]`; empty for the whole.
    pub field: String,
    /// Where the rule is in the options: `string.min_len`, `repeated.items.cel[0]`; empty for the rules of oneofs.
    pub rule: &'static str,
    /// The id of the rule: `string.min_len`.
    pub rule_id: &'static str,
    /// Whether the key of the entry is meant, and not its value.
    pub for_key: bool,
    /// Whether the rule could not be evaluated: it divides by zero, or converts what cannot be converted.
    pub is_failure: bool,
    pub(crate) message: Cow<'static, str>,
}

impl RuleViolation {
    /// What the rule says. An expression may put values of the message into it, so that it is neither displayed nor logged.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The message, unless it is made of values.
    pub(crate) fn safe_message(&self) -> &'static str {
        match self.message {
            Cow::Borrowed(message) => message,
            Cow::Owned(_) => "the rule does not hold",
        }
    }
}

impl fmt::Display for RuleViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.field.is_empty() { "the message" } else { &self.field };
        let at_key = if self.for_key { " (the key)" } else { "" };
        write!(f, "{at}{at_key}: {} ({})", self.safe_message(), self.rule_id)
    }
}

impl fmt::Debug for RuleViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleViolation")
            .field("field", &self.field)
            .field("rule", &self.rule)
            .field("rule_id", &self.rule_id)
            .field("for_key", &self.for_key)
            .field("is_failure", &self.is_failure)
            .field("message", &self.safe_message())
            .finish()
    }
}

//! Payloads that violate their schema.

use std::fmt;

pub use walnats_schema::{Cut, Violation, Violations};

/// The event violates its schema. Lists every violation by place and keyword, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidateError {
    violations: Violations,
    #[cfg(feature = "protobuf")]
    rules: Vec<super::RuleViolation>,
}

impl ValidateError {
    /// An error with these violations, in the order in which they are shown.
    pub fn new(violations: impl Into<Violations>) -> Self {
        Self {
            violations: violations.into(),
            #[cfg(feature = "protobuf")]
            rules: Vec::new(),
        }
    }

    /// An error with the rules that a protobuf message breaks, in both forms.
    #[cfg(feature = "protobuf")]
    pub(crate) fn of_rules(violations: Violations, rules: Vec<super::RuleViolation>) -> Self {
        Self { violations, rules }
    }

    /// The rules of `buf.validate` that a protobuf message breaks, with what protovalidate says of each; empty for JSON.
    #[cfg(feature = "protobuf")]
    pub fn rule_violations(&self) -> &[super::RuleViolation] {
        &self.rules
    }

    /// The violations. Of a protobuf message, the keyword is the id of the rule, and what is expected is what the rule says.
    pub fn violations(&self) -> &[Violation] {
        &self.violations.list
    }

    /// Why there may be more violations; `None` if the list is complete.
    pub fn cut(&self) -> Option<&Cut> {
        self.violations.cut.as_ref()
    }
}

impl fmt::Display for ValidateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(feature = "protobuf")]
        if !self.rules.is_empty() {
            for (index, rule) in self.rules.iter().enumerate() {
                write!(f, "{}{rule}", if index == 0 { "" } else { "; " })?;
            }
            return match self.cut() {
                Some(cut) => write!(f, "; {cut}"),
                None => Ok(()),
            };
        }
        self.violations.fmt(f)
    }
}

impl std::error::Error for ValidateError {}

/// The event cannot be encoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// JSON cannot express it, for example a map whose keys are not strings.
    #[error("the event cannot be written as JSON")]
    Json(#[source] serde_json::Error),
    /// The event violates its schema, as its encoding shows.
    #[error("the event breaks its schema")]
    Invalid(#[source] ValidateError),
}

/// The payload is not a valid event of the type.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Not JSON at all (RFC 8259). serde_json's own message is left out: it can quote the payload.
    #[error("the payload is not JSON, at line {line}, column {column}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1; 0 at the start of a line.
        column: usize,
    },
    /// JSON that nests deeper than 128 levels.
    #[error("the payload nests too deeply")]
    TooDeep,
    /// The schema accepts it, but the generated type cannot represent it: an integer of 40 digits, for example.
    #[error("the payload is valid, but its type cannot hold it: {reason}")]
    Unrepresentable {
        /// What does not fit, without the value.
        reason: String,
    },
    /// JSON that the schema does not accept.
    #[error("the payload breaks the schema")]
    Invalid(#[source] ValidateError),
    /// The payload is said to be of a content type that the event is not read from.
    #[error("the payload is of another content type than {expected}")]
    ContentType {
        /// What the event is read from: `` `application/protobuf` or `application/json` ``.
        expected: &'static str,
    },
    /// Not an encoding of the protobuf message.
    #[cfg(feature = "protobuf")]
    #[error("the payload is not an encoding of the protobuf message")]
    Protobuf(#[source] prost::DecodeError),
}

impl From<ValidateError> for DecodeError {
    fn from(error: ValidateError) -> Self {
        Self::Invalid(error)
    }
}

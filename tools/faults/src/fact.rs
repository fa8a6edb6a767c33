//! The event that the trials emit.

use walnats_runtime::private::Subject;
use walnats_runtime::{DecodeError, EncodeError, Event, EventDescriptor, SubjectError, ValidateError};

/// How payloads end that cannot be decoded.
const UNREADABLE: &str = "nobody can read this";

/// An event that states its origin, so that a message in the stream can be matched to the emit that stored it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The subject is `facts.{topic}`, followed by `tail`.
    pub topic: usize,
    /// A further token of the subject; empty for none.
    pub tail: String,
    /// The number of the emit within its workload.
    pub number: usize,
    /// Whether it was emitted again, to settle an emit whose result is unknown.
    pub again: bool,
    /// The approximate size of the payload in bytes.
    pub size: usize,
}

impl Fact {
    /// Reads the number, and whether it was emitted again; `None` if the payload is not a fact.
    pub fn read(payload: &[u8]) -> Option<(usize, bool)> {
        let text = std::str::from_utf8(payload.get(..payload.len().min(40))?).ok()?;
        let (number, rest) = text.split_once(' ')?;
        Some((number.parse().ok()?, rest.starts_with("again")))
    }

    /// A payload that has the number, and that no reader can decode.
    pub fn unreadable(number: usize) -> Vec<u8> {
        format!("{number} {UNREADABLE}").into_bytes()
    }
}

impl Event for Fact {
    const DESCRIPTOR: &'static EventDescriptor = &EventDescriptor {
        name: "fact",
        event_type: "fact",
        stream: "facts",
        subject: "facts.{topic}",
        content_type: "text/plain",
        description: "",
        message_name: None,
    };

    fn subject(&self) -> Result<String, SubjectError> {
        let subject = Subject::new("fact").literal("facts.").field("topic", &self.topic);
        if self.tail.is_empty() { subject.finish() } else { subject.literal(".").field("tail", &self.tail).finish() }
    }

    fn validate(&self) -> Result<(), ValidateError> {
        Ok(())
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let head = format!("{} {}", self.number, if self.again { "again " } else { "first " });
        Ok(format!("{head}{}", ".".repeat(self.size.saturating_sub(head.len()))).into_bytes())
    }

    fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let is_readable = !payload.ends_with(UNREADABLE.as_bytes());
        let read = Self::read(payload).filter(|_| is_readable);
        let reason = || DecodeError::Unrepresentable { reason: "it is not a fact".to_owned() };
        let (number, again) = read.ok_or_else(reason)?;
        // The topic is in the subject alone.
        Ok(Self { topic: 0, tail: String::new(), number, again, size: payload.len() })
    }
}

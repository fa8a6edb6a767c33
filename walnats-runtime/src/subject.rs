//! Subjects and deduplication ids: built from literals and fields, and validated before they are sent.

use std::fmt::{Display, Write as _};

use walnats_subject::invalid_token_char;

use crate::printable::{self, is_graphic};

/// The longest subject that an event may have, in bytes. The server reads a protocol line of at most 4,096.
pub const MAX_SUBJECT_BYTES: usize = 1_024;

/// The longest deduplication id, in bytes. The server keeps every id in memory for the stream's duplicate window.
pub const MAX_MESSAGE_ID_BYTES: usize = 1_024;

/// Builds the subject of an event from the parts of its template. For generated code.
///
/// A field is one token or a part of one: it must not be empty, and must not contain `.`, `*`, `>`, white space or control
/// characters. [`Subject::finish`] reports the first invalid field.
#[derive(Debug)]
pub struct Subject {
    event: &'static str,
    text: String,
    error: Option<SubjectError>,
}

impl Subject {
    /// Starts the subject of an event of this name.
    pub fn new(event: &'static str) -> Self {
        Self { event, text: String::with_capacity(48), error: None }
    }

    /// Adds text from the template.
    pub fn literal(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Adds the field `name` of the payload.
    pub fn field(mut self, name: &'static str, value: &(impl Display + ?Sized)) -> Self {
        let start = self.text.len();
        // Writing to a string fails only if `Display` itself does; the token is unusable then.
        let problem = match write!(self.text, "{value}") {
            Ok(()) => token_problem(&self.text[start..]),
            Err(_) => Some(SubjectProblem::Unprintable),
        };
        if let (None, Some(problem)) = (&self.error, problem) {
            self.error = Some(SubjectError { event: self.event, field: Some(name), problem });
        }
        self
    }

    /// Adds the field `name`, which a rule requires; `None` stands for a message that breaks the rule.
    pub fn required(self, name: &'static str, value: Option<&(impl Display + ?Sized)>) -> Self {
        match value {
            Some(value) => self.field(name, value),
            None => {
                let error = SubjectError { event: self.event, field: Some(name), problem: SubjectProblem::Absent };
                Self { error: self.error.or(Some(error)), ..self }
            }
        }
    }

    /// Adds the value's name of the enumeration in the field `name`; `None` stands for a number that has no name.
    pub fn value(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.field(name, value),
            None => {
                let error = SubjectError { event: self.event, field: Some(name), problem: SubjectProblem::Unnamed };
                Self { error: self.error.or(Some(error)), ..self }
            }
        }
    }

    /// Adds the key of an event that is stored once, as a separate token. Any text that is not empty can be a key: bytes other
    /// than ASCII letters, digits, `-` and `_` are written as `=` and two hexadecimal digits.
    pub fn key(mut self, key: &str) -> Self {
        if key.is_empty() && self.error.is_none() {
            let problem = SubjectProblem::Empty;
            self.error = Some(SubjectError { event: self.event, field: Some("once"), problem });
        }
        push_token(&mut self.text, key);
        self
    }

    /// The subject.
    ///
    /// # Errors
    ///
    /// A field cannot be part of a subject, or the whole is longer than [`MAX_SUBJECT_BYTES`].
    pub fn finish(self) -> Result<String, SubjectError> {
        match self.error {
            Some(error) => Err(error),
            None if self.text.len() > MAX_SUBJECT_BYTES => {
                Err(SubjectError { event: self.event, field: None, problem: SubjectProblem::TooLong(self.text.len()) })
            }
            None => Ok(self.text),
        }
    }
}

/// An event has no valid subject. Names the field, never its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {problem}", .field.map_or("the subject".to_owned(), |name| format!("field `{name}`")))]
pub struct SubjectError {
    /// The event's name.
    pub event: &'static str,
    /// The invalid field; `None` if the subject as a whole is invalid.
    pub field: Option<&'static str>,
    /// The problem.
    pub problem: SubjectProblem,
}

/// Why a text cannot be a subject or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubjectProblem {
    /// Subjects have no empty tokens.
    #[error("is empty")]
    Empty,
    /// `.` separates tokens; `*` and `>` are wildcards.
    #[error("contains `{0}`")]
    Reserved(char),
    /// White space ends a subject.
    #[error("contains white space")]
    WhiteSpace,
    /// Control characters break the protocol or its readers.
    #[error("contains a control character")]
    Control,
    /// More than [`MAX_SUBJECT_BYTES`].
    #[error("is {0} bytes long, the limit is {MAX_SUBJECT_BYTES}")]
    TooLong(usize),
    /// A number of a protobuf enumeration for which the schema has no name.
    #[error("has a number without a name")]
    Unnamed,
    /// A rule requires the field, and the message does not have it.
    #[error("is not set")]
    Absent,
    /// The field's `Display` failed.
    #[error("cannot be written as text")]
    Unprintable,
}

impl SubjectProblem {
    /// The problem of a character that a token or stream name must not contain.
    pub(crate) fn of_char(invalid: char) -> Self {
        match invalid {
            c if c.is_control() => Self::Control,
            c if c.is_whitespace() => Self::WhiteSpace,
            c => Self::Reserved(c),
        }
    }
}

/// An invalid deduplication id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageIdError {
    /// An empty id would switch deduplication off.
    #[error("the message id (uid) is empty")]
    Empty,
    /// More than [`MAX_MESSAGE_ID_BYTES`].
    #[error("the message id (uid) is {0} bytes long, the limit is {MAX_MESSAGE_ID_BYTES}")]
    TooLong(usize),
    /// A line break would end the header; other control characters are rejected, too.
    #[error("the message id (uid) contains a control character")]
    Control,
    /// Readers trim header values, which would change the id.
    #[error("the message id (uid) starts or ends with white space")]
    Padded,
}

/// The subject filter that a stream with `schedules` needs in addition to its events' subjects: each delayed message waits on its
/// own subject, `_walnats.schedule.<stream>.<message id>`.
///
/// Bytes of the id other than ASCII letters, digits, `-` and `_` are written as `=` and two hexadecimal digits. Stream names
/// never contain `.`, `*`, `>` or white space.
pub fn schedule_filter(stream: &str) -> String {
    format!("_walnats.schedule.{stream}.*")
}

/// The subject of a delayed message. Emitting the same id again replaces it.
pub(crate) fn schedule_subject(stream: &str, message_id: &str) -> String {
    let mut subject = format!("_walnats.schedule.{stream}.");
    push_token(&mut subject, message_id);
    subject
}

/// Encodes any text as one token, injectively.
fn push_token(subject: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            subject.push(char::from(byte));
        } else {
            let _ = write!(subject, "={byte:02X}");
        }
    }
}

/// Validates a whole subject: no empty token, no wildcard, no white space, not too long.
pub(crate) fn subject_problem(subject: &str) -> Option<SubjectProblem> {
    if subject.len() > MAX_SUBJECT_BYTES {
        return Some(SubjectProblem::TooLong(subject.len()));
    }
    subject.split('.').find_map(token_problem)
}

/// Validates an id.
pub(crate) fn check_message_id(id: &str) -> Result<(), MessageIdError> {
    if id.is_empty() {
        Err(MessageIdError::Empty)
    } else if id.len() > MAX_MESSAGE_ID_BYTES {
        Err(MessageIdError::TooLong(id.len()))
    } else if is_graphic(id) {
        Ok(())
    } else if id.chars().any(char::is_control) {
        Err(MessageIdError::Control)
    } else if id.trim().len() != id.len() {
        Err(MessageIdError::Padded)
    } else {
        Ok(())
    }
}

/// Checks a token of a subject.
pub(crate) fn token_problem(token: &str) -> Option<SubjectProblem> {
    if token.is_empty() {
        return Some(SubjectProblem::Empty);
    }
    let is_plain = printable::all(token, |byte| byte.is_ascii_graphic() && !matches!(byte, b'.' | b'*' | b'>'));
    if is_plain {
        return None;
    }
    invalid_token_char(token).map(SubjectProblem::of_char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rule_requires_has_to_be_there() {
        let subject = |value: Option<&str>| Subject::new("e").literal("a.").required("f", value).finish();
        assert_eq!(subject(Some("x")).as_deref(), Ok("a.x"));
        assert_eq!(subject(None).map_err(|error| error.to_string()), Err("field `f` is not set".to_owned()));
    }

    #[test]
    fn fields_are_tokens() {
        let subject = |value: &str| Subject::new("e").literal("a.").field("f", value).literal(".b").finish();
        assert_eq!(subject("x-Öl").as_deref(), Ok("a.x-Öl.b"));
        assert_eq!(Subject::new("e").field("n", &7).literal(".").field("b", &true).finish().as_deref(), Ok("7.true"));
        for (value, problem) in [
            ("", SubjectProblem::Empty),
            ("a.b", SubjectProblem::Reserved('.')),
            ("*", SubjectProblem::Reserved('*')),
            ("a>", SubjectProblem::Reserved('>')),
            ("a b", SubjectProblem::WhiteSpace),
            ("a\u{a0}b", SubjectProblem::WhiteSpace),
            ("a\r\nb", SubjectProblem::Control),
            ("a\0", SubjectProblem::Control),
        ] {
            assert_eq!(subject(value), Err(SubjectError { event: "e", field: Some("f"), problem }), "{value:?}");
        }
        let long = subject(&"x".repeat(2_000)).expect_err("too long");
        assert_eq!((long.field, long.problem), (None, SubjectProblem::TooLong(2_004)));
    }

    #[test]
    fn errors_name_the_field_and_not_the_value() {
        let error = Subject::new("order-placed").field("region", "secret.value").finish().expect_err("a dot");
        assert_eq!(error.to_string(), "field `region` contains `.`");
    }

    #[test]
    fn ids_are_bounded_and_fit_in_a_header() {
        for (id, expected) in [
            ("order 7/ä", Ok(())),
            ("", Err(MessageIdError::Empty)),
            ("a\nb", Err(MessageIdError::Control)),
            (" a", Err(MessageIdError::Padded)),
        ] {
            assert_eq!(check_message_id(id), expected, "{id:?}");
        }
        assert_eq!(check_message_id(&"x".repeat(1_025)), Err(MessageIdError::TooLong(1_025)));
    }

    #[test]
    fn any_text_is_a_key() {
        let subject = |key: &str| Subject::new("e").literal("orders.").key(key).finish();
        assert_eq!(subject("o-1_A").as_deref(), Ok("orders.o-1_A"));
        assert_eq!(subject("a.b >Ö=").as_deref(), Ok("orders.a=2Eb=20=3E=C3=96=3D"));
        let error = subject("").expect_err("empty");
        assert_eq!(error.to_string(), "field `once` is empty");
    }

    #[test]
    fn each_schedule_waits_on_one_token() {
        assert_eq!(schedule_subject("carts", "a-1_b"), "_walnats.schedule.carts.a-1_b");
        assert_eq!(schedule_subject("carts", "a.1 >Ö="), "_walnats.schedule.carts.a=2E1=20=3E=C3=96=3D");
    }
}

//! Headers that are checked when they are set, so that they cannot break the protocol.

use std::borrow::Cow;
use std::fmt;

use async_nats::HeaderMap;

use crate::printable::is_printable;

/// The headers of a message, in the order in which they were set. One value per name.
///
/// Names are case-sensitive, as in NATS. `Debug` shows names only: values may be secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(Cow<'static, str>, Cow<'static, str>)>);

impl Headers {
    /// No headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a header of the application; replaces an existing value.
    ///
    /// # Errors
    ///
    /// The name is empty, is not printable ASCII without space and `:`, or is reserved: `Nats-*` for the server,
    /// `Walnats-Event`, `Walnats-Trace`, `Walnats-Delay`, `Walnats-Reply` and `ce-*` for walnats. The value contains a line break or another
    /// control character (tabs are allowed).
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<String>) -> Result<(), HeaderError> {
        let (name, value) = (name.into(), value.into());
        check_name(&name)?;
        if let Some(hint) = reserved(&name) {
            return Err(HeaderError::Reserved { name, hint });
        }
        check_value(&name, &value)?;
        self.set(name.into(), value.into());
        Ok(())
    }

    /// The value of a header.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Names and values, in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// The number of headers.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets the headers that tell readers the event type and its encoding: `Walnats-Event`, and `Content-Type` unless the
    /// application has set it.
    ///
    /// # Errors
    ///
    /// The name or media type contains a control character.
    pub(crate) fn describe(&mut self, event: &'static str, content_type: &'static str) -> Result<(), HeaderError> {
        let own = self.0.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
        self.insert_own("Walnats-Event", event)?;
        if own { Ok(()) } else { self.insert_own("Content-Type", content_type) }
    }

    /// Reserves space for this many more.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.0.reserve(more);
    }

    /// Sets a header of the runtime: reserved names are allowed.
    ///
    /// # Errors
    ///
    /// The value contains a control character.
    pub(crate) fn insert_own(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Result<(), HeaderError> {
        let (name, value) = (name.into(), value.into());
        check_value(&name, &value)?;
        self.set(name, value);
        Ok(())
    }

    /// Sets a header of a message that was composed earlier: reserved names are allowed, except those added when it is sent.
    ///
    /// # Errors
    ///
    /// Like [`Headers::insert`].
    pub(crate) fn insert_again(&mut self, name: String, value: String) -> Result<(), HeaderError> {
        check_name(&name)?;
        if name.eq_ignore_ascii_case("Nats-Msg-Id") || name.eq_ignore_ascii_case("Nats-Expected-Stream") {
            return Err(HeaderError::Reserved { name, hint: "it is added when the message is sent" });
        }
        self.insert_own(name, value)
    }

    /// Appends them to a map of async-nats. That panics on invalid headers, which the checks above exclude.
    pub(crate) fn append_to(&self, map: &mut HeaderMap) {
        for (name, value) in &self.0 {
            match name {
                Cow::Borrowed(name) => map.insert(async_nats::HeaderName::from_static(name), value.as_ref()),
                Cow::Owned(name) => map.insert(name.as_str(), value.as_ref()),
            }
        }
    }

    fn set(&mut self, name: Cow<'static, str>, value: Cow<'static, str>) {
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A header that cannot be set. Names the header, never its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The name is empty, or is not printable ASCII without space and `:`.
    #[error("header name {0:?} is not printable ASCII without space and `:`")]
    Name(String),
    /// The name is reserved.
    #[error("header `{name}` is reserved: {hint}")]
    Reserved {
        /// The header's name.
        name: String,
        /// What to do instead.
        hint: &'static str,
    },
    /// The value contains a line break or another control character, which would break the protocol.
    #[error("the value of header `{0}` contains a line break or another control character")]
    Value(String),
}

fn check_name(name: &str) -> Result<(), HeaderError> {
    let valid = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    if valid { Ok(()) } else { Err(HeaderError::Name(name.chars().take(64).collect())) }
}

fn check_value(name: &str, value: &str) -> Result<(), HeaderError> {
    let valid = is_printable(value) || !value.chars().any(|c| c.is_control() && c != '\t');
    if valid { Ok(()) } else { Err(HeaderError::Value(name.to_owned())) }
}

fn reserved(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    Some(match name.as_str() {
        "nats-msg-id" => "use `.uid()`",
        "nats-ttl" => "use `.ttl()`",
        "walnats-event" => "walnats sets it to the event's name",
        "walnats-trace" => "use `.trace_id()`",
        "walnats-delay" => "use `.delay()`",
        "walnats-reply" => "use `.request()`",
        name if name.starts_with("nats-schedule") => "use `.delay()`",
        name if name.starts_with("nats-batch-") => "use `.atomic()`",
        name if name.starts_with("nats-") => "it has a meaning for the server",
        name if name.starts_with("ce-") => "use `.cloud_event()`",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_break_the_protocol_is_accepted() {
        let mut headers = Headers::new();
        for (name, value) in [("X-Tenant", "acme"), ("x", ""), ("a.b!", "Öl\tund Wasser")] {
            headers.insert(name, value).expect(name);
        }
        headers.insert("x", "again").expect("replaces");
        assert_eq!(
            headers.iter().collect::<Vec<_>>(),
            [("X-Tenant", "acme"), ("x", "again"), ("a.b!", "Öl\tund Wasser")]
        );
        headers.append_to(&mut HeaderMap::new());
        assert_eq!(format!("{headers:?}"), r#"["X-Tenant", "x", "a.b!"]"#);
    }

    #[test]
    fn what_can_break_it_is_refused_without_showing_the_value() {
        for (name, value) in [
            ("", "v"),
            ("a b", "v"),
            ("a:", "v"),
            ("Öl", "v"),
            ("a\r\nb", "v"),
            ("X", "secret\r\nNats-Msg-Id: 1"),
            ("X", "secret\n"),
            ("X", "secret\0"),
            ("Nats-Msg-Id", "secret"),
            ("nats-rollup", "secret"),
            ("Walnats-Trace", "secret"),
            ("ce-id", "secret"),
        ] {
            let error = Headers::new().insert(name, value).expect_err(name);
            assert!(error.to_string().contains("header") && !error.to_string().contains("secret"), "{error}");
        }
    }
}

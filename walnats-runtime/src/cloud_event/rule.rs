//! The rules of CloudEvents 1.0.2 for attributes.

use walnats_schema::format::{is_uri, is_uri_reference};

use super::{AttributeValue, CloudEvent};
use crate::HeaderError;
use crate::printable::{self, is_printable};

/// A CloudEvent that violates the specification. Names the attribute, never its value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CloudEventError {
    /// The message has no CloudEvents attributes.
    #[error("the message is not a CloudEvent: it has no `specversion`")]
    NotCloudEvent,
    /// A version other than 1.0.
    #[error("`specversion` is not 1.0")]
    SpecVersion,
    /// A required attribute is missing.
    #[error("attribute `{0}` is missing")]
    Missing(&'static str),
    /// An attribute that must not be empty is empty.
    #[error("attribute `{0}` is empty")]
    Empty(&'static str),
    /// The value of an attribute is invalid.
    #[error("attribute `{attribute}` is not {expected}")]
    Invalid {
        /// The attribute's name.
        attribute: String,
        /// What is valid.
        expected: &'static str,
    },
    /// The name of an extension attribute is invalid: it consists of `a` to `z` and digits, and `data` is reserved.
    #[error(
        "{0:?} is not a valid name of an extension: use `a` to `z` and digits, except `data` and the names of core attributes"
    )]
    Name(String),
    /// A structured CloudEvent is not a JSON object.
    #[error("the payload is not a CloudEvent in JSON")]
    Json(#[source] serde_json::Error),
    /// The media type says JSON, but the payload is not JSON.
    #[error("the payload is not JSON, although its media type says so")]
    Data(#[source] serde_json::Error),
    /// Both `data` and `data_base64` are present.
    #[error("the payload has both `data` and `data_base64`")]
    DataTwice,
    /// An attribute cannot be sent as a header.
    #[error("an attribute cannot be sent as a header")]
    Header(#[from] HeaderError),
}

impl CloudEventError {
    pub(super) fn invalid(attribute: &str, expected: &'static str) -> Self {
        Self::Invalid { attribute: attribute.to_owned(), expected }
    }
}

/// Checks all attributes of an event, before it is sent or after it was read.
pub(super) fn check(event: &CloudEvent) -> Result<(), CloudEventError> {
    let required =
        [("id", event.id.as_deref()), ("source", Some(&event.source)), ("type", event.event_type.as_deref())];
    for (name, value) in required {
        if value.ok_or(CloudEventError::Missing(name))?.is_empty() {
            return Err(CloudEventError::Empty(name));
        }
    }
    let optional = [
        ("subject", event.subject.as_deref()),
        ("datacontenttype", event.data_content_type.as_deref()),
        ("dataschema", event.data_schema.as_deref()),
    ];
    if let Some((name, _)) = optional.iter().find(|(_, value)| *value == Some("")) {
        return Err(CloudEventError::Empty(name));
    }
    require(is_uri_reference(&event.source), "source", "a URI reference")?;
    require(event.data_schema.as_deref().is_none_or(is_uri), "dataschema", "a URI")?;
    require(event.data_content_type.as_deref().is_none_or(is_media_type), "datacontenttype", "a media type")?;
    for (name, value) in &event.extensions {
        if !is_extension_name(name) {
            return Err(CloudEventError::Name(name.chars().take(64).collect()));
        }
        check_value(name, value)?;
    }
    for (name, value) in event.attributes() {
        require(is_text(&value), name, "free of control characters and noncharacters")?;
    }
    Ok(())
}

/// An extension cannot be named `data` or like a core attribute.
pub(super) fn is_extension_name(name: &str) -> bool {
    const TAKEN: [&str; 9] =
        ["data", "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema"];
    is_name(name) && !TAKEN.contains(&name)
}

/// `a` to `z` and digits.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn check_value(name: &str, value: &AttributeValue) -> Result<(), CloudEventError> {
    match value {
        AttributeValue::Uri(uri) => require(is_uri(uri), name, "a URI"),
        AttributeValue::UriReference(uri) => require(is_uri_reference(uri), name, "a URI reference"),
        _ => Ok(()),
    }
}

fn require(holds: bool, attribute: &str, expected: &'static str) -> Result<(), CloudEventError> {
    if holds { Ok(()) } else { Err(CloudEventError::invalid(attribute, expected)) }
}

/// CloudEvents' String: no control characters, no code points that Unicode calls noncharacters.
fn is_text(text: &str) -> bool {
    let noncharacter = |c: char| matches!(u32::from(c), 0xFDD0..=0xFDEF) || u32::from(c) & 0xFFFE == 0xFFFE;
    is_printable(text) || !text.chars().any(|c| c.is_control() || noncharacter(c))
}

/// `type/subtype` of RFC 2046, with or without parameters.
fn is_media_type(text: &str) -> bool {
    let is_token =
        |text: &str| !text.is_empty() && printable::all(text, |byte| byte.is_ascii_graphic() && !is_special(byte));
    let mut parts = text.split(';');
    let names = parts.next().and_then(|name| name.trim().split_once('/'));
    names.is_some_and(|(name, subtype)| is_token(name) && is_token(subtype))
        && parameters(text).all(|parameter| {
            let value = parameter.split_once('=');
            value.is_some_and(|(name, value)| {
                let quoted = value.len() >= 2 && value.starts_with('"') && value.ends_with('"');
                is_token(name) && (quoted || is_token(value))
            })
        })
}

/// The tspecials of RFC 2045.
fn is_special(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b')' | b'<' | b'>' | b'@' | b',' | b';' | b':' | b'\\' | b'"' | b'/' | b'[' | b']' | b'?' | b'='
    )
}

/// The parameters of a media type, separated by `;` outside of quotes.
fn parameters(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    let parts = text.split(move |c: char| {
        let ends = c == ';' && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && quoted && !escaped;
        ends
    });
    parts.skip(1).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_follow_rfc_2046() {
        for good in [
            "application/json",
            "text/plain; charset=utf-8",
            "application/vnd.x+json;a=\"b;c=d\\\"\"; e=f",
            "application/protobuf",
        ] {
            assert!(is_media_type(good), "{good}");
        }
        for bad in ["", "xyz", "/", "a/", "/b", "a/b/c", "a b/c", "a/b;", "a/b; c", "a/b; c=", "a/b; c=\"d"] {
            assert!(!is_media_type(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_sent_keeps_the_rules() {
        let good = CloudEvent::new("/shop").id("1").event_type("t");
        assert!(check(&good).is_ok());
        let rows = [
            (CloudEvent::new("/shop").event_type("t"), "attribute `id` is missing"),
            (CloudEvent::new("/shop").id("1"), "attribute `type` is missing"),
            (CloudEvent::new("").id("1").event_type("t"), "attribute `source` is empty"),
            (CloudEvent::new("a b").id("1").event_type("t"), "attribute `source` is not a URI reference"),
            (good.clone().id(""), "attribute `id` is empty"),
            (good.clone().subject(""), "attribute `subject` is empty"),
            (good.clone().subject("a\nb"), "attribute `subject` is not free of control characters and noncharacters"),
            (
                good.clone().subject("\u{FFFE}"),
                "attribute `subject` is not free of control characters and noncharacters",
            ),
            (good.clone().data_schema("/relative"), "attribute `dataschema` is not a URI"),
            (good.clone().data_content_type("xyz"), "attribute `datacontenttype` is not a media type"),
            (good.clone().extension("x", AttributeValue::Uri("/relative".into())), "attribute `x` is not a URI"),
        ];
        for (event, message) in rows {
            assert_eq!(check(&event).expect_err(message).to_string(), message);
        }
        for name in ["", "Trace", "trace_id", "trace-id", "data", "id", "time", "ö"] {
            assert!(matches!(check(&good.clone().extension(name, 1)), Err(CloudEventError::Name(_))), "{name}");
        }
    }
}

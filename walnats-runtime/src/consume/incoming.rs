//! Which event a message is.

use std::borrow::Cow;

use async_nats::{HeaderMap, Message};

use crate::cloud_event::{CloudEvent, CloudEventError};
use crate::error::DecodeError;
use crate::event::{Event, EventDescriptor, is_envelope};
use crate::tolerated::{ReadMode, Tolerated};

/// An event that a service consumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsumedEvent {
    /// The properties of the event.
    pub descriptor: &'static EventDescriptor,
    /// The subject filter that matches everywhere it is published: `orders.*.placed`. Without the prefix of
    /// [`Options::subject_prefix`](crate::Options::subject_prefix).
    pub filter: &'static str,
}

/// A message cannot be read as an event of the service. Contains no value of the event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadMessageError {
    /// The message is an event that the service does not consume, or not an event of this package.
    #[error("the message is not an event that the service consumes")]
    NotConsumed,
    /// Neither a header nor the subject says which of several events the message is.
    #[error("neither a header nor the subject says which event the message is")]
    Ambiguous,
    /// The message claims to be a CloudEvent in structured mode, and is not a valid one.
    #[error("the message is not a valid CloudEvent")]
    CloudEvent(#[source] CloudEventError),
    /// The CloudEvent has no data.
    #[error("the CloudEvent has no data")]
    NoData,
    /// The payload is not a valid event.
    #[error("the payload of `{event}` cannot be decoded")]
    Decode {
        /// The event's name.
        event: &'static str,
        /// What is wrong with it: every violation, without the values.
        #[source]
        source: DecodeError,
    },
}

/// A message, as far as its event is known. For generated code.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// The position of the event among those that the service consumes.
    pub index: usize,
    /// The event's payload.
    pub payload: Cow<'a, [u8]>,
    pub(super) cloud_event: Option<CloudEvent>,
    /// How strictly it is read, where the reader says so.
    pub(super) mode: Option<ReadMode>,
}

impl Incoming<'_> {
    /// Decodes the payload as `E`, which is the event at [`Incoming::index`] of `events`, as strictly as the event says.
    ///
    /// # Errors
    ///
    /// The payload is not a valid event.
    pub fn decode<E: Event>(&self, events: &[ConsumedEvent]) -> Result<E, ReadMessageError> {
        self.read(events).map(|read| read.event)
    }

    /// The same in this mode.
    ///
    /// # Errors
    ///
    /// The payload is not a valid event.
    pub fn decode_as<E: Event>(&self, events: &[ConsumedEvent], mode: ReadMode) -> Result<E, ReadMessageError> {
        self.read_as(events, mode).map(|read| read.event)
    }

    /// Decodes it as strictly as the reader says, or else the event, and says what the event's schema does not know.
    pub(super) fn read<E: Event>(&self, events: &[ConsumedEvent]) -> Result<Tolerated<E>, ReadMessageError> {
        self.read_as(events, self.mode.unwrap_or(E::READ))
    }

    fn read_as<E: Event>(&self, events: &[ConsumedEvent], mode: ReadMode) -> Result<Tolerated<E>, ReadMessageError> {
        let event = events.get(self.index).map_or("", |event| event.descriptor.name);
        let read = match mode {
            ReadMode::Strict => E::decode(&self.payload).map(Tolerated::from),
            ReadMode::Tolerant => E::decode_tolerant(&self.payload),
        };
        read.map_err(|source| ReadMessageError::Decode { event, source })
    }
}

/// Finds the event of a message: by the header `Walnats-Event`; otherwise by the type of the CloudEvent, if it is one of
/// `events`; otherwise by the subject.
///
/// # Errors
///
/// The message is none of `events`.
pub fn incoming<'a>(events: &[ConsumedEvent], message: &'a Message) -> Result<Incoming<'a>, ReadMessageError> {
    let filters: Vec<&str> = events.iter().map(|event| event.filter).collect();
    placed(events, &filters, message)
}

/// Like [`incoming`]; `filters` are those of `events` on this server.
pub(super) fn placed<'a>(
    events: &[ConsumedEvent],
    filters: &[impl AsRef<str>],
    message: &'a Message,
) -> Result<Incoming<'a>, ReadMessageError> {
    let headers = message.headers.as_ref();
    let said = headers.map(Said::of).unwrap_or_default();
    let (cloud_event, payload) = if said.content_type.is_some_and(is_envelope) {
        let (event, data) = CloudEvent::from_structured(&message.payload).map_err(ReadMessageError::CloudEvent)?;
        (Some(event), Cow::Owned(data.ok_or(ReadMessageError::NoData)?))
    } else {
        // Attributes that break a rule do not spoil the payload.
        let attributes = headers.filter(|_| said.is_cloud_event);
        (attributes.and_then(|headers| CloudEvent::from_headers(headers).ok()), Cow::Borrowed(message.payload.as_ref()))
    };
    let index = match said.event {
        Some(name) => {
            let named = events.iter().position(|event| event.descriptor.name == name);
            named.ok_or(ReadMessageError::NotConsumed)?
        }
        None => {
            let wanted = cloud_event.as_ref().and_then(|event| event.event_type.as_deref());
            match wanted.and_then(|wanted| events.iter().position(|event| event.descriptor.event_type == wanted)) {
                Some(index) => index,
                None => by_subject(filters, &message.subject)?,
            }
        }
    };
    Ok(Incoming { index, payload, cloud_event, mode: None })
}

/// What headers say about which event a message is: found in one pass, because each message takes it.
#[derive(Clone, Copy, Debug, Default)]
struct Said<'a> {
    content_type: Option<&'a str>,
    event: Option<&'a str>,
    is_cloud_event: bool,
}

impl<'a> Said<'a> {
    fn of(headers: &'a HeaderMap) -> Self {
        let mut said = Self::default();
        for (name, values) in headers.iter() {
            let name: &str = name.as_ref();
            let value = || values.first().map(|value| value.as_str());
            if name.eq_ignore_ascii_case("content-type") {
                said.content_type = said.content_type.or_else(value);
            } else if name.eq_ignore_ascii_case("walnats-event") {
                said.event = said.event.or_else(value);
            } else {
                said.is_cloud_event |= name.eq_ignore_ascii_case("ce-specversion");
            }
        }
        said
    }
}

/// A header's first value; names are compared case-insensitively.
pub(super) fn header<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let mut found = headers.iter().filter(|(name, _)| AsRef::<str>::as_ref(*name).eq_ignore_ascii_case(wanted));
    found.find_map(|(_, values)| values.first()).map(|value| value.as_str())
}

fn by_subject(filters: &[impl AsRef<str>], subject: &str) -> Result<usize, ReadMessageError> {
    let mut matching =
        filters.iter().enumerate().filter(|(_, filter)| walnats_subject::covers(filter.as_ref(), subject));
    match (matching.next(), matching.next()) {
        (None, _) => Err(ReadMessageError::NotConsumed),
        (Some((index, _)), None) => Ok(index),
        (Some(_), Some(_)) => Err(ReadMessageError::Ambiguous),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn event(name: &'static str, event_type: &'static str) -> EventDescriptor {
        EventDescriptor {
            name,
            event_type,
            stream: "s",
            subject: name,
            content_type: "application/json",
            description: "",
            message_name: None,
        }
    }

    const EVENTS: &[ConsumedEvent] = &[
        ConsumedEvent { descriptor: &event("placed", "shop.placed"), filter: "orders.*.placed" },
        ConsumedEvent { descriptor: &event("cancelled", "shop.cancelled"), filter: "orders.*.cancelled" },
        ConsumedEvent { descriptor: &event("any", "shop.any"), filter: "any.>" },
        ConsumedEvent { descriptor: &event("any-too", "shop.any-too"), filter: "any.*" },
    ];

    fn found(subject: &str, headers: &[(&str, &str)], payload: &str) -> Result<(usize, String), String> {
        let mut map = HeaderMap::new();
        headers.iter().for_each(|(name, value)| map.insert(*name, *value));
        let message = Message {
            subject: subject.into(),
            reply: None,
            payload: payload.to_owned().into(),
            headers: Some(map),
            status: None,
            description: None,
            length: 0,
        };
        let found = incoming(EVENTS, &message).map_err(|error| error.to_string())?;
        Ok((found.index, String::from_utf8_lossy(&found.payload).into_owned()))
    }

    #[test]
    fn a_header_the_type_or_the_subject_says_which_event_it_is() {
        let ok = |index: usize| Ok((index, "{}".to_owned()));
        assert_eq!(found("orders.7.placed", &[], "{}"), ok(0));
        assert_eq!(found("orders.7.placed", &[("walnats-event", "cancelled")], "{}"), ok(1));
        let binary = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "shop.cancelled")];
        assert_eq!(found("elsewhere", &binary, "{}"), ok(1));
        let foreign = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "theirs")];
        assert_eq!(found("orders.7.placed", &foreign, "{}"), ok(0));
        assert_eq!(found("any.one.more", &[], "{}"), ok(2));
        let structured = [("Content-Type", "application/cloudevents+json; charset=utf-8")];
        let payload = r#"{"specversion":"1.0","id":"1","source":"/s","type":"shop.any-too","data":[1]}"#;
        assert_eq!(found("elsewhere", &structured, payload), Ok((3, "[1]".to_owned())));
    }

    #[test]
    fn what_is_none_of_them_is_an_error() {
        let none = Err("the message is not an event that the service consumes".to_owned());
        assert_eq!(found("elsewhere", &[], "{}"), none);
        assert_eq!(found("orders.7.placed", &[("Walnats-Event", "other")], "{}"), none);
        let ambiguous = "neither a header nor the subject says which event the message is";
        assert_eq!(found("any.one", &[], "{}"), Err(ambiguous.to_owned()));
        let structured = [("content-type", "application/cloudevents+json")];
        assert_eq!(found("any.one", &structured, "{"), Err("the message is not a valid CloudEvent".to_owned()));
        let payload = r#"{"specversion":"1.0","id":"1","source":"/s","type":"shop.any"}"#;
        assert_eq!(found("any.one", &structured, payload), Err("the CloudEvent has no data".to_owned()));
    }
}

//! Which event a message is.

use std::borrow::Cow;

use walnats_codegen::EventModel;
use walnats_codegen::model::Event;
use walnats_runtime::{CloudEvent, Publisher};
use walnats_subject::covers;

use super::delivery::Delivery;

/// The event that a message is, and its payload without an envelope.
pub struct Recognised<'a> {
    pub event: Option<&'a Event>,
    pub payload: Cow<'a, [u8]>,
    /// Why the envelope cannot be read.
    pub fault: Option<String>,
}

/// Recognises a message by its headers, its envelope, or its subject.
pub fn recognise<'a>(model: &'a EventModel, publisher: &Publisher, delivery: &'a Delivery) -> Recognised<'a> {
    let by_name = |name: &str| model.events.iter().find(|event| event.name == name);
    let by_type = |name: &str| model.events.iter().find(|event| event.event_type == name);
    let by_subject = || {
        let matches = |event: &&Event| covers(&publisher.server_subject(event.filter()), &delivery.subject);
        model.events.iter().find(matches)
    };
    let content_type = delivery.header("Content-Type").unwrap_or_default().to_ascii_lowercase();
    if content_type.starts_with("application/cloudevents") {
        return match CloudEvent::from_structured(&delivery.payload) {
            Ok((envelope, data)) => Recognised {
                event: envelope.event_type.as_deref().and_then(by_type).or_else(by_subject),
                payload: Cow::Owned(data.unwrap_or_default()),
                fault: None,
            },
            Err(error) => Recognised {
                event: by_subject(),
                payload: Cow::Borrowed(&delivery.payload),
                fault: Some(format!("it is not a CloudEvent: {error}")),
            },
        };
    }
    let named = delivery.header("Walnats-Event").and_then(by_name);
    let event = named.or_else(|| delivery.header("ce-type").and_then(by_type)).or_else(by_subject);
    Recognised { event, payload: Cow::Borrowed(&delivery.payload), fault: None }
}

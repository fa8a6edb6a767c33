//! The constant that describes a stream.

use std::time::Duration;

use super::code::literal;
use super::template::StreamText;
use crate::model::Stream;

/// A stream as far as something is stated of it.
pub(super) fn text(stream: &Stream) -> StreamText {
    let subjects: Vec<String> = stream.subjects.iter().map(|subject| literal(subject)).collect();
    let text_literal = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(literal);
    let on = |on: bool| on.then(|| "true".to_owned());
    let path = |name: &str, variant: String| format!("Some(::walnats_runtime::{name}::{variant})");
    let pairs = stream.settings.iter().map(|(name, value)| format!("({}, {})", literal(name), literal(value)));
    let pairs: Vec<String> = pairs.collect();
    let fields = [
        ("subjects", Some(format!("&[{}]", subjects.join(", ")))),
        ("external", on(stream.is_external)),
        ("expect_stream", stream.is_unexpected.then(|| "false".to_owned())),
        ("description", text_literal(&stream.description)),
        ("first_description", text_literal(&stream.first_description).filter(|_| stream.description.is_none())),
        ("retention", stream.retention.map(|retention| path("Retention", format!("{retention:?}")))),
        ("storage", stream.storage.map(|storage| path("Storage", format!("{storage:?}")))),
        ("replicas", stream.replicas.map(some)),
        ("max_age", stream.max_age.map(duration).map(some)),
        ("max_bytes", stream.max_bytes.map(some)),
        ("max_messages", stream.max_messages.map(some)),
        ("max_messages_per_subject", stream.max_messages_per_subject.map(some)),
        ("max_message_size", stream.max_message_size.map(some)),
        ("max_consumers", stream.max_consumers.map(some)),
        ("discard", stream.discard.map(|discard| path("Discard", format!("{discard:?}")))),
        ("discard_new_per_subject", on(stream.discard_new_per_subject)),
        ("duplicate_window", stream.duplicate_window.map(duration).map(some)),
        ("message_ttl", on(stream.message_ttl)),
        ("schedules", on(stream.schedules)),
        ("atomic", on(stream.atomic)),
        ("settings", (!pairs.is_empty()).then(|| format!("&[{}]", pairs.join(", ")))),
    ];
    let fields = fields.into_iter().filter_map(|(field, value)| Some((field, value?)));
    StreamText { name: literal(&stream.name), fields: fields.collect() }
}

fn some(value: impl ToString) -> String {
    format!("Some({})", value.to_string())
}

fn duration(duration: Duration) -> String {
    match duration.subsec_nanos() {
        0 => format!("::std::time::Duration::from_secs({})", duration.as_secs()),
        nanos => format!("::std::time::Duration::new({}, {nanos})", duration.as_secs()),
    }
}

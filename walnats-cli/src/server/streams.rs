//! The streams of a package as the runtime knows them.

use walnats_codegen::EventModel;
use walnats_codegen::model::{Discard, Retention, Storage, Stream};
use walnats_runtime::StreamDescriptor;

/// The text for the rest of the program, which ends soon: descriptors consist of constants, because generated code is the rule.
pub fn kept(text: &str) -> &'static str {
    if text.is_empty() { "" } else { String::leak(text.to_owned()) }
}

/// The streams of the model, with the same settings as in generated code. Called once.
pub fn descriptors(model: &EventModel) -> &'static [StreamDescriptor] {
    Vec::leak(model.streams.iter().map(descriptor).collect())
}

fn descriptor(stream: &Stream) -> StreamDescriptor {
    let text = |text: &Option<String>| kept(text.as_deref().unwrap_or_default());
    StreamDescriptor {
        subjects: Vec::leak(stream.subjects.iter().map(|subject| kept(subject)).collect()),
        external: stream.is_external,
        expect_stream: !stream.is_unexpected,
        description: text(&stream.description),
        first_description: if stream.description.is_none() { text(&stream.first_description) } else { "" },
        retention: stream.retention.map(|retention| match retention {
            Retention::Limits => walnats_runtime::Retention::Limits,
            Retention::Interest => walnats_runtime::Retention::Interest,
            Retention::WorkQueue => walnats_runtime::Retention::WorkQueue,
        }),
        storage: stream.storage.map(|storage| match storage {
            Storage::File => walnats_runtime::Storage::File,
            Storage::Memory => walnats_runtime::Storage::Memory,
        }),
        replicas: stream.replicas,
        max_age: stream.max_age,
        max_bytes: stream.max_bytes,
        max_messages: stream.max_messages,
        max_messages_per_subject: stream.max_messages_per_subject,
        max_message_size: stream.max_message_size,
        max_consumers: stream.max_consumers,
        discard: stream.discard.map(|discard| match discard {
            Discard::Old => walnats_runtime::Discard::Old,
            Discard::New => walnats_runtime::Discard::New,
        }),
        discard_new_per_subject: stream.discard_new_per_subject,
        duplicate_window: stream.duplicate_window,
        message_ttl: stream.message_ttl,
        schedules: stream.schedules,
        atomic: stream.atomic,
        settings: Vec::leak(stream.settings.iter().map(|(name, value)| (kept(name), kept(value))).collect()),
        ..StreamDescriptor::new(kept(&stream.name))
    }
}

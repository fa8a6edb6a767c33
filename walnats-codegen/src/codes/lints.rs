//! Lints and examples, which `walnats check` alone looks for.

use super::Code;
use super::DefaultLevel::{Deny, Warn};

pub(super) const CODES: &[Code] = &[
    Code {
        id: "WN0701",
        slug: "wrong-example",
        level: Deny,
        summary: "An example does not fit its own schema.",
        cure: "Fix the example or the schema.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-validation#section-9.5"),
    },
    Code {
        id: "WN0702",
        slug: "wrong-default",
        level: Warn,
        summary: "A default does not fit its own schema.",
        cure: "Fix the default or the schema.",
        reference: Some("https://json-schema.org/draft/2020-12/json-schema-validation#section-9.2"),
    },
    Code {
        id: "WN0711",
        slug: "not-kebab-case",
        level: Warn,
        summary: "An event's name is not kebab case.",
        cure: "Rename it, before it is in use.",
        reference: None,
    },
    Code {
        id: "WN0712",
        slug: "long-name",
        level: Warn,
        summary: "An event's name is longer than 64 characters.",
        cure: "Shorten it.",
        reference: None,
    },
    Code {
        id: "WN0713",
        slug: "no-description",
        level: Warn,
        summary: "An event has no description.",
        cure: "Say in `description` what has happened when it is emitted.",
        reference: None,
    },
    Code {
        id: "WN0714",
        slug: "long-description",
        level: Warn,
        summary: "An event's description is longer than 4096 bytes, the most that a stream keeps.",
        cure: "Move the details elsewhere.",
        reference: None,
    },
    Code {
        id: "WN0715",
        slug: "uid-of-an-entity",
        level: Warn,
        summary: "A uid template names what the event is about, and nothing that changes with each occurrence: a second event within the duplicate window is dropped. Not reported for events with `once`, nor for events that happen once to what the template names, such as `user-created` with `{user_id}`.",
        cure: "Add a version, a sequence number or a timestamp, or leave `uid` out.",
        reference: Some(
            "https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive#message-deduplication",
        ),
    },
    Code {
        id: "WN0716",
        slug: "uid-runs-together",
        level: Warn,
        summary: "Nothing separates two fields of a uid template, so that different values produce the same id.",
        cure: "Put a character between them.",
        reference: None,
    },
    Code {
        id: "WN0717",
        slug: "subject-begins-with-field",
        level: Warn,
        summary: "The subject begins with a field, so that the stream could store `$JS.>`: the server refuses it. Not reported for external streams and for `no_ack`.",
        cure: "Let the subject begin with a fixed token, or have every publisher set `Options::subject_prefix`.",
        reference: None,
    },
];

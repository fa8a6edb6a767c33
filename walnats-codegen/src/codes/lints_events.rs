//! Lints on events, which `walnats check` alone looks for.

use super::Code;
use super::DefaultLevel::Warn;

pub(super) const CODES: &[Code] = &[
    Code {
        id: "WN0750",
        slug: "empty-subject-field",
        level: Warn,
        summary: "A token of an event's subject is a field that may be an empty text: such an event cannot be published.",
        cure: "Give the field a `minLength` of 1, a `pattern` or a `format`.",
        reference: Some("https://docs.nats.io/nats-concepts/subjects"),
    },
    Code {
        id: "WN0751",
        slug: "shared-uid",
        level: Warn,
        summary: "Two events of one stream make their ids of the same fields, so that only the event's name in front keeps them apart. Whoever publishes without it, such as a call that sets the id or the Python library, has one event of two dropped as a duplicate.",
        cure: "Name what happened in the template, `placed-{order_id}`; or give each event a stream of its own.",
        reference: Some(
            "https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive#message-deduplication",
        ),
    },
    Code {
        id: "WN0752",
        slug: "superseded-not-deprecated",
        level: Warn,
        summary: "A newer version of an event exists, `invoice-issued.v2`, and the older one is not deprecated.",
        cure: "Set `deprecated` in the schema of the older version.",
        reference: None,
    },
    Code {
        id: "WN0753",
        slug: "version-gap",
        level: Warn,
        summary: "A number is left out between two versions of an event.",
        cure: "Call the newer version by the next number.",
        reference: None,
    },
    Code {
        id: "WN0754",
        slug: "versions-of-one-type",
        level: Warn,
        summary: "Two versions of an event have the same CloudEvents type, by which readers tell events apart.",
        cure: "Give each version a `type` of its own.",
        reference: Some("https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type"),
    },
];

//! What `walnats plan`, `register` and `emit` find on a server. `walnats-cli` has the fixtures.

use super::Code;
use super::DefaultLevel::{Error, Warn};

const STREAMS: Option<&str> = Some("https://docs.nats.io/nats-concepts/jetstream/streams");

pub(super) const CODES: &[Code] = &[
    Code {
        id: "WN1201",
        slug: "update-loses-messages",
        level: Error,
        summary: "Updating a stream would delete stored messages; the server would do it without a warning.",
        cure: "Keep the limit; or allow the loss of so many messages with `--allow-loss=<stream>:<messages>`.",
        reference: STREAMS,
    },
    Code {
        id: "WN1202",
        slug: "update-weakens-stream",
        level: Error,
        summary: "Updating a stream would weaken what others may rely on: fewer replicas, a lifted limit, a shorter duplicate window.",
        cure: "Keep the setting; or allow the change with `--allow-weaker=<stream>:<setting>`.",
        reference: STREAMS,
    },
    Code {
        id: "WN1203",
        slug: "stream-refused",
        level: Error,
        summary: "The server does not accept the configuration of a stream.",
        cure: "Change what the message names: in `walnats.toml`, or on the server.",
        reference: STREAMS,
    },
    Code {
        id: "WN1204",
        slug: "recreation-needed",
        level: Error,
        summary: "The server does not accept a change of an existing stream, and would accept it for a new one.",
        cure: "Keep the setting; or use a new stream under another name; or delete the stream, with its messages, and register again.",
        reference: STREAMS,
    },
    Code {
        id: "WN1205",
        slug: "subjects-taken",
        level: Error,
        summary: "Subjects of a stream belong to another stream already.",
        cure: "Let the events be stored in the other stream (`stream`), or remove the subjects there first.",
        reference: STREAMS,
    },
    Code {
        id: "WN1206",
        slug: "external-stream-unfit",
        level: Error,
        summary: "A stream that others manage does not meet the requirements of the events, or does not exist.",
        cure: "Ask its owner to change it; or change what `walnats.toml` asks of it.",
        reference: STREAMS,
    },
    Code {
        id: "WN1207",
        slug: "update-cuts-off",
        level: Warn,
        summary: "Updating a stream removes subjects: their publishers get no answer, and consumers that filter on them get nothing new.",
        cure: "Register without `--exact-subjects`, which keeps subjects that the package does not declare; or move publishers and consumers first.",
        reference: STREAMS,
    },
    Code {
        id: "WN1208",
        slug: "stream-may-lose-events",
        level: Warn,
        summary: "A stream on the server has a setting, which the package does not state, that can lose events.",
        cure: "Set what the message names in `walnats.toml`.",
        reference: STREAMS,
    },
    Code {
        id: "WN1209",
        slug: "payload-invalid",
        level: Error,
        summary: "A payload to emit is not valid for its event; it was not sent.",
        cure: "Correct the payload where the message says.",
        reference: None,
    },
    Code {
        id: "WN1210",
        slug: "event-not-stored",
        level: Error,
        summary: "An event is certainly not stored.",
        cure: "Remove the cause that the message names, and emit it again.",
        reference: None,
    },
    Code {
        id: "WN1211",
        slug: "event-possibly-stored",
        level: Error,
        summary: "An event was sent and its acknowledgement did not arrive: it may be stored.",
        cure: "Emit it again with the same id, within the stream's duplicate window: it is stored once.",
        reference: None,
    },
    Code {
        id: "WN1212",
        slug: "stream-differs",
        level: Error,
        summary: "A stream on the server is not what the package states, and `--deny-changes` asks for that.",
        cure: "Run `walnats register`; or change `walnats.toml`.",
        reference: STREAMS,
    },
];

//! `[events.<name>]`

use serde::Deserialize;

use super::{BreakingSettings, OneOrMany, ReadName, Text, UnknownMembersName};

/// What `x-walnats` in the schema can say too, and where the schema is. This file overrides the schema.
///
/// The name may hold one `*`. Without `schema` the entry then applies to every event of such a name. With `schema` it
/// declares events: the `*` in the pointer matches members or items, a `*` in the file's name matches files, and the `*` in
/// the name, `subject`, `stream` and `type` stands for what was matched: the member's name, or the last part of the `$ref`
/// where the schema is nothing else.
/// Where two matches of an entry would have the same name, they get more of their paths: `shop.disks.v1.created`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub struct EventSettings {
    /// Where the schema is, for events in files that nobody may edit: `webhooks.json#/definitions/*_event`, or
    /// `vendor/*/1-0-0.json` for one event in each such file.
    pub schema: Option<OneOrMany>,
    /// The option of protobuf messages that says what the `*` in the name stands for: `(google.events.cloud_event_type)`, or
    /// `(acme.event).name` for a field of it. Messages without the option are not declared. `subject` and `type` may name an
    /// option in the same way.
    pub name: Option<Text>,
    /// Endings that do not belong to the name of what `*` matched: `["_event"]`.
    pub strip: Vec<String>,
    /// A template over required scalar fields: `users.{user_id}.created`; the event's name unless set.
    pub subject: Option<Text>,
    /// The stream that stores the event; one of its own unless set, its name with `.` as `-`.
    pub stream: Option<Text>,
    /// A template for the deduplication id where the caller sets none. The event's name and a `:` come before it, so that
    /// `{order_id}` becomes `order-placed:o_7`. It has to name an occurrence, not an entity: within the stream's duplicate
    /// window a second event with the same id is not stored.
    pub uid: Option<Text>,
    /// A template for the key of which the stream stores one event at most, for as long as it keeps it: `{order_id}`. The key is
    /// the last token of the subject, unless the subject names its fields anyway.
    pub once: Option<Text>,
    /// The CloudEvents `type`; the event's name unless set.
    pub r#type: Option<Text>,
    /// The name of the Rust type.
    pub rust: Option<Text>,
    /// Whether the event should no longer be emitted.
    pub deprecated: Option<bool>,
    /// Who answers for the event.
    pub owner: Option<String>,
    /// How a protobuf event is published; `binary` unless set.
    pub encoding: Option<EncodingName>,
    /// What readers of a protobuf event do with members of JSON that the message does not have; `strict` unless set.
    pub unknown_members: Option<UnknownMembersName>,
    /// How the event is read: the schema decides (`strict`), or what a newer writer added is ignored or kept (`tolerant`);
    /// `strict` unless set. An entry named `*` says it for all events, and a service may say otherwise for what it consumes.
    pub read: Option<ReadName>,
    /// What `walnats breaking` takes for a break of it; what is not said here, `[breaking]` says.
    pub breaking: BreakingSettings,
}

/// How messages are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
pub enum EncodingName {
    /// In protobuf's binary encoding.
    Binary,
    /// In protobuf's JSON mapping.
    Json,
}

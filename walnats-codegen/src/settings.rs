//! `walnats.toml`: what the schemas leave to the deployment. Every key is optional, and so is the file.
//!
//! ```toml
//! [schemas]
//! folders = ["schemas"]                 # inside of the package
//!
//! [defaults]                            # for every stream
//! replicas = 3
//!
//! [streams.orders]
//! max_age = "365d"
//! duplicate_window = "10m"
//!
//! [events.user-created]                 # what `x-walnats` in the schema can say too; this file has the last word
//! stream = "users"
//!
//! [events.stock-changed]                # a protobuf event that is published in protobuf's JSON mapping
//! encoding = "json"
//!
//! [events."github.*"]                   # 66 events of a schema that nobody here may edit
//! schema = "github.json#/oneOf/*"       # the `*` is what the `$ref` there leads to, such as `check_run_event`,
//! strip = ["_event", "$event"]          # without these endings: `github.check-run`
//! stream = "github"
//!
//! [services.checkout]                   # an emitter type with its own events only
//! emits = ["order-placed", "cart-*"]
//! consumes = ["payment-received"]
//! read = "tolerant"                     # what a newer emitter adds is ignored or kept; an event can say so, too
//!
//! [codegen]
//! derives = ["Hash"]
//! extern = { "_money.json" = "money_events::money::Money" }   # a type that another crate has
//!
//! [breaking]                            # what `walnats breaking` takes for a break
//! mode = "full"                         # both directions
//!
//! [fmt]                                 # how `walnats fmt` lays files out
//! line_width = 120
//!
//! [workspace]                           # for `--workspace`, in the root of the repository
//! exclude = ["tests/fixtures"]
//!
//! [lints]                               # by the names in `docs/diagnostics.md`: allow, warn or deny
//! no-description = "deny"
//! preset = "strict"                     # what is looked for only on request, too
//!
//! [[lints.ignore]]                      # what is known and stays
//! lint = "not-kebab-case"
//! files = "legacy/*"
//! reason = "renaming them would break readers"
//! until = "2027-06-30"
//! protobuf = "standard"                 # buf's lint rules of this category are warnings
//! ```

mod breaking;
mod codegen;
mod event;
mod fmt;
mod lints;
mod read;
mod read_mode;
mod rename;
mod schema;
mod service;
mod stream;
mod text;
mod units;
mod workspace;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use breaking::{BreakingSettings, ModeName, UnknownMembersName};
pub use codegen::{CodegenSettings, DateTimeName};
pub use event::{EncodingName, EventSettings};
pub use fmt::FmtSettings;
pub use lints::{IgnoreSettings, LevelName, LintSettings, PresetName, ProtobufName};
pub use read::parse;
pub use read_mode::ReadName;
pub use schema::{DraftName, Formats, SchemaSettings, UnknownKeywordsName};
pub use service::ServiceSettings;
pub use stream::{
    CompressionName, ConsumerLimits, DiscardName, External, Keys, ManagedName, Mapping, Origin, PersistModeName,
    Placement, Republish, RetentionName, StorageName, StreamSettings,
};
pub use text::{Day, OneOrMany, Text};
pub use units::{Bytes, Limit, Span};
pub use workspace::WorkspaceSettings;

use crate::codes::{self, DefaultLevel};
use crate::diagnostic::{Level, Place, SourceFile};
use walnats_schema::read::wildcard;

/// The content of `walnats.toml`. Every key is optional, and so is the file.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "config-schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "config-schema", schemars(title = "walnats.toml", deny_unknown_fields, default))]
pub struct Settings {
    /// Where the schemas are, and how to read them.
    pub schemas: SchemaSettings,
    /// For every stream that does not say otherwise.
    pub defaults: StreamSettings,
    /// Streams by name.
    pub streams: BTreeMap<Text, StreamSettings>,
    /// Events by name or pattern: `user-created`, `github.*`.
    pub events: BTreeMap<Text, EventSettings>,
    /// Services by name: each gets an emitter type with its own events only.
    pub services: BTreeMap<Text, ServiceSettings>,
    /// The Rust that comes out.
    pub codegen: CodegenSettings,
    /// What `walnats breaking` takes for a break.
    pub breaking: BreakingSettings,
    /// How `walnats fmt` lays files out.
    pub fmt: FmtSettings,
    /// What `--workspace` takes for a package, in the file of the workspace's root.
    pub workspace: Option<WorkspaceSettings>,
    /// Levels of findings by name, such as `no-description`: those that are not always errors; and findings to ignore.
    pub lints: LintSettings,
    /// The file itself, for places.
    #[cfg_attr(feature = "config-schema", schemars(skip))]
    pub file: Arc<SourceFile>,
}

impl Settings {
    /// The levels of `[lints]`, by code, and of what is not looked for unless `[lints]` asks for it.
    pub fn levels(&self) -> BTreeMap<&'static str, Level> {
        let strict = self.lints.preset == PresetName::Strict;
        let is_style = |id| codes::protobuf_style().any(|code| code.id == id);
        let unnamed = |id| if strict && !is_style(id) { Level::Warn } else { Level::Allow };
        let asked_for =
            codes::all().filter(|code| code.level == DefaultLevel::Allow).map(|code| (code.id, unnamed(code.id)));
        let named = self.lints.levels.iter();
        let named = named.filter_map(|(slug, level)| Some((codes::by_slug(slug.as_str())?.id, level.level())));
        asked_for.chain(self.protobuf_levels()).chain(named).collect()
    }

    /// The levels of buf's rules, where `protobuf` in `[lints]` changes them.
    fn protobuf_levels(&self) -> Vec<(&'static str, Level)> {
        let all = |level| codes::protobuf_style().map(|code| (code.id, level)).collect();
        let category = |name| codes::protobuf_category(name).map(|code| (code.id, Level::Warn)).collect();
        match self.lints.protobuf {
            None => Vec::new(),
            Some(ProtobufName::Off) => all(Level::Allow),
            Some(ProtobufName::Minimal) => category("minimal"),
            Some(ProtobufName::Basic) => category("basic"),
            Some(ProtobufName::Standard) => category("standard"),
            // Which of them are looked for, that file says.
            Some(ProtobufName::BufYaml) => all(Level::Warn),
        }
    }

    /// What `walnats breaking` takes for a break of an event: what its own entry says, then entries with patterns, those with
    /// the most text first, then `[breaking]`.
    pub fn breaking(&self, event: &str) -> BreakingSettings {
        let own = self.entries(event).into_iter().map(|entry| entry.breaking);
        own.chain([self.breaking]).fold(BreakingSettings::default(), BreakingSettings::or)
    }

    /// How an event is read: what its own entry says, then entries with patterns, those with the most text first.
    pub fn read(&self, event: &str) -> Option<ReadName> {
        self.entries(event).into_iter().find_map(|entry| entry.read)
    }

    /// The entries that apply to an event: its own, then those with patterns, those with the most text first.
    fn entries(&self, event: &str) -> Vec<&EventSettings> {
        let matching = self.events.iter().filter(|(key, _)| wildcard::capture(key.as_str(), event).is_some());
        let mut matching: Vec<_> = matching.collect();
        matching.sort_by_key(|(key, _)| (key.as_str().contains('*'), std::cmp::Reverse(key.as_str().len())));
        matching.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Where a text of `walnats.toml` stands.
    pub fn place(&self, text: &Text) -> Place {
        text.place(&self.file)
    }
}

/// The JSON Schema of `walnats.toml`, so that editors complete and check it.
#[cfg(feature = "config-schema")]
pub fn config_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12();
    let generator = settings.with_transform(schemars::transform::RecursiveTransform(without_null)).into_generator();
    generator.into_root_schema_for::<Settings>().to_value()
}

/// TOML has no null: a key that is optional is left out.
#[cfg(feature = "config-schema")]
fn without_null(schema: &mut schemars::Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    object.remove("default");
    if let Some(types) = object.get_mut("type").and_then(serde_json::Value::as_array_mut) {
        types.retain(|name| name != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(variants) = object.get_mut("anyOf").and_then(serde_json::Value::as_array_mut) {
        variants.retain(|variant| variant["type"] != "null");
        if let [serde_json::Value::Object(only)] = &variants[..] {
            let only = only.clone();
            object.remove("anyOf");
            object.extend(only);
        }
    }
}

//! The one table of what can be found: a row for each code. `docs/diagnostics.md` is made of it.

mod breaking;
mod committed;
mod events;
mod example;
mod files;
mod format;
mod ignores;
mod json_schema;
mod lints;
mod lints_events;
mod lints_schemas;
mod options;
mod page;
mod plan;
mod protobuf;
mod protobuf_style;
mod references;
mod rust;
mod samples;
mod streams;

use std::collections::BTreeMap;

use crate::diagnostic::Level;

pub use example::example;
pub use page::page;
pub use protobuf_style::{protobuf_category, protobuf_style};

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable, and never used again for something else: `WN0305`.
    pub id: &'static str,
    /// Its name in `[lints]` of `walnats.toml`: `misspelt-keyword`.
    pub slug: &'static str,
    /// How bad it is, unless `[lints]` says otherwise.
    pub level: DefaultLevel,
    /// What is wrong.
    pub summary: &'static str,
    /// How to fix it.
    pub cure: &'static str,
    /// The specification behind it: a URL.
    pub reference: Option<&'static str>,
}

/// How bad a finding is, unless `[lints]` says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultLevel {
    /// Nothing can be generated; no setting changes that.
    Error,
    /// Nothing is generated, unless `[lints]` allows it.
    Deny,
    /// A warning, unless `[lints]` denies or allows it.
    Warn,
    /// Not looked for, unless `[lints]` asks for it, by name or with `preset = "strict"`.
    Allow,
}

impl DefaultLevel {
    /// `error`, `deny`, `warn`, `allow`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Deny => "deny",
            Self::Warn => "warn",
            Self::Allow => "allow",
        }
    }
}

/// The tables by their first digits, each with its title.
const TABLES: &[(&str, &[Code])] = &[
    ("Reading files", files::CODES),
    ("References", references::CODES),
    ("JSON Schema", json_schema::CODES),
    ("Events, streams, services and `walnats.toml`", events::CODES),
    ("Keys of `walnats.toml` and `x-walnats`", options::CODES),
    ("Settings of streams", streams::CODES),
    ("Protobuf", protobuf::CODES),
    ("Rust names and types", rust::CODES),
    ("Lints and examples (`walnats check` only)", lints::CODES),
    ("Lints on schemas (`walnats check` only)", lints_schemas::CODES),
    ("Lints on events (`walnats check` only)", lints_events::CODES),
    ("Findings that are ignored", ignores::CODES),
    ("Changes that hurt a reader (`walnats breaking` only)", breaking::CODES),
    ("Layout and names of protobuf files: buf's rules (`walnats check` only)", protobuf_style::CODES),
    ("Layout (`walnats fmt` only)", format::CODES),
    ("Payloads (`walnats test`, `validate`, `sample` and `export`)", samples::CODES),
    ("Streams and events on a server (`walnats plan`, `register` and `emit`)", plan::CODES),
    ("Committed code (`walnats generate --check` only)", committed::CODES),
];

/// What in files that others write is a warning at most, or not reported: only they could fix it.
const FOREIGN: &[(&str, Level)] = &[
    ("repeated-name", Level::Warn),
    ("misspelt-keyword", Level::Warn),
    ("required-never", Level::Warn),
    ("event-never", Level::Warn),
    ("endless-reference", Level::Warn),
    ("identifier-claimed-twice", Level::Warn),
    ("anchor-claimed-twice", Level::Warn),
    ("wrong-example", Level::Warn),
    ("choice-of-nothing", Level::Warn),
    ("object-without-type", Level::Allow),
    ("unknown-annotation", Level::Allow),
    ("unread-file", Level::Allow),
    ("openapi-keyword", Level::Allow),
    ("openness-undecided", Level::Allow),
    ("integer-beyond-double", Level::Allow),
    ("money-as-float", Level::Allow),
    ("unbounded-id", Level::Allow),
    ("unanchored-pattern", Level::Allow),
    ("unused-definition", Level::Allow),
    ("repeated-entry", Level::Allow),
    ("wrong-annotation", Level::Allow),
    ("refused-by-meta-schema", Level::Allow),
    ("outdated-keyword", Level::Allow),
    ("outdated-identifier", Level::Allow),
    ("no-example", Level::Allow),
    ("no-member-description", Level::Allow),
];

/// The tables in order, each with its title.
pub fn tables() -> impl Iterator<Item = (&'static str, &'static [Code])> {
    TABLES.iter().copied()
}

/// All codes, sorted.
pub fn all() -> impl Iterator<Item = &'static Code> {
    TABLES.iter().flat_map(|(_, codes)| codes.iter())
}

/// The code with this slug.
pub fn by_slug(slug: &str) -> Option<&'static Code> {
    all().find(|code| code.slug == slug)
}

/// The code with this id.
pub fn by_id(id: &str) -> Option<&'static Code> {
    all().find(|code| code.id == id)
}

/// What `walnats breaking` alone finds.
pub(crate) fn of_changes() -> impl Iterator<Item = &'static Code> {
    breaking::CODES.iter()
}

/// The slugs of the codes that have levels.
pub fn lints() -> impl Iterator<Item = &'static str> {
    all().filter(|code| code.level != DefaultLevel::Error).map(|code| code.slug)
}

/// The ids of the codes that end the pipeline unless `[lints]` says otherwise.
pub(crate) fn denied() -> impl Iterator<Item = &'static str> {
    all().filter(|code| code.level == DefaultLevel::Deny).map(|code| code.id)
}

/// The levels that foreign files have at most, by code.
pub(crate) fn foreign() -> BTreeMap<&'static str, Level> {
    let style = protobuf_style().map(|code| (code.id, Level::Allow));
    FOREIGN.iter().filter_map(|(slug, level)| Some((by_slug(slug)?.id, *level))).chain(style).collect()
}

/// `docs/diagnostics.md`.
pub fn document() -> String {
    let mut text = "# Diagnostics\n\nGenerated from `src/codes/`; `WALNATS_BLESS=1 cargo test -p walnats-codegen --test diagnostics` \
                    writes it again.\n\nEvery finding has a stable code. `error`: nothing is generated, and no setting changes \
                    that; `deny`: nothing is\ngenerated, unless `[lints]` says `warn` or `allow`; `warn`: code is generated \
                    nevertheless; `allow`: not looked for, unless `[lints]` asks for it.\n`[lints]` in `walnats.toml` sets levels by \
                    name: `no-description = \"allow\"`; with `preset = \"strict\"`, whatever is `allow` below is `warn`, but for protobuf style. Each code has a folder in \
                    `fixtures/diagnostics` with a schema that\nprovokes it, the text that comes out, and what cures it; those that begin with `WN08` have \
                    one in `fixtures/breaking` of `walnats-compat`, those with `WN09` in `fixtures/style` there, those with `WN10`, `WN11` and `WN12` in `fixtures/fmt`,\n`fixtures/samples` and `fixtures/plan` of `walnats-cli`. [Examples](examples.md) are made of them.\n\
                    `protobuf = \"basic\"` in `[lints]` makes a warning of each rule of buf's category BASIC; so do `\"minimal\"` and \
                    `\"standard\"`.\n`\"buf.yaml\"` takes the rules from that file, and `\"off\"` leaves them to buf.\n`walnats explain CODE` prints a row, with its page or an example.\n"
        .to_owned();
    for (title, codes) in TABLES {
        text += &format!(
            "\n## {title}\n\n| code | name | level | what is wrong | how to fix it |\n|---|---|---|---|---|\n"
        );
        for Code { id, slug, level, summary, cure, reference } in *codes {
            let level = level.name();
            let id = match (page(id), example(id)) {
                (Some(_), _) => format!("[{id}](explain/{id}.md)"),
                (None, Some(_)) => format!("[{id}](examples.md#{}-{slug})", id.to_lowercase()),
                (None, None) => (*id).to_owned(),
            };
            let reference = reference.map(|url| format!(" [Specification]({url})")).unwrap_or_default();
            text += &format!("| {id} | `{slug}` | {level} | {summary} | {cure}{reference} |\n");
        }
    }
    let list = |wanted: Level| {
        let slugs = FOREIGN.iter().filter(|(_, level)| *level == wanted).map(|(slug, _)| format!("`{slug}`"));
        slugs.collect::<Vec<_>>().join(", ")
    };
    text += &format!(
        "\nIn files that `[schemas] foreign` lists, these are warnings at most: {}; these are not reported: {}; and nothing that begins with `WN09`. Only \
         others could fix them.\n\n`walnats check` adds one of its own: the warning `WN0790` says that walnats and the crate jsonschema disagree on an \
         example.\nPlease report it with the schema.\n",
        list(Level::Warn),
        list(Level::Allow)
    );
    text
}

//! Which schemas are events: files that are not said to be something else.

use heck::ToKebabCase;

use super::event::{EventOptions, read_options};
use crate::diagnostic::{Diagnostic, Place, Report};
use crate::load::{Document, DocumentId, Node, NodeValue};

/// A schema that is an event.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) document: DocumentId,
    /// A JSON Pointer; `""` is the whole file.
    pub(super) pointer: String,
    pub(super) options: EventOptions,
}

/// What a file's or definition's name says when nothing else does: `UserCreated`, `user_created` -> `user-created`.
pub(super) fn event_name(text: &str) -> String {
    text.split('.').map(|part| part.to_kebab_case()).collect::<Vec<_>>().join(".")
}

/// The files that are events as a whole, apart from those that `walnats.toml` has `declared`.
pub(super) fn events(documents: &[Document], declared: &[Declaration], report: &mut Report) -> Vec<Declaration> {
    let mut events = Vec::new();
    for (id, document) in DocumentId::enumerate(documents) {
        let mut inside = declared.iter().filter(|event| event.document == id).peekable();
        let is_declared = inside.peek().is_some();
        if inside.any(|event| event.pointer.is_empty()) {
            continue;
        }
        let Some(options) = options(document, is_declared, report) else { continue };
        let file_name = document.name.rsplit('/').next().unwrap_or_default();
        let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
        events.push(Declaration {
            name: event_name(stem),
            place: document.place(&(0..0)),
            document: id,
            pointer: String::new(),
            options,
        });
    }
    events
}

/// The options of the event that `document` is; `None` where it is not one.
fn options(document: &Document, is_declared: bool, report: &mut Report) -> Option<EventOptions> {
    let options = document.root.get("x-walnats");
    let is_shared = document.name.split('/').any(|part| part.starts_with('_')) || has_definitions_only(&document.root);
    match options.map(|options| (options, &options.value)) {
        Some((_, NodeValue::Bool(false))) => None,
        Some((_, NodeValue::Bool(true))) => Some(EventOptions::default()),
        Some((options, NodeValue::Object(_))) if !is_shared => Some(read_options(options, document, report)),
        Some((options, NodeValue::Object(_))) => {
            read_options(options, document, report);
            // A shared type may say how it is called in Rust, but it has no subject.
            if let Some(member) =
                options.members().iter().find(|member| !matches!(member.name.as_str(), "rust" | "allow"))
            {
                let message = format!("`{}` has no meaning for a shared type", member.name);
                report.push(
                    Diagnostic::error("WN0457", document.place(&member.name_span), message)
                        .help("for an event, take the `_` from the file's name and give the file a type of its own"),
                );
            }
            None
        }
        Some((options, _)) => {
            let message = "`x-walnats` has to be an object, or `false` for a schema that is not an event";
            report.push(Diagnostic::error("WN0406", document.place(&options.span), message));
            (!is_shared).then(EventOptions::default)
        }
        None => (!is_shared && !is_declared).then(EventOptions::default),
    }
}

/// Whether a schema constrains nothing and only holds others.
fn has_definitions_only(root: &Node) -> bool {
    const SILENT: [&str; 9] =
        ["$schema", "$id", "id", "$anchor", "$comment", "$vocabulary", "title", "description", "x-walnats"];
    let is_definitions = |name: &str| matches!(name, "$defs" | "definitions");
    let members = root.members();
    members.iter().any(|member| is_definitions(&member.name))
        && members.iter().all(|member| is_definitions(&member.name) || SILENT.contains(&member.name.as_str()))
}

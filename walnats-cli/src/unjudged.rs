//! What commands leave to generated code: the rules of `buf.validate`.

use walnats_codegen::EventModel;
use walnats_codegen::model::{Event, Payload};

use crate::output;

/// Whether the event's message, or what it holds, has rules.
pub fn has_rules(model: &EventModel, event: &Event) -> bool {
    let Payload::Protobuf(message) = &event.payload else { return false };
    model.protobuf.as_ref().is_some_and(|protobuf| protobuf.rules.checks.contains_key(message))
}

/// Says that the rules of these events are not judged. Nothing where they have none.
pub fn note<'e>(model: &EventModel, events: impl IntoIterator<Item = &'e Event>) {
    let mut names: Vec<String> =
        events.into_iter().filter(|event| has_rules(model, event)).map(|event| format!("`{}`", event.name)).collect();
    names.sort();
    names.dedup();
    if !names.is_empty() {
        let names = names.join(", ");
        output::note(&format!(
            "note: the rules of `buf.validate` are not judged here ({names}); generated code judges them\n"
        ));
    }
}

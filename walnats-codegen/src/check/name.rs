//! Names and descriptions, by the rules of the Python library walnats.

use heck::ToKebabCase;

use crate::diagnostic::{Diagnostic, Report};
use crate::model::{Event, EventModel, Payload};

/// The longest name, in characters.
const MAX_NAME: usize = 64;
/// The longest description that the server keeps with a stream, in bytes.
const MAX_DESCRIPTION: usize = 4096;

pub(super) fn check(model: &EventModel, report: &mut Report) {
    for event in &model.events {
        let mut warn = |code, message: String, help: String| {
            report.push(Diagnostic::warning(code, event.place.clone(), message).help(help));
        };
        let kebab = event.name.split('.').map(|part| part.to_kebab_case()).collect::<Vec<_>>().join(".");
        if event.name != kebab {
            let message = format!("the event's name `{}` is not kebab case", event.name);
            warn("WN0711", message, format!("name it `{kebab}`"));
        }
        if event.name.chars().count() > MAX_NAME {
            let message = format!("the event's name `{}` is longer than {MAX_NAME} characters", event.name);
            warn("WN0712", message, "shorten it: it is a subject, a stream and a method".to_owned());
        }
        match event.description.as_deref().map(str::trim) {
            None | Some("") if is_foreign(model, event) => {}
            None | Some("") => warn(
                "WN0713",
                format!("the event `{}` has no description", event.name),
                match event.payload {
                    Payload::Json(_) => "say in `description` what has happened when it is emitted".to_owned(),
                    Payload::Protobuf(_) => {
                        "say in a comment above the message what has happened when it is emitted".to_owned()
                    }
                },
            ),
            Some(text) if text.len() > MAX_DESCRIPTION => warn(
                "WN0714",
                format!("the description of `{}` is longer than {MAX_DESCRIPTION} bytes", event.name),
                "streams keep no more than that; move the details elsewhere".to_owned(),
            ),
            Some(_) => {}
        }
    }
}

/// Whether the event is a definition that `walnats.toml` names, in a file that others write.
fn is_foreign(model: &EventModel, event: &Event) -> bool {
    match event.payload {
        Payload::Json(schema) => model.notes.get(schema.0 as usize).is_some_and(|note| !note.path.is_empty()),
        Payload::Protobuf(_) => false,
    }
}

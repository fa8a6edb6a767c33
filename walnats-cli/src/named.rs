//! Events and streams of the package, by the names that the user gives.

use walnats_codegen::EventModel;
use walnats_codegen::diagnostic::did_you_mean;
use walnats_codegen::model::Event;

use crate::outcome::Failure;

/// The event of this name.
///
/// # Errors
/// There is none.
pub fn event<'m>(model: &'m EventModel, name: &str) -> Result<&'m Event, Failure> {
    let found = model.events.iter().find(|event| event.name == name);
    found.ok_or_else(|| no_event(model, name).into())
}

/// That the package has no event of this name.
pub fn no_event(model: &EventModel, name: &str) -> String {
    missing("event", name, model.events.iter().map(|event| event.name.as_str()))
}

/// That the package has no stream of this name, among those that it has.
#[cfg(feature = "nats")]
pub fn no_stream<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    missing("stream", name, known)
}

fn missing<'a>(kind: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let hint = did_you_mean(name, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("the package has no {kind} `{name}`{hint}")
}

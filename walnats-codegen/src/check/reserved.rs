//! Subjects that may be the server's own.

use crate::diagnostic::{Diagnostic, Report};
use crate::model::EventModel;

/// A subject that begins with a field can be anything, `$JS.API...` included: the server refuses a stream that would store it.
pub(super) fn check(model: &EventModel, report: &mut Report) {
    for event in model.events.iter().filter(|event| event.filter().starts_with('*')) {
        let stream = model.streams.iter().find(|stream| stream.name == event.stream);
        let acknowledges = |(name, value): &(String, String)| name != "no_ack" || value != "true";
        if stream.is_some_and(|stream| stream.is_external || !stream.settings.iter().all(acknowledges)) {
            continue;
        }
        let message =
            format!("the subject of `{}` begins with a field, so it may be one of the server's own", event.name);
        report.push(Diagnostic::warning("WN0717", event.place.clone(), message).help(
            "the server refuses a stream that could store `$JS.>`; let the subject begin with a fixed token, or have every \
             publisher set `Options::subject_prefix`",
        ));
    }
}

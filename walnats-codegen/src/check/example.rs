//! Examples and defaults have to be what the schema they stand in accepts.

use walnats_schema::{SchemaId, Violation};

use crate::diagnostic::{Diagnostic, Report};
use crate::model::EventModel;

pub(super) fn check(model: &EventModel, report: &mut Report) {
    for (id, note) in (0..).map(SchemaId).zip(&model.notes) {
        for (index, example) in note.examples.iter().enumerate() {
            let place = note.example_places.get(index).unwrap_or(&note.place);
            let violations = model.schemas.validate(id, example);
            for violation in &violations {
                report.push(
                    Diagnostic::error("WN0701", place.clone(), explain("the example", violation))
                        .help("fix the example or the schema: readers rely on examples"),
                );
            }
        }
        let violations = note.default.as_ref().map(|default| model.schemas.validate(id, default));
        for violation in violations.into_iter().flatten() {
            let message = explain("the default", &violation);
            let place = note.default_place.as_ref().unwrap_or(&note.place);
            report.push(Diagnostic::warning("WN0702", place.clone(), message));
        }
    }
}

fn explain(what: &str, violation: &Violation) -> String {
    let Violation { pointer, keyword, expected } = violation;
    let at = if pointer.is_empty() { String::new() } else { format!(" at `{pointer}`") };
    format!("{what} does not fit its schema{at}: expected {expected} (`{keyword}`)")
}

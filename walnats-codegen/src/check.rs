//! Lints on the model, and the examples of each schema against itself.

mod example;
mod name;
mod reserved;
mod uid;

use crate::diagnostic::Report;
use crate::model::EventModel;

/// Adds what is questionable about a model that is sound.
pub fn check(model: &EventModel, report: &mut Report) {
    name::check(model, report);
    uid::check(model, report);
    reserved::check(model, report);
    example::check(model, report);
}

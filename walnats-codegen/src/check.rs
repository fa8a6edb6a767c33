//! Lints on the model, and the examples of each schema against itself.

mod example;
mod lint;
mod name;
mod reserved;
mod uid;

use crate::diagnostic::Report;
use crate::load::SourceSet;
use crate::model::EventModel;
use crate::settings::Settings;

/// Adds what is questionable about a model that is sound, which was made of these sources and settings.
pub fn check(model: &EventModel, sources: &SourceSet, settings: &Settings, report: &mut Report) {
    name::check(model, report);
    uid::check(model, report);
    reserved::check(model, report);
    example::check(model, report);
    lint::check(model, sources, settings, report);
}

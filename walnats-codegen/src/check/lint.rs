//! Lints on schemas and events: a file for each, which adds its findings to a report.

mod condition;
mod contradiction;
mod enum_value;
mod large_integer;
mod missing;
mod money;
mod openapi;
mod openness;
mod other_type;
mod outdated;
mod repeated;
mod shared_uid;
mod site;
mod subject_field;
mod unanchored;
mod unbounded_id;
mod unused;

use crate::diagnostic::Report;
use crate::load::SourceSet;
use crate::model::EventModel;
use crate::settings::Settings;
use site::Site;

/// What lints look at.
struct Package<'a> {
    model: &'a EventModel,
    sources: &'a SourceSet,
    settings: &'a Settings,
    /// Every schema that an event reaches, and that a file of the package has.
    sites: Vec<Site<'a>>,
}

type Lint = fn(&Package<'_>, &mut Report);

/// The lints, each with the codes of what it finds; in order, since some leave alone what others have found.
const LINTS: &[(&[&str], Lint)] = &[
    (&["WN0720"], contradiction::schemas),
    (&["WN0721", "WN0722"], contradiction::members),
    (&["WN0723"], enum_value::check),
    (&["WN0724"], condition::check),
    (&["WN0725"], other_type::check),
    (&["WN0726"], openapi::check),
    (&["WN0727"], openness::check),
    (&["WN0728"], large_integer::check),
    (&["WN0729"], money::check),
    (&["WN0730"], unbounded_id::check),
    (&["WN0731"], unanchored::check),
    (&["WN0732"], unused::check),
    (&["WN0733"], repeated::check),
    (&["WN0734", "WN0735"], outdated::check),
    (&["WN0736"], missing::examples),
    (&["WN0737"], missing::owners),
    (&["WN0738"], missing::descriptions),
    (&["WN0750"], subject_field::check),
    (&["WN0751"], shared_uid::check),
];

pub(super) fn check(model: &EventModel, sources: &SourceSet, settings: &Settings, report: &mut Report) {
    let package = Package { model, sources, settings, sites: site::sites(model, sources) };
    for (codes, lint) in LINTS {
        if codes.iter().any(|code| report.wants(code)) {
            lint(&package, report);
        }
    }
}

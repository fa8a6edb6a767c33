//! Lints on schemas and events: a file for each, which adds its findings to a report.

mod annotation;
mod case;
mod condition;
mod contradiction;
mod dead_branch;
mod enum_value;
mod large_integer;
mod missing;
mod money;
mod openapi;
mod openness;
mod other_type;
mod outdated;
mod property_names;
mod repeated;
mod shared_uid;
mod site;
mod subject_field;
mod unanchored;
mod unbounded_id;
mod unused;
mod version;

use crate::diagnostic::Report;
use crate::load::SourceSet;
use crate::model::EventModel;
use crate::settings::Settings;
use case::cases;
use site::{Index, Site};
use walnats_schema::{JsonType, SchemaId};

/// What lints look at.
struct Package<'a> {
    model: &'a EventModel,
    sources: &'a SourceSet,
    settings: &'a Settings,
    /// Every schema that an event reaches, and that a file of the package has.
    sites: Vec<Site<'a>>,
    index: Index<'a>,
}

impl<'a> Package<'a> {
    /// Where a schema is written; `None` for `true`, `false` and what no file of the package has.
    fn site(&self, id: SchemaId) -> Option<&Site<'a>> {
        self.sites.get(self.index.of(id)?)
    }

    /// A schema, and those of the items where it is one of arrays, however deep.
    fn scalars(&self, id: SchemaId) -> Vec<SchemaId> {
        let set = &self.model.schemas;
        let (mut found, mut next) = (vec![id], 0);
        while let Some(id) = found.get(next).copied().filter(|_| found.len() <= MOST_ITEMS) {
            next += 1;
            let arrays = cases(set, &[id]).into_iter().filter(|case| case.types.contains(&JsonType::Array));
            let arrays = arrays.flat_map(|case| case.parts).map(|part| &set.get(part).array);
            let items: Vec<SchemaId> =
                arrays.flat_map(|array| array.prefix_items.iter().chain(&array.items)).copied().collect();
            for item in items {
                if !found.contains(&item) {
                    found.push(item);
                }
            }
        }
        found
    }

    /// The schemas around a site that apply to the same value, the innermost first: it is a branch of them, or a part.
    fn hosts(&self, site: &Site<'a>) -> Vec<SchemaId> {
        let (mut hosts, mut site) = (Vec::new(), site);
        while let Some(keyword) = site.keywords.last().filter(|keyword| IN_PLACE.contains(keyword)) {
            let Some(around) = self.index.around(site).and_then(|at| self.sites.get(at)) else { break };
            hosts.push(around.id);
            let condition = around.schema.condition.as_ref().filter(|_| *keyword == "then");
            hosts.extend(condition.map(|condition| condition.if_));
            site = around;
        }
        hosts
    }
}

/// How many schemas of items within items are looked at.
const MOST_ITEMS: usize = 100;
/// Keywords whose schemas apply to the value that the schema around them applies to.
const IN_PLACE: [&str; 6] = ["allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas"];

type Lint = fn(&Package<'_>, &mut Report);

/// The lints, each with the codes of what it finds; in order, since some leave alone what others have found.
const LINTS: &[(&[&str], Lint)] = &[
    (&["WN0720"], contradiction::schemas),
    (&["WN0317"], dead_branch::check),
    (&["WN0721", "WN0722"], contradiction::members),
    (&["WN0721"], property_names::check),
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
    (&["WN0741"], annotation::kinds),
    (&["WN0742"], annotation::refused),
    (&["WN0750"], subject_field::check),
    (&["WN0751"], shared_uid::check),
    (&["WN0752"], version::deprecated),
    (&["WN0753"], version::gap),
    (&["WN0754"], version::alike),
];

pub(super) fn check(model: &EventModel, sources: &SourceSet, settings: &Settings, report: &mut Report) {
    let sites = site::sites(model, sources);
    let package = Package { model, sources, settings, index: Index::new(&sites), sites };
    for (codes, lint) in LINTS {
        if codes.iter().any(|code| report.wants(code)) {
            lint(&package, report);
        }
    }
}

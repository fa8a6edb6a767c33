//! What a reader would like to know, and nothing says.

use super::Package;
use crate::diagnostic::{Diagnostic, Report};
use crate::model::Payload;

pub(super) fn examples(package: &Package<'_>, report: &mut Report) {
    for event in &package.model.events {
        let Payload::Json(schema) = event.payload else { continue };
        let set = &package.model.schemas;
        let has_example = |id: &walnats_schema::SchemaId| {
            package.model.notes.get(id.0 as usize).is_some_and(|note| !note.examples.is_empty())
        };
        if !set.conjuncts(&[schema]).iter().any(has_example) {
            let message = format!("the event `{}` has no example", event.name);
            let help = "add one to `examples`: it is checked, and readers start from it";
            report.push(Diagnostic::warning("WN0736", event.place.clone(), message).help(help));
        }
    }
}

pub(super) fn owners(package: &Package<'_>, report: &mut Report) {
    for event in
        package.model.events.iter().filter(|event| event.owner.as_deref().unwrap_or_default().trim().is_empty())
    {
        let message = format!("nobody answers for the event `{}`", event.name);
        let help = match event.payload {
            Payload::Json(_) => "name somebody: `\"x-walnats\": {\"owner\": \"checkout\"}`",
            Payload::Protobuf(_) => "name somebody: `option (walnats.event) = {owner: \"checkout\"}`",
        };
        report.push(Diagnostic::warning("WN0737", event.place.clone(), message).help(help));
    }
}

pub(super) fn descriptions(package: &Package<'_>, report: &mut Report) {
    for site in &package.sites {
        let Some(name) = site.member_name().filter(|_| !site.is_question()) else { continue };
        let says_more_elsewhere = site.schema.reference.is_some();
        if site.note.description.as_deref().unwrap_or_default().trim().is_empty() && !says_more_elsewhere {
            let message = format!("the member `{name}` has no description");
            let help = "say in `description` what it means, in which unit";
            report.push(Diagnostic::warning("WN0738", site.place(site.node), message).help(help));
        }
    }
}

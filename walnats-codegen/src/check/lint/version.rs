//! Versions of an event: `invoice-issued.v2` beside `invoice-issued`.

use super::Package;
use crate::diagnostic::{Diagnostic, Report};
use crate::model::{Event, EventModel, version};

/// Older versions that are not deprecated.
pub(super) fn deprecated(package: &Package<'_>, report: &mut Report) {
    for versions in versions(package.model) {
        let Some((_, newest)) = versions.last() else { continue };
        for (_, event) in versions.iter().rev().skip(1).filter(|(_, event)| !event.deprecated) {
            let message = format!("`{}` is not deprecated, and there is `{}`", event.name, newest.name);
            let help = "set `deprecated` in its schema: whoever emits it is warned then, and readers go on reading it";
            let finding = Diagnostic::warning("WN0752", event.place.clone(), message);
            report.push(finding.related(newest.place.clone(), "the newer version").help(help));
        }
    }
}

/// Numbers that are left out between two versions.
pub(super) fn gap(package: &Package<'_>, report: &mut Report) {
    for versions in versions(package.model) {
        for pair in versions.windows(2) {
            let [(number, event), (next, newer)] = pair else { continue };
            if *next > number + 1 {
                let message = format!("`{}` is the version after `{}`", newer.name, event.name);
                let base = version(&newer.name).map_or(newer.name.as_str(), |(base, _)| base);
                let help = format!("call it `{base}.v{}`, or bring back what was in between", number + 1);
                let finding = Diagnostic::warning("WN0753", newer.place.clone(), message);
                report.push(finding.related(event.place.clone(), "the version before it").help(help));
            }
        }
    }
}

/// Versions of one CloudEvents type.
pub(super) fn alike(package: &Package<'_>, report: &mut Report) {
    for versions in versions(package.model) {
        for (at, (_, event)) in versions.iter().enumerate() {
            let Some((_, other)) = versions[..at].iter().find(|(_, other)| other.event_type == event.event_type) else {
                continue;
            };
            let (one, two) = (&other.name, &event.name);
            let message = format!("`{one}` and `{two}` have the same type, `{}`", event.event_type);
            let help = "give the newer version a `type` of its own: readers of CloudEvents tell events apart by it";
            let finding = Diagnostic::warning("WN0754", event.place.clone(), message);
            report.push(finding.related(other.place.clone(), "the same type").help(help));
        }
    }
}

/// As [`EventModel::versions`], with the events.
fn versions(model: &EventModel) -> Vec<Vec<(u64, &Event)>> {
    let events =
        |versions: Vec<(u64, _)>| versions.into_iter().map(|(number, id)| (number, &model.events[id])).collect();
    model.versions().into_iter().map(events).collect()
}

//! Events of one stream that make their ids of the same fields.

use std::collections::BTreeMap;

use super::Package;
use crate::diagnostic::{Diagnostic, Report};
use crate::model::{Event, Uid};

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    let mut first: BTreeMap<(&str, String), (&Event, &Uid)> = BTreeMap::new();
    for event in &package.model.events {
        let Some(uid) = &event.uid else { continue };
        let key = (event.stream.as_str(), uid.template.to_string());
        let Some((other, other_uid)) = first.get(&key) else {
            first.insert(key, (event, uid));
            continue;
        };
        let (one, two) = (&other.name, &event.name);
        let message = format!(
            "in the stream `{}`, the ids of `{one}` and `{two}` differ by the event's name alone",
            event.stream
        );
        let help = format!(
            "a publisher that sets `{template}` itself as the id has one of the two dropped as a duplicate; name what happened in the \
             template, such as `{word}-{template}`",
            template = uid.template,
            word = two.rsplit(['-', '.', '_']).next().unwrap_or(two),
        );
        let finding = Diagnostic::warning("WN0751", uid.place.clone(), message);
        report.push(finding.related(other_uid.place.clone(), "the same fields").help(help));
    }
}

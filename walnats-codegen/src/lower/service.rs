//! Services: parts of the system with an emitter type of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Report, SourceFile};
use crate::model::Service;
use crate::settings::{ReadName, ServiceSettings, Text};
use walnats_schema::read::wildcard;

/// The services of `walnats.toml`, with their patterns resolved to `events`, which are names.
pub(super) fn services(
    settings: &BTreeMap<Text, ServiceSettings>,
    events: &[&str],
    file: &Arc<SourceFile>,
    report: &mut Report,
) -> Vec<Service> {
    let mut services = Vec::new();
    for (name, service) in settings {
        let is_name = name.as_str().starts_with(|c: char| c.is_ascii_alphabetic())
            && name.as_str().chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !is_name {
            let message = format!("`{}` cannot be the name of a service", name.as_str());
            let help = "a service is named like `billing` or `order-desk`: letters, digits, `-`";
            report.push(Diagnostic::error("WN0431", name.place(file), message).help(help));
            continue;
        }
        services.push(Service {
            name: name.as_str().to_owned(),
            description: service.description.clone(),
            emits: resolve(&service.emits, events, file, report),
            consumes: resolve(&service.consumes, events, file, report),
            read: service.read.map(ReadName::mode),
        });
    }
    services
}

fn resolve(patterns: &[Text], events: &[&str], file: &Arc<SourceFile>, report: &mut Report) -> Vec<String> {
    let mut found = BTreeSet::new();
    for wanted in patterns {
        let matching = events.iter().filter(|event| wildcard::capture(wanted.as_str(), event).is_some());
        let matching: Vec<&str> = matching.copied().collect();
        found.extend(matching.iter().map(|event| (*event).to_owned()));
        if matching.is_empty() {
            let diagnostic =
                Diagnostic::error("WN0430", wanted.place(file), format!("there is no event `{}`", wanted.as_str()));
            report.push(diagnostic.suggest(wanted.as_str(), events.iter().copied()));
        }
    }
    found.into_iter().collect()
}

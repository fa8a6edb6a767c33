//! What generating code finds about rules of `buf.validate`, by buf's id: of messages that no event reaches, too.

use walnats_codegen::Package;
use walnats_codegen::diagnostic::{Diagnostic, Report};

use super::{diagnostic, line_starts, place};
use crate::protobuf::style::{Configuration, Finding, Rule, is_ignored};
use crate::protobuf::{self, Location};

const ID: &str = "PROTOVALIDATE";

/// The codes of what generating code finds about rules.
const GENERATED: std::ops::RangeInclusive<&str> = "WN0550"..="WN0556";

/// The mistakes that generating code would find in all messages, without those that it has found.
pub fn mistakes(
    package: &Package,
    descriptors: &protobuf::Package,
    rules: &[&'static Rule],
    configuration: Option<&Configuration>,
) -> Vec<Diagnostic> {
    let Some(rule) = rules.iter().copied().find(|rule| rule.id == ID) else { return Vec::new() };
    let mut found = Vec::new();
    for mistake in package.rules_report().diagnostics {
        let path = &mistake.place.file.path;
        let Some(source) = package.sources.protobuf.iter().find(|source| source.file.path == *path) else { continue };
        let starts = line_starts(&source.file.text);
        let start = mistake.place.span.start;
        let is_at = |location: &Location| {
            let span = place(&source.file, &starts, location).span;
            span.contains(&start)
        };
        let Some(file) = descriptors.pool().get_file_by_name(&source.name) else { continue };
        let location = Location { file: source.name.clone(), span: None };
        let is_ignored = is_ignored(descriptors, &file, ID, &is_at);
        let finding = Finding { rule, location, message: mistake.message.clone(), is_ignored };
        if configuration.map_or(is_ignored, |configuration| configuration.ignores(&finding)) {
            continue;
        }
        let own = diagnostic(&finding, mistake.place.clone());
        let own = Diagnostic { label: mistake.label, help: mistake.help, ..own };
        if !is_known(&own, &package.report) {
            found.push(own);
        }
    }
    found
}

/// Whether generating code has found a mistake at the place of a finding about rules.
pub fn is_known(found: &Diagnostic, report: &Report) -> bool {
    let is_about_rules = |other: &&Diagnostic| GENERATED.contains(&other.code);
    found.message.ends_with("(PROTOVALIDATE)")
        && report.diagnostics.iter().filter(is_about_rules).any(|other| {
            let (mine, theirs) = (&found.place.span, &other.place.span);
            found.place.file.path == other.place.file.path && mine.start <= theirs.end && theirs.start <= mine.end
        })
}

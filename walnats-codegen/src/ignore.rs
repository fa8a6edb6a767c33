//! What is not to be reported: `allow` in `x-walnats`, and `[[lints.ignore]]`.
//!
//! ```json
//! "x-walnats": { "allow": { "money-as-float": "the bank's own format", "no-example": { "reason": "soon", "until": "2027-01-31" } } }
//! ```
//!
//! An ignore in a schema is about that schema and what is in it. Only `walnats check` looks at the day: what a build finds must
//! not depend on when it runs.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::codes::{self, Code, DefaultLevel};
use crate::diagnostic::{Diagnostic, Ignore, Place, Report, Scope, Suppression, names_file};
use crate::load::{Document, Node, NodeValue, SourceSet, shown_folders};
use crate::settings::{Settings, Text};

/// What schemas and settings say is not to be reported. What is wrong with that is a finding.
pub fn read(sources: &SourceSet, settings: &Settings, folders: &[PathBuf], report: &mut Report) -> Vec<Ignore> {
    let mut ignores = Vec::new();
    for document in &sources.documents {
        in_node(document, &document.root, &mut ignores, report);
    }
    let folders = shown_folders(folders);
    let files = shown_files(sources, settings, report);
    for entry in &settings.lints.ignore {
        let place = settings.place(&entry.reason);
        let written = Written {
            reason: Some(entry.reason.as_str()),
            until: entry.until.as_ref().map(|until| until.text().as_str()),
            place: &place,
        };
        let of_none = |pattern: &&Text| !is_of_payloads(pattern) && !names_any(pattern, &files, &folders);
        let unmatched: Vec<&Text> = entry.files.as_slice().iter().filter(of_none).collect();
        let patterns = entry.files.as_slice().iter().map(|text| text.as_str().to_owned()).collect();
        let scope = Scope::Files { folders: folders.clone(), patterns };
        for slug in entry.lint.as_slice() {
            let ignore = written.ignore(slug.as_str(), settings.place(slug), scope.clone(), report);
            // That nothing needs it is no news then.
            ignores.extend(ignore.filter(|_| unmatched.len() < entry.files.as_slice().len()));
        }
        for pattern in unmatched {
            let message = format!("no file matches `{}`", pattern.as_str());
            let help =
                "write paths from the schema folder or from the package's folder on: `legacy/*.json`, `**/*.yaml`";
            let finding = Diagnostic::warning("WN0782", settings.place(pattern), message).help(help);
            report.push(finding.suggest(pattern.as_str(), files.iter().flat_map(|file| names(file, &folders))));
        }
        if let Some(until) = &entry.until {
            check_day(until.text(), settings, report);
        }
    }
    ignores
}

/// The files that findings may be in, as shown, but for payloads.
fn shown_files(sources: &SourceSet, settings: &Settings, report: &Report) -> Vec<String> {
    // What could not be read is there, too.
    let unread = report.diagnostics.iter().map(|found| found.place.file.path.clone());
    let documents = sources.documents.iter().chain(&sources.tests).map(|document| document.file.path.clone());
    let protobuf = sources.protobuf.iter().map(|source| source.file.path.clone());
    documents.chain(protobuf).chain(unread).chain([settings.file.path.clone()]).collect()
}

/// Whether a pattern may be about samples, or about files next to the schemas, which are not read here.
fn is_of_payloads(pattern: &Text) -> bool {
    let mut parts = pattern.as_str().split('/');
    parts.any(|part| matches!(part, "samples" | "tests")) || pattern.as_str().ends_with(".toml")
}

fn names_any(pattern: &Text, files: &[String], folders: &[String]) -> bool {
    files.iter().any(|file| names_file(pattern.as_str(), file, folders))
}

/// What a file is called from a schema folder on, and from the package's folder on.
fn names<'f>(file: &'f str, folders: &'f [String]) -> impl Iterator<Item = &'f str> {
    let inside = folders.iter().filter_map(|folder| file.strip_prefix(folder.as_str())?.strip_prefix('/'));
    inside.chain([file])
}

/// Adds a finding for each ignore that suppresses nothing, once everything else is found.
pub fn mention_unneeded(report: &mut Report) {
    let needed: HashSet<(String, usize, &'static str)> = report
        .diagnostics
        .iter()
        .filter_map(|found| Some(key(found.code, &found.suppression.as_ref()?.place)))
        .collect();
    let unneeded: Vec<Ignore> = report
        .ignores()
        .iter()
        .filter(|ignore| !needed.contains(&key(ignore.code, &ignore.suppression.place)))
        .cloned()
        .collect();
    for ignore in unneeded {
        let slug = codes::by_id(ignore.code).map_or(ignore.code, |code| code.slug);
        let message = format!("nothing here needs to ignore `{slug}`");
        let help = "remove it, so that it does not hide the next finding of its kind";
        report.push(Diagnostic::warning("WN0780", ignore.suppression.place, message).help(help));
    }
}

fn key(code: &'static str, place: &Place) -> (String, usize, &'static str) {
    (place.file.path.clone(), place.span.start, code)
}

/// An ignore as it is written.
struct Written<'w> {
    reason: Option<&'w str>,
    until: Option<&'w str>,
    place: &'w Place,
}

impl Written<'_> {
    /// `None` after a finding.
    fn ignore(&self, slug: &str, slug_place: Place, scope: Scope, report: &mut Report) -> Option<Ignore> {
        let code = known(slug, slug_place, report)?;
        let Some(reason) = self.reason.map(str::trim).filter(|reason| !reason.is_empty()) else {
            let message = format!("`{slug}` is ignored without a reason");
            let help = "say why it stays as it is: whoever reads this next has to know";
            report.push(Diagnostic::error("WN0781", self.place.clone(), message).help(help));
            return None;
        };
        let until = self.until.map(str::to_owned);
        let suppression = Suppression { reason: reason.to_owned(), until, place: self.place.clone() };
        Some(Ignore { code: code.id, scope, suppression })
    }
}

/// The lint of this name, if it may be ignored.
fn known(slug: &str, place: Place, report: &mut Report) -> Option<&'static Code> {
    let finding = match codes::by_slug(slug).or_else(|| codes::by_id(slug)) {
        None => Diagnostic::error("WN0781", place, format!("there is no lint `{slug}`"))
            .help("`walnats explain` lists all codes")
            .suggest(slug, codes::lints()),
        Some(code) if code.level == DefaultLevel::Error => {
            let message = format!("`{}` cannot be ignored: nothing can be generated where it is found", code.slug);
            Diagnostic::error("WN0781", place, message).help("correct what it is about")
        }
        Some(code) if codes::of_changes().any(|other| other.id == code.id) => {
            let message = format!("`{}` cannot be ignored: only `walnats breaking` finds it", code.slug);
            Diagnostic::error("WN0781", place, message)
                .help("accept a single change with `walnats accept`, with the reason")
        }
        Some(code) => return Some(code),
    };
    report.push(finding);
    None
}

/// The ignores of a schema and of all in it.
fn in_node(document: &Document, node: &Node, ignores: &mut Vec<Ignore>, report: &mut Report) {
    for member in node.members() {
        if let Some(allow) = member.value.get("allow").filter(|_| member.name == "x-walnats") {
            of_schema(document, node, allow, ignores, report);
        }
        in_node(document, &member.value, ignores, report);
    }
    for item in node.items() {
        in_node(document, item, ignores, report);
    }
}

fn of_schema(document: &Document, schema: &Node, allow: &Node, ignores: &mut Vec<Ignore>, report: &mut Report) {
    let NodeValue::Object(members) = &allow.value else {
        let message = "`allow` has to be an object: names of lints, each with the reason";
        let help = "write `{\"no-description\": \"the reason\"}`";
        return report.push(Diagnostic::error("WN0781", document.place(&allow.span), message).help(help));
    };
    // What is found about a whole file stands at its beginning.
    let is_root = std::ptr::eq(schema, &document.root);
    let span = if is_root { 0..document.file.text.len() } else { schema.span.clone() };
    let scope = Scope::Part { path: document.file.path.clone(), span };
    for member in members {
        let place = document.place(&member.name_span);
        let text = |key: &str| member.value.get(key).and_then(Node::as_str);
        for key in member.value.members().iter().filter(|key| !matches!(key.name.as_str(), "reason" | "until")) {
            let message = format!("an ignore has no key `{}`", key.name);
            let finding = Diagnostic::error("WN0781", document.place(&key.name_span), message);
            report.push(finding.help("keys: reason, until").suggest(&key.name, ["reason", "until"]));
        }
        let until = member.value.get("until");
        if let Some(until) = until.filter(|until| !until.as_str().is_some_and(is_day)) {
            report.push(not_a_day(document.place(&until.span)));
        }
        let reason = member.value.as_str().or_else(|| text("reason"));
        let written = Written { reason, until: text("until"), place: &place };
        ignores.extend(written.ignore(&member.name, place.clone(), scope.clone(), report));
    }
}

fn check_day(until: &Text, settings: &Settings, report: &mut Report) {
    if !is_day(until.as_str()) {
        report.push(not_a_day(settings.place(until)));
    }
}

fn not_a_day(place: Place) -> Diagnostic {
    Diagnostic::error("WN0781", place, "`until` has to be a day").help("write it like `2027-01-31`")
}

/// Whether a text is a day that exists, as RFC 3339 writes it: such texts are in the order of their days.
fn is_day(text: &str) -> bool {
    walnats_schema::Format::Date.check(text)
}

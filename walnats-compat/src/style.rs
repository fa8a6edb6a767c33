//! buf's lint rules on the protobuf files of a package, as findings of `walnats check`.

mod validate;

use std::collections::BTreeMap;
use std::sync::Arc;

use walnats_codegen::Package;
use walnats_codegen::codes::{self, Code, DefaultLevel};
use walnats_codegen::diagnostic::{Diagnostic, Level, Place, Report, SourceFile};
use walnats_codegen::load::{ProtobufSource, parse_yaml};
use walnats_codegen::settings::ProtobufName;

use crate::protobuf::Location;
use crate::protobuf::style::{Configuration, Finding, Options, Rule, check as find, rules};
use crate::side;

/// A `buf.yaml`.
#[derive(Clone, Debug)]
pub struct BufYaml {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The schema folder, relative to the folder of the file, `/` between parts; empty for the same folder.
    pub schemas: String,
}

/// Adds what is wrong with layout and names of the `.proto` files of `package` to its report: by the rules that `[lints]` asks
/// for, or those that `buf_yaml` uses if `[lints]` says so. Comments `buf:lint:ignore ID` are honoured.
pub fn check(package: &mut Package, buf_yaml: Option<&BufYaml>) {
    let mut found = Vec::new();
    let configuration = match (package.settings.lints.protobuf, buf_yaml) {
        (Some(ProtobufName::BufYaml), Some(buf_yaml)) => read(buf_yaml, &mut package.report),
        (Some(ProtobufName::BufYaml), None) => {
            found.push(no_buf_yaml(&package.settings.file));
            None
        }
        _ => None,
    };
    let wanted: Vec<&'static Rule> = rules().filter(|rule| is_wanted(rule, package, configuration.as_ref())).collect();
    if !wanted.is_empty() {
        found.extend(findings(package, wanted, configuration.as_ref()));
    }
    found.into_iter().for_each(|found| package.report.push(found));
}

fn read(buf_yaml: &BufYaml, report: &mut Report) -> Option<Configuration> {
    let document = parse_yaml(Arc::clone(&buf_yaml.file), &buf_yaml.file.path, report)?;
    Some(Configuration::new(&document, &buf_yaml.schemas))
}

fn no_buf_yaml(file: &Arc<SourceFile>) -> Diagnostic {
    let message = "`[lints] protobuf` wants the rules of `buf.yaml`, and there is none";
    let place = Place { file: Arc::clone(file), span: 0..0 };
    Diagnostic::error("WN0991", place, message).help("put it next to `walnats.toml` or into the schema folder")
}

/// Whether `[lints]` or `buf.yaml` asks for the rule.
fn is_wanted(rule: &Rule, package: &Package, configuration: Option<&Configuration>) -> bool {
    let settings = &package.settings;
    let code = codes::by_id(rule.code);
    let by_default = code.is_some_and(|code| code.level != DefaultLevel::Allow);
    let is_allowed = settings.levels().get(rule.code).map_or(!by_default, |level| *level == Level::Allow);
    let is_named = |code: &Code| settings.lints.levels.keys().any(|slug| slug.as_str() == code.slug);
    let is_used = match settings.lints.protobuf {
        Some(ProtobufName::BufYaml) => configuration.is_some_and(|configuration| configuration.uses(rule)),
        _ => true,
    };
    !is_allowed && (is_used || code.is_some_and(is_named))
}

fn findings(package: &Package, rules: Vec<&'static Rule>, configuration: Option<&Configuration>) -> Vec<Diagnostic> {
    let sources: BTreeMap<&str, &ProtobufSource> = package
        .sources
        .protobuf
        .iter()
        .filter(|source| source.name.ends_with(".proto"))
        .map(|source| (source.name.as_str(), source))
        .collect();
    if sources.is_empty() {
        return Vec::new();
    }
    let Some(descriptors) = side::compiled(package) else { return Vec::new() };
    let defaults = Options::default();
    let options = configuration.map_or(&defaults, |configuration| &configuration.options);
    let mut lines: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut found = validate::mistakes(package, &descriptors, &rules, configuration);
    for finding in find(&descriptors, rules, options) {
        let is_ignored = configuration.map_or(finding.is_ignored, |configuration| configuration.ignores(&finding));
        let Some(source) = sources.get(finding.location.file.as_str()).filter(|_| !is_ignored) else { continue };
        let starts = lines.entry(source.name.as_str()).or_insert_with(|| line_starts(&source.file.text));
        let finding = diagnostic(&finding, place(&source.file, starts, &finding.location));
        if !validate::is_known(&finding, &package.report) {
            found.push(finding);
        }
    }
    found
}

fn diagnostic(finding: &Finding, place: Place) -> Diagnostic {
    let Finding { rule, message, .. } = finding;
    let found = Diagnostic::warning(rule.code, place, format!("{message} ({})", rule.id));
    match codes::by_id(rule.code) {
        Some(code) => found.help(as_help(code.cure)),
        None => found,
    }
}

/// A sentence of the table, without its capital and full stop.
fn as_help(cure: &str) -> String {
    let mut chars = cure.trim_end_matches('.').chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1)).collect()
}

/// Columns count bytes from 1; a place that is not in the text is the file as a whole.
fn place(file: &Arc<SourceFile>, starts: &[usize], location: &Location) -> Place {
    let offset = |line: u32, column: u32| {
        let start = starts.get(usize::try_from(line).ok()?.checked_sub(1)?)?;
        let offset = start + usize::try_from(column).ok()?.checked_sub(1)?;
        file.text.is_char_boundary(offset).then_some(offset)
    };
    let span = location.span.and_then(|span| {
        let (start, end) = (offset(span.line, span.column)?, offset(span.end_line, span.end_column)?);
        (start <= end).then_some(start..end)
    });
    Place { file: Arc::clone(file), span: span.unwrap_or(0..0) }
}

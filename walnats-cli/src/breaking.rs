//! `walnats breaking`

mod baseline;
mod git;
mod json;
mod tree;

use std::collections::BTreeSet;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use walnats_codegen::diagnostic::SourceFile;
use walnats_codegen::{Package, Report};
use walnats_compat::accepted::{self, Accepted};
use walnats_compat::{Comparison, Screen, Side};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::{output, root};
use baseline::{Baseline, Compared};

/// Check whether a change hurts a reader
///
/// For each event: does everything that was written before still fit? A break comes with a payload that one side accepts and
/// the other refuses, by two validators; what is neither proven nor refuted is undecided, and named. `[breaking]` in
/// walnats.toml sets the direction and what readers do with unknown members. `walnats explain CODE` says what to do about a
/// break; `walnats accept` accepts one.
#[derive(Args)]
pub struct Options {
    /// What to compare with: a git revision (`main`, `HEAD~3`, `merge-base:main`, `main:old/folder`), a folder, or FILE.json
    ///
    /// FILE.json holds the files of a package by path: {"walnats.toml": "...", "schemas/a.json": {...}}. Given more than once, the
    /// further ones are for events with `transitive = true`.
    #[arg(long, value_name = "REV|DIR|FILE", required_unless_present = "json_schema")]
    against: Vec<String>,
    /// Print what was found as one JSON object to standard output
    #[arg(long)]
    json: bool,
    /// Print the JSON Schema of the output of --json, and do nothing else
    #[arg(long)]
    json_schema: bool,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    if options.json_schema {
        output::print(json::SCHEMA)?;
        return Ok(Outcome::Clean);
    }
    let folder = root::folder(global)?;
    let mut package = Package::load(&walnats_codegen::configure().root(&folder));
    let Ok(model) = package.model() else {
        // A package with errors is what `walnats check` is for.
        output::show(&package.report, global);
        return Ok(Outcome::of(&package.report));
    };
    let mut report = package.report.clone();
    report.diagnostics.clear();
    let accepted = read_accepted(&folder, &mut report)?;
    if report.has_errors() {
        output::show(&report, global);
        return Ok(Outcome::Findings);
    }
    let new = Side::sound(package, model);

    let mut compared: Vec<Compared> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for against in &options.against {
        let baseline = baseline::read(against, &folder)?;
        let settings = walnats_compat::Options { is_further: !compared.is_empty(), ..Default::default() };
        let mut comparison = match &baseline.side {
            Some(old) => walnats_compat::compare(old, &new, &settings),
            None => everything_is_new(&new),
        };
        // What was found against an earlier baseline is the same break.
        comparison.findings.retain(|finding| !seen.contains(&finding.fingerprint));
        seen.extend(comparison.findings.iter().map(|finding| finding.fingerprint.clone()));
        compared.push(Compared { baseline, comparison });
    }
    let findings = compared.iter_mut().flat_map(|compared| &mut compared.comparison.findings);
    for remark in accepted.apply(findings, today()) {
        report.push(remark);
    }

    if options.json {
        output::print(&(serde_json::to_string_pretty(&json::value(&compared, &report.diagnostics))? + "\n"))?;
    } else {
        show(&compared, &report, global)?;
    }
    let fails = compared.iter().flat_map(|compared| &compared.comparison.findings).any(|finding| finding.fails());
    Ok(if fails || report.has_errors() { Outcome::Findings } else { Outcome::Clean })
}

fn show(compared: &[Compared], report: &Report, global: &GlobalOptions) -> Result<(), Failure> {
    for Compared { baseline, comparison } in compared {
        let Baseline { name, prefix, side, .. } = baseline;
        if side.is_none() {
            output::note(&format!("`{name}` has no schemas: every event is new\n"));
        }
        // What is wrong there cannot be corrected any more, and may be why an event is not compared.
        for error in side.iter().flat_map(|side| &side.errors) {
            output::note(&format!("note: {prefix}{error}\n"));
        }
        let has_color = output::has_color(global, &std::io::stdout());
        let screen = Screen { old: name.clone(), old_prefix: prefix.clone(), has_color };
        if compared.len() > 1 {
            output::print(&format!("against {name}:\n"))?;
        }
        output::print(&screen.text(comparison))?;
    }
    output::show(report, global);
    Ok(())
}

fn everything_is_new(new: &Side) -> Comparison {
    let added = new.model.events.iter().map(|event| event.name.clone()).collect();
    Comparison { added, ..Comparison::default() }
}

fn read_accepted(folder: &std::path::Path, report: &mut Report) -> Result<Accepted, Failure> {
    let path = folder.join(accepted::FILE);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Accepted::default()),
        text => text.map_err(|error| format!("cannot read `{}`: {error}", path.display()))?,
    };
    let file = SourceFile { path: accepted::FILE.to_owned(), text };
    Ok(Accepted::parse(Arc::new(file), report))
}

/// The day, in UTC: the same on every machine.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

//! `walnats breaking`

mod baseline;
mod git;
mod moved;
mod tree;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use walnats_codegen::diagnostic::SourceFile;
use walnats_codegen::{Package, Report};
use walnats_compat::accepted::{self, Accepted};
use walnats_compat::{Comparison, Direction, Side};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::{self, Case, Run};
use crate::today::today;
use crate::{finish, output, root, workspace};

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
    /// The same as --format json
    #[arg(long)]
    pub json: bool,
    /// Exit 1 on warnings, too
    #[arg(long)]
    deny_warnings: bool,
    /// Print the JSON Schema of --format json, as `walnats report-schema` does, and do nothing else
    #[arg(long)]
    json_schema: bool,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    if options.json_schema {
        output::print(report::json::SCHEMA)?;
        return Ok(Outcome::Clean);
    }
    let whole = if global.workspace { Some(root::workspace(global)?) } else { None };
    let gone = |root: &Path, members: &[PathBuf]| moved::gone(root, members, &options.against);
    let run = workspace::run_with(global, "breaking", gone, |folder| {
        let member = whole.as_ref().and_then(|whole| folder.strip_prefix(whole).ok()).unwrap_or(Path::new(""));
        compare(folder, member, &options.against)
    })?;
    finish::with(&run.deny_warnings(options.deny_warnings), global)
}

/// Compares the package in `folder`, which is `member` of a workspace.
pub fn compare(folder: &Path, member: &Path, against: &[String]) -> Result<Run, Failure> {
    let mut package = Package::load(&walnats_codegen::configure().root(folder));
    let mut baselines = Vec::new();
    if is_without_folders(folder, &package) {
        // All that there was may be gone.
        for against in against {
            baselines.push(baseline::read(against, folder, member)?);
        }
        let has_events = |side: &Side| !side.model.events.is_empty() || !side.lost.is_empty();
        if baselines.iter().any(|baseline| baseline.side.as_ref().is_some_and(has_events)) {
            let text = std::fs::read(folder.join("walnats.toml")).ok();
            // A folder is there if a file is in it.
            let empty = package.schema_folders().into_iter().map(|schemas| (format!("{schemas}/.gitkeep"), Vec::new()));
            let files = text.into_iter().map(|text| ("walnats.toml".to_owned(), text)).chain(empty).collect();
            package = Package::from_sources(&walnats_codegen::configure(), &files);
        }
    }
    let Ok(model) = package.model() else {
        // A package with errors is what `walnats check` is for.
        return Ok(Run::of("breaking", &package.report).summary("nothing was compared"));
    };
    let mut report = package.report.clone();
    report.diagnostics.clear();
    let (accepted, _) = read_accepted(folder, &mut report)?;
    if report.has_errors() {
        return Ok(Run::of("breaking", &report).summary("nothing was compared"));
    }
    let new = Side::sound(package, model);

    let mut compared: Vec<report::Baseline> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    if baselines.is_empty() {
        for against in against {
            baselines.push(baseline::read(against, folder, member)?);
        }
    }
    for baseline in baselines {
        let settings = walnats_compat::Options { is_further: !compared.is_empty(), ..Default::default() };
        let mut comparison = match &baseline.side {
            Some(old) => walnats_compat::compare(old, &new, &settings),
            None => everything_is_new(&new),
        };
        // What was found against an earlier baseline is the same break.
        comparison.findings.retain(|finding| !seen.contains(&finding.fingerprint));
        seen.extend(comparison.findings.iter().map(|finding| finding.fingerprint.clone()));
        compared.push(baseline.compared(comparison));
    }
    let findings = compared.iter_mut().flat_map(|compared| &mut compared.comparison.findings);
    for remark in accepted.apply(findings, today()) {
        report.push(remark);
    }

    let mut run = Run::of("breaking", &report);
    run.cases = compared.iter().flat_map(cases).collect();
    if let [only] = &compared[..] {
        run.summary = only.screen(false).summary(&only.comparison);
    } else {
        // Each has a heading and a summary of its own.
        run.summary = output::count(compared.len(), "baseline");
        compared.iter_mut().for_each(|baseline| baseline.heading = format!("against {}", baseline.name));
    }
    compared.into_iter().for_each(|baseline| run.compare(baseline));
    Ok(run)
}

/// Whether none of the package's schema folders is there.
fn is_without_folders(folder: &Path, package: &Package) -> bool {
    package.schema_folders().iter().all(|schemas| !folder.join(schemas).exists())
}

/// A case for each verdict, one for each event with what keeps it from its readers, and one for all else.
fn cases(baseline: &report::Baseline) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let suite = format!("against {}", baseline.name);
    let mut add = |name: String, entry: Option<&str>| {
        let at = cases.iter().position(|case| case.name == name).unwrap_or_else(|| {
            cases.push(Case { suite: suite.clone(), name, ..Case::default() });
            cases.len() - 1
        });
        if let Some(case) = cases.get_mut(at) {
            case.entries.extend(entry.map(str::to_owned));
        }
    };
    let name = |event: &str, direction: Direction| format!("{event}: {}", direction.words());
    for verdict in &baseline.comparison.verdicts {
        add(name(&verdict.event, verdict.direction), None);
    }
    for finding in &baseline.comparison.findings {
        add(name(finding.about.name(), finding.direction), Some(&finding.fingerprint));
    }
    cases
}

fn everything_is_new(new: &Side) -> Comparison {
    let added = new.model.events.iter().map(|event| event.name.clone()).collect();
    Comparison { added, ..Comparison::default() }
}

/// The accepted breaks of a package, and the text of the file that they are in; empty if there is none.
pub fn read_accepted(folder: &Path, report: &mut Report) -> Result<(Accepted, String), Failure> {
    let path = folder.join(accepted::FILE);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text.map_err(|error| format!("cannot read `{}`: {error}", path.display()))?,
    };
    let file = SourceFile { path: accepted::FILE.to_owned(), text: text.clone() };
    Ok((Accepted::parse(Arc::new(file), report), text))
}

//! A package with what it is compared with.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use walnats_codegen::diagnostic::SourceFile;
use walnats_codegen::{Package, Report};
use walnats_compat::accepted::{self, Accepted};
use walnats_compat::{Comparison, Direction, Options, Side};

use super::arrived::Arrived;
use super::baseline::{self, Baseline};
use crate::outcome::Failure;
use crate::output;
use crate::report::{self, Case, Run};
use crate::today::today;

/// A package and its baselines, before they are compared.
pub struct Loaded {
    /// The package; a run that says what is wrong with it, where it has errors.
    pub new: Result<Side, Run>,
    /// What it is compared with.
    pub baselines: Vec<Baseline>,
    /// Events that were in other packages before.
    pub arrived: Vec<Arrived>,
}

impl Loaded {
    /// Reads the package in `folder`, which may be the `member` of a workspace of this path.
    ///
    /// # Errors
    /// A baseline cannot be read.
    pub fn new(folder: &Path, member: Option<&Path>, against: &[String]) -> Result<Self, Failure> {
        let mut package = Package::load(&walnats_codegen::configure().root(folder));
        let read = || against.iter().map(|against| baseline::read(against, folder, member));
        let mut baselines: Vec<Baseline> = Vec::new();
        if is_without_folders(folder, &package) {
            // All that there was may be gone.
            baselines = read().collect::<Result<_, Failure>>()?;
            let has_events = |side: &Side| !side.model.events.is_empty() || !side.lost.is_empty();
            if baselines.iter().any(|baseline| baseline.side.as_ref().is_some_and(has_events)) {
                let text = std::fs::read(folder.join("walnats.toml")).ok();
                // A folder is there if a file is in it.
                let empty = package.schema_folders().into_iter();
                let empty = empty.map(|schemas| (format!("{schemas}/.gitkeep"), Vec::new()));
                let files = text.into_iter().map(|text| ("walnats.toml".to_owned(), text)).chain(empty).collect();
                package = Package::from_sources(&walnats_codegen::configure(), &files);
            }
        }
        let Ok(model) = package.model() else {
            // A package with errors is what `walnats check` is for.
            let run = Run::of("breaking", &package.report).summary("nothing was compared");
            return Ok(Self { new: Err(run), baselines: Vec::new(), arrived: Vec::new() });
        };
        if baselines.is_empty() {
            baselines = read().collect::<Result<_, Failure>>()?;
        }
        Ok(Self { new: Ok(Side::sound(package, model)), baselines, arrived: Vec::new() })
    }

    /// Compares the package, which is in `folder`.
    ///
    /// # Errors
    /// The accepted breaks cannot be read.
    pub fn compare(self, folder: &Path) -> Result<Run, Failure> {
        let new = match self.new {
            Ok(new) => new,
            Err(run) => return Ok(run),
        };
        let mut report = new.package.report.clone();
        report.diagnostics.clear();
        let (accepted, _) = read_accepted(folder, &mut report)?;
        if report.has_errors() {
            return Ok(Run::of("breaking", &report).summary("nothing was compared"));
        }
        let mut compared: Vec<report::Baseline> = Vec::new();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for (index, baseline) in self.baselines.into_iter().enumerate() {
            let settings = Options { is_further: index > 0, ..Options::default() };
            let arrived = || self.arrived.iter().filter(|arrived| arrived.baseline == index);
            let own = new.without(&arrived().flat_map(|arrived| &arrived.events).collect());
            let mut comparison = match &baseline.side {
                Some(old) => walnats_compat::compare(old, &own, &settings),
                None => everything_is_new(&own),
            };
            comparison.findings.retain(|finding| !baseline.has_left(&finding.about));
            let mut all = vec![baseline.compared(comparison)];
            all.extend(arrived().map(|arrived| arrived.compared(&new, &settings)));
            for mut baseline in all {
                // What was found against an earlier baseline is the same break.
                baseline.comparison.findings.retain(|finding| seen.insert(finding.fingerprint.clone()));
                compared.push(baseline);
            }
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
}

/// Whether none of the package's schema folders is there.
fn is_without_folders(folder: &Path, package: &Package) -> bool {
    package.schema_folders().iter().all(|schemas| !folder.join(schemas).exists())
}

fn everything_is_new(new: &Side) -> Comparison {
    let added = new.model.events.iter().map(|event| event.name.clone()).collect();
    Comparison { added, ..Comparison::default() }
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

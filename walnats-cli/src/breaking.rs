//! `walnats breaking`

mod across;
mod baseline;
mod git;
mod loaded;
mod moved;
mod tree;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use walnats_codegen::Report;
use walnats_codegen::diagnostic::SourceFile;
use walnats_compat::Direction;
use walnats_compat::accepted::{self, Accepted};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::{self, Case, Run};
use crate::{finish, output, root, workspace};
use loaded::Loaded;

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
    if global.workspace {
        return finish::with(&of_workspace(global, options)?.deny_warnings(options.deny_warnings), global);
    }
    // The folder of a package of which nothing is left.
    let former = if global.root.is_none() { moved::former_root(&options.against)? } else { None };
    let mut global = global.clone();
    global.root = global.root.or(former);
    let global = &global;
    let run = workspace::run(global, "breaking", |folder| compare(folder, &options.against))?;
    finish::with(&run.deny_warnings(options.deny_warnings), global)
}

/// Compares each package of a workspace, those that are gone too, and events that are in another package now.
fn of_workspace(global: &GlobalOptions, options: &Options) -> Result<Run, Failure> {
    let whole = root::workspace(global)?;
    let loaded: Mutex<BTreeMap<PathBuf, Result<Loaded, String>>> = Mutex::default();
    let lock = || loaded.lock().unwrap_or_else(PoisonError::into_inner);
    let gone = |root: &Path, members: &[PathBuf]| {
        let gone = moved::gone(root, members, &options.against)?;
        let all: Vec<PathBuf> = members.iter().chain(&gone).cloned().collect();
        let mut packages = workspace::each(&all, |member| {
            Loaded::new(&root.join(member), Some(member), &options.against).map_err(|failure| output::chain(&*failure))
        });
        across::move_events(&all, &mut packages);
        lock().extend(all.into_iter().zip(packages));
        Ok(gone)
    };
    workspace::run_with(global, "breaking", gone, |folder| {
        let member = folder.strip_prefix(&whole).unwrap_or(Path::new(""));
        let loaded = lock().remove(member);
        match loaded {
            Some(loaded) => loaded?.compare(folder),
            None => Err(format!("`{}` is not a package", folder.display()).into()),
        }
    })
}

/// Compares the package in `folder`.
pub fn compare(folder: &Path, against: &[String]) -> Result<Run, Failure> {
    Loaded::new(folder, None, against)?.compare(folder)
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

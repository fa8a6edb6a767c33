//! `walnats breaking`

mod across;
mod arrived;
mod baseline;
mod git;
mod loaded;
mod moved;
mod tree;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::Args;

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::{self, Run};
use crate::{finish, output, paths, root, workspace};
use loaded::Loaded;
pub use loaded::read_accepted;

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
        let packages = load(root, members, &options.against)?;
        let gone = packages.iter().map(|(member, _)| member.clone()).filter(|member| !members.contains(member));
        let gone = gone.collect();
        lock().extend(packages);
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

/// The path of a package in its workspace, and the package; or why it cannot be read.
type Member = (PathBuf, Result<Loaded, String>);

/// The packages of the workspace in `root` and those that are gone, each with its path, and with the events that went from one to
/// another.
fn load(root: &Path, members: &[PathBuf], against: &[String]) -> Result<Vec<Member>, Failure> {
    let gone = moved::gone(root, members, against)?;
    let all: Vec<PathBuf> = members.iter().cloned().chain(gone).collect();
    let mut packages = workspace::each(&all, |member| {
        Loaded::new(&root.join(member), Some(member), against).map_err(|failure| output::chain(&*failure))
    });
    across::move_events(&all, &mut packages);
    Ok(all.into_iter().zip(packages).collect())
}

/// Compares the package in `folder` as one of the packages of its repository: with the events that were in others before. `None`
/// outside of a repository.
pub fn compare_as_member(folder: &Path, against: &[String]) -> Result<Option<Run>, Failure> {
    let whole = |path: &Path| path.canonicalize().map_err(|error| format!("cannot read `{}`: {error}", path.display()));
    let folder = whole(folder)?;
    let Some(root) = paths::repository(&folder) else { return Ok(None) };
    let root = whole(&root)?;
    let packages = load(&root, &workspace::members(&root)?, against)?;
    let own = packages.into_iter().find(|(member, _)| folder == root.join(member));
    own.map(|(_, loaded)| loaded?.compare(&folder)).transpose()
}

/// Compares the package in `folder`.
pub fn compare(folder: &Path, against: &[String]) -> Result<Run, Failure> {
    Loaded::new(folder, None, against)?.compare(folder)
}

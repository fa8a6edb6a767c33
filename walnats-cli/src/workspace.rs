//! `--workspace`: all packages below a folder, as one run.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use walnats_codegen::Report;
use walnats_codegen::diagnostic::SourceFile;
use walnats_codegen::settings::Settings;
use walnats_schema::read::wildcard;

use crate::global_options::GlobalOptions;
use crate::outcome::Failure;
use crate::progress::Progress;
use crate::report::Run;
use crate::{output, paths, root};

/// Folders that are not looked into, beside hidden ones and those that git ignores.
const APART: [&str; 2] = ["node_modules", "target"];

/// Runs `one` for the package, or, with `--workspace`, for each package of the workspace, and makes one run of them. `one` gets
/// the package's folder, and names paths relative to it.
///
/// # Errors
/// The package or the workspace cannot be found, or `one` failed. What fails for a package of a workspace ends no other.
pub fn run(
    global: &GlobalOptions,
    command: &str,
    one: impl Fn(&Path) -> Result<Run, Failure> + Sync,
) -> Result<Run, Failure> {
    run_with(global, command, |_, _| Ok(Vec::new()), one)
}

/// The same, with the packages that `more` returns, which get the workspace's folder and its members, as paths relative to it.
///
/// # Errors
/// Like [`run`].
pub fn run_with(
    global: &GlobalOptions,
    command: &str,
    more: impl Fn(&Path, &[PathBuf]) -> Result<Vec<PathBuf>, Failure>,
    one: impl Fn(&Path) -> Result<Run, Failure> + Sync,
) -> Result<Run, Failure> {
    if !global.workspace {
        let folder = root::folder(global)?;
        let _progress = Progress::start(command);
        let run = one(&folder)?;
        return Ok(if run.root.is_some() { run } else { run.at(folder) });
    }
    let root = root::workspace(global)?;
    let mut members = members(&root)?;
    members.extend(more(&root, &members)?);
    members.sort();
    if members.is_empty() {
        return Err(format!("no folder below `{}` has walnats.toml or schemas/", root.display()).into());
    }
    let _progress = Progress::start(&format!("{command}: {}", output::count(members.len(), "package")));
    let mut whole = Run::new(command).summary(output::count(members.len(), "package")).at(&root);
    let runs = each(&members, |member| {
        one(&root.join(member)).unwrap_or_else(|failure| Run::failed(command, output::chain(&*failure)))
    });
    for (member, run) in members.iter().zip(runs) {
        let folder = paths::slashed(member);
        let name = if folder.is_empty() { "." } else { folder.trim_end_matches('/') };
        let mut run = run.below(&folder);
        let headings = run.baselines.iter_mut().map(|baseline| &mut baseline.heading);
        headings.filter(|heading| !heading.is_empty()).for_each(|heading| *heading = format!("{name}, {heading}"));
        run.details += &format!("{name}: {}\n", run.last_line());
        run.failures.iter_mut().for_each(|failure| *failure = format!("{name}: {failure}"));
        for entry in &mut run.entries {
            entry.package.clone_from(&folder);
            let identity = entry.identity();
            let named = run.cases.iter_mut().flat_map(|case| &mut case.entries);
            named.filter(|name| **name == entry.fingerprint).for_each(|name| name.clone_from(&identity));
        }
        run.cases.iter_mut().for_each(|case| case.suite = format!("{folder}{}", case.suite));
        whole.merge(run);
    }
    Ok(whole)
}

/// What `one` makes of all members, in their order.
pub fn each<T: Send>(members: &[PathBuf], one: impl Fn(&Path) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::new());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(member) = members.get(at) else { return };
            let made = one(member);
            done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, made));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(members.len());
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}

/// Whether a folder that is not there any more, relative to the workspace's root, would be looked into.
pub fn is_looked_into(root: &Path, folder: &Path) -> bool {
    let settings = settings(root);
    let excluded = settings.workspace.iter().flat_map(|workspace| &workspace.exclude);
    let excluded: Vec<&str> = excluded.map(|pattern| pattern.as_str().trim_matches('/')).collect();
    let mut ancestors = folder.ancestors().filter(|above| !above.as_os_str().is_empty());
    ancestors.all(|above| {
        let name = above.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let shown = paths::slashed(above);
        let is_excluded = |pattern: &&str| wildcard::capture(pattern, shown.trim_end_matches('/')).is_some();
        !(name.starts_with('.') || APART.contains(&name) || name == "schemas" || excluded.iter().any(is_excluded))
    })
}

/// The packages below a folder, relative to it, sorted: folders with `walnats.toml`, or with `schemas/` that has files in it.
pub fn members(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let settings = settings(root);
    let excluded = settings.workspace.iter().flat_map(|workspace| &workspace.exclude);
    let excluded: Vec<&str> = excluded.map(|pattern| pattern.as_str().trim_matches('/')).collect();
    let mut found = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let whole = root.join(&folder);
        if whole.join("walnats.toml").is_file() || has_files(&whole.join("schemas")) {
            found.insert(folder.clone());
        }
        let entries =
            std::fs::read_dir(&whole).map_err(|error| format!("cannot read `{}`: {error}", whole.display()))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("cannot read `{}`: {error}", whole.display()))?;
            let name = entry.file_name();
            let is_apart = name.to_str().is_some_and(|name| name.starts_with('.') || APART.contains(&name));
            // What a link leads to is a package there, if it is one.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let folder = folder.join(&name);
            let shown = paths::slashed(&folder);
            let matches = |pattern: &&str| wildcard::capture(pattern, shown.trim_end_matches('/')).is_some();
            if is_folder && !is_apart && name != "schemas" && !excluded.iter().any(matches) {
                folders.push(folder);
            }
        }
    }
    // The root may have `walnats.toml` for this section alone.
    let own = settings.schemas.folders.iter().flatten().map(|folder| root.join(folder));
    if settings.workspace.is_some() && !own.chain([root.join("schemas")]).any(|folder| has_files(&folder)) {
        found.remove(Path::new(""));
    }
    let ignored = ignored(root, &found);
    Ok(found.into_iter().filter(|folder| !ignored.contains(folder)).collect())
}

/// What the file of the root says. What is wrong in it is found by `walnats check` there.
fn settings(root: &Path) -> Settings {
    let text = std::fs::read_to_string(root.join("walnats.toml")).unwrap_or_default();
    walnats_codegen::settings::parse(&Arc::new(SourceFile { path: String::new(), text }), &mut Report::default())
}

fn has_files(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json" | "yaml" | "yml" | "proto" | "binpb") => true,
            _ => entry.file_type().is_ok_and(|kind| kind.is_dir()) && has_files(&path),
        }
    })
}

/// The folders that git ignores; none without git.
fn ignored(root: &Path, folders: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let asked: Vec<&str> =
        folders.iter().filter_map(|folder| folder.to_str()).filter(|folder| !folder.is_empty()).collect();
    if asked.is_empty() || paths::repository(root).is_none() {
        return BTreeSet::new();
    }
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["check-ignore", "-z", "--stdin"]);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        git.env_remove(name);
    }
    let Ok(mut child) = git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn() else {
        return BTreeSet::new();
    };
    let question = asked.join("\0");
    let writer = child.stdin.take().map(|mut stdin| {
        std::thread::spawn(move || {
            let _ = stdin.write_all(question.as_bytes());
        })
    });
    let answer = child.wait_with_output().map(|output| output.stdout).unwrap_or_default();
    if let Some(writer) = writer {
        let _ = writer.join();
    }
    let names = answer.split(|byte| *byte == 0).filter_map(|name| std::str::from_utf8(name).ok());
    names.filter(|name| !name.is_empty()).map(PathBuf::from).collect()
}

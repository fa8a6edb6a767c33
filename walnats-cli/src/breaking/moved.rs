//! Packages that are not where they were.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::git::{Git, split};
use super::tree;
use crate::outcome::Failure;
use crate::{paths, root, workspace};

/// The folder of the package around the current folder, if the first baseline has its schemas and nothing is left of them here.
pub fn former_root(against: &[String]) -> Result<Option<PathBuf>, Failure> {
    let here = std::env::current_dir().map_err(|error| format!("cannot determine the current folder: {error}"))?;
    let Some(against) = against.first() else { return Ok(None) };
    let git = Git::new(&here);
    let (name, None) = split(against) else { return Ok(None) };
    let commit = match git.is_repository() {
        Ok(true) => git.commit(name).ok(),
        _ => None,
    };
    let Some(commit) = commit else {
        let has_nothing = !here.ancestors().any(root::has_events);
        return Ok((has_nothing && root::has_events(Path::new(against))).then_some(here));
    };
    let former = tree::elsewhere(&git, &commit)?;
    let prefix = git.prefix()?;
    let inside = Path::new(prefix.trim_end_matches('/'));
    for (folder, within) in here.ancestors().zip(inside.ancestors()) {
        if root::has_events(folder) {
            return Ok(None);
        }
        if former.iter().any(|former| Path::new(former) == within) {
            return Ok(Some(folder.to_owned()));
        }
    }
    Ok(None)
}

/// The packages that a baseline has and the workspace in `root` has not any more, relative to it, without those that only
/// have another folder now.
pub fn gone(root: &Path, members: &[PathBuf], against: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let mut gone = BTreeSet::new();
    for against in against {
        if Path::new(against).is_dir() {
            let former = workspace::members(Path::new(against))?;
            gone.extend(former.into_iter().filter(|folder| !members.contains(folder)));
            continue;
        }
        let git = Git::new(root);
        // What is wrong with it, each package says.
        let (name, None) = split(against) else { continue };
        let Ok(commit) = git.commit(name) else { continue };
        let prefix = git.prefix()?;
        let former = tree::elsewhere(&git, &commit)?;
        let inside = former.iter().filter_map(|folder| format!("{folder}/").strip_prefix(&prefix).map(str::to_owned));
        let inside: Vec<PathBuf> = inside.map(|folder| PathBuf::from(folder.trim_matches('/'))).collect();
        let whole = |folder: &Path| format!("{prefix}{}", paths::slashed(folder)).trim_matches('/').to_owned();
        let is_gone = |folder: &&PathBuf| !members.contains(folder) && workspace::is_looked_into(root, folder);
        let missing: Vec<&PathBuf> = inside.iter().filter(is_gone).collect();
        // A package of which anything is left is another one, as it is for each package that has no past.
        let has_left = missing.iter().filter(|folder| !root::has_events(&root.join(folder)));
        let candidates: Vec<String> = has_left.map(|folder| whole(folder)).collect();
        let mut moved = BTreeSet::new();
        for member in members.iter().filter(|member| !former.contains(&whole(member))) {
            moved.extend(origin(&git, &commit, &candidates, &root.join(member))?);
        }
        gone.extend(missing.into_iter().filter(|folder| !moved.contains(&whole(folder))).cloned());
    }
    Ok(gone.into_iter().collect())
}

/// Which of the packages in `folders` of a revision is the one that stands in `folder` now: the only one of which at least half
/// of the schema files are there by path or by content.
pub fn origin(git: &Git, commit: &str, folders: &[String], folder: &Path) -> Result<Option<String>, Failure> {
    if folders.is_empty() {
        return Ok(None);
    }
    let package = walnats_codegen::Package::load(&walnats_codegen::configure().root(folder));
    let documents = package.sources.documents.iter().map(|document| &document.file);
    let files = documents.chain(package.sources.protobuf.iter().map(|source| &source.file));
    let now: BTreeMap<&str, &str> = files.map(|file| (file.path.as_str(), file.text.as_str())).collect();
    let contents: BTreeSet<&str> = now.values().copied().collect();
    let mut best: Vec<(usize, &String)> = Vec::new();
    for other in folders {
        let start = if other.is_empty() { String::new() } else { format!("{other}/") };
        let Some(former) = tree::package(git, commit, &start)? else { continue };
        let former: Vec<_> = former.iter().filter(|(path, _)| *path != "walnats.toml").collect();
        let is_same = |content: &[u8]| std::str::from_utf8(content).is_ok_and(|text| contents.contains(text));
        let kept = former.iter().filter(|(path, content)| now.contains_key(path.as_str()) || is_same(content)).count();
        let unchanged = former.iter().filter(|(_, content)| is_same(content)).count();
        if kept > 0 && 2 * kept >= former.len() {
            best.push((kept + unchanged, other));
        }
    }
    best.sort();
    Ok(match &best[..] {
        [.., (second, _), (first, _)] if second == first => None,
        [.., (_, folder)] => Some((*folder).clone()),
        [] => None,
    })
}

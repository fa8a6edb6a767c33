//! The files of a package as they were at a revision.

use std::collections::{BTreeMap, BTreeSet};

use walnats_codegen::Package;

use super::git::{Entry, EntryKind, Git};
use crate::outcome::Failure;

/// How many links may lead to one another.
const MOST_LINKS: usize = 16;
/// What schema files end in.
const EXTENSIONS: [&str; 5] = [".json", ".yaml", ".yml", ".proto", ".binpb"];
/// What a file begins with whose content is elsewhere.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The files of the package in `folder` of a revision, by their paths within it; `None` if there is no such package.
pub fn package(git: &Git, commit: &str, folder: &str) -> Result<Option<BTreeMap<String, Vec<u8>>>, Failure> {
    let mut tree = Tree { git: git.clone(), entries: git.entries(commit, folder)?, folder: folder.to_owned() };
    let config = format!("{folder}walnats.toml");
    let mut files = BTreeMap::new();
    if let Some(object) = tree.file(&config)? {
        let content = git.contents(&[&object])?.pop().unwrap_or_default();
        files.insert("walnats.toml".to_owned(), content);
    }
    let settings = Package::from_sources(&walnats_codegen::configure(), &files).settings;
    let folders = settings.schemas.folders.unwrap_or_else(|| vec!["schemas".to_owned()]);
    let mut found: Vec<(String, String)> = Vec::new();
    for schemas in &folders {
        let schemas = clean(schemas);
        tree.below(&format!("{folder}{schemas}"), &schemas, 0, &mut found, &mut files)?;
    }
    if found.is_empty() && files.is_empty() {
        return Ok(None);
    }
    let objects: Vec<&str> = found.iter().map(|(_, object)| object.as_str()).collect();
    let contents = git.contents(&objects)?;
    files.extend(found.into_iter().map(|(path, _)| path).zip(contents));
    match files.iter().find(|(_, content)| content.starts_with(LFS)) {
        None => Ok(Some(files)),
        Some((path, _)) => {
            Err(format!("`{path}` is kept in Git LFS, not in the repository: compare with a folder that has the files")
                .into())
        }
    }
}

/// Other folders of a revision that have a `walnats.toml` or schemas in `schemas/`.
pub fn elsewhere(git: &Git, commit: &str) -> Result<Vec<String>, Failure> {
    let entries = git.entries(commit, "")?;
    let of_settings = entries.keys().filter_map(|path| path.strip_suffix("walnats.toml"));
    let schemas = entries.keys().filter(|path| EXTENSIONS.iter().any(|extension| path.ends_with(extension)));
    let of_schemas = schemas.filter_map(|path| path.find("schemas/").map(|at| &path[..at]));
    let folders = of_settings.chain(of_schemas).filter(|folder| folder.is_empty() || folder.ends_with('/'));
    let folders: BTreeSet<String> = folders.map(|folder| folder.trim_end_matches('/').to_owned()).collect();
    Ok(folders.into_iter().collect())
}

struct Tree {
    git: Git,
    entries: BTreeMap<String, Entry>,
    /// The package's folder, which nothing outside of is read.
    folder: String,
}

impl Tree {
    /// The object of a file, links followed.
    fn file(&mut self, path: &str) -> Result<Option<String>, Failure> {
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            match self.entries.get(&path) {
                Some(Entry { kind: EntryKind::File, object }) => return Ok(Some(object.clone())),
                Some(Entry { kind: EntryKind::Link, object }) => path = self.target(&path, &object.clone())?,
                _ => return Ok(None),
            }
        }
        Err(format!("the links at `{path}` lead in a circle").into())
    }

    /// The schema files below `path`, with the names that start with `shown` for them.
    fn below(
        &mut self,
        path: &str,
        shown: &str,
        links: usize,
        found: &mut Vec<(String, String)>,
        files: &mut BTreeMap<String, Vec<u8>>,
    ) -> Result<(), Failure> {
        if links > MOST_LINKS {
            return Err(format!("the links at `{path}` lead in a circle").into());
        }
        let start = if path.is_empty() || path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        // The folder itself, or one above it, may be a link or a submodule.
        let above = path.match_indices('/').map(|(at, _)| &path[..at]).chain([path]);
        let special = above.filter_map(|above| self.entries.get_key_value(above));
        let special =
            special.map(|(at, entry)| (at.clone(), entry.clone())).find(|(_, entry)| entry.kind != EntryKind::File);
        if let Some((at, entry)) = special {
            let rest = path[at.len()..].to_owned();
            return match entry.kind {
                EntryKind::Submodule => self.submodule(&at, rest.trim_start_matches('/'), shown, &entry.object, files),
                _ => {
                    let target = self.target(&at, &entry.object)?;
                    self.below(&(target + &rest), shown, links + 1, found, files)
                }
            };
        }
        let inside: Vec<(String, Entry)> = self
            .entries
            .range(start.clone()..)
            .take_while(|(path, _)| path.starts_with(&start))
            .map(|(path, entry)| (path.clone(), entry.clone()))
            .collect();
        for (path, entry) in inside {
            let name = format!("{shown}/{}", &path[start.len()..]);
            let name = name.trim_start_matches('/');
            match entry.kind {
                EntryKind::File if is_schema(&path) => found.push((name.to_owned(), entry.object)),
                EntryKind::File => {}
                EntryKind::Submodule => self.submodule(&path, "", name, &entry.object, files)?,
                EntryKind::Link => {
                    let target = self.target(&path, &entry.object)?;
                    match self.file(&target)? {
                        Some(object) if is_schema(&path) => found.push((name.to_owned(), object)),
                        Some(_) => {}
                        None => self.below(&target, name, links + 1, found, files)?,
                    }
                }
            }
        }
        Ok(())
    }

    /// Where a link leads, from the root of the repository.
    fn target(&self, path: &str, object: &str) -> Result<String, Failure> {
        let content = self.git.contents(&[object])?.pop().unwrap_or_default();
        let link = String::from_utf8_lossy(&content).into_owned();
        let outside = || format!("`{path}` is a link to `{link}`, which leads out of the package");
        if link.starts_with('/') {
            return Err(outside().into());
        }
        let mut parts: Vec<&str> = path.split('/').collect();
        parts.pop();
        for part in link.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop().ok_or_else(outside)?),
                part => parts.push(part),
            }
        }
        let target = parts.join("/");
        if format!("{target}/").starts_with(&self.folder) { Ok(target) } else { Err(outside().into()) }
    }

    /// The schema files of a submodule, from its own repository, if it is here.
    fn submodule(
        &self,
        path: &str,
        inner: &str,
        shown: &str,
        commit: &str,
        files: &mut BTreeMap<String, Vec<u8>>,
    ) -> Result<(), Failure> {
        let folder = self.git.top()?.join(path);
        let git = Git::new(&folder);
        let inner = if inner.is_empty() { String::new() } else { format!("{inner}/") };
        let missing = |why: &str| -> Failure {
            format!(
                "`{path}` is a submodule, and its commit {commit} cannot be read: {why}; \
                 run `git submodule update --init {path}`, and `git -C {path} fetch` for older commits"
            )
            .into()
        };
        // Without a repository of its own, git would answer for the one around it.
        if !folder.join(".git").exists() {
            return Err(missing("it is not checked out"));
        }
        let entries = git.entries(commit, &inner).map_err(|error| missing(&error.to_string()))?;
        let wanted = entries.iter().filter(|(path, entry)| entry.kind == EntryKind::File && is_schema(path));
        let wanted: Vec<_> = wanted.collect();
        let objects: Vec<&str> = wanted.iter().map(|(_, entry)| entry.object.as_str()).collect();
        let contents = git.contents(&objects).map_err(|error| missing(&error.to_string()))?;
        for ((path, _), content) in wanted.into_iter().zip(contents) {
            files.insert(format!("{shown}/{}", &path[inner.len()..]), content);
        }
        Ok(())
    }
}

/// A folder of `walnats.toml` without `.` and slashes at its ends.
fn clean(folder: &str) -> String {
    folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
}

fn is_schema(path: &str) -> bool {
    EXTENSIONS.iter().any(|extension| path.ends_with(extension))
}

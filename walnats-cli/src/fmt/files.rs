//! Which files are formatted.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walnats_codegen::diagnostic::{Diagnostic, ForeignFiles, Place, Report, SourceFile};
use walnats_codegen::settings::Settings;
use walnats_codegen::{Config, load};
use walnats_compat::accepted;
use walnats_format::Kind;

use crate::outcome::Failure;

/// The files of a package that are not schemas.
const OWN: [&str; 2] = ["walnats.toml", accepted::FILE];

/// The deepest folder that is looked into.
const MAX_FOLDERS: usize = 32;

/// A file to format.
pub struct File {
    pub kind: Kind,
    /// Where it really is: a link is followed, and stays.
    pub path: PathBuf,
    /// Where it is, relative to the package.
    pub inside: PathBuf,
    /// The same, as shown.
    pub shown: String,
}

/// A package, as far as files are concerned.
pub struct Package {
    root: PathBuf,
    folders: Vec<PathBuf>,
    foreign: ForeignFiles,
}

impl Package {
    pub fn new(root: &Path, config: &Config, settings: &Settings) -> Result<Self, Failure> {
        let root = root.canonicalize().map_err(|error| format!("cannot read `{}`: {error}", root.display()))?;
        let folders = config.folders(settings);
        let patterns: Vec<String> = settings.schemas.foreign.iter().map(|text| text.as_str().to_owned()).collect();
        let foreign = load::foreign_files(&folders, &patterns);
        Ok(Self { root, folders, foreign })
    }

    /// The schemas and settings, without what others write.
    pub fn all(&self, report: &mut Report) -> Vec<File> {
        let mut search = Search { package: self, seen: BTreeSet::new(), files: Vec::new(), report };
        for name in OWN.into_iter().filter(|name| self.root.join(name).is_file()) {
            search.found(&self.root.join(name));
        }
        for folder in self.folders.iter().map(|folder| self.root.join(folder)).filter(|folder| folder.is_dir()) {
            search.folder(&folder, 0);
        }
        search.files
    }

    /// The files that a user has named, and those in folders that were.
    pub fn named(&self, paths: &[PathBuf], report: &mut Report) -> Result<Vec<File>, Failure> {
        let mut search = Search { package: self, seen: BTreeSet::new(), files: Vec::new(), report };
        for path in paths {
            let real = path.canonicalize().map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
            if !real.starts_with(&self.root) {
                let (path, root) = (path.display(), self.root.display());
                return Err(format!("`{path}` is outside of the package `{root}`; `--root` names another").into());
            }
            let place = place(path).unwrap_or_else(|| real.clone());
            if real.is_dir() {
                search.folder(&real, 0);
            } else if path.to_str().and_then(Kind::of).is_none() {
                return Err(unknown(path));
            } else {
                search.found(if place.starts_with(&self.root) { &place } else { &real });
            }
        }
        Ok(search.files)
    }
}

/// Where a path leads to, without following a link at its end.
fn place(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(folder.canonicalize().ok()?.join(path.file_name()?))
}

/// Whether a folder is one that `path` is in.
fn is_above(folder: &Path, path: &Path) -> bool {
    path.parent().and_then(|parent| parent.canonicalize().ok()).is_some_and(|parent| parent.starts_with(folder))
}

/// A file of another kind was named.
pub fn unknown(path: &Path) -> Failure {
    format!("`{}` is not formatted: only `.json`, `.yaml`, `.yml`, `.proto` and `.toml` are", path.display()).into()
}

struct Search<'a> {
    package: &'a Package,
    /// Where the files really are: each is formatted once.
    seen: BTreeSet<PathBuf>,
    files: Vec<File>,
    report: &'a mut Report,
}

impl Search<'_> {
    fn folder(&mut self, path: &Path, depth: usize) {
        let mut entries = match fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => return self.refuse(path, "WN0101", &format!("cannot be read: {error}")),
        };
        if depth > MAX_FOLDERS {
            return self.refuse(path, "WN0107", &format!("is nested deeper than {MAX_FOLDERS} folders"));
        }
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries.iter().filter(|entry| !entry.file_name().to_string_lossy().starts_with('.')) {
            let path = entry.path();
            match path.canonicalize() {
                Err(error) => self.refuse(&path, "WN0101", &format!("cannot be read: {error}")),
                Ok(real) if !real.starts_with(&self.package.root) => {
                    self.refuse(&path, "WN0111", "leads out of the package");
                }
                Ok(real) if real.is_dir() && is_above(&real, &path) => {
                    self.refuse(&path, "WN0107", "is a link to a folder that it is in itself");
                }
                Ok(real) if real.is_dir() => self.folder(&path, depth + 1),
                // A schema folder may hold what is no schema.
                Ok(_) if path.extension().is_some_and(|extension| extension == "toml") => {}
                Ok(_) if self.package.foreign.contains(&self.shown(&path)) => {}
                Ok(_) => self.found(&path),
            }
        }
    }

    /// Adds a file, if it is of a kind that is formatted.
    fn found(&mut self, path: &Path) {
        let Some(kind) = path.to_str().and_then(Kind::of) else { return };
        let real = match path.canonicalize() {
            // Opening a pipe would wait for somebody who writes to it.
            Ok(real) if !real.is_file() => {
                return self.refuse(path, "WN0101", "cannot be read: it is not a regular file");
            }
            Ok(real) if real.starts_with(&self.package.root) => real,
            Ok(_) => return self.refuse(path, "WN0111", "leads out of the package"),
            Err(error) => return self.refuse(path, "WN0101", &format!("cannot be read: {error}")),
        };
        if self.seen.insert(real.clone()) {
            let inside = path.strip_prefix(&self.package.root).unwrap_or(path).to_owned();
            self.files.push(File { kind, path: real, inside, shown: self.shown(path) });
        }
    }

    fn refuse(&mut self, path: &Path, code: &'static str, why: &str) {
        let shown = self.shown(path);
        let message = format!("`{shown}` {why}");
        let file = Arc::new(SourceFile { path: shown, text: String::new() });
        self.report.push(Diagnostic::error(code, Place { file, span: 0..0 }, message));
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.package.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
    }
}

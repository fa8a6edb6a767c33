//! Folders and files: what is read, what is refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::beside::{is_among_tests, is_sample};
use crate::diagnostic::{Diagnostic, Place, Report, SourceFile};

/// The largest schema file that is read, in bytes.
const MAX_SIZE: u64 = 64 << 20;
/// The deepest folder that is looked into.
const MAX_FOLDERS: usize = 32;

/// Where the files of a package are.
pub enum Files<'a> {
    /// On the disk.
    Disk {
        /// The package's folder, which nothing outside of is read.
        root: &'a Path,
        /// Texts in place of those on the disk, by the paths of their files as shown.
        texts: &'a BTreeMap<String, String>,
    },
    /// In memory.
    Memory {
        /// By their paths relative to the package's folder, `/` between parts.
        files: &'a BTreeMap<String, Vec<u8>>,
    },
}

impl<'a> Files<'a> {
    /// The files of the package in the folder `root`, as they are on the disk.
    pub fn disk(root: &'a Path) -> Self {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        Self::Disk { root, texts: &NONE }
    }

    /// A text file of the package, such as `walnats.toml`, where it exists; `shown` is its path for people.
    pub fn text(&self, path: &Path, shown: &str, report: &mut Report) -> Option<Arc<SourceFile>> {
        let content = match self {
            Self::Disk { texts, .. } if texts.contains_key(shown) => Content::Memory(texts.get(shown)?.as_bytes()),
            // A link to nowhere is there, and cannot be read.
            Self::Disk { root, .. } if is_absent(&root.join(path)) => return None,
            Self::Disk { root, .. } => Content::Disk(root.join(path)),
            Self::Memory { files } => Content::Memory(files.get(&slashed(path))?),
        };
        decode(shown, content.read(shown, report)?, report)
    }

    /// The schema files under `folder`, sorted, and those next to them in folders `tests`; no samples.
    pub(super) fn walk(&self, folder: &Path, report: &mut Report) -> Vec<Found<'a>> {
        let mut found = match self {
            Self::Disk { root, .. } => walk(root, folder, report),
            Self::Memory { files } => pick(files, folder, report),
        };
        if let Self::Disk { texts, .. } = self {
            for found in &mut found {
                if let Some(text) = texts.get(&found.shown) {
                    found.content = Content::Memory(text.as_bytes());
                }
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }
}

/// A schema file, not yet read.
pub(super) struct Found<'a> {
    pub(super) kind: Kind,
    /// Relative to the package, `/` between parts.
    pub(super) shown: String,
    /// Relative to the schema folder, `/` between parts.
    pub(super) name: String,
    content: Content<'a>,
}

impl Found<'_> {
    pub(super) fn bytes(&self, report: &mut Report) -> Option<Vec<u8>> {
        self.content.read(&self.shown, report)
    }
}

enum Content<'a> {
    Disk(PathBuf),
    Memory(&'a [u8]),
}

impl Content<'_> {
    fn read(&self, shown: &str, report: &mut Report) -> Option<Vec<u8>> {
        let size = match self {
            Self::Disk(path) => fs::metadata(path).map(|metadata| metadata.len()),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        };
        if let Ok(size @ MAX_SIZE..) = size {
            let message = format!("the file has {size} bytes, more than 64 MiB");
            report.push(Diagnostic::error("WN0107", whole_file(shown), message));
            return None;
        }
        // Opening a pipe would wait for somebody who writes to it.
        if let Self::Disk(path) = self
            && fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
        {
            let message = format!("`{shown}` cannot be read: it is not a regular file");
            report.push(Diagnostic::error("WN0101", whole_file(shown), message));
            return None;
        }
        match self {
            Self::Disk(path) => fs::read(path).map_err(|error| report.push(unreadable(shown, &error))).ok(),
            Self::Memory(bytes) => Some(bytes.to_vec()),
        }
    }
}

/// What a file's extension says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Yaml,
    Proto,
    Descriptors,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        match Path::new(name).extension()?.to_str()? {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "proto" => Some(Self::Proto),
            "binpb" => Some(Self::Descriptors),
            _ => None,
        }
    }
}

/// The schema files under `folder` on the disk.
fn walk<'a>(root: &Path, folder: &Path, report: &mut Report) -> Vec<Found<'a>> {
    let shown = slashed(folder);
    let top = root.join(folder);
    let mut found = Vec::new();
    let walk = fs::canonicalize(root).and_then(|root| fs::canonicalize(&top).map(|top| (root, top)));
    match walk {
        Err(error) => report.push(no_folder(&shown, &error.to_string())),
        Ok((root, top)) if !top.starts_with(&root) => report.push(outside(&shown)),
        Ok((root, _)) => Walk { root: &root, found: &mut found, report }.folder(&top, &shown, "", 0),
    }
    found
}

/// The schema files under `folder` in memory.
fn pick<'a>(files: &'a BTreeMap<String, Vec<u8>>, folder: &Path, report: &mut Report) -> Vec<Found<'a>> {
    let shown = slashed(folder);
    let inside = |path: &'a str| match shown.as_str() {
        "" => Some(path),
        folder => path.strip_prefix(folder)?.strip_prefix('/'),
    };
    let mut inside = files.iter().filter_map(|(path, bytes)| Some((inside(path)?, bytes))).peekable();
    if inside.peek().is_none() {
        report.push(no_folder(&shown, "it does not exist"));
    }
    let is_hidden = |name: &str| name.split('/').any(|part| part.starts_with('.'));
    let visible = inside.filter(|(name, _)| !is_hidden(name) && !is_sample(name));
    let mut found = Vec::new();
    for (name, bytes) in visible {
        let shown = format!("{shown}/{name}");
        match Kind::of(name) {
            Some(kind) => {
                found.push(Found { kind, shown, name: name.to_owned(), content: Content::Memory(bytes) });
            }
            None => report_unread(&shown, name, report),
        }
    }
    found
}

/// UTF-8 text, without a byte order mark.
pub(super) fn decode(shown: &str, bytes: Vec<u8>, report: &mut Report) -> Option<Arc<SourceFile>> {
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            Some(Arc::new(SourceFile { path: shown.to_owned(), text }))
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            report.push(
                Diagnostic::error(
                    "WN0105",
                    whole_file(shown),
                    format!("not UTF-8: the byte at offset {at} is part of no character"),
                )
                .help("save the file as UTF-8"),
            );
            None
        }
    }
}

struct Walk<'w, 'a> {
    root: &'w Path,
    found: &'w mut Vec<Found<'a>>,
    report: &'w mut Report,
}

impl Walk<'_, '_> {
    fn folder(&mut self, path: &Path, shown: &str, prefix: &str, depth: usize) {
        let entries = match fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => return self.report.push(unreadable(shown, &error)),
        };
        if depth > MAX_FOLDERS {
            let message = format!("folders are nested deeper than {MAX_FOLDERS}");
            return self.report.push(Diagnostic::error("WN0107", whole_file(shown), message));
        }
        for entry in entries {
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let shown = format!("{shown}/{}", name.to_string_lossy());
                self.report.push(unread(&shown, "its name is not UTF-8").help("rename it"));
                continue;
            };
            if !name.starts_with('.') {
                self.entry(&entry.path(), &format!("{shown}/{name}"), format!("{prefix}{name}"), depth);
            }
        }
    }

    fn entry(&mut self, path: &Path, shown: &str, name: String, depth: usize) {
        let real = match fs::canonicalize(path) {
            Ok(real) => real,
            Err(error) => return self.report.push(unreadable(shown, &error)),
        };
        if !real.starts_with(self.root) {
            return self.report.push(outside(shown));
        }
        if real.is_dir()
            && path
                .parent()
                .and_then(|parent| fs::canonicalize(parent).ok())
                .is_some_and(|parent| parent.starts_with(&real))
        {
            return self.report.push(looping(shown));
        }
        if real.is_dir() {
            return self.folder(path, shown, &format!("{name}/"), depth + 1);
        }
        if is_sample(&name) {
            return;
        }
        let Some(kind) = Kind::of(&name) else { return report_unread(shown, &name, self.report) };
        self.found.push(Found { kind, shown: shown.to_owned(), name, content: Content::Disk(path.to_owned()) });
    }
}

fn no_folder(shown: &str, why: &str) -> Diagnostic {
    Diagnostic::error("WN0101", whole_file(shown), format!("the schema folder `{shown}` cannot be read: {why}"))
        .help("put schemas there, or name another folder in `walnats.toml`: `[schemas] folders = [\"...\"]`")
}

fn unreadable(shown: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("WN0101", whole_file(shown), format!("`{shown}` cannot be read: {error}"))
}

fn looping(shown: &str) -> Diagnostic {
    Diagnostic::error("WN0107", whole_file(shown), format!("the link `{shown}` leads to a folder that it is in itself"))
        .help("remove the link")
}

fn outside(shown: &str) -> Diagnostic {
    Diagnostic::error("WN0111", whole_file(shown), format!("`{shown}` leads out of the package"))
        .help(
            "for schemas next to the package, make the folder above both the root: `configure().root(\"..\")` in build.rs and \
             `--root ..` for the program, with `walnats.toml` there; or copy the schemas into the package",
        )
}

/// Mentions a file that is not a schema by its extension, unless it is one that people put next to schemas, or next to tests.
fn report_unread(shown: &str, name: &str, report: &mut Report) {
    // What buf has locked, next to its `buf.yaml`.
    if is_among_tests(name) || name.rsplit('/').next() == Some("buf.lock") {
        return;
    }
    let Some(extension) = Path::new(shown).extension().and_then(|extension| extension.to_str()) else { return };
    let lower = extension.to_ascii_lowercase();
    let diagnostic = unread(shown, &format!("`.{extension}` is not the extension of a schema"));
    report.push(match lower.as_str() {
        "md" | "markdown" => return,
        "json" | "yaml" | "yml" | "proto" | "binpb" => diagnostic.help(format!("rename it to end in `.{lower}`")),
        "jsonc" | "json5" | "hjson" => diagnostic.help("save it as `.json` without comments, or as `.yaml`"),
        "pb" | "desc" | "protoset" | "fds" => diagnostic.help("a compiled descriptor set ends in `.binpb`"),
        _ => diagnostic
            .help("read are `.json`, `.yaml`, `.yml`, `.proto` and `.binpb`; move it out of the schema folder"),
    });
}

fn unread(shown: &str, why: &str) -> Diagnostic {
    Diagnostic::warning("WN0115", whole_file(shown), format!("`{shown}` is not read: {why}"))
}

fn is_absent(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

fn whole_file(shown: &str) -> Place {
    Place { file: Arc::new(SourceFile { path: shown.to_owned(), text: String::new() }), span: 0..0 }
}

pub(crate) fn slashed(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).filter(|part| part != ".").collect::<Vec<_>>().join("/")
}

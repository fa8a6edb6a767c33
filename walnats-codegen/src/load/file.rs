//! Folders and files: what is read, what is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Place, Report, SourceFile};

/// The largest schema file that is read, in bytes.
const MAX_SIZE: u64 = 64 << 20;
/// The deepest folder that is looked into.
const MAX_FOLDERS: usize = 32;

/// A schema file, not yet read.
pub(super) struct Found {
    pub(super) kind: Kind,
    /// Relative to the package, `/` between parts.
    pub(super) shown: String,
    /// Relative to the schema folder, `/` between parts.
    pub(super) name: String,
    path: PathBuf,
}

/// What a file's extension says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Yaml,
    Proto,
    Descriptors,
}

impl Found {
    pub(super) fn bytes(&self, report: &mut Report) -> Option<Vec<u8>> {
        read_bounded(&self.path, &self.shown, report)
    }
}

/// Reads a text file of the package, such as `walnats.toml`; `shown` is its path for people.
pub fn read_text(path: &Path, shown: &str, report: &mut Report) -> Option<Arc<SourceFile>> {
    let bytes = read_bounded(path, shown, report)?;
    decode(shown, bytes, report)
}

/// The schema files under `folder`, sorted.
pub(super) fn walk(root: &Path, folder: &Path, report: &mut Report) -> Vec<Found> {
    let shown = slashed(folder);
    let top = root.join(folder);
    let mut found = Vec::new();
    let walk = fs::canonicalize(root).and_then(|root| fs::canonicalize(&top).map(|top| (root, top)));
    match walk {
        Err(error) => report.push(
            Diagnostic::error("WN0101", whole(&shown), format!("the schema folder `{shown}` cannot be read: {error}"))
                .help("put schemas there, or name another folder in `walnats.toml`: `[schemas] folders = [\"...\"]`"),
        ),
        Ok((root, top)) if !top.starts_with(&root) => report.push(outside(&shown)),
        Ok((root, _)) => Walk { root: &root, found: &mut found, report }.folder(&top, &shown, "", 0),
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
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
                    whole(shown),
                    format!("not UTF-8: the byte at offset {at} is part of no character"),
                )
                .help("save the file as UTF-8"),
            );
            None
        }
    }
}

struct Walk<'a> {
    root: &'a Path,
    found: &'a mut Vec<Found>,
    report: &'a mut Report,
}

impl Walk<'_> {
    fn folder(&mut self, path: &Path, shown: &str, prefix: &str, depth: usize) {
        let entries = match fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => return self.report.push(unreadable(shown, &error)),
        };
        if depth > MAX_FOLDERS {
            let message = format!("folders are nested deeper than {MAX_FOLDERS}");
            return self.report.push(Diagnostic::error("WN0107", whole(shown), message));
        }
        for entry in entries {
            let Ok(name) = entry.file_name().into_string() else { continue };
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
        if real.is_dir() {
            return self.folder(path, shown, &format!("{name}/"), depth + 1);
        }
        let kind = match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => Kind::Json,
            Some("yaml" | "yml") => Kind::Yaml,
            Some("proto") => Kind::Proto,
            Some("binpb") => Kind::Descriptors,
            _ => return,
        };
        self.found.push(Found { kind, shown: shown.to_owned(), name, path: path.to_owned() });
    }
}

fn read_bounded(path: &Path, shown: &str, report: &mut Report) -> Option<Vec<u8>> {
    let size = fs::metadata(path).map(|metadata| metadata.len());
    if let Ok(size @ MAX_SIZE..) = size {
        report.push(Diagnostic::error("WN0107", whole(shown), format!("the file has {size} bytes, more than 64 MiB")));
        return None;
    }
    fs::read(path).map_err(|error| report.push(unreadable(shown, &error))).ok()
}

fn unreadable(shown: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("WN0101", whole(shown), format!("`{shown}` cannot be read: {error}"))
}

fn outside(shown: &str) -> Diagnostic {
    Diagnostic::error("WN0111", whole(shown), format!("`{shown}` leads out of the package"))
        .help("copy the schemas into the package: what is built must not depend on what lies beside it")
}

fn whole(shown: &str) -> Place {
    Place { file: Arc::new(SourceFile { path: shown.to_owned(), text: String::new() }), span: 0..0 }
}

fn slashed(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).filter(|part| part != ".").collect::<Vec<_>>().join("/")
}

//! Findings that somebody has decided to live with.

use std::ops::Range;

use super::{Diagnostic, Place};
use crate::read::glob;

/// Why a finding is not reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// In the words of whoever decided it; never empty.
    pub reason: String,
    /// The last day on which it holds, such as `2027-01-31`; `None`: for ever.
    pub until: Option<String>,
    /// Where that is written.
    pub place: Place,
}

/// A decision not to report certain findings.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// The code of the findings.
    pub code: &'static str,
    /// Where they are found.
    pub scope: Scope,
    /// What they get.
    pub suppression: Suppression,
}

/// The findings that an [`Ignore`] is about, by their places.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Those in a part of a file.
    Part {
        /// The file's path, as shown.
        path: String,
        /// Bytes of it.
        span: Range<usize>,
    },
    /// Those in whole files.
    Files {
        /// Schema folders, as shown: names begin there.
        folders: Vec<String>,
        /// Names of files from the schema folder on, or from the package's folder on, as [`glob`] has them.
        patterns: Vec<String>,
    },
}

impl Ignore {
    /// Whether it is about this finding.
    pub fn matches(&self, finding: &Diagnostic) -> bool {
        self.code == finding.code && self.scope.contains(&finding.place)
    }
}

impl Scope {
    fn contains(&self, place: &Place) -> bool {
        let shown = place.file.path.as_str();
        match self {
            Self::Part { path, span } => {
                path == shown && span.start <= place.span.start && place.span.end <= span.end.max(span.start)
            }
            Self::Files { folders, patterns } => patterns.iter().any(|pattern| names_file(pattern, shown, folders)),
        }
    }
}

/// Whether a pattern names the file with the path `shown`: from one of the schema folders on, or from the package's folder on.
pub fn names_file(pattern: &str, shown: &str, folders: &[String]) -> bool {
    let names = folders.iter().filter_map(|folder| shown.strip_prefix(folder.as_str())?.strip_prefix('/'));
    names.chain([shown]).any(|name| glob::matches(pattern, name))
}

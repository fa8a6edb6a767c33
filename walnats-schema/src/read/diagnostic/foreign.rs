//! Files that nobody here may edit.

use super::{Diagnostic, Severity};
use crate::read::wildcard;

/// Mistakes that leave a schema usable: a repeated name, of which the last counts, and a misspelt keyword, which means nothing.
const FORGIVEN: [&str; 2] = ["WN0104", "WN0305"];
/// That a schema has annotations of its own: nobody here need know.
const UNSAID: &str = "WN0306";

/// Which files are foreign.
#[derive(Clone, Debug, Default)]
pub struct ForeignFiles {
    /// Schema folders, as shown.
    pub folders: Vec<String>,
    /// Names of files from the schema folder on; one `*` in each stands for any text.
    pub patterns: Vec<String>,
}

impl ForeignFiles {
    /// What is left of a finding: in foreign files, what only others can fix is a warning at most.
    pub(super) fn judge(&self, mut finding: Diagnostic) -> Option<Diagnostic> {
        if self.patterns.is_empty() || !self.contains(&finding.place.file.path) {
            return Some(finding);
        }
        if finding.code == UNSAID {
            return None;
        }
        if FORGIVEN.contains(&finding.code) {
            finding.severity = Severity::Warning;
        }
        Some(finding)
    }

    fn contains(&self, path: &str) -> bool {
        let names = self.folders.iter().filter_map(|folder| path.strip_prefix(folder.as_str())?.strip_prefix('/'));
        names.into_iter().any(|name| self.patterns.iter().any(|pattern| wildcard::capture(pattern, name).is_some()))
    }
}

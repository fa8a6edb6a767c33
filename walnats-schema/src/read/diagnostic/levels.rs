//! How severe findings are, by code and by file.

use std::collections::BTreeMap;

use super::{Diagnostic, Ignore, Severity};
use crate::read::wildcard;

/// How severe a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not reported.
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}

/// Levels that differ from those that findings come with.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// By code, for every file.
    pub everywhere: BTreeMap<&'static str, Level>,
    /// Files that others write.
    pub foreign: ForeignFiles,
    /// Findings that are not reported, by place.
    pub ignores: Vec<Ignore>,
}

/// Files that others write, and the levels that are lowered there.
#[derive(Clone, Debug, Default)]
pub struct ForeignFiles {
    /// Schema folders, as shown.
    pub folders: Vec<String>,
    /// Names of files from the schema folder on; one `*` in each stands for any text.
    pub patterns: Vec<String>,
    /// The level that a code has there at most.
    pub at_most: BTreeMap<&'static str, Level>,
}

impl Levels {
    /// The finding at its level; `None` where it is not to be reported.
    pub(super) fn judge(&self, finding: Diagnostic) -> Option<Diagnostic> {
        let own = match finding.severity {
            Severity::Error => Level::Deny,
            Severity::Warning => Level::Warn,
        };
        let everywhere = self.everywhere.get(finding.code).copied().unwrap_or(own);
        let at_most =
            self.foreign.at_most.get(finding.code).filter(|_| self.foreign.contains(&finding.place.file.path));
        let severity = match at_most.map_or(everywhere, |at_most| everywhere.min(*at_most)) {
            Level::Allow => return None,
            Level::Warn => Severity::Warning,
            Level::Deny => Severity::Error,
        };
        let mut finding = Diagnostic { severity, ..finding };
        self.suppress(&mut finding);
        Some(finding)
    }

    /// Notes in the finding that somebody decided not to have it reported.
    pub(super) fn suppress(&self, finding: &mut Diagnostic) {
        let ignore = self.ignores.iter().find(|ignore| ignore.matches(finding));
        if let Some(ignore) = ignore {
            finding.suppression = Some(ignore.suppression.clone());
        }
    }
}

impl ForeignFiles {
    /// Whether others write the file with this path, as shown.
    pub fn contains(&self, path: &str) -> bool {
        let mut names = self.folders.iter().filter_map(|folder| path.strip_prefix(folder.as_str())?.strip_prefix('/'));
        names.any(|name| self.patterns.iter().any(|pattern| wildcard::capture(pattern, name).is_some()))
    }
}

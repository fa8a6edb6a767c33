//! Files that nobody here may edit.

use std::collections::HashSet;

use crate::diagnostic::{Report, Severity};
use crate::load::SourceSet;
use crate::lower::capture;

/// Mistakes that leave a schema usable: a repeated name, of which the last counts, and a misspelt keyword, which means nothing.
const FORGIVEN: [&str; 2] = ["WN0104", "WN0305"];

/// Makes warnings of what in foreign files can only be mended by others.
pub(super) fn forgive(report: &mut Report, sources: &SourceSet, foreign: &[String]) {
    let is_foreign = |name: &str| foreign.iter().any(|pattern| capture(pattern, name).is_some());
    let foreign: HashSet<&str> = sources
        .documents
        .iter()
        .filter(|document| is_foreign(&document.name))
        .map(|document| document.file.path.as_str())
        .collect();
    for finding in &mut report.diagnostics {
        if FORGIVEN.contains(&finding.code) && foreign.contains(finding.place.file.path.as_str()) {
            finding.severity = Severity::Warning;
        }
    }
}

//! Files that nobody here may edit.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::load::SourceSet;
use crate::lower::capture;

/// Mistakes that leave a schema usable: a repeated name, of which the last counts, and a misspelt keyword, which means nothing.
const FORGIVEN: [&str; 2] = ["WN0104", "WN0305"];
/// That a schema has annotations of its own: nobody here need know.
const UNSAID: &str = "WN0306";

/// Makes warnings of what in foreign files can only be mended by others.
pub(super) fn forgive(report: &mut Report, sources: &SourceSet, foreign: &[String]) {
    let is_foreign = |name: &str| foreign.iter().any(|pattern| capture(pattern, name).is_some());
    let foreign: HashSet<&str> = sources
        .documents
        .iter()
        .filter(|document| is_foreign(&document.name))
        .map(|document| document.file.path.as_str())
        .collect();
    let is_foreign = |finding: &Diagnostic| foreign.contains(finding.place.file.path.as_str());
    report.diagnostics.retain(|finding| finding.code != UNSAID || !is_foreign(finding));
    for finding in report.diagnostics.iter_mut().filter(|finding| FORGIVEN.contains(&finding.code)) {
        if is_foreign(finding) {
            finding.severity = Severity::Warning;
        }
    }
}

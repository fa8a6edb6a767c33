//! Events that a package got from another one, with what they were there.

use std::collections::BTreeSet;

use walnats_compat::{About, Comparison, Options, Side};

use crate::report;

/// Events that were in another package before.
pub struct Arrived {
    /// Which of the baselines they were in.
    pub baseline: usize,
    /// Their names.
    pub events: BTreeSet<String>,
    /// The package that they were in, relative to the workspace.
    pub from: String,
    /// The name of the baseline.
    pub name: String,
    /// What comes before its paths.
    pub prefix: String,
    /// The commit, if it is one.
    pub commit: Option<String>,
    /// The package as it was, with these events alone.
    pub old: Side,
}

impl Arrived {
    /// Compares the events with what they are in the package `new`.
    pub fn compared(&self, new: &Side, options: &Options) -> report::Baseline {
        let mut comparison: Comparison = walnats_compat::compare(&self.old, &new.only(&self.events), options);
        // All else that there was in the other package is that package's.
        comparison.findings.retain(|finding| matches!(finding.about, About::Event(_)));
        let notes = self.events.iter().map(|event| format!("note: event `{event}` was in package `{}`", self.from));
        report::Baseline {
            name: self.name.clone(),
            prefix: self.prefix.clone(),
            commit: self.commit.clone(),
            notes: notes.collect(),
            comparison,
            heading: String::new(),
        }
    }
}

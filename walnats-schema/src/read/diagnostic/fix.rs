//! Changes of text that fix a finding.

use super::Place;

/// Changes of text that fix a finding, where there is one right answer. All of them apply, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced; no two overlap.
    pub edits: Vec<Edit>,
}

/// A text in place of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub place: Place,
    /// What stands there afterwards.
    pub text: String,
}

impl From<Edit> for Fix {
    fn from(edit: Edit) -> Self {
        Self { edits: vec![edit] }
    }
}

impl From<Vec<Edit>> for Fix {
    fn from(edits: Vec<Edit>) -> Self {
        Self { edits }
    }
}

//! Changes of text that fix a finding.

use super::Place;

/// Changes of text that fix a finding, where there is one right answer. All of them apply, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced; no two overlap.
    pub edits: Vec<Edit>,
    /// Whether it may change which values are valid.
    pub applicability: Applicability,
}

/// Whether a fix may be applied without a look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// Every value that was valid stays valid; or nothing was, since the finding is an error.
    #[default]
    Safe,
    /// Payloads that were valid may become invalid.
    Unsafe,
}

impl Applicability {
    /// `safe` or `unsafe`
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

impl Fix {
    /// The same, as one that may make values invalid that were valid.
    #[must_use]
    pub fn narrowing(self) -> Self {
        Self { applicability: Applicability::Unsafe, ..self }
    }
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
        vec![edit].into()
    }
}

impl From<Vec<Edit>> for Fix {
    fn from(edits: Vec<Edit>) -> Self {
        Self { edits, applicability: Applicability::Safe }
    }
}

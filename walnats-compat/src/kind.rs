//! The kinds of verdicts.

/// The three verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Readers accept everything that is written: proven.
    Compatible,
    /// Neither was found; a finding names the places.
    Undecided,
    /// A payload is written and refused; a finding shows it.
    Breaking,
}

impl Kind {
    /// `compatible`, `undecided`, `breaking`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Undecided => "undecided",
            Self::Breaking => "breaking",
        }
    }
}

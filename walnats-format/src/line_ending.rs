//! How the lines of a file end: a checkout on Windows has other endings than the repository.

use std::borrow::Cow;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineEnding {
    Unix,
    Windows,
}

impl LineEnding {
    /// What the first line ends with.
    pub(crate) fn of(text: &str) -> Self {
        let first = text.find('\n').unwrap_or(0);
        if text[..first].ends_with('\r') { Self::Windows } else { Self::Unix }
    }

    /// The text with Unix line endings.
    pub(crate) fn unify(text: &str) -> Cow<'_, str> {
        if text.contains("\r\n") { text.replace("\r\n", "\n").into() } else { text.into() }
    }

    /// Turns Unix line endings into these.
    pub(crate) fn apply(self, text: String) -> String {
        match self {
            Self::Unix => text,
            Self::Windows => text.replace('\n', "\r\n"),
        }
    }
}

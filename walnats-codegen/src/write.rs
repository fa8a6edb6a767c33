//! Generated files: formatted, with a header, written only where they change.

/// A file that the pipeline made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Relative to the output directory, `/` between parts.
    pub path: String,
    /// The whole content.
    pub content: String,
}

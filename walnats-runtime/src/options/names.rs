//! The names of streams and subjects on this server, so that one binary serves every environment and tenant.

use super::Options;
use crate::error::ConfigError;
use crate::placement::Names;

impl Options {
    /// Separates the streams and subjects of an environment or tenant from all others: with `staging`, the event on
    /// `notes.home` of the stream `notes` is published on `staging.notes.home` and stored in `staging-notes`. The same as
    /// [`Options::subject_prefix`]`("staging.")` and [`Options::stream_prefix`]`("staging-")`; an empty name changes nothing.
    pub fn environment(self, name: impl Into<String>) -> Self {
        let name = name.into();
        let streams = if name.is_empty() { String::new() } else { format!("{name}-") };
        self.subject_prefix(name).stream_prefix(streams)
    }

    /// A prefix for every subject, of one or more tokens: `staging.`. The trailing `.` is optional; an empty prefix changes nothing. It
    /// applies to emits, their keys ([`Emit::once`](crate::Emit::once)), schedules and messages for an outbox,
    /// and for the subjects that `register` gives the streams. Readers see it: those that use
    /// this package's descriptors must add it to their subjects.
    ///
    /// Streams keep their names, see [`Options::stream_prefix`]. Without another name, two environments share a stream in
    /// one account: `register` adds the subjects of the second to it.
    ///
    /// A prefix with wildcards, white space or empty tokens, and one that starts with `$`, is a [`ConfigError`].
    pub fn subject_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.names.subjects = prefix.into();
        self
    }

    /// A prefix for every stream name: `staging-`. An empty prefix changes nothing.
    ///
    /// A prefix with `.`, `*`, `>`, `/`, `\` or white space is a [`ConfigError`].
    pub fn stream_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.names.streams = prefix.into();
        self
    }

    /// The name of one stream on this server, if a prefix is not enough: for example, an operator calls the package's `notes`
    /// `SHOP_NOTES`. No prefix is added. May be called for several streams.
    ///
    /// An invalid name, the name of another stream of the package, or an unknown `stream` is a [`ConfigError`].
    pub fn rename_stream(mut self, stream: impl Into<String>, name: impl Into<String>) -> Self {
        self.names.renamed.insert(stream.into(), name.into());
        self
    }

    /// The validated names.
    pub(crate) fn names(&self) -> Result<Names, ConfigError> {
        Names::new(&self.names)
    }
}

//! Streams: which there are, what they store, and that no two want the same subject.

//! An `EventModel` becomes files of Rust.

#[cfg(feature = "protobuf")]
pub mod protobuf;

/// The code of all events; the root is `events.rs`.
pub fn generate(
    _model: &crate::model::EventModel,
    _report: &mut crate::diagnostic::Report,
) -> Vec<crate::write::GeneratedFile> {
    Vec::new()
}

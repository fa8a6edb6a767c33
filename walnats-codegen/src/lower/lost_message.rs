//! What errors leave out of a protobuf file.

use crate::diagnostic::Diagnostic;

/// A protobuf message that could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostMessage {
    /// Its full name: `shop.v1.OrderPlaced`.
    pub name: String,
    /// The first error that concerns it.
    pub error: Diagnostic,
}

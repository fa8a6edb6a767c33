//! Files become a [`SourceSet`]. Nothing else in this crate reads from the disk, and nothing ever from the network.

mod document;

pub use document::{Document, Member, Node, NodeValue};

/// Everything that was read, sorted by name.
#[derive(Clone, Debug, Default)]
pub struct SourceSet {
    /// JSON and YAML schemas.
    pub documents: Vec<Document>,
    /// `.proto` files and compiled descriptor sets.
    pub protobuf: Vec<ProtobufSource>,
}

/// A `.proto` file, or a compiled descriptor set (`.binpb`).
#[derive(Clone, Debug)]
pub struct ProtobufSource {
    /// Its path as shown, and its text (empty for `.binpb`).
    pub file: std::sync::Arc<crate::diagnostic::SourceFile>,
    /// Relative to the schema folder: what an `import` says.
    pub name: String,
    /// The bytes as read.
    pub bytes: Vec<u8>,
}

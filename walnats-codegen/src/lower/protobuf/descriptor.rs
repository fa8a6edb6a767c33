//! Parts of descriptors: the numbers of fields, which paths of source info are made of, and lines of texts, in which places count.
//! <https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto>

use prost_types::DescriptorProto;

/// `name` of every descriptor.
pub const NAME: i32 = 1;

pub const FILE_DEPENDENCY: i32 = 3;
pub const FILE_MESSAGE: i32 = 4;
pub const FILE_ENUM: i32 = 5;
pub const FILE_SERVICE: i32 = 6;
pub const FILE_EXTENSION: i32 = 7;
pub const FILE_OPTIONS: i32 = 8;
pub const MESSAGE_FIELD: i32 = 2;
pub const MESSAGE_NESTED: i32 = 3;
pub const MESSAGE_ENUM: i32 = 4;
pub const MESSAGE_EXTENSION: i32 = 6;
pub const MESSAGE_OPTIONS: i32 = 7;
pub const MESSAGE_ONEOF: i32 = 8;
pub const FIELD_EXTENDEE: i32 = 2;
pub const FIELD_NUMBER: i32 = 3;
pub const FIELD_TYPE_NAME: i32 = 6;
pub const FIELD_DEFAULT: i32 = 7;
pub const FIELD_OPTIONS: i32 = 8;
pub const ONEOF_OPTIONS: i32 = 2;
pub const ENUM_VALUE: i32 = 2;
pub const ENUM_OPTIONS: i32 = 3;
pub const VALUE_NUMBER: i32 = 2;
pub const SERVICE_METHOD: i32 = 2;
pub const METHOD_INPUT: i32 = 2;
pub const METHOD_OUTPUT: i32 = 3;

/// What a file says that the parser accepts, and protoc does not.
pub struct Refused {
    pub code: &'static str,
    /// Where that is in the descriptor of the file, the most exact path first.
    pub paths: Vec<Vec<i32>>,
    pub message: String,
    pub help: &'static str,
}

/// Whether a message is what the entries of a map are on the wire.
pub fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

/// Where the lines of a text start. Lines and columns count from 0, columns in bytes.
pub struct Lines(Vec<usize>);

impl Lines {
    pub fn new(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1)).collect())
    }

    /// `None` where the text has no such line.
    pub fn offset(&self, line: i32, column: i32) -> Option<usize> {
        let start = self.0.get(usize::try_from(line).ok()?)?;
        start.checked_add(usize::try_from(column).ok()?)
    }

    /// The line of `offset`, and the column.
    pub fn position(&self, offset: usize) -> (usize, i32) {
        let line = self.0.partition_point(|start| *start <= offset).saturating_sub(1);
        (line, i32::try_from(offset - self.0[line]).unwrap_or(i32::MAX))
    }
}

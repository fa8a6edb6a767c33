//! Where things stand in the text, and what its comments say.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use prost_reflect::{FileDescriptor, MessageDescriptor};
use prost_types::source_code_info::Location;

use crate::diagnostic::{Place, SourceFile};

/// `google.protobuf.DescriptorProto.name`
const NAME: i32 = 1;

/// The sources of the files of a package, by the name of the file.
pub struct Places {
    files: BTreeMap<String, Arc<SourceFile>>,
}

impl Places {
    /// `files` by their names in the descriptors.
    pub fn new(files: BTreeMap<String, Arc<SourceFile>>) -> Self {
        Self { files }
    }

    /// The name of `message`.
    pub fn name(&self, message: &MessageDescriptor) -> Place {
        let path = [message.path(), &[NAME]].concat();
        self.path(&message.parent_file(), &path).unwrap_or_else(|| self.file(&message.parent_file()))
    }

    /// What `path` of the descriptor of `file` stands for, if it stands in a text.
    pub fn path(&self, file: &FileDescriptor, path: &[i32]) -> Option<Place> {
        let source = self.files.get(file.name()).filter(|source| !source.text.is_empty())?;
        let span = span(&source.text, location(file, path)?)?;
        Some(Place { file: Arc::clone(source), span })
    }

    /// The comment right above `message`, without the white space around it.
    pub fn comment(&self, message: &MessageDescriptor) -> Option<String> {
        comment(location(&message.parent_file(), message.path())?.leading_comments())
    }

    fn file(&self, file: &FileDescriptor) -> Place {
        let source = self.files.get(file.name()).cloned();
        Place { file: source.unwrap_or_default(), span: 0..0 }
    }
}

/// A comment as its author meant it: without the space between `//` and the text, or `None` for an empty one.
pub fn comment(text: &str) -> Option<String> {
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    let indentation = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let common = lines.iter().filter(|line| !line.is_empty()).map(indentation).min().unwrap_or_default();
    let text = lines.iter().map(|line| line.get(common..).unwrap_or_default()).collect::<Vec<_>>().join("\n");
    Some(text.trim_matches('\n').to_owned()).filter(|text| !text.is_empty())
}

fn location<'a>(file: &'a FileDescriptor, path: &[i32]) -> Option<&'a Location> {
    let info = file.file_descriptor_proto().source_code_info.as_ref()?;
    info.location.iter().find(|location| location.path == path)
}

/// Lines and columns count from 0, columns in bytes; the line of the end is left out where it is that of the start.
pub fn span(text: &str, location: &Location) -> Option<Range<usize>> {
    let &[start_line, start_column, .., end_column] = location.span.as_slice() else { return None };
    let end_line = if location.span.len() == 4 { location.span[2] } else { start_line };
    let offset = |line: i32, column: i32| {
        let line = usize::try_from(line).ok()?;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let offset = start + usize::try_from(column).ok()?;
        text.is_char_boundary(offset).then_some(offset)
    };
    let (start, end) = (offset(start_line, start_column)?, offset(end_line, end_column)?);
    (start <= end).then_some(start..end)
}

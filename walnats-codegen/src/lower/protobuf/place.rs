//! Where things stand in the text, and what its comments say.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use prost_reflect::{FileDescriptor, MessageDescriptor};
use prost_types::source_code_info::Location;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto};

use crate::diagnostic::{Place, SourceFile};

/// `google.protobuf.DescriptorProto.name`, and so of all other descriptors.
const NAME: i32 = 1;

// Numbers of lists of descriptors, which paths are made of.
const FILE_MESSAGE: i32 = 4;
const FILE_ENUM: i32 = 5;
const MESSAGE_FIELD: i32 = 2;
const MESSAGE_NESTED: i32 = 3;
const MESSAGE_ENUM: i32 = 4;
const MESSAGE_ONEOF: i32 = 8;
const ENUM_VALUE: i32 = 2;

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

    /// Where the names in `file` are written: by full names of messages, enumerations, their values, fields and oneofs. `wanted`
    /// decides by the full name of a message or enumeration.
    pub fn names(&self, file: &FileDescriptorProto, wanted: &dyn Fn(&str) -> bool) -> BTreeMap<String, Place> {
        let Some(source) = self.files.get(file.name()).filter(|source| !source.text.is_empty()) else {
            return BTreeMap::new();
        };
        let info = file.source_code_info.iter().flat_map(|info| &info.location);
        let mut naming = Naming {
            locations: info.map(|location| (location.path.as_slice(), location)).collect(),
            lines: std::iter::once(0).chain(source.text.match_indices('\n').map(|(end, _)| end + 1)).collect(),
            source,
            wanted,
            found: BTreeMap::new(),
        };
        naming.enums(file.package(), &file.enum_type, &[FILE_ENUM]);
        naming.messages(file.package(), &file.message_type, &[FILE_MESSAGE]);
        naming.found
    }

    /// The path of `file` as shown.
    pub fn shown(&self, file: &FileDescriptor) -> String {
        self.files.get(file.name()).map(|source| source.path.clone()).unwrap_or_default()
    }

    /// The whole of `file`.
    pub fn file(&self, file: &FileDescriptor) -> Place {
        let source = self.files.get(file.name()).cloned();
        Place { file: source.unwrap_or_default(), span: 0..0 }
    }
}

/// Collects where the names of a file are.
struct Naming<'n> {
    locations: HashMap<&'n [i32], &'n Location>,
    /// Where the lines start.
    lines: Vec<usize>,
    source: &'n Arc<SourceFile>,
    wanted: &'n dyn Fn(&str) -> bool,
    found: BTreeMap<String, Place>,
}

impl Naming<'_> {
    fn messages(&mut self, scope: &str, messages: &[DescriptorProto], list: &[i32]) {
        for (index, message) in (0..).zip(messages) {
            let (name, path) = (full_name(scope, message.name()), [list, &[index]].concat());
            if (self.wanted)(&name) {
                self.add(&name, &path);
                self.members(&name, message.field.iter().map(|field| field.name()), &path, MESSAGE_FIELD);
                self.members(&name, message.oneof_decl.iter().map(|oneof| oneof.name()), &path, MESSAGE_ONEOF);
            }
            self.enums(&name, &message.enum_type, &[&path[..], &[MESSAGE_ENUM]].concat());
            self.messages(&name, &message.nested_type, &[&path[..], &[MESSAGE_NESTED]].concat());
        }
    }

    fn enums(&mut self, scope: &str, enums: &[EnumDescriptorProto], list: &[i32]) {
        for (index, enumeration) in (0..).zip(enums) {
            let (name, path) = (full_name(scope, enumeration.name()), [list, &[index]].concat());
            if (self.wanted)(&name) {
                self.add(&name, &path);
                self.members(&name, enumeration.value.iter().map(|value| value.name()), &path, ENUM_VALUE);
            }
        }
    }

    fn members<'m>(&mut self, scope: &str, names: impl Iterator<Item = &'m str>, path: &[i32], list: i32) {
        for (index, name) in (0..).zip(names) {
            self.add(&full_name(scope, name), &[path, &[list, index]].concat());
        }
    }

    fn add(&mut self, name: &str, path: &[i32]) {
        let location = self.locations.get([path, &[NAME]].concat().as_slice());
        if let Some(span) = location.and_then(|location| self.span(&location.span)) {
            self.found.insert(name.to_owned(), Place { file: Arc::clone(self.source), span });
        }
    }

    /// That of a name, which is on one line.
    fn span(&self, span: &[i32]) -> Option<Range<usize>> {
        let &[line, start, end] = span else { return None };
        let line = *self.lines.get(usize::try_from(line).ok()?)?;
        let span = line + usize::try_from(start).ok()?..line + usize::try_from(end).ok()?;
        self.source.text.get(span.clone()).map(|_| span)
    }
}

fn full_name(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
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

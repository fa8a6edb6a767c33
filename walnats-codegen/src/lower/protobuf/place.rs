//! Where things stand in the text, and what its comments say.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use prost_reflect::{FileDescriptor, MessageDescriptor};
use prost_types::source_code_info::Location;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto};

use super::descriptor::{
    ENUM_VALUE, FILE_ENUM, FILE_MESSAGE, Lines, MESSAGE_ENUM, MESSAGE_FIELD, MESSAGE_NESTED, MESSAGE_ONEOF, NAME,
};
use crate::diagnostic::{Place, SourceFile};
use crate::model::ProtobufFile;

/// The sources of the files of a package, by the name of the file.
pub struct Places {
    files: BTreeMap<String, Source>,
}

struct Source {
    file: Arc<SourceFile>,
    /// Made when it is first needed: many files are only imported.
    index: OnceLock<Index>,
}

struct Index {
    /// Positions in the source info of the file.
    locations: HashMap<Vec<i32>, usize>,
    lines: Lines,
}

impl Index {
    fn of(file: &FileDescriptor, text: &str) -> Self {
        let mut locations = HashMap::new();
        for (at, location) in locations_of(file.file_descriptor_proto()).iter().enumerate() {
            locations.entry(location.path.clone()).or_insert(at);
        }
        Self { locations, lines: Lines::new(text) }
    }
}

impl Places {
    /// `files` by their names in the descriptors.
    pub fn new(files: BTreeMap<String, Arc<SourceFile>>) -> Self {
        let files = files.into_iter().map(|(name, file)| (name, Source { file, index: OnceLock::new() }));
        Self { files: files.collect() }
    }

    /// The name of `message`.
    pub fn name(&self, message: &MessageDescriptor) -> Place {
        let path = [message.path(), &[NAME]].concat();
        self.path(&message.parent_file(), &path).unwrap_or_else(|| self.file(&message.parent_file()))
    }

    /// What `path` of the descriptor of `file` stands for, if it stands in a text.
    pub fn path(&self, file: &FileDescriptor, path: &[i32]) -> Option<Place> {
        let Source { file: source, .. } = self.files.get(file.name()).filter(|source| !source.file.text.is_empty())?;
        let (location, lines) = self.location(file, path)?;
        let span = span(&source.text, lines, location)?;
        Some(Place { file: Arc::clone(source), span })
    }

    fn location<'f>(&'f self, file: &'f FileDescriptor, path: &[i32]) -> Option<(&'f Location, &'f Lines)> {
        let source = self.files.get(file.name())?;
        let index = source.index.get_or_init(|| Index::of(file, &source.file.text));
        let location = locations_of(file.file_descriptor_proto()).get(*index.locations.get(path)?)?;
        Some((location, &index.lines))
    }

    /// The comment right above `message`, without the white space around it.
    pub fn comment(&self, message: &MessageDescriptor) -> Option<String> {
        let file = message.parent_file();
        comment(self.location(&file, message.path())?.0.leading_comments())
    }

    /// Where the names in `file` are written: by full names of messages, enumerations, their values, fields and oneofs. `wanted`
    /// decides by the full name of a message or enumeration.
    pub fn names(&self, file: &FileDescriptorProto, wanted: &dyn Fn(&str) -> bool) -> BTreeMap<String, Place> {
        let Some(Source { file: source, .. }) =
            self.files.get(file.name()).filter(|source| !source.file.text.is_empty())
        else {
            return BTreeMap::new();
        };
        let mut naming = Naming {
            locations: locations_of(file).iter().map(|location| (location.path.as_slice(), location)).collect(),
            lines: Lines::new(&source.text),
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
        self.files.get(file.name()).map(|source| source.file.path.clone()).unwrap_or_default()
    }

    /// The whole of `file`.
    pub fn file(&self, file: &FileDescriptor) -> Place {
        let source = self.files.get(file.name()).map(|source| Arc::clone(&source.file));
        Place { file: source.unwrap_or_default(), span: 0..0 }
    }
}

/// Collects where the names of a file are.
struct Naming<'n> {
    locations: HashMap<&'n [i32], &'n Location>,
    lines: Lines,
    source: &'n Arc<SourceFile>,
    wanted: &'n dyn Fn(&str) -> bool,
    found: BTreeMap<String, Place>,
}

impl Naming<'_> {
    fn messages(&mut self, scope: &str, messages: &[DescriptorProto], list: &[i32]) {
        for (index, message) in (0..).zip(messages) {
            let (name, path) = (ProtobufFile::full_name(scope, message.name()), [list, &[index]].concat());
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
            let (name, path) = (ProtobufFile::full_name(scope, enumeration.name()), [list, &[index]].concat());
            if (self.wanted)(&name) {
                self.add(&name, &path);
                self.members(&name, enumeration.value.iter().map(|value| value.name()), &path, ENUM_VALUE);
            }
        }
    }

    fn members<'m>(&mut self, scope: &str, names: impl Iterator<Item = &'m str>, path: &[i32], list: i32) {
        for (index, name) in (0..).zip(names) {
            self.add(&ProtobufFile::full_name(scope, name), &[path, &[list, index]].concat());
        }
    }

    fn add(&mut self, name: &str, path: &[i32]) {
        let location = self.locations.get([path, &[NAME]].concat().as_slice());
        if let Some(span) = location.and_then(|location| span(&self.source.text, &self.lines, location)) {
            self.found.insert(name.to_owned(), Place { file: Arc::clone(self.source), span });
        }
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

fn locations_of(file: &FileDescriptorProto) -> &[Location] {
    file.source_code_info.as_ref().map_or(&[], |info| &info.location)
}

/// What `location` spans of `text`; the line of the end is left out where it is that of the start.
pub fn span(text: &str, lines: &Lines, location: &Location) -> Option<Range<usize>> {
    let &[start_line, start_column, .., end_column] = location.span.as_slice() else { return None };
    let end_line = if location.span.len() == 4 { location.span[2] } else { start_line };
    let offset = |line, column| lines.offset(line, column).filter(|offset| text.is_char_boundary(*offset));
    let (start, end) = (offset(start_line, start_column)?, offset(end_line, end_column)?);
    (start <= end).then_some(start..end)
}

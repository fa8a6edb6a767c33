//! The files that an import can mean: those that come with walnats, then those of the package.

use std::collections::BTreeMap;
use std::sync::Arc;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value};
use prost_types::{FileDescriptorProto, FileDescriptorSet};

use crate::diagnostic::{Diagnostic, Place, Report, SourceFile};
use crate::load::ProtobufSource;

use super::edition::{self, Edition, Rewritten};
use super::{soundness, text};

/// The files that come with walnats, and with neither protoc nor buf: the names by which they are imported, and their texts.
pub const OWN: [(&str, &str); 2] = [OPTIONS, VALIDATE];

/// What `import "walnats/options.proto"` means.
const OPTIONS: (&str, &str) = ("walnats/options.proto", include_str!("../../../proto/walnats/options.proto"));

/// The rules of protovalidate.
const VALIDATE: (&str, &str) =
    ("buf/validate/validate.proto", include_str!("../../../proto/buf/validate/validate.proto"));

/// The descriptors of descriptors, by Google, as of protoc 35: with the features of all editions that are known here.
pub const DESCRIPTOR: &str = "google/protobuf/descriptor.proto";

/// How files end that need all of it.
const FEATURES: &str = "_features.proto";

/// Files that come with walnats.
const BUNDLED: [(&str, &str); 6] = [
    OPTIONS,
    VALIDATE,
    (DESCRIPTOR, include_str!("../../../proto/google/protobuf/descriptor.proto")),
    ("google/protobuf/cpp_features.proto", include_str!("../../../proto/google/protobuf/cpp_features.proto")),
    ("google/protobuf/go_features.proto", include_str!("../../../proto/google/protobuf/go_features.proto")),
    ("google/protobuf/java_features.proto", include_str!("../../../proto/google/protobuf/java_features.proto")),
];

/// Everything that can be imported, by name.
#[derive(Default)]
pub struct Library {
    /// Where the files of the package come from; those that do not compile too.
    pub files: BTreeMap<String, Arc<SourceFile>>,
    sets: BTreeMap<String, CompiledFile>,
    /// Whether any text is of an edition: prost-reflect's descriptors lack some of the features.
    has_editions: bool,
}

/// A file of a descriptor set.
pub struct CompiledFile {
    /// Encoded, because decoding into prost's types would lose custom options.
    pub encoded: Vec<u8>,
    /// The same, for all but options.
    pub descriptor: FileDescriptorProto,
    /// What its edition said, if it had one.
    pub rewritten: Option<Rewritten>,
    /// The descriptor set.
    source: Arc<SourceFile>,
}

impl CompiledFile {
    /// Whether the other one declares something else: comments and places do not count.
    fn is_another(&self, other: &Self) -> bool {
        let declared = |file: &Self| {
            let mut message =
                DynamicMessage::decode(FileDescriptorProto::default().descriptor(), &*file.encoded).ok()?;
            message.clear_field_by_name("source_code_info");
            Some(message)
        };
        self.encoded != other.encoded && declared(self) != declared(other)
    }
}

/// What an import leads to.
pub enum Content<'l> {
    /// Of the package, or of walnats.
    Text(&'l str),
    /// Of a descriptor set.
    Compiled(&'l CompiledFile),
    /// One of Google's that prost-reflect has.
    WellKnown(Box<FileDescriptorProto>),
}

impl Library {
    pub fn new(sources: &[ProtobufSource], report: &mut Report) -> Self {
        let mut library = Self::default();
        let (texts, sets): (Vec<_>, Vec<_>) = sources.iter().partition(|source| source.name.ends_with(".proto"));
        // A file's text is nearer to its author than a compiled form of it, so texts come first.
        for source in texts {
            library.add(source, &source.name);
            library.has_editions |= ["edition", FEATURES].iter().any(|word| source.file.text.contains(word));
        }
        for source in sets {
            library.add_descriptor_set(source, report);
        }
        library
    }

    /// What `name` is in an import. A copy of a file that comes with walnats, kept for other tools, is not looked at.
    pub fn open(&self, name: &str) -> Option<Content<'_>> {
        let bundled = BUNDLED.iter().find(|(bundled, _)| *bundled == name);
        if let Some((_, text)) = bundled.filter(|_| self.has_editions || name != DESCRIPTOR) {
            return Some(Content::Text(text));
        }
        if let Some(file) = well_known(name) {
            return Some(Content::WellKnown(Box::new(file)));
        }
        if let Some(compiled) = self.sets.get(name) {
            return Some(Content::Compiled(compiled));
        }
        self.files.get(name).map(|file| Content::Text(&file.text))
    }

    /// The files of editions, by name.
    pub fn editions(&self) -> BTreeMap<String, Edition> {
        let edition = |name: &str, file: &SourceFile| match self.sets.get(name) {
            Some(compiled) => compiled.rewritten.as_ref().map(|rewritten| rewritten.edition),
            None => text::edition(&file.text),
        };
        self.files.iter().filter_map(|(name, file)| Some((name.clone(), edition(name, file)?))).collect()
    }

    fn add(&mut self, source: &ProtobufSource, name: &str) -> bool {
        let is_builtin = BUNDLED.iter().any(|(bundled, _)| *bundled == name) || well_known(name).is_some();
        if is_builtin || self.files.contains_key(name) {
            return false;
        }
        self.files.insert(name.to_owned(), Arc::clone(&source.file));
        true
    }

    fn add_descriptor_set(&mut self, source: &ProtobufSource, report: &mut Report) {
        match read_descriptor_set(source) {
            Ok(files) => {
                for file in files {
                    let name = file.descriptor.name().to_owned();
                    self.has_editions |= file.rewritten.is_some() || name.ends_with(FEATURES);
                    if let Some(first) = self.sets.get(&name).filter(|first| first.is_another(&file)) {
                        report.push(in_two_sets(source, &name, &first.source));
                    }
                    if self.add(source, &name) {
                        self.sets.insert(name, file);
                    }
                }
            }
            Err(problem) => report.push(
                Diagnostic::error("WN0506", whole_file(source), format!("not a usable descriptor set: {problem}")).help(
                    "make one with `buf build -o x.binpb` or `protoc --include_imports --descriptor_set_out=x.binpb`",
                ),
            ),
        }
    }
}

/// Google's files that prost-reflect has.
fn well_known(name: &str) -> Option<FileDescriptorProto> {
    if !name.starts_with("google/protobuf/") {
        return None;
    }
    DescriptorPool::global().get_file_by_name(name).map(|file| file.file_descriptor_proto().clone())
}

/// The files of a `google.protobuf.FileDescriptorSet`, without editions.
fn read_descriptor_set(source: &ProtobufSource) -> Result<Vec<CompiledFile>, String> {
    let kind = FileDescriptorSet::default().descriptor();
    let mut set = DynamicMessage::decode(kind, source.bytes.as_slice()).map_err(|error| error.to_string())?;
    let mut files = Vec::new();
    for file in set.take_field_by_name("file").iter_mut().filter_map(Value::as_list_mut).flatten() {
        let Some(file) = file.as_message_mut() else { continue };
        let rewritten = edition::rewrite(file).map_err(|number| {
            let known = Edition::KNOWN.map(Edition::name).join(" and ");
            format!("its edition has the number {number}, and those that are known here are {known}")
        })?;
        let encoded = file.encode_to_vec();
        let descriptor = FileDescriptorProto::decode(encoded.as_slice()).map_err(|error| error.to_string())?;
        if let Some(problem) = soundness::problem(&descriptor) {
            return Err(format!("`{}`: {problem}", descriptor.name()));
        }
        files.push(CompiledFile { encoded, descriptor, rewritten, source: Arc::clone(&source.file) });
    }
    match files.is_empty() {
        true => Err("it has no files".to_owned()),
        false => Ok(files),
    }
}

fn in_two_sets(source: &ProtobufSource, name: &str, first: &Arc<SourceFile>) -> Diagnostic {
    let message = format!("`{name}` is in two descriptor sets, and not the same in both");
    Diagnostic::error("WN0113", whole_file(source), message)
        .related(Place { file: Arc::clone(first), span: 0..0 }, "first here")
        .help("make both of the same files, or put what they share into a set of its own")
}

fn whole_file(source: &ProtobufSource) -> Place {
    Place { file: Arc::clone(&source.file), span: 0..0 }
}

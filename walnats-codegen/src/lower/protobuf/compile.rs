//! Compiles protobuf sources in memory: an import is looked up among the sources and what comes with walnats, nowhere else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value};
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use protox::file::{File, FileResolver, GoogleFileResolver};

use crate::diagnostic::{Diagnostic, Place, Report, SourceFile};
use crate::load::ProtobufSource;

use super::{edition, mistake, soundness};

/// What `import "walnats/options.proto"` means.
pub const OPTIONS: (&str, &str) = ("walnats/options.proto", include_str!("../../../proto/walnats/options.proto"));

/// Descriptors of everything that compiles.
pub struct Compiled {
    /// With source info and options.
    pub pool: DescriptorPool,
    /// Where the files of the package come from, by name; those that do not compile too.
    pub files: BTreeMap<String, Arc<SourceFile>>,
}

/// Compiles each of `sources`; a mistake in one does not hide those of another.
pub fn compile(sources: &[ProtobufSource], report: &mut Report) -> Compiled {
    let mut library = Library { google: GoogleFileResolver::new(), files: BTreeMap::new(), contents: BTreeMap::new() };
    let (texts, sets): (Vec<_>, Vec<_>) = sources.iter().partition(|source| source.name.ends_with(".proto"));
    // A file's text is nearer to its author than a compiled form of it, so texts come first.
    for source in texts {
        library.add(source, &source.name, Content::Text(source.file.text.clone()));
    }
    for source in sets {
        library.add_descriptor_set(source, report);
    }

    let files = library.files.clone();
    let mut compiler = protox::Compiler::with_file_resolver(library);
    compiler.include_source_info(true).include_imports(true);
    for name in files.keys() {
        if let Err(error) = compiler.open_file(name) {
            mistake::report(&error, &files, report);
        }
    }
    Compiled { pool: compiler.descriptor_pool(), files }
}

/// The files that an import can mean: those that come with walnats, then those of the package.
struct Library {
    google: GoogleFileResolver,
    files: BTreeMap<String, Arc<SourceFile>>,
    contents: BTreeMap<String, Content>,
}

enum Content {
    Text(String),
    /// Encoded, because decoding into prost's types would lose custom options.
    Descriptor(Vec<u8>),
}

impl Library {
    fn add_descriptor_set(&mut self, source: &ProtobufSource, report: &mut Report) {
        match read_descriptor_set(&source.bytes) {
            Ok(files) => {
                for (name, encoded) in files {
                    self.add(source, &name, Content::Descriptor(encoded));
                }
            }
            Err(problem) => report.push(
                Diagnostic::error("WN0506", whole_file(source), format!("not a usable descriptor set: {problem}")).help(
                    "make one with `buf build -o x.binpb` or `protoc --include_imports --descriptor_set_out=x.binpb`",
                ),
            ),
        }
    }

    /// A copy of a file that comes with walnats, kept for other tools, is not looked at.
    fn add(&mut self, source: &ProtobufSource, name: &str, content: Content) {
        if self.builtin(name).is_err() && !self.files.contains_key(name) {
            self.files.insert(name.to_owned(), Arc::clone(&source.file));
            self.contents.insert(name.to_owned(), content);
        }
    }

    fn builtin(&self, name: &str) -> Result<File, protox::Error> {
        match name == OPTIONS.0 {
            true => File::from_source(OPTIONS.0, OPTIONS.1),
            false => self.google.open_file(name),
        }
    }
}

impl FileResolver for Library {
    /// Names are looked up as they are; the default would first take them apart as paths of the file system.
    fn resolve_path(&self, path: &Path) -> Option<String> {
        path.to_str().map(str::to_owned)
    }

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.contents.get(name) {
            Some(Content::Text(text)) => File::from_source(name, text),
            Some(Content::Descriptor(encoded)) => {
                File::decode_file_descriptor_proto(encoded.as_slice()).map_err(protox::Error::new)
            }
            None => self.builtin(name),
        }
    }
}

/// The files of a `google.protobuf.FileDescriptorSet` by name, each encoded by itself, without editions.
fn read_descriptor_set(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let kind = FileDescriptorSet::default().descriptor();
    let mut set = DynamicMessage::decode(kind, bytes).map_err(|error| error.to_string())?;
    let mut files = Vec::new();
    for file in set.take_field_by_name("file").iter_mut().filter_map(Value::as_list_mut).flatten() {
        let Some(file) = file.as_message_mut() else { continue };
        edition::rewrite(file).map_err(|number| format!("edition {number} is later than those that are known here"))?;
        let encoded = file.encode_to_vec();
        let descriptor = FileDescriptorProto::decode(encoded.as_slice()).map_err(|error| error.to_string())?;
        if let Some(problem) = soundness::problem(&descriptor) {
            return Err(format!("`{}`: {problem}", descriptor.name()));
        }
        files.push((descriptor.name().to_owned(), encoded));
    }
    match files.is_empty() {
        true => Err("it has no files".to_owned()),
        false => Ok(files),
    }
}

fn whole_file(source: &ProtobufSource) -> Place {
    Place { file: Arc::clone(&source.file), span: 0..0 }
}

//! Files of editions, in a pool, with what their features say as proto2 or proto3.

use std::collections::BTreeMap;
use std::sync::Arc;

use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, FileDescriptor, Value};

use crate::diagnostic::{Report, SourceFile};

use super::edition::{self, Edition};
use super::mistake::Mistakes;

/// By name of a file that was of an edition, its fields without presence if it is proto2 now.
pub type Implicit = BTreeMap<String, Vec<String>>;

/// How far a file of an edition is.
pub enum Written {
    /// As text, which the pool has as proto2.
    Text(Edition),
    /// With its features applied.
    Applied(Vec<String>),
}

impl Written {
    fn fields(&self) -> Vec<String> {
        match self {
            Self::Text(_) => Vec::new(),
            Self::Applied(fields) => fields.clone(),
        }
    }
}

/// The pool with what the features of its editions say as proto2 or proto3: where options are known, features are.
pub fn without_editions(
    pool: DescriptorPool,
    written: BTreeMap<String, Written>,
    files: &BTreeMap<String, Arc<SourceFile>>,
    report: &mut Report,
) -> (DescriptorPool, Implicit) {
    let is_text = |written: &Written| matches!(written, Written::Text(_));
    let mut implicit: Implicit = written.iter().map(|(name, written)| (name.clone(), written.fields())).collect();
    if !written.values().any(is_text) {
        return (pool, implicit);
    }
    let mut rewritten = DescriptorPool::new();
    for file in pool.files() {
        let mut encoded = file.encode_to_vec();
        if let Some(Written::Text(edition)) = written.get(file.name()) {
            // What encodes the pool's files is what decodes them, and the edition is one of those that are known.
            if let Some((applied, fields)) = apply(&pool, &encoded, *edition) {
                encoded = applied;
                implicit.insert(file.name().to_owned(), fields);
            }
        }
        let is_missing = |import: FileDescriptor| rewritten.get_file_by_name(import.name()).is_none();
        if file.dependencies().any(is_missing) {
            continue;
        }
        if let Err(error) = rewritten.decode_file_descriptor_proto(encoded.as_slice()) {
            let text = files.get(file.name()).map(|file| file.text.as_str()).unwrap_or_default();
            let mistakes = Mistakes { name: file.name(), files };
            mistakes.report(&error.with_source_code(text), &|offset| offset, report);
        }
    }
    (rewritten, implicit)
}

/// The file `encoded` with its features applied, and its fields without presence if it is proto2 then.
fn apply(pool: &DescriptorPool, encoded: &[u8], edition: Edition) -> Option<(Vec<u8>, Vec<String>)> {
    let kind = pool.get_message_by_name("google.protobuf.FileDescriptorProto")?;
    let mut file = DynamicMessage::decode(kind, encoded).ok()?;
    file.set_field_by_name("syntax", Value::String("editions".to_owned()));
    file.set_field_by_name("edition", Value::EnumNumber(edition.number()));
    let rewritten = edition::rewrite(&mut file).ok()??;
    Some((file.encode_to_vec(), rewritten.implicit))
}

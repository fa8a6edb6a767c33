//! Which messages and enumerations are published as JSON.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ProtobufField, ProtobufFile, ProtobufKind, ProtobufMessage, ProtobufModel, ProtobufScalar};

/// The well-known types with a JSON mapping, besides wrappers.
const GOOGLE: [&str; 9] =
    ["Any", "Duration", "Empty", "FieldMask", "ListValue", "NullValue", "Struct", "Timestamp", "Value"];

/// The types that messages reach.
pub struct Reach<'p> {
    protobuf: &'p ProtobufModel,
    messages: BTreeMap<String, &'p ProtobufMessage>,
    reached: BTreeSet<String>,
}

impl<'p> Reach<'p> {
    /// Of none so far.
    pub fn new(protobuf: &'p ProtobufModel) -> Self {
        let mut messages = BTreeMap::new();
        protobuf.files.iter().for_each(|file| index(&file.package, &file.messages, &mut messages));
        Self { protobuf, messages, reached: BTreeSet::new() }
    }

    /// Whether a type is reached, by its full name.
    pub fn has(&self, full_name: &str) -> bool {
        self.reached.contains(full_name)
    }

    /// Whether any message is reached, by way of an `Any`.
    pub fn holds_any(&self) -> bool {
        self.has("google.protobuf.Any")
    }

    /// The messages that hold, themselves or by what they hold, something without a mapping. Of the types of other crates, those
    /// that are reached have one.
    pub fn unmappable(&self) -> BTreeSet<String> {
        let mut holders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut waiting = Vec::new();
        for (name, message) in &self.messages {
            for field in fields(message) {
                let (ProtobufKind::Message(kind) | ProtobufKind::Enum(kind)) = &field.kind else { continue };
                let is_of_other_crate = self.protobuf.externs.contains_key(&format!(".{kind}"));
                if !self.is_mapped(kind) || (is_of_other_crate && !self.has(kind)) {
                    waiting.push(name.as_str());
                }
                holders.entry(kind).or_default().push(name);
            }
        }
        let mut unmappable = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            if unmappable.insert(name.to_owned()) {
                waiting.extend(holders.get(name).into_iter().flatten());
            }
        }
        unmappable
    }

    /// Adds what `root` reaches. Returns the first field whose type has no mapping, and that type.
    pub fn add(&mut self, root: &str) -> Option<(String, String)> {
        let mut unmapped = None;
        let mut waiting = vec![root.to_owned()];
        while let Some(name) = waiting.pop() {
            if !self.reached.insert(name.clone()) {
                continue;
            }
            let Some(message) = self.messages.get(&name) else { continue };
            for field in fields(message) {
                let (ProtobufKind::Message(kind) | ProtobufKind::Enum(kind)) = &field.kind else { continue };
                if unmapped.is_none() && !self.is_mapped(kind) {
                    unmapped = Some((format!("{name}.{}", field.name), kind.clone()));
                }
                waiting.push(kind.clone());
            }
        }
        unmapped
    }

    fn is_mapped(&self, kind: &str) -> bool {
        let own = kind.strip_prefix("google.protobuf.").filter(|name| !name.contains('.'));
        match own {
            _ if self.protobuf.externs.contains_key(&format!(".{kind}")) => true,
            Some(name) => GOOGLE.contains(&name) || ProtobufScalar::of_wrapper(kind).is_some(),
            None => !kind.starts_with("google.protobuf."),
        }
    }
}

/// All fields of a message, those of oneofs too.
pub fn fields(message: &ProtobufMessage) -> impl Iterator<Item = &ProtobufField> {
    message.fields.iter().chain(message.oneofs.iter().flat_map(|oneof| &oneof.fields))
}

fn index<'p>(scope: &str, messages: &'p [ProtobufMessage], all: &mut BTreeMap<String, &'p ProtobufMessage>) {
    for message in messages {
        let name = ProtobufFile::full_name(scope, &message.name);
        index(&name, &message.messages, all);
        all.insert(name, message);
    }
}

//! Messages and enumerations whose types other crates have: `[codegen] extern`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::descriptor::is_map_entry;
use super::scope_of;
use crate::model::ProtobufExtern;

/// The types of other crates.
pub struct Externs<'e> {
    /// Paths in Rust, by full names of messages, enumerations and packages, with a leading dot.
    paths: &'e BTreeMap<String, String>,
}

impl<'e> Externs<'e> {
    pub fn new(paths: &'e BTreeMap<String, String>) -> Self {
        Self { paths }
    }

    /// Whether the type `name` (`.shop.v1.Order`), or what it is declared in, is a type of another crate.
    pub fn covers(&self, name: &str) -> bool {
        self.key(name).is_some()
    }

    /// The longest name in the settings that `name` is, or is declared in.
    fn key<'n>(&self, name: &'n str) -> Option<&'n str> {
        let ends = name.match_indices('.').map(|(end, _)| end).chain([name.len()]).filter(|end| *end > 0);
        ends.map(|end| &name[..end]).rfind(|key| self.paths.contains_key(*key))
    }

    /// The files with a stand-in for each message that is a type of another crate. From its one field prost-build takes
    /// that the type can neither be copied nor hashed, as nothing here knows whether it can.
    pub fn with_stand_ins(&self, mut files: Vec<FileDescriptorProto>) -> Vec<FileDescriptorProto> {
        if !self.paths.is_empty() {
            for file in &mut files {
                let scope = scope_of(file);
                file.message_type.iter_mut().for_each(|message| self.stand_in(&scope, message));
            }
        }
        files
    }

    fn stand_in(&self, scope: &str, message: &mut DescriptorProto) {
        let name = format!("{scope}.{}", message.name());
        message.nested_type.iter_mut().for_each(|nested| self.stand_in(&name, nested));
        if self.covers(&name) && !is_map_entry(message) {
            message.nested_type.retain(|nested| !is_map_entry(nested));
            message.oneof_decl.clear();
            message.field = vec![FieldDescriptorProto {
                name: Some("unknown".to_owned()),
                number: Some(1),
                label: Some(Label::Repeated.into()),
                r#type: Some(Type::Float.into()),
                ..FieldDescriptorProto::default()
            }];
        }
    }

    /// Those of `reached` that are types of other crates.
    pub fn of(&self, reached: &BTreeSet<String>, files: &[FileDescriptorProto]) -> BTreeMap<String, ProtobufExtern> {
        let mut messages = HashSet::new();
        for file in files {
            names(&scope_of(file), &file.message_type, &mut messages);
        }
        let found = reached.iter().filter_map(|name| {
            let key = self.key(name)?;
            let inner = name[key.len()..].split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
            let declared_in = key.rsplit('.').next().filter(|_| messages.contains(key)).map(str::to_owned);
            Some((name.clone(), ProtobufExtern { path: self.paths[key].clone(), declared_in, inner }))
        });
        found.collect()
    }
}

fn names(scope: &str, messages: &[DescriptorProto], all: &mut HashSet<String>) {
    for message in messages {
        let name = format!("{scope}.{}", message.name());
        names(&name, &message.nested_type, all);
        all.insert(name);
    }
}

//! Which messages hold which, and what follows for their Rust types, by the rules of prost-build: what would have to hold itself
//! is put into a box, and neither copied nor compared.

use std::collections::HashMap;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::graph::{components, reached, reversed};

/// A message with its full name, which begins with a dot.
type Named<'f> = (String, &'f DescriptorProto);

/// All messages of a set of files.
pub struct Holding {
    numbers: HashMap<String, usize>,
    /// The messages that each holds, neither in lists nor as groups.
    holds: Vec<Vec<usize>>,
    /// Messages of one component hold each other.
    components: Vec<usize>,
    not_copied: Vec<bool>,
    not_compared: Vec<bool>,
}

/// All messages that are declared among `messages` in `scope`, those inside of others too.
pub fn declared<'f>(scope: &str, messages: &'f [DescriptorProto], found: &mut Vec<Named<'f>>) {
    for message in messages {
        let name = format!("{scope}.{}", message.name());
        declared(&name, &message.nested_type, found);
        found.push((name, message));
    }
}

impl Holding {
    /// What the messages of `files` hold.
    pub fn of(files: &[FileDescriptorProto]) -> Self {
        let mut messages = Vec::new();
        for file in files {
            let scope = if file.package().is_empty() { String::new() } else { format!(".{}", file.package()) };
            declared(&scope, &file.message_type, &mut messages);
        }
        let numbers: HashMap<String, usize> =
            messages.iter().enumerate().map(|(number, (name, _))| (name.clone(), number)).collect();
        let number = |field: &FieldDescriptorProto| numbers.get(field.type_name()).copied();
        let held = |message: &DescriptorProto| -> Vec<usize> {
            message.field.iter().filter(|field| is_held(field)).filter_map(number).collect()
        };
        let holds: Vec<Vec<usize>> = messages.iter().map(|(_, message)| held(message)).collect();
        let components = components(&holds);
        let holders = reversed(&holds);
        // What one that is held lacks, those that hold it lack as well.
        let lack = |does: fn(&FieldDescriptorProto) -> bool| {
            let lacks = |(own, (_, message)): (usize, &Named)| {
                let holds_itself = holds[own].iter().any(|held| components[*held] == components[own]);
                let lacks = holds_itself || message.field.iter().any(|field| !is_held(field) && !does(field));
                lacks.then_some(own)
            };
            reached(&holders, messages.iter().enumerate().filter_map(lacks))
        };
        let (not_copied, not_compared) = (lack(is_copied), lack(is_compared));
        Self { numbers, holds, components, not_copied, not_compared }
    }

    /// A message of the name `name` that can be put into boxes, copied and compared as that one, for those that hold it among
    /// `own`. `None` for what is no message.
    pub fn stand_in(&self, name: &str, own: &[Named<'_>]) -> Option<(String, DescriptorProto)> {
        let number = *self.numbers.get(name)?;
        let is_same = |(name, _): &&Named| {
            self.numbers.get(name).is_some_and(|own| self.components[*own] == self.components[number])
        };
        let mut back: Vec<&str> = own.iter().filter(is_same).map(|(name, _)| name.as_str()).collect();
        // Groups are put into boxes as well, and lead nowhere.
        let with_groups: Vec<&Named> =
            own.iter().filter(|(_, message)| message.field.iter().any(|field| field.r#type() == Type::Group)).collect();
        if !with_groups.is_empty() {
            let reached = reached(&self.holds, [number]);
            let is_reached = |(name, _): &&&Named| self.numbers.get(name).is_some_and(|own| reached[*own]);
            back.extend(with_groups.iter().filter(is_reached).map(|(name, _)| name.as_str()));
        }
        let (label, kind) = match (self.not_copied[number], self.not_compared[number]) {
            (false, false) => (Label::Optional, Type::Int32),
            (false, true) => (Label::Optional, Type::Float),
            (true, false) => (Label::Optional, Type::String),
            (true, true) => (Label::Repeated, Type::Float),
        };
        let plain = FieldDescriptorProto { label: Some(label.into()), r#type: Some(kind.into()), ..field(1) };
        let back = (2..).zip(back).map(|(number, name)| FieldDescriptorProto {
            label: Some(Label::Optional.into()),
            r#type: Some(Type::Message.into()),
            type_name: Some(name.to_owned()),
            ..field(number)
        });
        let message = DescriptorProto {
            name: name.rsplit('.').next().map(str::to_owned),
            field: std::iter::once(plain).chain(back).collect(),
            ..DescriptorProto::default()
        };
        Some((name.to_owned(), message))
    }
}

fn field(number: i32) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(format!("field{number}")),
        number: Some(number),
        ..FieldDescriptorProto::default()
    }
}

fn is_held(field: &FieldDescriptorProto) -> bool {
    field.r#type() == Type::Message && field.label() != Label::Repeated
}

/// Whether the field alone lets its message be copied.
fn is_copied(field: &FieldDescriptorProto) -> bool {
    let is_copied = !matches!(field.r#type(), Type::String | Type::Bytes | Type::Group | Type::Message);
    is_copied && field.label() != Label::Repeated
}

/// Whether the field alone lets its message be compared and hashed.
fn is_compared(field: &FieldDescriptorProto) -> bool {
    !matches!(field.r#type(), Type::Double | Type::Float | Type::Group | Type::Message)
}

//! Whether rules of `buf.validate` mean something: what contradicts itself, what is never applied, what cannot be enforced.
//!
//! Rules for values of other types and expressions that do not compile are found where code is generated from them
//! (`walnats_codegen::Package::rules_report`); examples are not tried.

mod bounds;
mod field;
mod length;
mod message;

use prost_reflect::{DynamicMessage, ExtensionDescriptor, FieldDescriptor, FileDescriptor, ReflectMessage as _, Value};

use super::rule::{Check, Rule, VALIDATED};
use super::scope::{File, Found};

pub const RULES: &[Rule] = &[Rule::new("WN0949", "PROTOVALIDATE", VALIDATED, Check::File(check))];

fn check(file: &File<'_>) -> Vec<Found> {
    let Some(options) = Options::of(file.descriptor) else { return Vec::new() };
    let mut notes = Notes { file, found: Vec::new() };
    for message in &file.messages {
        message::check(message, &options, &mut notes);
    }
    for member in &file.members {
        field::check(member, &options, &mut notes);
    }
    notes.found
}

/// The extensions of `buf/validate/validate.proto`.
struct Options {
    message: ExtensionDescriptor,
    field: ExtensionDescriptor,
}

impl Options {
    /// `None` where no file imports it.
    fn of(file: &FileDescriptor) -> Option<Self> {
        let extension = |name: &str| file.parent_pool().get_extension_by_name(&format!("buf.validate.{name}"));
        Some(Self { message: extension("message")?, field: extension("field")? })
    }
}

/// What is found in a file.
struct Notes<'n> {
    file: &'n File<'n>,
    found: Vec<Found>,
}

/// Rules, or a part of them: a message of `buf/validate/validate.proto`.
#[derive(Clone)]
struct Part {
    rules: DynamicMessage,
    /// Its path in the file's descriptor.
    path: Vec<i32>,
    /// Its names, such as `string.`.
    name: String,
    /// What has them: ``field `id` ``.
    owner: String,
}

impl Part {
    /// The rules that `options` set with `extension`. `field` is the number of the options, and `declared` what has them.
    fn of(
        options: &DynamicMessage,
        extension: &ExtensionDescriptor,
        declared: &[i32],
        field: i32,
        owner: String,
    ) -> Option<Self> {
        if !options.has_extension(extension) {
            return None;
        }
        let rules = options.get_extension(extension).as_message()?.clone();
        Some(Self { rules, path: [declared, &[field, index(extension.number())]].concat(), name: String::new(), owner })
    }

    /// A member that is set.
    fn get(&self, name: &str) -> Option<Value> {
        let is_set = self.rules.has_field_by_name(name);
        if is_set { self.rules.get_field_by_name(name).map(|value| value.into_owned()) } else { None }
    }

    fn is_on(&self, name: &str) -> bool {
        self.get(name).and_then(|value| value.as_bool()).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.as_u64()
    }

    /// A member that is a message.
    fn part(&self, name: &str) -> Option<Self> {
        let rules = self.get(name)?.as_message()?.clone();
        Some(Self { rules, path: self.path_of(name), name: format!("{}{name}.", self.name), owner: self.owner.clone() })
    }

    /// The items of a list of messages.
    fn items(&self, name: &str) -> Vec<Self> {
        let Some(Value::List(items)) = self.get(name) else { return Vec::new() };
        let part = |(at, item): (usize, &Value)| {
            let path = [self.path_of(name), vec![i32::try_from(at).unwrap_or(i32::MAX)]].concat();
            let name = format!("{}{name}[{at}].", self.name);
            Some(Self { rules: item.as_message()?.clone(), path, name, owner: self.owner.clone() })
        };
        items.iter().enumerate().filter_map(part).collect()
    }

    fn path_of(&self, name: &str) -> Vec<i32> {
        let number = self.rules.descriptor().get_field_by_name(name).map(|field| index(field.number()));
        [self.path.clone(), number.into_iter().collect()].concat()
    }

    /// The members that are set, extensions included.
    fn members(&self) -> usize {
        self.rules.fields().count() + self.rules.extensions().count()
    }

    /// The member of the oneof `type` that is set.
    fn typed(&self) -> Option<Self> {
        let is_typed = |field: &FieldDescriptor| field.containing_oneof().is_some_and(|oneof| oneof.name() == "type");
        let name = self.rules.fields().map(|(field, _)| field).find(is_typed)?.name().to_owned();
        self.part(&name)
    }
}

impl Notes<'_> {
    /// Notes something about the member `name` of `part`, at the nearest that has a place.
    fn add(&mut self, part: &Part, name: &str, message: impl Into<String>) {
        let path = part.path_of(name);
        let nearest =
            (0..=path.len()).rev().filter_map(|end| path.get(..end)).find(|path| self.file.place(path).is_some());
        self.found.push(Found { path: nearest.unwrap_or_default().to_vec(), message: message.into() });
    }
}

fn index(number: u32) -> i32 {
    i32::try_from(number).unwrap_or_default()
}

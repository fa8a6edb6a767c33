//! Names and numbers that a file uses although they are taken: names that it reserved, numbers of other extensions.

use prost_reflect::{ExtensionDescriptor, FileDescriptor, MessageDescriptor};
use prost_types::EnumDescriptorProto;

use super::descriptor::{ENUM_VALUE, FIELD_NUMBER, FILE_ENUM, MESSAGE_ENUM, MESSAGE_FIELD, NAME, Refused};

/// What `file` uses although it is taken.
pub fn taken(file: &FileDescriptor) -> Vec<Refused> {
    let mut found = Vec::new();
    file.messages().for_each(|message| names(&message, &mut found));
    enums(&file.file_descriptor_proto().enum_type, &[FILE_ENUM], &mut found);
    file.extensions().for_each(|extension| numbers(&extension, &mut found));
    found
}

fn names(message: &MessageDescriptor, found: &mut Vec<Refused>) {
    let descriptor = message.descriptor_proto();
    let fields = descriptor.field.iter().map(|field| field.name());
    reserved(&descriptor.reserved_name, fields, &[message.path(), &[MESSAGE_FIELD]].concat(), found);
    enums(&descriptor.enum_type, &[message.path(), &[MESSAGE_ENUM]].concat(), found);
    message.child_extensions().for_each(|extension| numbers(&extension, found));
    message.child_messages().for_each(|message| names(&message, found));
}

fn enums(enums: &[EnumDescriptorProto], list: &[i32], found: &mut Vec<Refused>) {
    for (index, enumeration) in (0..).zip(enums) {
        let values = enumeration.value.iter().map(|value| value.name());
        reserved(&enumeration.reserved_name, values, &[list, &[index, ENUM_VALUE]].concat(), found);
    }
}

fn reserved<'n>(reserved: &[String], names: impl Iterator<Item = &'n str>, list: &[i32], found: &mut Vec<Refused>) {
    for (index, name) in (0..).zip(names).filter(|(_, name)| reserved.iter().any(|reserved| reserved == name)) {
        found.push(Refused {
            code: "WN0502",
            paths: vec![[list, &[index, NAME]].concat()],
            message: format!("the name `{name}` is reserved"),
            help: "choose another name; this one was in use before",
        });
    }
}

fn numbers(extension: &ExtensionDescriptor, found: &mut Vec<Refused>) {
    let extended = extension.containing_message();
    // Of two in one file, the second is the mistake; other files came first.
    let file = extension.parent_file();
    let is_earlier = |other: &ExtensionDescriptor| other.parent_file() != file || other.path() < extension.path();
    let mut others = extended.extensions().filter(is_earlier);
    if let Some(other) = others.find(|other| other.number() == extension.number()) {
        let message = format!(
            "`{}` and `{}` both extend `{}` by the number {}",
            other.full_name(),
            extension.full_name(),
            extended.full_name(),
            extension.number()
        );
        let paths = vec![[extension.path(), &[FIELD_NUMBER]].concat(), extension.path().to_vec()];
        found.push(Refused { code: "WN0502", paths, message, help: "give one of them another number" });
    }
}

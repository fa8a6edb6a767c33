//! What was deleted from a file that is still there, and deleted files.

use std::collections::BTreeSet;

use prost_reflect::{EnumDescriptor, ExtensionDescriptor, FileDescriptor, MessageDescriptor};

use super::message;
use super::pair::{Found, Pair, Sides};
use super::place::Location;
use super::rule::{Category, Check, Rule};

const FILE: &[Category] = &[Category::File];

pub const RULES: &[Rule] = &[
    Rule::new("FILE_NO_DELETE", FILE, Check::All(files))
        .says("a file was deleted", "keep the file, with `option deprecated = true` on what is in it"),
    Rule::new("MESSAGE_NO_DELETE", FILE, Check::File(messages))
        .says("a message was deleted from its file", "keep the message in this file, with `option deprecated = true`"),
    Rule::new("ENUM_NO_DELETE", FILE, Check::File(enums))
        .says("an enum was deleted from its file", "keep the enum in this file, with `option deprecated = true`"),
    Rule::new("EXTENSION_NO_DELETE", FILE, Check::File(extensions))
        .says("an extension was deleted from its file", "keep the extension in this file, with `deprecated = true`"),
    Rule::new("SERVICE_NO_DELETE", FILE, Check::File(services))
        .says("a service was deleted from its file", "keep the service in this file, with `option deprecated = true`"),
];

fn files(sides: &Sides<'_>) -> Vec<Found> {
    let deleted = sides.old.own_files().filter(|old| sides.new.pool().get_file_by_name(old.name()).is_none());
    let found = deleted.map(|old| {
        Found::new(old.name(), format!("file `{}` was deleted", old.name())).at(Location::of_file(&old), None)
    });
    found.collect()
}

fn messages(files: &Pair<'_, FileDescriptor>) -> Vec<Found> {
    let new = nested_names(&files.new, all_messages(&files.new).iter().map(MessageDescriptor::full_name));
    let deleted =
        all_messages(&files.old).into_iter().filter(|old| !new.contains(&nested_name(&files.old, old.full_name())));
    let found = deleted.map(|old| deleted_from_file(files, "message", old.full_name(), message::place(&old)));
    found.collect()
}

fn enums(files: &Pair<'_, FileDescriptor>) -> Vec<Found> {
    let new = nested_names(&files.new, all_enums(&files.new).iter().map(EnumDescriptor::full_name));
    let deleted =
        all_enums(&files.old).into_iter().filter(|old| !new.contains(&nested_name(&files.old, old.full_name())));
    let found = deleted.map(|old| {
        let place = Location::of_path(&files.old, old.path());
        deleted_from_file(files, "enum", old.full_name(), place)
    });
    found.collect()
}

fn extensions(files: &Pair<'_, FileDescriptor>) -> Vec<Found> {
    let new = nested_names(&files.new, all_extensions(&files.new).iter().map(ExtensionDescriptor::full_name));
    let old = all_extensions(&files.old).into_iter();
    let found = old.filter(|old| !new.contains(&nested_name(&files.old, old.full_name()))).map(|old| {
        let place = Location::of_path(&files.old, old.path());
        deleted_from_file(files, "extension", old.full_name(), place)
    });
    found.collect()
}

fn services(files: &Pair<'_, FileDescriptor>) -> Vec<Found> {
    let deleted = files.old.services().filter(|old| files.new.services().all(|new| new.name() != old.name()));
    let found = deleted.map(|old| {
        let place = Location::of_path(&files.old, old.path());
        Found::new(old.full_name(), format!("service `{}` was deleted from its file", old.full_name()))
            .at(place, Location::of_file(&files.new))
    });
    found.collect()
}

fn deleted_from_file(files: &Pair<'_, FileDescriptor>, kind: &str, full_name: &str, old: Location) -> Found {
    let new = remains(&files.new, &nested_name(&files.old, full_name));
    Found::new(full_name, format!("{kind} `{full_name}` was deleted from its file")).at(old, new)
}

/// What is left around the deleted element `nested_name`: the innermost message of `file` that contained it, or the file.
pub fn remains(file: &FileDescriptor, nested_name: &str) -> Location {
    let messages = all_messages(file);
    let mut name = nested_name;
    while let Some((outer, _)) = name.rsplit_once('.') {
        if let Some(message) = messages.iter().find(|message| self::nested_name(file, message.full_name()) == outer) {
            return Location::of_path(file, message.path());
        }
        name = outer;
    }
    Location::of_file(file)
}

/// The name without the package.
pub fn nested_name(file: &FileDescriptor, full_name: &str) -> String {
    let name = full_name.strip_prefix(file.package_name()).unwrap_or(full_name);
    name.trim_start_matches('.').to_owned()
}

fn nested_names<'n>(file: &FileDescriptor, full_names: impl Iterator<Item = &'n str>) -> BTreeSet<String> {
    full_names.map(|name| nested_name(file, name)).collect()
}

/// All messages of a file, nested ones and entries of maps too.
pub fn all_messages(file: &FileDescriptor) -> Vec<MessageDescriptor> {
    let mut found = Vec::new();
    let mut open: Vec<_> = file.messages().collect();
    while let Some(message) = open.pop() {
        open.extend(message.child_messages());
        found.push(message);
    }
    found
}

/// All enums of a file, nested ones too.
pub fn all_enums(file: &FileDescriptor) -> Vec<EnumDescriptor> {
    let nested = all_messages(file);
    file.enums().chain(nested.iter().flat_map(MessageDescriptor::child_enums)).collect()
}

/// All extensions that a file declares, nested ones too.
pub fn all_extensions(file: &FileDescriptor) -> Vec<ExtensionDescriptor> {
    let nested = all_messages(file);
    file.extensions().chain(nested.iter().flat_map(MessageDescriptor::child_extensions)).collect()
}

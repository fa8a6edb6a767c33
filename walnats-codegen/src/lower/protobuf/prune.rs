//! Leaves of the descriptors what events reach: their messages, the types of fields, and the messages that those are
//! declared in. A vendored file that is imported for one option of it then adds no code.

use std::collections::{BTreeSet, HashMap};

use prost_types::source_code_info::Location;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, SourceCodeInfo};

use super::descriptor::{
    ENUM_VALUE, FILE_ENUM, FILE_MESSAGE, MESSAGE_ENUM, MESSAGE_FIELD, MESSAGE_NESTED, MESSAGE_ONEOF,
};
use super::externs::Externs;
use super::{plain, scope_of};

/// The files with what `roots` reach.
///
/// Google's well-known types stay whole: prost-build looks at them to see what can be copied and compared, and does not
/// generate them.
///
/// What `externs` covers leads no further: its message is left without fields.
pub fn prune<'a>(
    all: Vec<FileDescriptorProto>,
    roots: impl IntoIterator<Item = &'a str>,
    externs: &Externs<'_>,
) -> Vec<FileDescriptorProto> {
    let all = externs.with_stand_ins(all);
    let reached = reach(&all, roots);
    let mut files = Vec::new();
    for mut file in all {
        if file.syntax() == "proto3" {
            file.message_type.iter_mut().for_each(pack);
        }
        if file.package() != plain::GOOGLE {
            let info = file.source_code_info.take().unwrap_or_default();
            let locations = info.location.iter().map(|location| (location.path.as_slice(), location)).collect();
            let mut pruning = Pruning { reached: &reached, locations, kept: Vec::new() };
            let scope = scope_of(&file);
            file.message_type = pruning.messages(&scope, file.message_type, (&[FILE_MESSAGE], &[FILE_MESSAGE]));
            file.enum_type = pruning.enums(&scope, file.enum_type, (&[FILE_ENUM], &[FILE_ENUM]));
            file.source_code_info = Some(SourceCodeInfo { location: pruning.kept });
            if file.message_type.is_empty() && file.enum_type.is_empty() {
                continue;
            }
        }
        file.service.clear();
        file.extension.clear();
        files.push(file);
    }
    files
}

/// Says what proto3 implies: that lists of numbers are packed. prost-build 0.14.4 forgets it where a field has any option.
fn pack(message: &mut DescriptorProto) {
    for options in message.field.iter_mut().filter_map(|field| field.options.as_mut()) {
        options.packed.get_or_insert(true);
    }
    message.nested_type.iter_mut().for_each(pack);
}

/// Full names with a leading dot, as fields refer to types.
pub fn reach<'a>(files: &[FileDescriptorProto], roots: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut messages = HashMap::new();
    for file in files {
        index(&scope_of(file), &file.message_type, &mut messages);
    }
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<String> = roots.into_iter().map(|root| format!(".{root}")).collect();
    while let Some(name) = waiting.pop() {
        if !reached.insert(name.clone()) {
            continue;
        }
        if let Some((scope, _)) = name.rsplit_once('.').filter(|(scope, _)| messages.contains_key(*scope)) {
            waiting.push(scope.to_owned());
        }
        let fields = messages.get(&name).into_iter().flat_map(|message| &message.field);
        waiting.extend(fields.filter_map(|field| field.type_name.clone()));
    }
    reached
}

fn index<'a>(scope: &str, messages: &'a [DescriptorProto], all: &mut HashMap<String, &'a DescriptorProto>) {
    for message in messages {
        let name = format!("{scope}.{}", message.name());
        index(&name, &message.nested_type, all);
        all.insert(name, message);
    }
}

struct Pruning<'a> {
    reached: &'a BTreeSet<String>,
    locations: HashMap<&'a [i32], &'a Location>,
    /// prost-build expects one for each item, in the file that is left.
    kept: Vec<Location>,
}

/// Where an item was in the file, and where it is in what is left of it.
type Paths<'a> = (&'a [i32], &'a [i32]);

impl Pruning<'_> {
    fn messages(&mut self, scope: &str, messages: Vec<DescriptorProto>, lists: Paths) -> Vec<DescriptorProto> {
        let mut kept = Vec::new();
        for (old, mut message) in messages.into_iter().enumerate() {
            let name = format!("{scope}.{}", message.name());
            if !self.reached.contains(&name) {
                continue;
            }
            let (from, to) = (join(lists.0, old), join(lists.1, kept.len()));
            self.keep((&from, &to));
            self.keep_list((&from, &to), MESSAGE_FIELD, message.field.len());
            self.keep_list((&from, &to), MESSAGE_ONEOF, message.oneof_decl.len());
            let list = |number| ([&from[..], &[number]].concat(), [&to[..], &[number]].concat());
            let (old_list, new_list) = list(MESSAGE_NESTED);
            message.nested_type = self.messages(&name, message.nested_type, (&old_list, &new_list));
            let (old_list, new_list) = list(MESSAGE_ENUM);
            message.enum_type = self.enums(&name, message.enum_type, (&old_list, &new_list));
            message.extension.clear();
            kept.push(message);
        }
        kept
    }

    fn enums(&mut self, scope: &str, enums: Vec<EnumDescriptorProto>, lists: Paths) -> Vec<EnumDescriptorProto> {
        let mut kept = Vec::new();
        for (old, enumeration) in enums.into_iter().enumerate() {
            if self.reached.contains(&format!("{scope}.{}", enumeration.name())) {
                let (from, to) = (join(lists.0, old), join(lists.1, kept.len()));
                self.keep((&from, &to));
                self.keep_list((&from, &to), ENUM_VALUE, enumeration.value.len());
                kept.push(enumeration);
            }
        }
        kept
    }

    /// Keeps all `length` items of the list `number` of an item.
    fn keep_list(&mut self, (from, to): Paths, number: i32, length: usize) {
        for index in 0..length {
            self.keep((&join(&[from, &[number]].concat(), index), &join(&[to, &[number]].concat(), index)));
        }
    }

    fn keep(&mut self, (from, to): Paths) {
        let location = self.locations.get(from).map_or_else(Location::default, |location| (*location).clone());
        self.kept.push(Location { path: to.to_vec(), ..location });
    }
}

fn join(list: &[i32], index: usize) -> Vec<i32> {
    // A descriptor of 2^31 items would not fit into a protobuf message.
    [list, &[i32::try_from(index).unwrap_or(i32::MAX)]].concat()
}

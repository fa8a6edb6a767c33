//! Messages that an event carries under another full name than before: the old files with the new names.
//!
//! Messages are compared by their full names, which are not on the wire. Where the message of an event has moved to another
//! package or has another name, the old descriptors are renamed, and compared like those of any other message.

use std::collections::BTreeMap;

use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value};
use walnats_codegen::model::Payload;

use crate::protobuf::Package;
use crate::side::Side;

/// The events that carry a message of another name, and the old side with the new names.
pub(crate) struct Moved {
    /// By name of the event in the new revision: the message that it carries now.
    pub events: BTreeMap<String, String>,
    /// The old messages, under the names that the new side has for them.
    pub old: Package,
}

/// What has moved between two revisions; `renames` are the new names of events by the old ones.
pub(crate) fn moved(old: &Side, new: &Side, renames: &BTreeMap<&str, &str>) -> Option<Moved> {
    let (former, latter) = (old.protobuf.as_ref()?, new.protobuf.as_ref()?);
    let (mut events, mut names) = (BTreeMap::new(), Names::default());
    for before in &old.model.events {
        let name = renames.get(before.name.as_str()).copied().unwrap_or(&before.name);
        let Some(now) = new.event(name) else { continue };
        if let (Payload::Protobuf(from), Payload::Protobuf(to)) = (&before.payload, &now.payload)
            && from != to
            && names.add(former.pool(), latter.pool(), from, to).is_some()
        {
            events.insert(now.name.clone(), to.clone());
        }
    }
    if events.is_empty() {
        return None;
    }
    let old = former.renamed(renamed(former.pool(), &names)?);
    // What could not be renamed consistently is not compared.
    events.retain(|_, message| old.pool().get_message_by_name(message).is_some());
    (!events.is_empty()).then_some(Moved { events, old })
}

/// New names by old ones: of packages, and of messages within them.
#[derive(Default)]
struct Names {
    packages: BTreeMap<String, String>,
    messages: BTreeMap<String, String>,
}

impl Names {
    /// Notes that the message `from` is `to` now; `None` if that contradicts another one.
    fn add(&mut self, old: &DescriptorPool, new: &DescriptorPool, from: &str, to: &str) -> Option<()> {
        let (before, now) = (old.get_message_by_name(from)?, new.get_message_by_name(to)?);
        // A message within another one keeps its place.
        if before.parent_message().is_some() || now.parent_message().is_some() {
            return None;
        }
        let (package, latter) = (before.package_name().to_owned(), now.package_name().to_owned());
        if self.packages.get(&package).is_some_and(|known| *known != latter) {
            return None;
        }
        if before.name() != now.name() {
            // The name may be that of another old message.
            let taken = if package.is_empty() { now.name().to_owned() } else { format!("{package}.{}", now.name()) };
            if old.get_message_by_name(&taken).is_some() {
                return None;
            }
            self.messages.insert(from.to_owned(), to.to_owned());
        }
        self.packages.insert(package, latter);
        Some(())
    }

    /// The new name of a type: `.shop.v1.Order.Line` -> `.shop.v2.Order.Line`.
    fn of_type(&self, name: &str, pool: &DescriptorPool) -> Option<String> {
        let full = name.strip_prefix('.')?;
        if let Some((from, to)) = self.messages.iter().find(|(from, _)| is_within(full, from)) {
            return Some(format!(".{to}{}", &full[from.len()..]));
        }
        let message = pool.get_message_by_name(full).map(|message| message.package_name().to_owned());
        let package = message.or_else(|| Some(pool.get_enum_by_name(full)?.package_name().to_owned()))?;
        let to = self.packages.get(&package)?;
        let rest = full[package.len()..].trim_start_matches('.');
        Some(if to.is_empty() { format!(".{rest}") } else { format!(".{to}.{rest}") })
    }
}

/// Whether a name is that of a message, or of something in it.
fn is_within(name: &str, message: &str) -> bool {
    name.strip_prefix(message).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The pool with other names. Options that are extensions stay as they are: they are unknown fields here.
fn renamed(pool: &DescriptorPool, names: &Names) -> Option<DescriptorPool> {
    let set = DescriptorPool::global().get_message_by_name("google.protobuf.FileDescriptorSet")?;
    let mut files = DynamicMessage::decode(set, pool.encode_to_vec().as_slice()).ok()?;
    for file in list(&mut files, "file") {
        let file = file.as_message_mut()?;
        let package = text(file, "package");
        for message in list(file, "message_type") {
            let message = message.as_message_mut()?;
            let name = text(message, "name");
            let full = if package.is_empty() { name } else { format!("{package}.{name}") };
            if let Some(to) = names.messages.get(&full) {
                let last = to.rsplit('.').next().unwrap_or(to).to_owned();
                message.set_field_by_name("name", Value::String(last));
            }
        }
        if let Some(to) = names.packages.get(&package) {
            file.set_field_by_name("package", Value::String(to.clone()));
        }
        references(file, names, pool);
    }
    let mut renamed = DescriptorPool::new();
    let bytes = prost_reflect::prost::Message::encode_to_vec(&files);
    renamed.decode_file_descriptor_set(bytes.as_slice()).ok()?;
    Some(renamed)
}

/// Gives the types that are named in a descriptor, and in those within it, their new names.
fn references(message: &mut DynamicMessage, names: &Names, pool: &DescriptorPool) {
    for field in ["type_name", "extendee", "input_type", "output_type"] {
        if message.descriptor().get_field_by_name(field).is_some()
            && let Some(to) = names.of_type(&text(message, field), pool)
        {
            message.set_field_by_name(field, Value::String(to));
        }
    }
    for field in ["message_type", "nested_type", "field", "extension", "service", "method"] {
        if message.descriptor().get_field_by_name(field).is_some_and(|field| field.is_list()) {
            for inner in list(message, field) {
                if let Some(inner) = inner.as_message_mut() {
                    references(inner, names, pool);
                }
            }
        }
    }
}

fn list<'m>(message: &'m mut DynamicMessage, field: &str) -> &'m mut [Value] {
    match message.get_field_by_name_mut(field) {
        Some(Value::List(items)) => items,
        _ => &mut [],
    }
}

fn text(message: &DynamicMessage, field: &str) -> String {
    message.get_field_by_name(field).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

//! Where files say the rules of `buf.validate`.

use prost_reflect::{DescriptorPool, FileDescriptor, MessageDescriptor};

use super::place::{Location, span};

// Numbers of the fields `options` of `google.protobuf.FieldDescriptorProto`, `OneofDescriptorProto` and `DescriptorProto`.
const OF_FIELD: i32 = 8;
const OF_ONEOF: i32 = 2;
const OF_MESSAGE: i32 = 7;

/// Where the rule at `path` (`string.min_len`, `cel[0]`) stands, or the option that it is in: of a field or oneof of the message,
/// or of the message itself. `None` where nothing is said there.
pub(crate) fn rule_place(pool: &DescriptorPool, message: &str, field: Option<&str>, path: &str) -> Option<Location> {
    let message = pool.get_message_by_name(message)?;
    let (element, options, extension) = element(&message, field)?;
    let number = |number: u32| i32::try_from(number).unwrap_or_default();
    let extension = pool.get_extension_by_name(extension)?;
    let mut tail = vec![options, number(extension.number())];
    let mut tails = vec![tail.clone()];
    let mut kind = extension.kind().as_message().cloned();
    for part in path.split('.') {
        let (name, index) = part.split_once('[').unwrap_or((part, ""));
        let Some(field) = kind.as_ref().and_then(|kind| kind.get_field_by_name(name)) else { break };
        tail.push(number(field.number()));
        tails.push(tail.clone());
        if let Ok(index) = index.trim_end_matches(']').parse::<i32>() {
            tail.push(index);
            tails.push(tail.clone());
        }
        kind = field.kind().as_message().cloned();
    }
    let file: FileDescriptor = message.parent_file();
    let found = tails.iter().rev().find_map(|tail| span(&file, &[element.as_slice(), tail].concat()))?;
    Some(Location { span: Some(found), ..Location::of_file(&file) })
}

/// The path of what has the rules, the number of its options, and the name of the option.
fn element(message: &MessageDescriptor, field: Option<&str>) -> Option<(Vec<i32>, i32, &'static str)> {
    let Some(name) = field else { return Some((message.path().to_vec(), OF_MESSAGE, "buf.validate.message")) };
    if let Some(field) = message.get_field_by_name(name) {
        return Some((field.path().to_vec(), OF_FIELD, "buf.validate.field"));
    }
    let oneof = message.oneofs().find(|oneof| oneof.name() == name)?;
    Some((oneof.path().to_vec(), OF_ONEOF, "buf.validate.oneof"))
}

//! Messages of Google that have a form of their own in JSON.

use prost_reflect::prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage, Value};

use crate::sample::Random;

/// Fills one of Google's well-known types, whose values have rules. False for every other message.
pub(super) fn well_known(message: &mut DynamicMessage, random: &mut Random) -> bool {
    let kind = message.descriptor();
    match kind.full_name() {
        "google.protobuf.Timestamp" => {
            // From 2024 on, so that they look like times of events.
            let seconds = 1_704_067_200 + (random.bits() % 94_608_000) as i64;
            message.set_field_by_number(1, Value::I64(seconds));
            message.set_field_by_number(2, Value::I32(*random.pick(&[0, 678_000_000])));
        }
        "google.protobuf.Duration" => {
            message.set_field_by_number(1, Value::I64(random.below(100_000) as i64));
            message.set_field_by_number(2, Value::I32(*random.pick(&[0, 500_000_000])));
        }
        "google.protobuf.FieldMask" => {
            message.set_field_by_number(1, Value::List(vec![Value::String("name".to_owned())]));
        }
        "google.protobuf.Value" => {
            message.set_field_by_number(3, Value::String((*random.pick(&["a", "tea"])).to_owned()));
        }
        "google.protobuf.Any" => {
            if let Some(inner) = packed(&kind) {
                message.set_field_by_number(1, Value::String(format!("type.googleapis.com/{}", inner.full_name())));
                let mut content = DynamicMessage::new(inner);
                well_known(&mut content, random);
                message.set_field_by_number(2, Value::Bytes(content.encode_to_vec().into()));
            }
        }
        _ => return false,
    }
    true
}

/// A message for a `google.protobuf.Any` that every reader of the package knows: without a type, it has no JSON.
fn packed(any: &MessageDescriptor) -> Option<MessageDescriptor> {
    let pool = any.parent_pool();
    let known = ["google.protobuf.Duration", "google.protobuf.Timestamp"].iter();
    known.filter_map(|name| pool.get_message_by_name(name)).next().or_else(|| {
        let is_plain = |message: &MessageDescriptor| {
            let is_own = !message.full_name().starts_with("google.protobuf.") && !message.is_map_entry();
            is_own && message.fields().all(|field| !field.is_required())
        };
        pool.all_messages().find(is_plain)
    })
}

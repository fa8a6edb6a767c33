//! Protobuf's JSON mapping with maps sorted by key, as generated code writes it.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, SerializeOptions, Value};
use serde_json::Serializer;

use super::order;

/// The message as compact JSON.
pub fn json(message: &DynamicMessage) -> Result<String, serde_json::Error> {
    if message.descriptor().full_name().starts_with("google.protobuf.") {
        return by_the_codec(message);
    }
    let mut text = String::from("{");
    for (field, value) in message.fields() {
        if text.len() > 1 {
            text.push(',');
        }
        text += &name(field.json_name());
        match value {
            Value::Map(entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by(|(a, _), (b, _)| order(a).cmp(&order(b)));
                let entries = entries.into_iter().map(|(key, value)| entry(message, &field, key, value));
                text += &format!("{{{}}}", entries.collect::<Result<Vec<_>, _>>()?.join(","));
            }
            Value::List(items) if matches!(field.kind(), Kind::Message(_)) => {
                let items = items.iter().filter_map(Value::as_message).map(json);
                text += &format!("[{}]", items.collect::<Result<Vec<_>, _>>()?.join(","));
            }
            Value::Message(inner) => text += &json(inner)?,
            value => text += &alone(message, &field, value.clone())?,
        }
    }
    Ok(text + "}")
}

/// A member of a map.
fn entry(
    message: &DynamicMessage,
    field: &FieldDescriptor,
    key: &MapKey,
    value: &Value,
) -> Result<String, serde_json::Error> {
    match value {
        Value::Message(inner) => {
            let key = match key {
                MapKey::String(key) => key.clone(),
                MapKey::Bool(key) => key.to_string(),
                key => order(key).0.to_string(),
            };
            Ok(name(&key) + &json(inner)?)
        }
        value => {
            let object = alone(message, field, Value::Map([(key.clone(), value.clone())].into()))?;
            Ok(object.trim_start_matches('{').strip_suffix('}').unwrap_or_default().to_owned())
        }
    }
}

/// The value of a field, in the message or in another one of its kind.
fn alone(message: &DynamicMessage, field: &FieldDescriptor, value: Value) -> Result<String, serde_json::Error> {
    let mut single = DynamicMessage::new(message.descriptor());
    single.set_field(field, value);
    let object = by_the_codec(&single)?;
    let before = 1 + name(field.json_name()).len();
    Ok(object.get(before..object.len() - 1).unwrap_or_default().to_owned())
}

fn by_the_codec(message: &DynamicMessage) -> Result<String, serde_json::Error> {
    let mut json = Vec::new();
    message.serialize_with_options(&mut Serializer::new(&mut json), &SerializeOptions::new())?;
    Ok(String::from_utf8_lossy(&json).into_owned())
}

/// A name, and the colon behind it.
fn name(name: &str) -> String {
    serde_json::Value::from(name).to_string() + ":"
}

#[cfg(test)]
mod tests {
    use prost_reflect::{DescriptorPool, DynamicMessage};

    use super::json;

    #[test]
    fn maps_are_sorted_by_key() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../walnats-codegen/fixtures/generate/protobuf-json");
        let package = walnats_codegen::Package::load(&walnats_codegen::configure().root(folder));
        let pool = DescriptorPool::decode(package.descriptors().unwrap().as_slice()).unwrap();
        let kind = pool.get_message_by_name("kitchen.v1.DishServed").unwrap();
        // As generated code writes it.
        let text = r#"{"text":"a","dish":{"sauces":{"a":{},"b":{"sides":[{"name":"x"},{}]}}},"courses":["COURSE_MAIN",7],"byInt32":{"-2":"a","1":"b","10":"c"},"byUint64":{"7":{},"18446744073709551615":{}},"byBool":{"false":null,"true":[1.0]},"byText":{"":1.5,"b\"":2.0,"c":0.0},"at":"1970-01-01T00:00:00Z","structure":{"a":1.0,"b":{}},"a \"name\" \\ with 'quotes'":"n"}"#;
        for _ in 0..10 {
            let mut reader = serde_json::Deserializer::from_str(text);
            let message = DynamicMessage::deserialize(kind.clone(), &mut reader).unwrap();
            assert_eq!(json(&message).unwrap(), text);
        }
    }
}

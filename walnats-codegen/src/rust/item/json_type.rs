//! JSON types in generated code.

use crate::rust::json_types::JsonTypes;

const JSON_TYPES: [(JsonTypes, &str, &str); 6] = [
    (JsonTypes::NULL, "Null", "null"),
    (JsonTypes::BOOLEAN, "Boolean", "a boolean"),
    (JsonTypes::NUMBER, "Number", "a number"),
    (JsonTypes::STRING, "String", "a string"),
    (JsonTypes::ARRAY, "Array", "an array"),
    (JsonTypes::OBJECT, "Object", "an object"),
];

/// The pattern for values of these types.
pub fn pattern(json_types: JsonTypes) -> String {
    let names = JSON_TYPES.iter().filter(|(json_type, ..)| json_types.has(*json_type));
    names.map(|(_, name, _)| format!("rt::Kind::{name}")).collect::<Vec<_>>().join(" | ")
}

/// `a number or a string`
pub fn names(json_types: impl Iterator<Item = JsonTypes>) -> String {
    let all = json_types.fold(JsonTypes::NONE, JsonTypes::or);
    JSON_TYPES
        .iter()
        .filter(|(json_type, ..)| all.has(*json_type))
        .map(|(.., name)| *name)
        .collect::<Vec<_>>()
        .join(" or ")
}

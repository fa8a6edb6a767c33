//! JSON types in generated code.

use crate::rust::kinds::Kinds;

const KINDS: [(Kinds, &str, &str); 6] = [
    (Kinds::NULL, "Null", "null"),
    (Kinds::BOOLEAN, "Boolean", "a boolean"),
    (Kinds::NUMBER, "Number", "a number"),
    (Kinds::STRING, "String", "a string"),
    (Kinds::ARRAY, "Array", "an array"),
    (Kinds::OBJECT, "Object", "an object"),
];

/// The pattern for values of these types.
pub fn pattern(kinds: Kinds) -> String {
    let names = KINDS.iter().filter(|(kind, ..)| kinds.has(*kind));
    names.map(|(_, name, _)| format!("rt::Kind::{name}")).collect::<Vec<_>>().join(" | ")
}

/// `a number or a string`
pub fn names(kinds: impl Iterator<Item = Kinds>) -> String {
    let all = kinds.fold(Kinds::NONE, Kinds::or);
    KINDS.iter().filter(|(kind, ..)| all.has(*kind)).map(|(.., name)| *name).collect::<Vec<_>>().join(" or ")
}

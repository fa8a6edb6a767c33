//! The identifiers inside of a type: of fields, of values, of variants.

use super::names;
use super::types::{Enum, Struct, Union};

/// The idents of a struct's fields, and of the one that holds further members.
pub struct Idents {
    pub fields: Vec<String>,
    pub additional: String,
}

/// Names for the fields of a struct.
pub fn idents(body: &Struct) -> Idents {
    let fields =
        names::distinct(&body.fields, |field| field.rust_name.as_ref().unwrap_or(&field.name), names::field_name, &[]);
    let mut taken: names::UsedNames = fields.iter().cloned().collect();
    let additional = if taken.contains("additional") { "additional_members" } else { "additional" };
    let additional = taken.give(additional);
    Idents { fields, additional }
}

/// Names for the values of an enum.
pub fn enum_idents(body: &Enum) -> Vec<String> {
    names::distinct(&body.names, |value| value, names::variant_name, &[])
}

/// The variant of an open enum for strings that are not listed: no value of its own is called that.
pub fn other_ident(idents: &[String]) -> String {
    let mut taken: names::UsedNames = idents.iter().cloned().collect();
    let usual = if taken.contains("Other") { "Unlisted" } else { "Other" };
    taken.give(usual)
}

/// The identifiers of a union's variants, in order.
pub fn variant_idents(body: &Union) -> Vec<String> {
    names::distinct(&body.variants, |variant| &variant.name, names::variant_name, &[])
}

//! The identifiers inside of a type: of fields, of values, of variants.

use super::names;
use super::types::{Enum, EnumKind, Field, Struct, Union};

/// The field that holds the members without one.
const ADDITIONAL: &str = "additional";

/// The variant of an open enum for strings that are not listed.
const OTHER: &str = "Other";

/// The variant for what a tolerant reader does not know.
const UNKNOWN: &str = "Unknown";

/// The idents of a struct's fields, and of the one that holds further members.
pub struct Idents {
    pub fields: Vec<String>,
    pub additional: String,
}

/// Names for the fields of a struct. A member called `additional` leaves that name to the further members, so that declaring
/// one renames nothing.
pub fn idents(body: &Struct) -> Idents {
    let is_open = body.additional.is_some();
    let fields = names::distinct(&body.fields, |field| text(field, is_open), names::field_name, &[]);
    let mut taken: names::UsedNames = fields.iter().cloned().collect();
    let additional = if taken.contains(ADDITIONAL) { "additional_members" } else { ADDITIONAL };
    let additional = taken.give(additional);
    Idents { fields, additional }
}

/// What a field is called after.
fn text(field: &Field, is_open: bool) -> &str {
    match &field.rust_name {
        Some(chosen) => chosen,
        None if is_open && names::field_name(&field.name) == ADDITIONAL => "additional_member",
        None => &field.name,
    }
}

/// Names for the values of an enum. A value called `other` leaves that name to what an open enum does not list, so that
/// listing one renames nothing.
pub fn enum_idents(body: &Enum) -> Vec<String> {
    let text = |(name, value): (&String, &String)| -> String {
        let is_chosen = name != value;
        match body.kind == EnumKind::OpenStrings && !is_chosen && names::variant_name(name) == OTHER {
            true => "other value".to_owned(),
            false => name.clone(),
        }
    };
    let texts: Vec<String> = body.names.iter().zip(&body.values).map(text).collect();
    names::distinct(&texts, |text| text, names::variant_name, &[])
}

/// The variant of an open enum for strings that are not listed; no value of its own is called that.
pub fn other_ident(idents: &[String]) -> String {
    let mut taken: names::UsedNames = idents.iter().cloned().collect();
    let usual = if taken.contains(OTHER) { "Unlisted" } else { OTHER };
    taken.give(usual)
}

/// The variant for what a tolerant reader does not know; no other is called that.
pub fn unknown_ident(idents: &[String]) -> String {
    let mut taken: names::UsedNames = idents.iter().cloned().collect();
    let usual = if taken.contains(UNKNOWN) { "Unlisted" } else { UNKNOWN };
    taken.give(usual)
}

/// The identifiers of a union's variants, in order.
pub fn variant_idents(body: &Union) -> Vec<String> {
    names::distinct(&body.variants, |variant| &variant.name, names::variant_name, &[])
}

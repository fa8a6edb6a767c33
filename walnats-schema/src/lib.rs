//! JSON Schema as plain, resolved data, and an exact validator over it.
//!
//! Codegen lowers schemas of every draft into a [`SchemaSet`]; the runtime embeds it and asks it why a payload does not fit.

mod schema;
mod violation;

pub use schema::{
    ArrayRules, Condition, Contains, DynamicReference, Format, JsonType, NumberRules, ObjectRules, Resource, Schema,
    SchemaId, SchemaSet, StringRules,
};
pub use violation::{At, Violation};

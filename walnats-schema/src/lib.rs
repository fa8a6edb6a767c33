//! JSON Schema as plain, resolved data, and an exact validator over it.
//!
//! Codegen lowers schemas of every draft into a [`SchemaSet`]; the runtime embeds it and asks it why a payload does not fit.

mod decimal;
mod equality;
pub mod format;
mod pattern;
mod patterns;
mod schema;
mod validate;
mod violation;

pub use decimal::Decimal;
pub use equality::{equal, first_repetition};
pub use pattern::{Pattern, PatternError, is_pattern};
pub use schema::{
    ArrayRules, Condition, Contains, DynamicReference, Format, JsonType, NumberRules, ObjectRules, Resource, Schema,
    SchemaId, SchemaSet, StringRules,
};
pub use validate::MAX_VIOLATIONS;
pub use violation::{At, Violation};

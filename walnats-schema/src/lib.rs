//! JSON Schema as plain, resolved data, and an exact validator over it.
//!
//! A [`SchemaSet`] is what schemas accept, whatever draft they are written in; it validates instances and says why one
//! does not fit. With the feature `read`, the module `read` makes it of schema files.

mod constants;
mod decimal;
mod enumerations;
mod equality;
pub mod expectation;
pub mod format;
mod pattern;
mod patterns;
pub mod pointer;
#[cfg(feature = "read")]
pub mod read;
mod schema;
mod tolerant;
mod validate;
mod violation;

pub use constants::union_of_constants;
pub use decimal::Decimal;
pub use equality::{ValueIndex, equal, first_repetition};
pub use pattern::{Conditions, Pattern, PatternError, is_pattern};
pub use schema::{
    ArrayRules, Condition, Contains, DynamicReference, Format, IntegerFormat, JsonType, NumberRules, ObjectRules,
    Resource, Schema, SchemaId, SchemaSet, StringRules,
};
pub use tolerant::{Kept, Tolerance, has_own_alternatives, keeping, reached, tolerant};
pub use violation::{At, Cut, MAX_VIOLATIONS, Violation, Violations};

/// The README's example, which is compiled.
#[cfg(all(doctest, feature = "read"))]
#[doc = include_str!("../README.md")]
struct Readme;

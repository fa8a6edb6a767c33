//! What is asked of a value beyond its type, whichever language asks.

use serde_json::Value;
use walnats_schema::Format;

/// A check of a value, or of the object that it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Constraint {
    /// At least so many characters.
    MinLength(u64),
    /// At most so many characters.
    MaxLength(u64),
    /// The text matches this regular expression of ECMA-262 somewhere.
    Pattern(String),
    /// The text is of this format.
    Format(Format),
    /// Not less than this.
    Minimum(Bound),
    /// Not greater than this.
    Maximum(Bound),
    /// Greater than this.
    ExclusiveMinimum(Bound),
    /// Less than this.
    ExclusiveMaximum(Bound),
    /// An integer times this.
    MultipleOf(Bound),
    /// Neither infinite nor NaN.
    Finite,
    /// One of these integers or booleans.
    OneOf(Vec<Value>),
    /// At least so many items.
    MinItems(u64),
    /// At most so many items.
    MaxItems(u64),
    /// No two items are equal.
    UniqueItems,
    /// At least so many members.
    MinProperties(u64),
    /// At most so many members.
    MaxProperties(u64),
    /// The names of all members match this regular expression.
    MemberNames(String),
    /// The member is there.
    Present(String),
    /// The member is not there.
    Absent(String),
}

/// A limit of the type that it bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Of integers.
    Integer(i128),
    /// Of floats.
    Float(f64),
}

//! What a value of one type may be asked, without any choice left.

use std::rc::Rc;

use serde_json::{Number, Value};
use walnats_schema::{Format, JsonType, Schema, SchemaId};

use super::Reason;

/// A schema that a value satisfies, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Literal {
    pub(super) id: SchemaId,
    pub(super) holds: bool,
}

impl Literal {
    pub(super) fn yes(id: SchemaId) -> Self {
        Self { id, holds: true }
    }

    pub(super) fn no(id: SchemaId) -> Self {
        Self { id, holds: false }
    }

    pub(super) fn negated(self) -> Self {
        Self { holds: !self.holds, ..self }
    }
}

/// The types of JSON values; integers are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    pub(super) const ALL: [Self; 6] =
        [Self::Null, Self::Boolean, Self::Number, Self::String, Self::Array, Self::Object];

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

/// Whether `type` allows a kind of values.
pub(super) fn allows(schema: &Schema, kind: Kind) -> bool {
    let Some(types) = &schema.types else { return true };
    types.iter().any(|json_type| kind_of(*json_type) == kind)
}

fn kind_of(json_type: JsonType) -> Kind {
    match json_type {
        JsonType::Null => Kind::Null,
        JsonType::Boolean => Kind::Boolean,
        JsonType::Integer | JsonType::Number => Kind::Number,
        JsonType::String => Kind::String,
        JsonType::Array => Kind::Array,
        JsonType::Object => Kind::Object,
    }
}

/// A requirement of a value. Those of other types than the value's do not occur.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Atom {
    /// None of these.
    NotValues(Rc<Vec<Value>>),
    /// An integer, or not one.
    Integer(bool),
    /// At least this, or more than this.
    Least { bound: Number, is_exclusive: bool },
    /// At most this, or less than this.
    Most { bound: Number, is_exclusive: bool },
    /// A multiple, or not one.
    Multiple(Number, bool),
    /// A text that is the name of a member.
    Name,
    /// At least so many characters.
    MinLength(u64),
    /// At most so many characters.
    MaxLength(u64),
    /// Matches a pattern, or does not.
    Pattern(Rc<str>, bool),
    /// Has a format, or has not.
    Format(Format, bool),
    /// At least so many items.
    MinItems(u64),
    /// At most so many items.
    MaxItems(u64),
    /// All items differ, or two are equal.
    Unique(bool),
    /// What all items are asked.
    Items(Rc<ItemRule>),
    /// There is such an item.
    Item { at: Position, literals: Vec<Literal> },
    /// So many different items satisfy a schema, at least.
    Contains(SchemaId, u64),
    /// So many items satisfy a schema, at most.
    ContainsAtMost(SchemaId, u64),
    /// Has this member.
    Present(Rc<str>),
    /// Does not have this member.
    Absent(Rc<str>),
    /// At least so many members.
    MinMembers(u64),
    /// At most so many members.
    MaxMembers(u64),
    /// What all members are asked.
    Members(Rc<MemberRule>),
    /// What all names are asked.
    Names(SchemaId),
    /// There is such a member.
    Member { names: NameSet, literals: Vec<Literal> },
    /// There is a member whose name the schema refuses.
    WrongName(SchemaId),
    /// Something that is not understood; without it, more values fit.
    Unknown(Reason),
}

/// `prefixItems` and `items`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ItemRule {
    pub(super) prefix: Vec<SchemaId>,
    pub(super) rest: Option<SchemaId>,
}

/// Where an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    At(usize),
    /// Here or later.
    From(usize),
}

/// `properties`, `patternProperties` and `additionalProperties`; `None` asks nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MemberRule {
    pub(super) properties: Vec<(Rc<str>, Option<SchemaId>)>,
    pub(super) patterns: Vec<(Rc<str>, Option<SchemaId>)>,
    pub(super) additional: Option<SchemaId>,
}

/// Names of members.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum NameSet {
    /// This one.
    Name(Rc<str>),
    /// Those that match a pattern.
    Pattern(Rc<str>),
    /// All that are not among `names` and match none of `patterns`.
    Others { names: Rc<Vec<Rc<str>>>, patterns: Rc<Vec<Rc<str>>> },
}

//! The Rust types of a package, as plain data: no name is chosen here, and no text is written.

use std::collections::{BTreeMap, HashMap};
use std::ops::{Index, IndexMut};

use serde_json::Value;
use walnats_schema::{Kept, SchemaId};

use super::conjunction::Group;
use super::integer::Integer;
use super::json_types::JsonTypes;
use super::proof::Proof;
use super::schema_location::SchemaLocation;
use crate::model::Constraint;

/// One of [`Types::items`], by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub usize);

/// The types of a package.
#[derive(Debug, Default)]
pub struct Types {
    pub items: Vec<Item>,
    /// The payload of each JSON event, in the order of the events; `None` for protobuf.
    pub payloads: Vec<Option<Typed>>,
    /// What to call a type that has no name of its own by where it stands: variants of unions.
    pub hints: HashMap<SchemaLocation, String>,
    /// At which schemas readers keep what these do not list.
    pub kept: BTreeMap<SchemaId, Kept>,
}

impl Types {
    /// The ids of all items, in order.
    pub fn ids(&self) -> impl Iterator<Item = ItemId> + use<> {
        (0..self.items.len()).map(ItemId)
    }

    /// The unions whose variants are tried: each try is checked.
    pub fn items_that_are_attempted(&self) -> impl Iterator<Item = ItemId> {
        let attempted = |item: &Item| matches!(&item.body, Body::Union(union) if union.dispatch == Dispatch::Attempt);
        self.ids().filter(move |item| attempted(&self.items[*item]))
    }
}

/// A type that gets a name.
#[derive(Clone, Debug)]
pub struct Item {
    pub location: SchemaLocation,
    /// The schema whose annotations describe it.
    pub id: SchemaId,
    pub body: Body,
    /// What is asked of the value as a whole.
    pub constraints: Vec<Constraint>,
    pub judgements: Vec<Judgement>,
}

/// What an item is.
#[derive(Clone, Debug)]
pub enum Body {
    Struct(Struct),
    Enum(Enum),
    Union(Union),
    /// A list or a map that contains itself.
    Newtype(Typed),
    /// Another name for a type that has none of its own.
    Alias(Typed),
}

/// A choice between strings, or between integers.
#[derive(Clone, Debug)]
pub struct Enum {
    pub kind: EnumKind,
    /// As they stand in JSON, strings without quotes.
    pub values: Vec<String>,
    /// What to call each variant; not yet an identifier.
    pub names: Vec<String>,
    /// The schema whose annotations describe each value, where it has one of its own.
    pub ids: Vec<Option<SchemaId>>,
    /// Whether tolerant readers keep other values.
    pub keeps_unknown: bool,
}

/// What the values of an enum are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnumKind {
    Strings,
    /// Strings that are known, and any other.
    OpenStrings,
    /// Integers, which fit into the type.
    Integers(Integer),
}

impl Enum {
    /// Whether it is a string that is always the same.
    pub fn is_constant(&self) -> bool {
        self.values.len() == 1 && self.kind == EnumKind::Strings
    }

    /// Whether values are copied, and need no `clone`: none holds a string.
    pub fn is_copied(&self) -> bool {
        match self.kind {
            EnumKind::Strings => !self.keeps_unknown,
            EnumKind::OpenStrings => false,
            EnumKind::Integers(_) => true,
        }
    }

    /// The values as JSON.
    pub fn json_values(&self) -> Vec<Value> {
        let value = |text: &String| match self.kind {
            EnumKind::Strings | EnumKind::OpenStrings => text.as_str().into(),
            EnumKind::Integers(_) => text.parse().map_or(Value::Null, Value::Number),
        };
        self.values.iter().map(value).collect()
    }
}

/// An object with members of known names.
#[derive(Clone, Debug, Default)]
pub struct Struct {
    pub fields: Vec<Field>,
    /// The type of further members; `None` where there may be none.
    pub additional: Option<Typed>,
}

/// A member.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    /// What to call it in Rust, where the schema says so.
    pub rust_name: Option<String>,
    pub required: bool,
    /// Whether the type is that of some values alone (`then`): of others, the member is among the further ones.
    pub conditional: bool,
    pub typed: Typed,
    /// The schema whose annotations describe it, if any does.
    pub id: Option<SchemaId>,
    /// Every schema that applies to it.
    pub ids: Vec<SchemaId>,
}

impl Field {
    /// The string that the member always is.
    pub fn constant(&self) -> Option<&str> {
        match &self.typed.ty {
            Type::Constant(text) => Some(text),
            _ => None,
        }
    }
}

/// A choice between types.
#[derive(Clone, Debug)]
pub struct Union {
    pub variants: Vec<Variant>,
    pub dispatch: Dispatch,
    /// Whether tolerant readers keep what no variant is: objects with other tags or members, other values of a list.
    pub keeps_unknown: bool,
}

impl Union {
    /// Whose variants are found later.
    pub fn of(dispatch: Dispatch) -> Self {
        Self { variants: Vec::new(), dispatch, keeps_unknown: false }
    }
}

/// How the variant of a value is found.
#[derive(Clone, Debug, PartialEq)]
pub enum Dispatch {
    /// By the string that this member is.
    Tag(String),
    /// By a member that one variant requires and no other admits. One variant may do without: it is what else there is.
    Member,
    /// By the type of the JSON value.
    JsonType,
    /// By trying them in order.
    Attempt,
    /// By what stands around the content of each, see [`Form`].
    Wrapped,
}

/// How the value of a variant stands in JSON: as itself, or as serde writes the variants of an enum.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// As itself.
    Plain,
    /// A variant without a value, as this string. The schema describes it alone.
    Unit(String, Option<SchemaId>),
    /// As the only member, of this name, of an object.
    Member(String),
    /// Next to a tag, and nothing else.
    Adjacent(Adjacent),
}

/// A tag, and the member that the content is; none where the variant has no value.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjacent {
    pub tag: String,
    pub text: String,
    pub content: Option<String>,
}

/// One of a union's types.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What to call it; not yet an identifier.
    pub name: String,
    pub typed: Typed,
    pub form: Form,
    /// What selects it: values of the tag, or the name of a member.
    pub tags: Vec<String>,
    pub json_types: JsonTypes,
    pub id: SchemaId,
}

impl Variant {
    /// Whether it has no value.
    pub fn is_unit(&self) -> bool {
        matches!(&self.form, Form::Unit(..) | Form::Adjacent(Adjacent { content: None, .. }))
    }

    /// The parts of a tuple that are fields of the variant, each by itself.
    pub fn parts(&self) -> Option<&[Typed]> {
        match &self.typed {
            Typed { ty: Type::Tuple(items), alias: None, .. }
                if self.form != Form::Plain && !self.is_unit() && items.len() > 1 && self.typed.is_exact() =>
            {
                Some(items)
            }
            _ => None,
        }
    }
}

/// A type where it is used, with what is asked of values there beyond it.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    pub ty: Type,
    /// The [`Body::Alias`] by which it is written, where its schema is a definition.
    pub alias: Option<ItemId>,
    pub constraints: Vec<Constraint>,
    pub judgements: Vec<Judgement>,
}

/// A Rust type.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Any JSON value.
    Value,
    /// Any JSON object.
    Object,
    Null,
    Boolean,
    Integer(Integer),
    Float,
    String,
    DateTime,
    Date,
    Uuid,
    /// Bytes in a string.
    Base64,
    Array(Box<Typed>),
    /// An array of so many items.
    FixedArray(Box<Typed>, u64),
    Tuple(Vec<Typed>),
    Map(Box<Typed>),
    /// `null` or a value.
    Nullable(Box<Typed>),
    Item(ItemId),
    /// An item that contains itself.
    Boxed(ItemId),
    /// A member that is always this string, and has no field.
    Constant(String),
    /// A type of another crate, by its path.
    Extern(String),
}

impl Type {
    /// Whether a value is a string with more to it, whose text `as_str` gives.
    pub fn has_text(&self) -> bool {
        matches!(self, Self::DateTime | Self::Date | Self::Base64)
    }

    /// Whether the items of an array are equal in Rust exactly where they are equal in JSON.
    pub fn items_compare_as_json(&self) -> bool {
        let (Self::Array(item) | Self::FixedArray(item, _)) = self else { return false };
        matches!(item.ty, Self::String | Self::Boolean | Self::DateTime | Self::Date | Self::Base64 | Self::Integer(_))
    }
}

/// That only a schema can tell whether a value is valid, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub id: SchemaId,
    /// What types and constraints leave open; empty where that is too much to tell.
    pub open: Vec<Open>,
    /// What makes it needless to ask, found once all types are there.
    pub proof: Option<Proof>,
}

/// What types and constraints leave open.
#[derive(Clone, Debug, PartialEq)]
pub enum Open {
    /// Keywords of a schema that no type has room for.
    Keywords(SchemaId),
    /// Branches that became no variants.
    Group(Group),
}

impl Typed {
    /// A type that is exact by itself.
    pub fn exact(ty: Type) -> Self {
        Self::constrained(ty, Vec::new())
    }

    /// A type of whose values more is asked.
    pub fn constrained(ty: Type, constraints: Vec<Constraint>) -> Self {
        Self { ty, alias: None, constraints, judgements: Vec::new() }
    }

    /// A type whose values the schema is asked about.
    pub fn judged(ty: Type, judgements: Vec<Judgement>) -> Self {
        Self { ty, alias: None, constraints: Vec::new(), judgements }
    }

    /// The same Rust type, whatever names there are for it.
    pub fn is_same_type(&self, other: &Self) -> bool {
        match (&self.ty, &other.ty) {
            (Type::Array(one), Type::Array(other))
            | (Type::Map(one), Type::Map(other))
            | (Type::Nullable(one), Type::Nullable(other)) => one.is_same_type(other),
            (Type::FixedArray(one, length), Type::FixedArray(other, other_length)) => {
                length == other_length && one.is_same_type(other)
            }
            (Type::Tuple(ones), Type::Tuple(others)) => {
                ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| one.is_same_type(other))
            }
            (one, other) => one == other,
        }
    }

    /// Whether nothing is asked of values beyond the type.
    pub fn is_exact(&self) -> bool {
        self.constraints.is_empty() && self.judgements.is_empty()
    }
}

impl Index<ItemId> for Vec<Item> {
    type Output = Item;

    fn index(&self, id: ItemId) -> &Item {
        &self[id.0]
    }
}

impl IndexMut<ItemId> for Vec<Item> {
    fn index_mut(&mut self, id: ItemId) -> &mut Item {
        &mut self[id.0]
    }
}

//! Schemas become Rust types, as plain data: no name is chosen here, and no text is written.

mod array;
mod boxed;
mod member;
mod number;
mod object;
mod string;
mod tag;
mod union;

pub use number::integral;

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;
use walnats_schema::{Format, SchemaId};

use super::kinds::Kinds;
use super::node::{Group, Key, Node, Schemas, needs_judge};
use super::proof::{Proof, prove};
use super::spot::Spot;
use crate::model::{DateTimes, EventModel, Payload, RustType, SchemaNote};

/// Arrays and maps of arrays and maps nest this deep; further down stands any value, and the schema judges it.
const MAX_NESTING: usize = 32;

/// Choices within choices make types of combinations of schemas, of which there may be no end: so many are made, and two
/// for each schema.
const MAX_COMBINED: usize = 1_000;

/// Index into [`Types::items`].
pub type ItemId = usize;

/// The types of a package.
#[derive(Debug, Default)]
pub struct Types {
    pub items: Vec<Item>,
    /// The payload of each JSON event, in the order of the events; `None` for protobuf.
    pub payloads: Vec<Option<Typed>>,
    /// What to call a type that has no name of its own by where it stands: variants of unions.
    pub hints: HashMap<Spot, String>,
}

impl Types {
    /// The unions whose variants are tried: each try is checked.
    pub fn items_that_are_attempted(&self) -> impl Iterator<Item = ItemId> {
        let attempted = |item: &Item| matches!(&item.body, Body::Union(union) if union.dispatch == Dispatch::Attempt);
        (0..self.items.len()).filter(move |item| attempted(&self.items[*item]))
    }
}

/// A type that gets a name.
#[derive(Clone, Debug)]
pub struct Item {
    pub spot: Spot,
    /// The schema whose annotations describe it.
    pub id: SchemaId,
    pub body: Body,
    /// What holds of the value as a whole.
    pub rules: Vec<Rule>,
}

/// What kind of item.
#[derive(Clone, Debug)]
pub enum Body {
    Struct(Struct),
    Enum(Enum),
    Union(Union),
}

/// A choice between strings.
#[derive(Clone, Debug)]
pub struct Enum {
    pub values: Vec<String>,
    /// What to call each variant; not yet an identifier.
    pub names: Vec<String>,
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
    pub typed: Typed,
    /// The schema whose annotations describe it.
    pub id: SchemaId,
    /// Every schema that applies to it.
    pub ids: Vec<SchemaId>,
}

/// A choice between types.
#[derive(Clone, Debug)]
pub struct Union {
    pub variants: Vec<Variant>,
    pub dispatch: Dispatch,
}

/// How the variant of a value is found.
#[derive(Clone, Debug, PartialEq)]
pub enum Dispatch {
    /// By the string that this member is.
    Tag(String),
    /// By a member that one variant requires and no other admits. One variant may do without: it is what else there is.
    Member,
    /// By the type of the JSON value.
    Kind,
    /// By trying them in order.
    Attempt,
}

/// One of a union's types.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What to call it; not yet an identifier.
    pub name: String,
    pub typed: Typed,
    /// What selects it: values of the tag, or the name of a member.
    pub tags: Vec<String>,
    pub kinds: Kinds,
    pub id: SchemaId,
}

/// A type where it is used, with what is asked of values there beyond it.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    pub shape: Shape,
    pub rules: Vec<Rule>,
}

/// A Rust type.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
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
}

impl Shape {
    /// Whether a value is a string with more to it, whose text `as_str` gives.
    pub fn has_text(&self) -> bool {
        matches!(self, Self::DateTime | Self::Date | Self::Base64)
    }
}

/// Integer types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Integer {
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    I128,
}

/// What is asked of a value beyond its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    MinLength(u64),
    MaxLength(u64),
    Pattern(String),
    Format(Format),
    Minimum(Bound),
    Maximum(Bound),
    ExclusiveMinimum(Bound),
    ExclusiveMaximum(Bound),
    MultipleOf(Bound),
    Finite,
    /// `enum` of integers or booleans.
    OneOf(Vec<Value>),
    MinItems(u64),
    MaxItems(u64),
    UniqueItems,
    MinProperties(u64),
    MaxProperties(u64),
    /// The names of all members match.
    MemberNames(String),
    /// A member without a field is required.
    Present(String),
    /// A member cannot be there.
    Absent(String),
    /// `uniqueItems` of items that Rust compares otherwise than JSON does.
    UniqueValues,
    /// The schema itself is asked, at run time.
    Judge(Judgement),
}

impl Rule {
    /// The schema that every value is judged by: no check decides without it.
    pub fn judge(&self) -> Option<SchemaId> {
        self.named_schema().filter(|_| !matches!(self, Self::Judge(Judgement { proof: Some(_), .. })))
    }

    /// The schema that is named in a check, if only to say what is wrong.
    pub fn named_schema(&self) -> Option<SchemaId> {
        match self {
            Self::Judge(judgement) => Some(judgement.id),
            _ => None,
        }
    }
}

/// That a schema is asked, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub id: SchemaId,
    /// What types and other rules leave open; empty where that is too much to tell.
    pub open: Vec<Open>,
    /// What makes it needless to ask, found once all types are there.
    pub proof: Option<Proof>,
}

/// What types and rules leave open.
#[derive(Clone, Debug, PartialEq)]
pub enum Open {
    /// Keywords of a schema that no type has room for.
    Keywords(SchemaId),
    /// Branches that became no variants.
    Group(Group),
}

/// A limit of the type that it bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Bound {
    Integer(i128),
    Float(f64),
}

impl Typed {
    /// A type that is exact by itself.
    pub fn exact(shape: Shape) -> Self {
        Self { shape, rules: Vec::new() }
    }
}

/// Makes types of the payloads of all JSON events.
pub fn shape(model: &EventModel) -> Types {
    let schemas = Schemas::new(&model.schemas);
    let mut builder = Builder {
        schemas,
        datetime: model.options.datetime,
        max_items: MAX_COMBINED + 2 * model.schemas.schemas.len(),
        notes: &model.notes,
        types: Types::default(),
        by_key: HashMap::new(),
        queue: VecDeque::new(),
    };
    for event in &model.events {
        let payload = match &event.payload {
            Payload::Json(id) => Some(builder.payload(*id)),
            Payload::Protobuf(_) => None,
        };
        builder.types.payloads.push(payload);
    }
    builder.finish()
}

struct Builder<'m> {
    schemas: Schemas<'m>,
    datetime: DateTimes,
    /// Types beyond these are any value, which the schema judges.
    max_items: usize,
    notes: &'m [SchemaNote],
    types: Types,
    by_key: HashMap<Key, ItemId>,
    /// Items whose fields or variants are still to be found.
    queue: VecDeque<(ItemId, Node)>,
}

impl Builder<'_> {
    fn finish(mut self) -> Types {
        while let Some((item, node)) = self.queue.pop_front() {
            let body = self.body(&node);
            self.types.items[item].body = body;
        }
        boxed::break_cycles(&mut self.types.items);
        prove(&mut self.types, &self.schemas);
        self.types
    }

    /// The type of an event's payload.
    fn payload(&mut self, id: SchemaId) -> Typed {
        let spot = Spot::of(self.notes, id);
        if self.schemas.is_dynamic(id) {
            // What a dynamic reference means depends on the way to it, so the payload can only be judged as a whole.
            return Typed { shape: Shape::Value, rules: vec![judge(id, Vec::new())] };
        }
        self.place(&[id], spot, 0)
    }

    /// The type of the place where all of `ids` apply.
    fn place(&mut self, ids: &[SchemaId], spot: Spot, depth: usize) -> Typed {
        let spot = match ids {
            [id] => Spot::of(self.notes, *id),
            _ => spot,
        };
        let node = Node::new(&self.schemas, ids, spot);
        self.typed(&node, depth)
    }

    fn typed(&mut self, node: &Node, depth: usize) -> Typed {
        let kinds = node.kinds;
        if depth > MAX_NESTING || kinds.is_empty() {
            return self.any_value(node);
        }
        if kinds.has(Kinds::NULL) && kinds != Kinds::NULL && !is_open(kinds) {
            let inner = self.typed(&node.only(&self.schemas, kinds.without(Kinds::NULL)), depth + 1);
            return if self.accepts(node, &Value::Null) {
                Typed::exact(Shape::Nullable(Box::new(inner)))
            } else {
                inner
            };
        }
        let mut typed = match kinds {
            Kinds::NULL if self.accepts(node, &Value::Null) => return Typed::exact(Shape::Null),
            Kinds::NULL => return self.any_value(node),
            Kinds::BOOLEAN => return self.boolean(node),
            Kinds::STRING => self.string(node),
            Kinds::ARRAY => self.array(node, depth),
            Kinds::OBJECT => return self.object(node, depth),
            kinds if !kinds.is_empty() && kinds.without(Kinds::NUMBER).is_empty() => self.number(node),
            kinds if is_open(kinds) => return self.any_value(node),
            _ => return self.union_of_kinds(node),
        };
        if typed.shape == Shape::Value {
            return self.any_value(node);
        }
        let is_listed =
            matches!(typed.shape, Shape::Item(_)) || typed.rules.iter().any(|rule| matches!(rule, Rule::OneOf(_)));
        if is_listed {
            // Each value was accepted when the list was made.
            return typed;
        }
        for rule in self.judgements(node) {
            if !typed.rules.contains(&rule) {
                typed.rules.push(rule);
            }
        }
        typed
    }

    fn boolean(&self, node: &Node) -> Typed {
        let mut values = vec![Value::Bool(false), Value::Bool(true)];
        values.retain(|value| self.accepts(node, value));
        Typed { shape: Shape::Boolean, rules: if values.len() == 2 { Vec::new() } else { vec![Rule::OneOf(values)] } }
    }

    /// Any value, judged at run time where the schema asks for anything.
    fn any_value(&self, node: &Node) -> Typed {
        let rules = if node.kinds == Kinds::ALL && !node.is_constrained() { Vec::new() } else { self.judge(node) };
        Typed { shape: Shape::Value, rules }
    }

    /// What the schemas that apply must be asked for at run time, because no type and no check covers it.
    fn judgements(&self, node: &Node) -> Vec<Rule> {
        let listed =
            node.kinds == Kinds::ARRAY && node.schemas(self.schemas.set).any(|schema| schema.enumeration.is_some());
        if listed {
            return self.judge(node);
        }
        let keywords = node.own.iter().filter(|id| needs_judge(self.schemas.set.get(**id))).copied();
        let mut open: Vec<Open> = keywords.map(Open::Keywords).collect();
        open.extend(node.groups.iter().cloned().map(Open::Group));
        if open.is_empty() { Vec::new() } else { node.whole.iter().map(|id| judge(*id, open.clone())).collect() }
    }

    fn judge(&self, node: &Node) -> Vec<Rule> {
        node.whole.iter().map(|id| judge(*id, Vec::new())).collect()
    }

    /// The values that can stand at the node, where an `enum` lists them; `None` without an `enum`.
    fn enumeration(&self, node: &Node) -> Option<Vec<Value>> {
        let list = node.schemas(self.schemas.set).find_map(|schema| schema.enumeration.as_ref())?;
        let is_list = node.is_list(&self.schemas);
        let mut values: Vec<&Value> = Vec::new();
        // Equal values look alike, but for numbers, which may be written in several ways.
        let mut alike: HashMap<String, Vec<&Value>> = HashMap::new();
        for value in list.iter().filter(|value| node.kinds.has(Kinds::of_value(value))) {
            let alike = alike.entry(look(value)).or_default();
            if !alike.iter().any(|known| walnats_schema::equal(known, value)) && (is_list || self.accepts(node, value))
            {
                alike.push(value);
                values.push(value);
            }
        }
        Some(values.into_iter().cloned().collect())
    }

    /// Whether the schemas accept a value that codegen knows already. So what is listed needs no further checks.
    fn accepts(&self, node: &Node, value: &Value) -> bool {
        node.whole.iter().all(|id| self.schemas.set.is_valid(*id, value))
    }

    /// Whether a schema that applies asks for this type.
    fn is_asked_for(&self, node: &Node, wanted: RustType) -> bool {
        let (mut waiting, mut seen) = (node.whole.clone(), HashSet::new());
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            if self.notes.get(id.0 as usize).is_some_and(|note| note.rust.wanted == Some(wanted)) {
                return true;
            }
            let schema = self.schemas.set.get(id);
            waiting.extend(schema.reference.iter().chain(&schema.all_of));
        }
        false
    }

    /// The item for `node`, made now if it is met for the first time. Its body is found later.
    fn item(&mut self, node: &Node, body: Body) -> ItemId {
        let key = node.key();
        if let Some(item) = self.by_key.get(&key) {
            return *item;
        }
        let home = node.home(&self.schemas);
        let spot = match home {
            Some(id) if self.schemas.possible(id).without(Kinds::NULL) == node.kinds => Spot::of(self.notes, id),
            // One of several types of value that a schema admits.
            Some(id) => Spot::of(self.notes, id).join(&[node.kinds.segment()]),
            None => node.spot.clone(),
        };
        let id = home.or(node.whole.last().copied()).unwrap_or(SchemaId(0));
        self.types.items.push(Item { spot, id, body, rules: Vec::new() });
        let item = self.types.items.len() - 1;
        self.by_key.insert(key, item);
        item
    }
}

/// What all values that are equal have in common, and few others.
fn look(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{:?}", number.as_f64()),
        Value::Array(items) => items.iter().map(|item| look(item) + ",").collect(),
        Value::Object(members) => members.keys().map(|name| format!("{name:?}:")).collect(),
        value => value.to_string(),
    }
}

fn judge(id: SchemaId, open: Vec<Open>) -> Rule {
    Rule::Judge(Judgement { id, open, proof: None })
}

/// Whether values of so many types are meant that only any value will do.
fn is_open(kinds: Kinds) -> bool {
    kinds.has(Kinds::ARRAY) && kinds.has(Kinds::OBJECT) && kinds.has(Kinds::STRING) && kinds.has(Kinds::BOOLEAN)
}

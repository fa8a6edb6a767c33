//! Schemas become Rust types.

mod array;
mod boxed;
mod member;
mod number;
mod object;
mod string;
mod tag;
mod union;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;
use walnats_schema::SchemaId;

use super::conjunction::{Key, Node};
use super::kinds::Kinds;
use super::schemas::{Schemas, needs_judge};
use super::spot::Spot;
use super::types::{Body, Item, ItemId, Judgement, Open, Shape, Typed, Types};
use crate::model::{Constraint, DateTimes, EventModel, Payload, RustType, SchemaNote};

/// Arrays and maps of arrays and maps nest this deep; further down stands any value, and the schema judges it.
const MAX_NESTING: usize = 32;

/// Choices within choices make types of combinations of schemas, of which there may be no end: so many are made, and two
/// for each schema.
const MAX_COMBINED: usize = 1_000;

/// Makes types of the payloads of all JSON events.
pub fn build(model: &EventModel, schemas: &Schemas<'_>) -> Types {
    let mut builder = Builder {
        schemas,
        datetime: model.options.datetime,
        max_items: MAX_COMBINED + 2 * model.schemas.schemas.len(),
        notes: &model.notes,
        types: Types::default(),
        satisfiable: RefCell::default(),
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
    schemas: &'m Schemas<'m>,
    /// Cache: can any value be where a schema alone applies?
    satisfiable: RefCell<HashMap<SchemaId, bool>>,
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
        self.types
    }

    /// The type of an event's payload.
    fn payload(&mut self, id: SchemaId) -> Typed {
        let spot = Spot::of(self.notes, id);
        if self.schemas.is_dynamic(id) {
            // What a dynamic reference means depends on the way to it, so the payload can only be judged as a whole.
            return Typed::judged(Shape::Value, vec![judge(id, Vec::new())]);
        }
        self.place(&[id], spot, 0)
    }

    /// The type of the place where all of `ids` apply.
    fn place(&mut self, ids: &[SchemaId], spot: Spot, depth: usize) -> Typed {
        let spot = match ids {
            [id] => Spot::of(self.notes, *id),
            _ => spot,
        };
        let node = Node::new(self.schemas, ids, spot);
        self.typed(&node, depth)
    }

    fn typed(&mut self, node: &Node, depth: usize) -> Typed {
        let kinds = node.kinds;
        if depth > MAX_NESTING || kinds.is_empty() {
            return self.any_value(node);
        }
        if kinds.has(Kinds::NULL) && kinds != Kinds::NULL && !is_open(kinds) {
            let inner = self.typed(&node.only(self.schemas, kinds.without(Kinds::NULL)), depth + 1);
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
        let is_listed = matches!(typed.shape, Shape::Item(_))
            || typed.constraints.iter().any(|constraint| matches!(constraint, Constraint::OneOf(_)));
        if is_listed {
            // Each value was accepted when the list was made.
            return typed;
        }
        for judgement in self.judgements(node) {
            if !typed.judgements.contains(&judgement) {
                typed.judgements.push(judgement);
            }
        }
        typed
    }

    fn boolean(&self, node: &Node) -> Typed {
        let mut values = vec![Value::Bool(false), Value::Bool(true)];
        values.retain(|value| self.accepts(node, value));
        let constraints = if values.len() == 2 { Vec::new() } else { vec![Constraint::OneOf(values)] };
        Typed::constrained(Shape::Boolean, constraints)
    }

    /// Any value, judged at run time where the schema asks for anything.
    fn any_value(&self, node: &Node) -> Typed {
        let judgements = if node.kinds == Kinds::ALL && !node.is_constrained() { Vec::new() } else { self.judge(node) };
        Typed::judged(Shape::Value, judgements)
    }

    /// What the schemas that apply must be asked for at run time, because no type and no check covers it.
    fn judgements(&self, node: &Node) -> Vec<Judgement> {
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

    fn judge(&self, node: &Node) -> Vec<Judgement> {
        node.whole.iter().map(|id| judge(*id, Vec::new())).collect()
    }

    /// The values that can stand at the node, where an `enum` lists them; `None` without an `enum`.
    fn enumeration(&self, node: &Node) -> Option<Vec<Value>> {
        let list = node.schemas(self.schemas.set).find_map(|schema| schema.enumeration.as_ref())?;
        let is_list = node.is_list(self.schemas);
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

    /// Whether any value can be where the schema alone applies.
    fn is_satisfiable(&self, id: SchemaId) -> bool {
        let known = self.satisfiable.borrow().get(&id).copied();
        known.unwrap_or_else(|| {
            let is_satisfiable = !Node::new(self.schemas, &[id], Spot::default()).kinds.is_empty();
            self.satisfiable.borrow_mut().insert(id, is_satisfiable);
            is_satisfiable
        })
    }

    /// The item for `node`, made now if it is met for the first time. Its body is found later.
    fn item(&mut self, node: &Node, body: Body) -> ItemId {
        let key = node.key();
        if let Some(item) = self.by_key.get(&key) {
            return *item;
        }
        let home = node.home(self.schemas);
        let spot = match home {
            Some(id) if self.schemas.possible(id).without(Kinds::NULL) == node.kinds => Spot::of(self.notes, id),
            // One of several types of value that a schema admits.
            Some(id) => Spot::of(self.notes, id).join(&[node.kinds.segment()]),
            None => node.spot.clone(),
        };
        let id = home.or(node.whole.last().copied()).unwrap_or(SchemaId(0));
        self.types.items.push(Item { spot, id, body, constraints: Vec::new(), judgements: Vec::new() });
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

fn judge(id: SchemaId, open: Vec<Open>) -> Judgement {
    Judgement { id, open, proof: None }
}

/// Whether values of so many types are meant that only any value will do.
fn is_open(kinds: Kinds) -> bool {
    kinds.has(Kinds::ARRAY) && kinds.has(Kinds::OBJECT) && kinds.has(Kinds::STRING) && kinds.has(Kinds::BOOLEAN)
}

//! Schemas become Rust types.

mod alias;
mod array;
mod boxed;
mod conditional;
mod constant;
mod enumeration;
mod externs;
mod kept;
mod member;
mod number;
mod object;
mod recursion;
mod string;
mod tag;
mod union;
mod wrapped;

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};

use serde_json::Value;
use walnats_schema::SchemaId;

use self::externs::Externs;
use self::kept::Notes;
use super::conjunction::{Conjunction, Key};
use super::json_types::JsonTypes;
use super::schema_location::SchemaLocation;
use super::schemas::{Schemas, needs_judge};
use super::types::{Body, Item, ItemId, Judgement, Open, Type, Typed, Types};
use crate::model::{Annotations, Constraint, DateTimes, EventModel, Payload, RustNote, RustType, SourceNote};

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
        rust_notes: &model.rust_notes,
        sources: &model.sources,
        types: Types::default(),
        satisfiable: RefCell::default(),
        by_key: HashMap::new(),
        aliases: HashMap::new(),
        entered: Vec::new(),
        queue: VecDeque::new(),
        kept: Notes::default(),
        externs: Externs::new(model, schemas),
    };
    for event in &model.events {
        let payload = match &event.payload {
            Payload::Json(id) => Some(builder.payload(*id)),
            Payload::Protobuf(_) => None,
        };
        builder.types.payloads.push(payload);
    }
    builder.finish(model)
}

struct Builder<'m> {
    schemas: &'m Schemas<'m>,
    /// Cache: can any value be where a schema alone applies?
    satisfiable: RefCell<HashMap<SchemaId, bool>>,
    datetime: DateTimes,
    /// Types beyond these are any value, which the schema judges.
    max_items: usize,
    notes: &'m [Annotations],
    rust_notes: &'m [RustNote],
    sources: &'m [SourceNote],
    types: Types,
    by_key: HashMap<Key, ItemId>,
    /// Those that are only other names.
    aliases: HashMap<Key, ItemId>,
    /// The lists and maps whose type is being made, each inside of those before it.
    entered: Vec<(Key, Conjunction)>,
    /// Items whose fields or variants are still to be found.
    queue: VecDeque<(ItemId, Conjunction)>,
    kept: Notes,
    externs: Externs,
}

impl Builder<'_> {
    fn finish(mut self, model: &EventModel) -> Types {
        while let Some((item, conjunction)) = self.queue.pop_front() {
            let body = self.body(&conjunction);
            self.types.items[item].body = body;
        }
        self.keep(model);
        boxed::break_cycles(&mut self.types.items);
        self.types
    }

    /// The type of an event's payload.
    fn payload(&mut self, id: SchemaId) -> Typed {
        let location = SchemaLocation::of(self.notes, id);
        if self.schemas.is_dynamic(id) {
            // What a dynamic reference means depends on the way to it, so the payload can only be judged as a whole.
            return Typed::judged(Type::Value, vec![judge(id, Vec::new())]);
        }
        self.place(&[id], location, 0)
    }

    /// The type of the place where all of `ids` apply.
    fn place(&mut self, ids: &[SchemaId], location: SchemaLocation, depth: usize) -> Typed {
        let location = match ids {
            [id] => SchemaLocation::of(self.notes, *id),
            _ => location,
        };
        let conjunction = Conjunction::new(self.schemas, ids, location);
        let typed = self.typed(&conjunction, depth);
        let is_list = matches!(typed.ty, Type::Float | Type::Nullable(_)) && self.is_plain_list(&conjunction);
        self.kept.place(self.schemas, ids, &typed, is_list);
        typed
    }

    fn typed(&mut self, conjunction: &Conjunction, depth: usize) -> Typed {
        if let Some(typed) = self.externs.typed(conjunction, self.schemas) {
            return typed;
        }
        let typed = self.without_alias(conjunction, depth);
        let alias = self.alias(conjunction, &typed);
        Typed { alias: typed.alias.or(alias), ..typed }
    }

    fn without_alias(&mut self, conjunction: &Conjunction, depth: usize) -> Typed {
        let json_types = conjunction.json_types;
        if depth > MAX_NESTING || json_types.is_empty() {
            return self.any_value(conjunction);
        }
        if json_types.has(JsonTypes::NULL) && json_types != JsonTypes::NULL && !is_open(json_types) {
            let inner = self.typed(&conjunction.only(self.schemas, json_types.without(JsonTypes::NULL)), depth + 1);
            return if self.accepts(conjunction, &Value::Null) {
                Typed::exact(Type::Nullable(Box::new(inner)))
            } else {
                inner
            };
        }
        if json_types.has(JsonTypes::OBJECT)
            && json_types.without(JsonTypes::OBJECT).without(JsonTypes::STRING).is_empty()
            && let Some(typed) = self.wrapped_union(conjunction)
        {
            return typed;
        }
        let mut typed = match json_types {
            JsonTypes::NULL if self.accepts(conjunction, &Value::Null) => return Typed::exact(Type::Null),
            JsonTypes::NULL => return self.any_value(conjunction),
            JsonTypes::BOOLEAN => return self.boolean(conjunction),
            JsonTypes::STRING => self.string(conjunction),
            JsonTypes::ARRAY => {
                return self.unless_recursive(conjunction, |builder| builder.judged_array(conjunction, depth));
            }
            JsonTypes::OBJECT => return self.object(conjunction, depth),
            json_types if !json_types.is_empty() && json_types.without(JsonTypes::NUMBER).is_empty() => {
                self.number(conjunction)
            }
            json_types if is_open(json_types) => return self.any_value(conjunction),
            _ => return self.union_of_json_types(conjunction),
        };
        self.add_judgements(conjunction, &mut typed);
        typed
    }

    fn judged_array(&mut self, conjunction: &Conjunction, depth: usize) -> Typed {
        let mut typed = self.array(conjunction, depth);
        self.add_judgements(conjunction, &mut typed);
        typed
    }

    fn add_judgements(&self, conjunction: &Conjunction, typed: &mut Typed) {
        if typed.ty == Type::Value {
            *typed = self.any_value(conjunction);
            return;
        }
        let is_listed = matches!(typed.ty, Type::Item(_))
            || typed.constraints.iter().any(|constraint| matches!(constraint, Constraint::OneOf(_)));
        if is_listed {
            // Each value was accepted when the list was made.
            return;
        }
        for judgement in self.judgements(conjunction) {
            if !typed.judgements.contains(&judgement) {
                typed.judgements.push(judgement);
            }
        }
    }

    fn boolean(&self, conjunction: &Conjunction) -> Typed {
        let mut values = vec![Value::Bool(false), Value::Bool(true)];
        values.retain(|value| self.accepts(conjunction, value));
        let constraints = if values.len() == 2 { Vec::new() } else { vec![Constraint::OneOf(values)] };
        Typed::constrained(Type::Boolean, constraints)
    }

    /// Any value, judged at run time where the schema asks for anything.
    fn any_value(&self, conjunction: &Conjunction) -> Typed {
        let judgements = if conjunction.json_types == JsonTypes::ALL && !conjunction.is_constrained() {
            Vec::new()
        } else {
            self.judge(conjunction)
        };
        Typed::judged(Type::Value, judgements)
    }

    /// What the schemas that apply must be asked for at run time, because no type and no check covers it.
    fn judgements(&self, conjunction: &Conjunction) -> Vec<Judgement> {
        let listed = conjunction.json_types == JsonTypes::ARRAY
            && conjunction.schemas(self.schemas.set).any(|schema| schema.enumeration.is_some());
        if listed {
            return self.judge(conjunction);
        }
        let keywords = conjunction.own.iter().filter(|id| needs_judge(self.schemas.set.get(**id))).copied();
        let mut open: Vec<Open> = keywords.map(Open::Keywords).collect();
        open.extend(conjunction.groups.iter().cloned().map(Open::Group));
        if open.is_empty() { Vec::new() } else { conjunction.whole.iter().map(|id| judge(*id, open.clone())).collect() }
    }

    fn judge(&self, conjunction: &Conjunction) -> Vec<Judgement> {
        conjunction.whole.iter().map(|id| judge(*id, Vec::new())).collect()
    }

    /// The values that can stand at the conjunction, where an `enum` lists them; `None` without an `enum`.
    fn enumeration(&self, conjunction: &Conjunction) -> Option<Vec<Value>> {
        let list = conjunction.schemas(self.schemas.set).find_map(|schema| schema.enumeration.as_ref())?;
        let is_list = conjunction.is_list(self.schemas);
        let mut values: Vec<&Value> = Vec::new();
        // Equal values look alike, but for numbers, which may be written in several ways.
        let mut alike: HashMap<String, Vec<&Value>> = HashMap::new();
        for value in list.iter().filter(|value| conjunction.json_types.has(JsonTypes::of_value(value))) {
            let alike = alike.entry(fingerprint(value)).or_default();
            if !alike.iter().any(|known| walnats_schema::equal(known, value))
                && (is_list || self.accepts(conjunction, value))
            {
                alike.push(value);
                values.push(value);
            }
        }
        Some(values.into_iter().cloned().collect())
    }

    /// Whether the schemas accept a value that codegen knows already. So what is listed needs no further checks.
    fn accepts(&self, conjunction: &Conjunction, value: &Value) -> bool {
        conjunction.whole.iter().all(|id| self.schemas.set.is_valid(*id, value))
    }

    /// The type that a schema which applies asks for.
    fn wanted(&self, conjunction: &Conjunction) -> Option<RustType> {
        self.wanted_by(&conjunction.whole)
    }

    fn wanted_by(&self, ids: &[SchemaId]) -> Option<RustType> {
        let mut ids = self.schemas.set.conjuncts(ids).into_iter();
        ids.find_map(|id| self.rust_notes.get(id.0 as usize)?.wanted)
    }

    /// Whether any value can be where the schema alone applies.
    fn is_satisfiable(&self, id: SchemaId) -> bool {
        let known = self.satisfiable.borrow().get(&id).copied();
        known.unwrap_or_else(|| {
            let is_satisfiable =
                !Conjunction::new(self.schemas, &[id], SchemaLocation::default()).json_types.is_empty();
            self.satisfiable.borrow_mut().insert(id, is_satisfiable);
            is_satisfiable
        })
    }

    /// The item for `conjunction`, made now if it is met for the first time. Its body is found later.
    fn item(&mut self, conjunction: &Conjunction, body: Body) -> ItemId {
        let key = conjunction.key();
        if let Some(item) = self.by_key.get(&key) {
            return *item;
        }
        let item = self.new_item(conjunction, body);
        self.by_key.insert(key, item);
        item
    }

    fn new_item(&mut self, conjunction: &Conjunction, body: Body) -> ItemId {
        let home = conjunction.home(self.schemas);
        let location = match home {
            Some(id) if self.schemas.possible(id).without(JsonTypes::NULL) == conjunction.json_types => {
                SchemaLocation::of(self.notes, id)
            }
            // One of several types of value that a schema admits.
            Some(id) => SchemaLocation::of(self.notes, id).join(&[conjunction.json_types.segment()]),
            None => conjunction.location.clone(),
        };
        let id = home.or(conjunction.whole.last().copied()).unwrap_or(SchemaId(0));
        self.types.items.push(Item { location, id, body, constraints: Vec::new(), judgements: Vec::new() });
        ItemId(self.types.items.len() - 1)
    }
}

/// What all values that are equal have in common, and few others.
fn fingerprint(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{:?}", number.as_f64()),
        Value::Array(items) => items.iter().map(|item| fingerprint(item) + ",").collect(),
        Value::Object(members) => members.keys().map(|name| format!("{name:?}:")).collect(),
        value => value.to_string(),
    }
}

fn judge(id: SchemaId, open: Vec<Open>) -> Judgement {
    Judgement { id, open, proof: None }
}

/// Whether values of so many types are meant that only any value will do.
fn is_open(json_types: JsonTypes) -> bool {
    json_types.has(JsonTypes::ARRAY)
        && json_types.has(JsonTypes::OBJECT)
        && json_types.has(JsonTypes::STRING)
        && json_types.has(JsonTypes::BOOLEAN)
}

//! How a struct becomes a struct, an enum an enum, a union a union.

use serde_json::Value;

use super::{Change, Proven, Prover};
use crate::rust::types::{Body, Dispatch, Enum, EnumKind, Field, Form, ItemId, Struct, Type, Typed, Union, Variant};

/// What a conversion does, by what both items are. Fields and variants are meant by their positions.
#[derive(Clone, Debug)]
pub enum Shape {
    /// With the fields of the target that are no constants.
    Struct {
        fields: Vec<(usize, Filling)>,
        further: Further,
    },
    /// By the variants of the source.
    Enum {
        arms: Vec<Arm>,
    },
    /// By the variants of the source: that of the target, and what becomes of each of its fields.
    Union {
        variants: Vec<(usize, Vec<Change>)>,
        keeps_unknown: bool,
    },
    Newtype(Change),
}

/// Where a field of the target comes from.
#[derive(Clone, Debug)]
pub enum Filling {
    /// From one of the source; where that is absent, and must not be, from the default.
    Field {
        source: usize,
        change: Change,
        default: Option<Value>,
    },
    Default(Value),
    Absent,
}

/// What becomes of members that the target does not name.
#[derive(Clone, Debug)]
pub enum Further {
    /// The target has none.
    None,
    /// There are none yet.
    Empty,
    /// They come from the source, but for these names, which are fields of the target.
    Moved { except: Vec<String>, change: Change },
}

/// A variant of an enum, and what it becomes.
#[derive(Clone, Debug)]
pub enum Arm {
    /// A listed value, by its position, becomes another.
    Value(usize, usize),
    /// A listed value becomes a string that the target does not list.
    Text(usize, String),
    /// The strings that are not listed stay strings.
    Other,
    /// What a tolerant reader kept stays that.
    Unknown,
}

/// How, the names of the members that are dropped, and of those that are their defaults.
type Found = (Shape, Vec<String>, Vec<String>);

impl Prover<'_> {
    pub(super) fn shape(&mut self, source: ItemId, target: ItemId) -> Proven<Found> {
        let types = self.types;
        let (from, to) = (&types.items[source], &types.items[target]);
        if !to.constraints.is_empty() || !to.judgements.is_empty() {
            return Err(self.obstacle("has rules about all of it"));
        }
        let without_loss = |shape: Shape| (shape, Vec::new(), Vec::new());
        match (&from.body, &to.body) {
            (Body::Struct(from), Body::Struct(to)) => self.structs(from, to),
            (Body::Enum(from), Body::Enum(to)) => Ok(without_loss(Shape::Enum { arms: self.arms(from, to)? })),
            (Body::Union(from), Body::Union(to)) if !holds(to, source) => Ok(without_loss(self.variants(from, to)?)),
            (Body::Newtype(from), Body::Newtype(to)) => Ok(without_loss(Shape::Newtype(self.change(from, to)?))),
            _ => Err(self.obstacle("has another type")),
        }
    }

    fn structs(&mut self, from: &Struct, to: &Struct) -> Proven<Found> {
        let (mut fields, mut by_default) = (Vec::new(), Vec::new());
        for (index, field) in to.fields.iter().enumerate() {
            let filling = self.at(&field.name, |prover| prover.field(from, field))?;
            if let Filling::Default(_) | Filling::Field { default: Some(_), .. } = filling {
                by_default.push(field.name.clone());
            }
            if field.constant().is_none() {
                fields.push((index, filling));
            }
        }
        let has = |body: &Struct, name: &str| body.fields.iter().any(|field| field.name == name);
        let dropped = from.fields.iter().filter(|field| !has(to, &field.name)).map(|field| field.name.clone());
        let further = match (&from.additional, &to.additional) {
            (_, None) => Further::None,
            (None, Some(_)) => Further::Empty,
            (Some(from_rest), Some(to_rest)) => {
                let change = self.at("*", |prover| prover.change(from_rest, to_rest))?;
                let names = to.fields.iter().map(|field| field.name.clone());
                Further::Moved { except: names.filter(|name| !has(from, name)).collect(), change }
            }
        };
        Ok((Shape::Struct { fields, further }, dropped.collect(), by_default))
    }

    /// Where a field of the target comes from. A constant comes from nowhere, and is not another thing in the source.
    fn field(&mut self, from: &Struct, field: &Field) -> Proven<Filling> {
        let position = from.fields.iter().position(|other| other.name == field.name);
        let Some(source) = position else {
            return match self.default(field) {
                _ if field.constant().is_some() || !field.required => Ok(Filling::Absent),
                Some(default) => Ok(Filling::Default(default)),
                None => Err(self.obstacle("is required")),
            };
        };
        let other = &from.fields[source];
        if let (Some(text), Some(constant)) = (other.constant(), field.constant()) {
            let is_same = text == constant;
            return if is_same { Ok(Filling::Absent) } else { Err(self.obstacle("is another text")) };
        }
        if field.conditional || other.conditional {
            return Err(self.obstacle("depends on a condition"));
        }
        let change = self.change(&other.typed, &field.typed)?;
        Ok(match (other.required, field.required) {
            (true, true) => Filling::Field { source, change, default: None },
            (true, false) => Filling::Field { source, change: Change::Wrap(Box::new(change)), default: None },
            (false, false) => Filling::Field { source, change: change.inside(Change::Option), default: None },
            (false, true) => match self.default(field) {
                Some(default) => {
                    Filling::Field { source, change: change.inside(Change::Option), default: Some(default) }
                }
                None => return Err(self.obstacle("may be absent")),
            },
        })
    }

    /// What a field is when absent, if the schema says so, accepts it, and it is easily written.
    fn default(&self, field: &Field) -> Option<Value> {
        let default = self.model.notes.get(field.id?.0 as usize)?.default.as_ref()?;
        let is_valid = field.ids.iter().all(|id| self.model.schemas.is_valid(*id, default));
        (is_valid && self.is_written(&field.typed, default)).then(|| default.clone())
    }

    fn is_written(&self, typed: &Typed, value: &Value) -> bool {
        match (&typed.ty, value) {
            (Type::Boolean, Value::Bool(_)) | (Type::String, Value::String(_)) | (Type::Nullable(_), Value::Null) => {
                true
            }
            (Type::Integer(_) | Type::Float, Value::Number(_)) => true,
            (Type::Array(_), Value::Array(items)) => items.is_empty(),
            (Type::Map(_) | Type::Object, Value::Object(members)) => members.is_empty(),
            (Type::Item(item), value) => matches!(&self.types.items[*item].body, Body::Enum(body)
                if body.json_values().iter().any(|known| walnats_schema::equal(known, value))),
            _ => false,
        }
    }

    fn arms(&mut self, from: &Enum, to: &Enum) -> Proven<Vec<Arm>> {
        let is_same_kind = match (from.kind, to.kind) {
            (EnumKind::Strings | EnumKind::OpenStrings, EnumKind::OpenStrings) => !from.keeps_unknown,
            (one, other) => one == other && (to.keeps_unknown || !from.keeps_unknown),
        };
        if !is_same_kind {
            let is_open = from.kind == EnumKind::OpenStrings || from.keeps_unknown;
            return Err(self.obstacle(if is_open { "may be unknown" } else { "has another type" }));
        }
        let mut arms = Vec::new();
        for (index, value) in from.values.iter().enumerate() {
            match to.values.iter().position(|other| other == value) {
                Some(other) => arms.push(Arm::Value(index, other)),
                None if to.kind == EnumKind::OpenStrings => arms.push(Arm::Text(index, value.clone())),
                None => return Err(self.obstacle(format!("may be `{value}`"))),
            }
        }
        arms.extend((from.kind == EnumKind::OpenStrings).then_some(Arm::Other));
        arms.extend(from.keeps_unknown.then_some(Arm::Unknown));
        Ok(arms)
    }

    fn variants(&mut self, from: &Union, to: &Union) -> Proven<Shape> {
        if from.dispatch != to.dispatch || from.dispatch == Dispatch::Attempt {
            return Err(self.obstacle("has another type"));
        }
        if from.keeps_unknown && !to.keeps_unknown {
            return Err(self.obstacle("may be unknown"));
        }
        let mut variants = Vec::new();
        for variant in &from.variants {
            let Some(index) = to.variants.iter().position(|other| is_same_variant(variant, other)) else {
                return Err(self.obstacle(format!("may be `{}`", variant.name)));
            };
            let (ones, others) = (fields(variant), fields(&to.variants[index]));
            if ones.len() != others.len() {
                self.path.push(variant.name.clone());
                return Err(self.obstacle("has another type"));
            }
            let pairs = ones.iter().zip(others);
            let changes = pairs.map(|(one, other)| self.at(&variant.name, |prover| prover.change(one, other)));
            variants.push((index, changes.collect::<Proven<_>>()?));
        }
        Ok(Shape::Union { variants, keeps_unknown: from.keeps_unknown })
    }
}

/// The types of what is in a variant.
fn fields(variant: &Variant) -> &[Typed] {
    if variant.is_unit() { &[] } else { variant.parts().unwrap_or(std::slice::from_ref(&variant.typed)) }
}

/// Whether the same selects both.
fn is_same_variant(one: &Variant, other: &Variant) -> bool {
    let is_same_form = match (&one.form, &other.form) {
        (Form::Unit(one, _), Form::Unit(other, _)) => one == other,
        (one, other) => one == other,
    };
    let are_known = one.tags.is_empty() == other.tags.is_empty() && one.tags.iter().all(|tag| other.tags.contains(tag));
    is_same_form && are_known && one.json_types == other.json_types
}

/// Whether a union has the item as a variant: there is a `From` for that.
fn holds(union: &Union, item: ItemId) -> bool {
    union
        .variants
        .iter()
        .any(|variant| matches!(variant.typed.ty, Type::Item(held) | Type::Boxed(held) if held == item))
}

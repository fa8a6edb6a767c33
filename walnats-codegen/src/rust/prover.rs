//! What shows, of a typed value, that a schema accepts it: so that the schema itself is asked only for what is wrong.
//!
//! A type and its other checks hold most of a schema. What they leave open, such as `not`, `if`, `dependentRequired` or an
//! `anyOf` of `required`s, is often a matter of a few fields, and then decided by a condition over these.

mod array;
mod object;

use serde_json::Value;
use walnats_schema::{NumberRules, Schema, SchemaId, StringRules};

use super::integer::integral;
use super::json_types::JsonTypes;
use super::proof::{Proof, all, any, not, one};
use super::schemas::Schemas;
use super::types::{Body, EnumKind, Item, ItemId, Judgement, Open, Type, Typed, Types};
use crate::model::{Bound, Constraint};

/// Schemas apply inside one another this deep; what goes deeper is not proved.
const MAX_DEPTH: usize = 12;

/// Finds the proof of each judgement that has one, and drops the judgements that nothing can fail.
pub fn prove(types: &mut Types, schemas: &Schemas<'_>) {
    let prover = Prover { schemas, items: &types.items };
    let items = types.ids().map(|item| prover.item(item)).collect();
    let payloads = types.payloads.iter().map(|payload| payload.as_ref().map(|typed| prover.typed(typed))).collect();
    (types.items, types.payloads) = (items, payloads);
}

struct Prover<'t, 's> {
    schemas: &'t Schemas<'s>,
    items: &'t [Item],
}

impl Prover<'_, '_> {
    fn item(&self, index: ItemId) -> Item {
        let mut item = self.items[index.0].clone();
        let Item { constraints, judgements, .. } = item.clone();
        item.judgements = self.judgements(&Typed { ty: Type::Item(index), alias: None, constraints, judgements });
        match &mut item.body {
            Body::Struct(body) => {
                body.fields.iter_mut().map(|field| &mut field.typed).chain(&mut body.additional).for_each(|typed| {
                    *typed = self.typed(typed);
                });
            }
            Body::Union(body) => {
                body.variants.iter_mut().for_each(|variant| variant.typed = self.typed(&variant.typed));
            }
            Body::Newtype(typed) => *typed = self.typed(typed),
            Body::Enum(_) | Body::Alias(_) => {}
        }
        item
    }

    fn typed(&self, typed: &Typed) -> Typed {
        let inner = |inner: &Typed| Box::new(self.typed(inner));
        let ty = match &typed.ty {
            Type::Array(item) => Type::Array(inner(item)),
            Type::FixedArray(item, length) => Type::FixedArray(inner(item), *length),
            Type::Map(member) => Type::Map(inner(member)),
            Type::Nullable(value) => Type::Nullable(inner(value)),
            Type::Tuple(items) => Type::Tuple(items.iter().map(|item| self.typed(item)).collect()),
            ty => ty.clone(),
        };
        let judgements = self.judgements(typed);
        Typed { ty, alias: typed.alias, constraints: typed.constraints.clone(), judgements }
    }

    fn judgements(&self, typed: &Typed) -> Vec<Judgement> {
        let judgements = typed.judgements.iter().filter_map(|judgement| {
            let proof = if judgement.open.is_empty() { None } else { self.judgement(judgement, typed) };
            match proof {
                Some(Proof::True) => None,
                Some(Proof::False) => Some(Judgement { proof: None, ..judgement.clone() }),
                proof => Some(Judgement { proof, ..judgement.clone() }),
            }
        });
        judgements.collect()
    }

    fn judgement(&self, judgement: &Judgement, typed: &Typed) -> Option<Proof> {
        let parts = judgement.open.iter().map(|open| match open {
            Open::Keywords(id) => self.keywords(typed, self.schemas.set.get(*id), Some(*id), 0),
            Open::Group(group) => {
                let branches = self.each(typed, &group.branches, 0)?;
                Some(if group.exclusive { one(branches) } else { any(branches) })
            }
        });
        Some(all(parts.collect::<Option<_>>()?))
    }

    /// When the schema accepts a value of the type which its own checks accept; `None` where that is not known.
    fn holds(&self, typed: &Typed, id: SchemaId, depth: usize) -> Option<Proof> {
        let (set, schema) = (self.schemas.set, self.schemas.set.get(id));
        if schema.never {
            return Some(Proof::False);
        }
        if *schema == Schema::default() {
            return Some(Proof::True);
        }
        if depth > MAX_DEPTH {
            return None;
        }
        match &typed.ty {
            Type::Nullable(inner) => {
                let null = set.is_valid(id, &Value::Null);
                return Some(match (null, self.holds(inner, id, depth + 1)?) {
                    (true, Proof::True) => Proof::True,
                    (false, Proof::False) => Proof::False,
                    (null, proof) => Proof::Nullable { null, proof: Box::new(proof) },
                });
            }
            // A few values: each can be tried now.
            Type::Null => return Some(listed(&[Value::Null], |value| set.is_valid(id, value))),
            Type::Constant(text) => return Some(listed(&[text.as_str().into()], |value| set.is_valid(id, value))),
            Type::Boolean => return Some(listed(&[false.into(), true.into()], |value| set.is_valid(id, value))),
            Type::Item(item) => {
                if let Body::Enum(body) = &self.items[item.0].body
                    && body.kind != EnumKind::OpenStrings
                {
                    return Some(listed(&body.json_values(), |value| set.is_valid(id, value)));
                }
            }
            _ => {}
        }
        let json_types = self.json_types(&typed.ty)?;
        if let Some(types) = &schema.types {
            let admitted = JsonTypes::of_types(types);
            if json_types.and(admitted).is_empty() {
                return Some(Proof::False);
            }
            if !json_types.without(admitted).is_empty() {
                return None;
            }
        }
        let mut parts = Vec::new();
        if let Some(values) = &schema.enumeration {
            parts.push(one_of(&typed.ty, json_types, values)?);
        }
        parts.push(match json_types {
            JsonTypes::STRING => strings(typed, &schema.string)?,
            JsonTypes::ARRAY => self.arrays(typed, &schema.array, depth)?,
            JsonTypes::OBJECT => self.objects(typed, &schema.object, depth)?,
            _ => numbers(typed, &schema.number)?,
        });
        parts.push(self.keywords(typed, schema, None, depth)?);
        let references = schema.direct_conjuncts().collect::<Vec<_>>();
        parts.extend(self.each(typed, &references, depth)?);
        if !schema.any_of.is_empty() {
            parts.push(any(self.each(typed, &schema.any_of, depth)?));
        }
        if !schema.one_of.is_empty() {
            parts.push(one(self.each(typed, &schema.one_of, depth)?));
        }
        Some(all(parts))
    }

    fn each(&self, typed: &Typed, ids: &[SchemaId], depth: usize) -> Option<Vec<Proof>> {
        ids.iter().map(|id| self.holds(typed, *id, depth + 1)).collect()
    }

    /// The keywords that no type has room for. `own` is the schema where the type is made of it, among others.
    fn keywords(&self, typed: &Typed, schema: &Schema, own: Option<SchemaId>, depth: usize) -> Option<Proof> {
        if schema.dynamic_reference.is_some() {
            return None;
        }
        let mut parts = Vec::new();
        if let Some(unwanted) = schema.not {
            parts.push(not(self.holds(typed, unwanted, depth + 1)?));
        }
        if let Some(condition) = &schema.condition {
            let given = self.holds(typed, condition.if_, depth + 1)?;
            let mut consequence = |id: Option<SchemaId>, given: Proof| {
                let Some(id) = id else { return Some(()) };
                parts.push(any(vec![not(given), self.holds(typed, id, depth + 1)?]));
                Some(())
            };
            consequence(condition.then, given.clone())?;
            consequence(condition.else_, not(given))?;
        }
        match self.json_types(&typed.ty)? {
            JsonTypes::ARRAY => parts.push(self.array_keywords(typed, &schema.array, depth)?),
            JsonTypes::OBJECT => parts.push(self.object_keywords(typed, &schema.object, own, depth)?),
            _ => {}
        }
        Some(all(parts))
    }

    /// What JSON a type is written as; `None` where it can be several.
    fn json_types(&self, ty: &Type) -> Option<JsonTypes> {
        Some(match ty {
            Type::Value | Type::Nullable(_) | Type::Extern(_) => return None,
            Type::Null => JsonTypes::NULL,
            Type::Boolean => JsonTypes::BOOLEAN,
            Type::Integer(_) => JsonTypes::INTEGER,
            Type::Float => JsonTypes::NUMBER,
            Type::String | Type::DateTime | Type::Date | Type::Uuid | Type::Base64 | Type::Constant(_) => {
                JsonTypes::STRING
            }
            Type::Array(_) | Type::FixedArray(..) | Type::Tuple(_) => JsonTypes::ARRAY,
            Type::Object | Type::Map(_) => JsonTypes::OBJECT,
            Type::Item(item) | Type::Boxed(item) => match &self.items[item.0].body {
                Body::Struct(_) => JsonTypes::OBJECT,
                Body::Enum(body) => match body.kind {
                    EnumKind::Strings | EnumKind::OpenStrings => JsonTypes::STRING,
                    EnumKind::Integers(_) => JsonTypes::INTEGER,
                },
                Body::Union(_) | Body::Newtype(_) | Body::Alias(_) => return None,
            },
        })
    }
}

/// Which of a type's few values are accepted.
fn listed(values: &[Value], accepts: impl Fn(&Value) -> bool) -> Proof {
    let accepted: Vec<Value> = values.iter().filter(|value| accepts(value)).cloned().collect();
    match accepted.len() {
        0 => Proof::False,
        count if count == values.len() => Proof::True,
        _ => Proof::OneOf(accepted),
    }
}

/// `enum` and `const`, of strings and integers.
fn one_of(ty: &Type, json_types: JsonTypes, values: &[Value]) -> Option<Proof> {
    let mut values: Vec<Value> =
        values.iter().filter(|value| JsonTypes::of_value(value).has(json_types)).cloned().collect();
    match ty {
        Type::Integer(integer) => {
            values.retain(|value| integral(value).is_some_and(|value| integer.holds(value)));
        }
        Type::String | Type::DateTime | Type::Date | Type::Base64 => {}
        _ if values.is_empty() => {}
        _ => return None,
    }
    Some(if values.is_empty() { Proof::False } else { Proof::OneOf(values) })
}

fn strings(typed: &Typed, string: &StringRules) -> Option<Proof> {
    let mut constraints = Vec::new();
    constraints.extend(string.min_length.map(Constraint::MinLength));
    constraints.extend(string.max_length.map(Constraint::MaxLength));
    constraints.extend(string.pattern.clone().map(Constraint::Pattern));
    constraints.extend(string.format.map(Constraint::Format));
    if constraints.is_empty() {
        return Some(Proof::True);
    }
    (typed.ty == Type::String || typed.ty.has_text()).then(|| passes(typed, constraints))
}

fn numbers(typed: &Typed, number: &NumberRules) -> Option<Proof> {
    let is_float = typed.ty == Type::Float;
    let mut constraints = Vec::new();
    for (limit, constraint) in [
        (&number.minimum, Constraint::Minimum as fn(Bound) -> Constraint),
        (&number.exclusive_minimum, Constraint::ExclusiveMinimum),
        (&number.maximum, Constraint::Maximum),
        (&number.exclusive_maximum, Constraint::ExclusiveMaximum),
        (&number.multiple_of, Constraint::MultipleOf),
    ] {
        let Some(limit) = limit else { continue };
        constraints.push(constraint(match &typed.ty {
            _ if is_float => Bound::Float(limit.as_f64()?),
            // A limit that the type cannot be compared with would not compile.
            Type::Integer(integer) => {
                Bound::Integer(integral(&Value::Number(limit.clone())).filter(|limit| integer.holds(*limit))?)
            }
            _ => return None,
        }));
    }
    if let Some(format) = number.format {
        let (least, most) = format.range();
        let is_within =
            matches!(&typed.ty, Type::Integer(integer) if integer.range().0 >= least && integer.range().1 <= most);
        if !is_within {
            return None;
        }
    }
    Some(passes(typed, constraints))
}

/// The constraints that are not checked anyway.
fn passes(typed: &Typed, mut constraints: Vec<Constraint>) -> Proof {
    constraints.retain(|constraint| !typed.constraints.contains(constraint));
    if constraints.is_empty() { Proof::True } else { Proof::Passes(constraints) }
}

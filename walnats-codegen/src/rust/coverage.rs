//! How the payload of each event is decided: by its type and native checks, or by asking the schema at run time.

use std::collections::{BTreeMap, BTreeSet};

use walnats_schema::{Schema, SchemaId};

use super::judged;
use super::schemas::Schemas;
use super::types::{Body, ItemId, Judgement, Type, Typed, Types};
use crate::model::{EventModel, Payload};

/// How the payload of an event is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCoverage {
    /// The event's name.
    pub event: String,
    /// How many subschemas, the event's own among them, types and native checks decide.
    pub typed: usize,
    /// How many are asked at run time, over the JSON value: those that are judged, and what is reached by way of them alone.
    pub asked: usize,
    /// Where it begins that schemas are asked; empty where types and native checks are exact.
    pub judged: Vec<JudgedSchema>,
}

/// A subschema that is asked at run time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedSchema {
    /// File and JSON Pointer: `common/_address#/$defs/zip`.
    pub location: String,
    /// Its keywords that types and native checks cannot always express.
    pub keywords: Vec<&'static str>,
}

/// How the payload of each JSON event is decided, in the order of the events.
pub fn coverage(model: &EventModel, types: &Types, schemas: &Schemas<'_>) -> Vec<EventCoverage> {
    let names = judged::names(model, types);
    let mut coverage = Vec::new();
    for (event, payload) in model.events.iter().zip(&types.payloads) {
        let (Payload::Json(id), Some(payload)) = (&event.payload, payload) else { continue };
        let ids = judged_by(payload, types);
        let all = schemas.reachable(*id, &BTreeSet::new()).len();
        let typed = schemas.reachable(*id, &ids).len();
        let judged = ids
            .into_iter()
            .map(|id| JudgedSchema {
                location: names.get(&id).cloned().unwrap_or_default(),
                keywords: keywords(model.schemas.get(id)),
            })
            .collect();
        coverage.push(EventCoverage { event: event.name.clone(), typed, asked: all - typed, judged });
    }
    coverage
}

/// Every schema that is asked of some part of a payload.
fn judged_by(payload: &Typed, types: &Types) -> BTreeSet<SchemaId> {
    let (mut ids, mut items) = (BTreeSet::new(), BTreeMap::<ItemId, ()>::new());
    let mut waiting = vec![payload];
    while let Some(typed) = waiting.pop() {
        collect(&typed.judgements, &mut ids);
        match &typed.ty {
            Type::Array(inner) | Type::FixedArray(inner, _) | Type::Map(inner) | Type::Nullable(inner) => {
                waiting.push(inner);
            }
            Type::Tuple(parts) => waiting.extend(parts),
            Type::Item(item) | Type::Boxed(item) if items.insert(*item, ()).is_none() => {
                let item = &types.items[*item];
                collect(&item.judgements, &mut ids);
                match &item.body {
                    Body::Struct(body) => {
                        waiting.extend(body.fields.iter().map(|field| &field.typed).chain(&body.additional));
                    }
                    Body::Union(body) => waiting.extend(body.variants.iter().map(|variant| &variant.typed)),
                    Body::Newtype(typed) => waiting.push(typed),
                    Body::Enum(_) | Body::Alias(_) => {}
                }
            }
            _ => {}
        }
    }
    ids
}

fn collect(judgements: &[Judgement], ids: &mut BTreeSet<SchemaId>) {
    ids.extend(judgements.iter().filter(|judgement| judgement.proof.is_none()).map(|judgement| judgement.id));
}

/// The keywords of a schema that can be the reason why it is asked.
fn keywords(schema: &Schema) -> Vec<&'static str> {
    let (array, object) = (&schema.array, &schema.object);
    let present = [
        ("$dynamicRef", schema.dynamic_reference.is_some()),
        ("enum", schema.enumeration.is_some()),
        ("oneOf", !schema.one_of.is_empty()),
        ("anyOf", !schema.any_of.is_empty()),
        ("not", schema.not.is_some()),
        ("if", schema.condition.is_some()),
        ("multipleOf", schema.number.multiple_of.is_some()),
        ("prefixItems", !array.prefix_items.is_empty()),
        ("uniqueItems", array.unique_items),
        ("contains", array.contains.is_some()),
        ("unevaluatedItems", array.unevaluated_items.is_some()),
        ("patternProperties", !object.pattern_properties.is_empty()),
        ("propertyNames", object.property_names.is_some()),
        ("dependentRequired", !object.dependent_required.is_empty()),
        ("dependentSchemas", !object.dependent_schemas.is_empty()),
        ("unevaluatedProperties", object.unevaluated_properties.is_some()),
    ];
    let mut keywords: Vec<&'static str> =
        present.into_iter().filter_map(|(name, is_present)| is_present.then_some(name)).collect();
    if keywords.is_empty() && schema.types.is_none() {
        // Any value is meant, and only values of some type are constrained.
        keywords.push("no type");
    }
    keywords
}

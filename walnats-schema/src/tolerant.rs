//! Schemas as tolerant readers apply them: without what refuses members, values and variants that a newer writer added.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::schema::{JsonType, NumberRules, ObjectRules, Schema, SchemaId, SchemaSet};

/// What a reader keeps at a schema, although the schema does not list it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// Any value of these types, of a schema that lists values.
    Value {
        /// Those of the values that are listed.
        types: Vec<JsonType>,
        /// Of integers, the least and the greatest that the reader has room for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        range: Option<[Number; 2]>,
    },
    /// Any object whose tag is none of those known, of a union.
    Variant {
        /// The member that tells variants apart.
        tag: String,
        /// What it is in the variants of the schema.
        known: Vec<String>,
    },
    /// Any object whose only member has another name, of a union whose variants are objects of one member; any other string
    /// as well, where variants are strings.
    Member {
        /// The names of the members.
        known: Vec<String>,
        /// The strings.
        strings: Vec<String>,
    },
}

/// What tolerant readers do not ask of a set of schemas.
///
/// What stands below a `not` or an `if` stays as it is: ignoring more there would refuse more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tolerance {
    /// Schemas whose `additionalProperties` or `unevaluatedProperties` refuses everything, which readers ignore. A map whose
    /// names a pattern constrains is not among them: its names are no unknown members.
    pub opened: BTreeSet<SchemaId>,
    /// Schemas of whose `oneOf` several alternatives may match: such that tolerance could make alike.
    pub alternatives: BTreeSet<SchemaId>,
    /// What is kept of [`SchemaSet::kept`].
    pub kept: BTreeMap<SchemaId, Kept>,
}

impl Tolerance {
    /// Of the schemas of a set.
    pub fn of(set: &SchemaSet) -> Self {
        let ids = (0..).map(SchemaId).zip(&set.schemas);
        let asked = ids.clone().flat_map(|(_, schema)| {
            schema.not.into_iter().chain(schema.condition.as_ref().map(|condition| condition.if_))
        });
        let asked = reached(set, asked);
        let opened: BTreeSet<SchemaId> = ids
            .clone()
            .filter(|(id, schema)| refuses_members(set, &schema.object) && !asked.contains(id))
            .map(|(id, _)| id)
            .collect();
        let kept: BTreeMap<SchemaId, Kept> =
            set.kept.iter().filter(|(id, _)| !asked.contains(id)).map(|(id, kept)| (*id, kept.clone())).collect();
        let differs =
            |branch: &SchemaId| reached(set, [*branch]).iter().any(|id| opened.contains(id) || kept.contains_key(id));
        let alternatives = ids
            .filter(|(id, schema)| !asked.contains(id) && schema.one_of.iter().any(differs))
            .map(|(id, _)| id)
            .collect();
        Self { opened, alternatives, kept }
    }
}

/// The set as tolerant readers apply it. Ids and roots mean the same schemas.
pub fn tolerant(set: &SchemaSet) -> SchemaSet {
    apply(set, Tolerance::of(set))
}

/// The set with what tolerant readers keep, and with no members that they ignore.
pub fn keeping(set: &SchemaSet) -> SchemaSet {
    apply(set, Tolerance { opened: BTreeSet::new(), ..Tolerance::of(set) })
}

fn apply(set: &SchemaSet, tolerance: Tolerance) -> SchemaSet {
    let Tolerance { opened, alternatives, kept } = tolerance;
    let mut tolerant = SchemaSet { kept: BTreeMap::new(), ..set.clone() };
    for id in opened {
        let object = &mut tolerant.schemas[id.0 as usize].object;
        let refuses = |slot: &SchemaId| set.get(*slot).never;
        object.additional_properties.take_if(|slot| refuses(slot));
        object.unevaluated_properties.take_if(|slot| refuses(slot));
    }
    for (id, kept) in kept {
        keep(&mut tolerant, id, kept);
    }
    for id in alternatives {
        let schema = &mut tolerant.schemas[id.0 as usize];
        let any_of = std::mem::take(&mut schema.one_of);
        let resource = schema.resource;
        if any_of.is_empty() {
            continue;
        }
        let choice = add(&mut tolerant, Schema { any_of, resource, ..Schema::default() });
        tolerant.schemas[id.0 as usize].all_of.push(choice);
    }
    tolerant
}

/// The schemas at `roots`, and all that they reach.
pub fn reached(set: &SchemaSet, roots: impl IntoIterator<Item = SchemaId>) -> BTreeSet<SchemaId> {
    let (mut waiting, mut seen) = (roots.into_iter().collect::<Vec<_>>(), BTreeSet::new());
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            waiting.extend(set.get(id).children());
        }
    }
    seen
}

/// Whether a further variant is one more alternative of the schema's own; otherwise all of the schema is one alternative.
pub fn has_own_alternatives(schema: &Schema) -> bool {
    schema.one_of.is_empty() != schema.any_of.is_empty() && schema.reference.is_none()
}

fn refuses_members(set: &SchemaSet, object: &ObjectRules) -> bool {
    let refuses = |slot: Option<SchemaId>| slot.is_some_and(|id| set.get(id).never);
    let is_map = object.properties.is_empty() && !object.pattern_properties.is_empty();
    !is_map && (refuses(object.additional_properties) || refuses(object.unevaluated_properties))
}

fn keep(set: &mut SchemaSet, id: SchemaId, kept: Kept) {
    let resource = set.get(id).resource;
    let plain = || Schema { resource, ..Schema::default() };
    let unknown = match kept {
        Kept::Value { types, range } => {
            let [minimum, maximum] = range.map_or([None, None], |range| range.map(Some));
            let number = NumberRules { minimum, maximum, ..NumberRules::default() };
            set.schemas[id.0 as usize] = Schema { types: Some(types), number, ..plain() };
            return;
        }
        Kept::Variant { tag, known } => {
            let text = add_other_string(set, plain(), known);
            let object =
                ObjectRules { required: vec![tag.clone()], properties: vec![(tag, text)], ..ObjectRules::default() };
            vec![add(set, Schema { types: Some(vec![JsonType::Object]), object, ..plain() })]
        }
        Kept::Member { known, strings } => {
            let never = add(set, Schema { never: true, ..plain() });
            let object = ObjectRules {
                properties: known.into_iter().map(|name| (name, never)).collect(),
                min_properties: Some(1),
                max_properties: Some(1),
                ..ObjectRules::default()
            };
            let object = add(set, Schema { types: Some(vec![JsonType::Object]), object, ..plain() });
            let has_strings = !strings.is_empty();
            let string = has_strings.then(|| add_other_string(set, plain(), strings));
            [object].into_iter().chain(string).collect()
        }
    };
    let schema = &mut set.schemas[id.0 as usize];
    if has_own_alternatives(schema) {
        let own = if schema.one_of.is_empty() { &mut schema.any_of } else { &mut schema.one_of };
        own.extend(unknown);
        return;
    }
    let known = std::mem::take(schema);
    let known = add(set, known);
    set.schemas[id.0 as usize] = Schema { any_of: [known].into_iter().chain(unknown).collect(), ..plain() };
}

/// Any string but those that are known.
fn add_other_string(set: &mut SchemaSet, plain: Schema, known: Vec<String>) -> SchemaId {
    let known = known.into_iter().map(Value::String).collect();
    let known = add(set, Schema { enumeration: Some(known), ..plain.clone() });
    add(set, Schema { types: Some(vec![JsonType::String]), not: Some(known), ..plain })
}

fn add(set: &mut SchemaSet, schema: Schema) -> SchemaId {
    let id = SchemaId(u32::try_from(set.schemas.len()).unwrap_or(u32::MAX));
    set.schemas.push(schema);
    id
}

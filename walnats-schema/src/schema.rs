//! JSON Schema as plain data: every reference is an index, every keyword has one meaning, whatever the draft was.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::enumerations::Enumerations;
use crate::patterns::Patterns;
use crate::tolerant::Kept;

/// The index of a [`Schema`] in a [`SchemaSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaId(pub u32);

/// Schemas whose references are whole: they only ever name members of the same set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SchemaSet {
    /// The schemas; a [`SchemaId`] is an index into them.
    pub schemas: Vec<Schema>,
    /// The schema resources (`$id`), for dynamic references alone; a [`Schema::resource`] is an index into them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource>,
    /// Schemas by name, for whoever holds a set of several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roots: BTreeMap<String, SchemaId>,
    /// What readers keep beyond what these schemas list, where they are tolerant; it does not change what the set accepts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<SchemaId, Kept>,
    /// Filled while validating.
    #[serde(skip)]
    pub(crate) patterns: Patterns,
    /// Filled while validating.
    #[serde(skip)]
    pub(crate) enumerations: Enumerations,
}

impl SchemaSet {
    /// The schema with this id.
    ///
    /// # Panics
    /// If `id` comes from another set.
    pub fn get(&self, id: SchemaId) -> &Schema {
        &self.schemas[id.0 as usize]
    }

    /// The schemas `ids` and every one that applies together with them, by `$ref` and by `allOf`; each once, in the order
    /// in which they are met. Dynamic references are not followed.
    ///
    /// # Panics
    /// If one of `ids` comes from another set.
    pub fn conjuncts(&self, ids: &[SchemaId]) -> Vec<SchemaId> {
        let mut waiting: Vec<SchemaId> = ids.iter().rev().copied().collect();
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        while let Some(id) = waiting.pop() {
            if seen.insert(id) {
                let at = waiting.len();
                waiting.extend(self.get(id).direct_conjuncts());
                waiting[at..].reverse();
                found.push(id);
            }
        }
        found
    }
}

/// A schema resource, as far as dynamic references need it (JSON Schema Core 2020-12, section 8.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// `$dynamicAnchor`s of this resource, and `""` for its root where `$recursiveAnchor` is true.
    pub dynamic_anchors: Vec<(String, SchemaId)>,
}

/// One schema, without its annotations. All that is unset constrains nothing: the default value accepts every instance.
///
/// Keywords have the meaning of draft 2020-12; older drafts are brought into that form when a schema is lowered
/// (`items` as an array becomes `prefix_items`, boolean `exclusiveMinimum` becomes a number, siblings of `$ref` vanish).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Schema {
    /// The schema `false`: accepts nothing.
    #[serde(skip_serializing_if = "is_default")]
    pub never: bool,
    /// `type`; `None` allows every type.
    #[serde(skip_serializing_if = "is_default")]
    pub types: Option<Vec<JsonType>>,
    /// `enum`, and `const` as one of one.
    #[serde(skip_serializing_if = "is_default")]
    pub enumeration: Option<Vec<Value>>,
    /// Rules for numbers.
    #[serde(skip_serializing_if = "is_default")]
    pub number: NumberRules,
    /// Rules for strings.
    #[serde(skip_serializing_if = "is_default")]
    pub string: StringRules,
    /// Rules for arrays.
    #[serde(skip_serializing_if = "is_default")]
    pub array: ArrayRules,
    /// Rules for objects.
    #[serde(skip_serializing_if = "is_default")]
    pub object: ObjectRules,
    /// `$ref`.
    #[serde(skip_serializing_if = "is_default")]
    pub reference: Option<SchemaId>,
    /// `$dynamicRef` and `$recursiveRef`.
    #[serde(skip_serializing_if = "is_default")]
    pub dynamic_reference: Option<DynamicReference>,
    /// `allOf`.
    #[serde(skip_serializing_if = "is_default")]
    pub all_of: Vec<SchemaId>,
    /// `anyOf`; empty when the keyword is absent.
    #[serde(skip_serializing_if = "is_default")]
    pub any_of: Vec<SchemaId>,
    /// `oneOf`; empty when the keyword is absent.
    #[serde(skip_serializing_if = "is_default")]
    pub one_of: Vec<SchemaId>,
    /// `not`.
    #[serde(skip_serializing_if = "is_default")]
    pub not: Option<SchemaId>,
    /// `if`, with its `then` and `else`.
    #[serde(skip_serializing_if = "is_default")]
    pub condition: Option<Condition>,
    /// The schema resource that this schema belongs to; set only in sets that use dynamic references.
    #[serde(skip_serializing_if = "is_default")]
    pub resource: Option<u32>,
}

impl Schema {
    /// The schemas that apply wherever this one does, each by a keyword of its own: `$ref`, then `allOf`.
    pub fn direct_conjuncts(&self) -> impl Iterator<Item = SchemaId> + '_ {
        self.reference.iter().chain(&self.all_of).copied()
    }

    /// The schemas that this one names, dynamic references by their fallback; some perhaps more than once.
    pub fn children(&self) -> Vec<SchemaId> {
        let Self { array, object, .. } = self;
        let mut children: Vec<SchemaId> = Vec::new();
        children.extend(self.reference);
        children.extend(self.dynamic_reference.iter().map(|dynamic| dynamic.fallback));
        children.extend(self.all_of.iter().chain(&self.any_of).chain(&self.one_of).chain(&self.not));
        if let Some(condition) = &self.condition {
            children.push(condition.if_);
            children.extend(condition.then.iter().chain(&condition.else_));
        }
        children.extend(array.prefix_items.iter().chain(&array.items).chain(&array.unevaluated_items));
        children.extend(array.contains.iter().map(|contains| contains.schema));
        let named = [&object.properties, &object.pattern_properties, &object.dependent_schemas];
        children.extend(named.into_iter().flatten().map(|(_, id)| *id));
        let single = [object.additional_properties, object.property_names, object.unevaluated_properties];
        children.extend(single.into_iter().flatten());
        children
    }

    /// The same, to be changed, in the same order.
    pub fn children_mut(&mut self) -> Vec<&mut SchemaId> {
        let Self { array, object, .. } = self;
        let mut children: Vec<&mut SchemaId> = Vec::new();
        children.extend(&mut self.reference);
        children.extend(self.dynamic_reference.iter_mut().map(|dynamic| &mut dynamic.fallback));
        children.extend(self.all_of.iter_mut().chain(&mut self.any_of).chain(&mut self.one_of).chain(&mut self.not));
        if let Some(condition) = &mut self.condition {
            children.push(&mut condition.if_);
            children.extend(condition.then.iter_mut().chain(&mut condition.else_));
        }
        children.extend(array.prefix_items.iter_mut().chain(&mut array.items).chain(&mut array.unevaluated_items));
        children.extend(array.contains.iter_mut().map(|contains| &mut contains.schema));
        let named = [&mut object.properties, &mut object.pattern_properties, &mut object.dependent_schemas];
        children.extend(named.into_iter().flatten().map(|(_, id)| id));
        let single =
            [&mut object.additional_properties, &mut object.property_names, &mut object.unevaluated_properties];
        children.extend(single.into_iter().flatten());
        children
    }
}

/// A JSON type as `type` names it. `integer` is a number without a fraction: `1.0` is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum JsonType {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl JsonType {
    /// The narrowest type of a value: `1.0` is an integer.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if crate::Decimal::from(number).is_integer() => Self::Integer,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

/// Keywords that constrain numbers alone. Numbers are kept as written, so that no digit is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct NumberRules {
    #[serde(skip_serializing_if = "is_default")]
    pub minimum: Option<Number>,
    #[serde(skip_serializing_if = "is_default")]
    pub exclusive_minimum: Option<Number>,
    #[serde(skip_serializing_if = "is_default")]
    pub maximum: Option<Number>,
    #[serde(skip_serializing_if = "is_default")]
    pub exclusive_maximum: Option<Number>,
    #[serde(skip_serializing_if = "is_default")]
    pub multiple_of: Option<Number>,
    /// Of a schema of the type `integer`.
    #[serde(skip_serializing_if = "is_default")]
    pub format: Option<IntegerFormat>,
}

/// Keywords that constrain strings alone. Lengths count Unicode code points.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct StringRules {
    /// `minLength`.
    #[serde(skip_serializing_if = "is_default")]
    pub min_length: Option<u64>,
    /// `maxLength`.
    #[serde(skip_serializing_if = "is_default")]
    pub max_length: Option<u64>,
    /// `pattern`, as written: ECMA-262, not anchored.
    #[serde(skip_serializing_if = "is_default")]
    pub pattern: Option<String>,
    /// `format`, where it asserts; a format that only annotates is not here.
    #[serde(skip_serializing_if = "is_default")]
    pub format: Option<Format>,
    /// `contentEncoding`, an annotation that decides the Rust type; it asserts nothing.
    #[serde(skip_serializing_if = "is_default")]
    pub content_encoding: Option<String>,
}

/// Keywords that constrain arrays alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct ArrayRules {
    #[serde(skip_serializing_if = "is_default")]
    pub prefix_items: Vec<SchemaId>,
    /// `items`: what follows `prefix_items`.
    #[serde(skip_serializing_if = "is_default")]
    pub items: Option<SchemaId>,
    #[serde(skip_serializing_if = "is_default")]
    pub min_items: Option<u64>,
    #[serde(skip_serializing_if = "is_default")]
    pub max_items: Option<u64>,
    #[serde(skip_serializing_if = "is_default")]
    pub unique_items: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub contains: Option<Contains>,
    #[serde(skip_serializing_if = "is_default")]
    pub unevaluated_items: Option<SchemaId>,
}

/// `contains` with its bounds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contains {
    /// What is counted.
    pub schema: SchemaId,
    /// `minContains`, 1 unless written.
    pub min: u64,
    /// `maxContains`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// Whether matched items count as evaluated for `unevaluatedItems` (2020-12: yes, 2019-09: no).
    pub evaluates: bool,
}

/// Keywords that constrain objects alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct ObjectRules {
    /// In the order of the schema.
    #[serde(skip_serializing_if = "is_default")]
    pub properties: Vec<(String, SchemaId)>,
    /// In the order of the schema.
    #[serde(skip_serializing_if = "is_default")]
    pub required: Vec<String>,
    /// Patterns as written: ECMA-262, not anchored.
    #[serde(skip_serializing_if = "is_default")]
    pub pattern_properties: Vec<(String, SchemaId)>,
    #[serde(skip_serializing_if = "is_default")]
    pub additional_properties: Option<SchemaId>,
    #[serde(skip_serializing_if = "is_default")]
    pub property_names: Option<SchemaId>,
    #[serde(skip_serializing_if = "is_default")]
    pub min_properties: Option<u64>,
    #[serde(skip_serializing_if = "is_default")]
    pub max_properties: Option<u64>,
    #[serde(skip_serializing_if = "is_default")]
    pub dependent_required: Vec<(String, Vec<String>)>,
    #[serde(skip_serializing_if = "is_default")]
    pub dependent_schemas: Vec<(String, SchemaId)>,
    #[serde(skip_serializing_if = "is_default")]
    pub unevaluated_properties: Option<SchemaId>,
}

/// `if`, `then`, `else`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Condition {
    #[serde(rename = "if")]
    pub if_: SchemaId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<SchemaId>,
    #[serde(rename = "else", default, skip_serializing_if = "Option::is_none")]
    pub else_: Option<SchemaId>,
}

/// A reference that the dynamic scope decides (`$dynamicRef`, `$recursiveRef`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DynamicReference {
    /// The anchor to look for, outermost resource first; `""` is `$recursiveAnchor`.
    pub anchor: String,
    /// Where the reference leads when no resource of the dynamic scope has the anchor.
    pub fallback: SchemaId,
}

/// A format of JSON Schema Validation, section 7.3, that asserts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Format {
    DateTime,
    Date,
    Time,
    Duration,
    Email,
    IdnEmail,
    Hostname,
    IdnHostname,
    Ipv4,
    Ipv6,
    Uri,
    UriReference,
    Iri,
    IriReference,
    UriTemplate,
    Uuid,
    JsonPointer,
    RelativeJsonPointer,
    Regex,
}

/// A format of OpenAPI's format registry that bounds integers; it asserts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum IntegerFormat {
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

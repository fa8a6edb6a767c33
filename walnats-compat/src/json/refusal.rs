//! Why a schema refuses a value: the keywords that do, each in its schema.

use serde_json::{Map, Value};
use walnats_schema::pointer::escape;
use walnats_schema::{Decimal, JsonType, Pattern, Schema, SchemaId, SchemaSet, equal, first_repetition};

/// A keyword that refuses a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The schema that has the keyword.
    pub schema: SchemaId,
    /// The keyword, as draft 2020-12 names it.
    pub keyword: &'static str,
    /// Which of the keyword's names or patterns refuses, where it has several: `order_id` of `required`.
    pub name: Option<String>,
    /// What is refused in the value, as a JSON Pointer.
    pub pointer: String,
}

/// How deep schemas may nest in one another.
const MAX_DEPTH: usize = 300;

/// The keywords for which the schema `id` refuses `value`; empty if it does not. Of a union, those of the branch that comes
/// closest.
pub fn refusals(set: &SchemaSet, id: SchemaId, value: &Value) -> Vec<Refusal> {
    let mut finder = Finder { set, found: Vec::new(), depth: 0 };
    finder.schema(id, value, "");
    finder.found
}

struct Finder<'s> {
    set: &'s SchemaSet,
    found: Vec<Refusal>,
    depth: usize,
}

impl Finder<'_> {
    fn add(&mut self, schema: SchemaId, keyword: &'static str, name: Option<&str>, pointer: &str) {
        self.found.push(Refusal { schema, keyword, name: name.map(str::to_owned), pointer: pointer.to_owned() });
    }

    fn schema(&mut self, id: SchemaId, value: &Value, pointer: &str) {
        if self.depth == MAX_DEPTH || self.set.is_valid(id, value) {
            return;
        }
        self.depth += 1;
        let schema = self.set.get(id);
        if schema.never {
            self.add(id, "false", None, pointer);
        }
        self.value(id, schema, value, pointer);
        self.combined(id, schema, value, pointer);
        self.depth -= 1;
    }

    /// The keywords that look at the value alone, and at its parts.
    fn value(&mut self, id: SchemaId, schema: &Schema, value: &Value, pointer: &str) {
        if schema.types.as_ref().is_some_and(|types| !types.iter().any(|json_type| is_of_type(value, *json_type))) {
            self.add(id, "type", None, pointer);
        }
        if let Some(values) = &schema.enumeration
            && !values.iter().any(|other| equal(other, value))
        {
            self.add(id, if values.len() == 1 { "const" } else { "enum" }, None, pointer);
        }
        match value {
            Value::Number(number) => self.number(id, schema, Decimal::from(number), pointer),
            Value::String(text) => self.string(id, schema, text, pointer),
            Value::Array(items) => self.array(id, schema, items, pointer),
            Value::Object(members) => self.object(id, schema, members, pointer),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn number(&mut self, id: SchemaId, schema: &Schema, value: Decimal, pointer: &str) {
        let rules = &schema.number;
        let breaks = |bound: &Option<_>, broken: fn(&Decimal, &Decimal) -> bool| {
            bound.as_ref().is_some_and(|bound| broken(&value, &Decimal::from(bound)))
        };
        let broken = [
            ("minimum", breaks(&rules.minimum, Decimal::lt)),
            ("exclusiveMinimum", breaks(&rules.exclusive_minimum, Decimal::le)),
            ("maximum", breaks(&rules.maximum, Decimal::gt)),
            ("exclusiveMaximum", breaks(&rules.exclusive_maximum, Decimal::ge)),
            ("multipleOf", breaks(&rules.multiple_of, |value, divisor| !value.is_multiple_of(*divisor))),
        ];
        for (keyword, _) in broken.into_iter().filter(|(_, broken)| *broken) {
            self.add(id, keyword, None, pointer);
        }
        let is_outside = rules.format.is_some_and(|format| {
            let (bottom, top) = super::negation::range(format);
            value < Decimal::from(&bottom) || value > Decimal::from(&top)
        });
        if is_outside {
            self.add(id, "format", None, pointer);
        }
    }

    fn string(&mut self, id: SchemaId, schema: &Schema, text: &str, pointer: &str) {
        let rules = &schema.string;
        let length = text.chars().count() as u64;
        let broken = [
            ("minLength", rules.min_length.is_some_and(|min| length < min)),
            ("maxLength", rules.max_length.is_some_and(|max| length > max)),
            ("pattern", rules.pattern.as_ref().is_some_and(|pattern| !matches(pattern, text))),
            ("format", rules.format.is_some_and(|format| !format.check(text))),
        ];
        for (keyword, _) in broken.into_iter().filter(|(_, broken)| *broken) {
            self.add(id, keyword, None, pointer);
        }
    }

    fn array(&mut self, id: SchemaId, schema: &Schema, items: &[Value], pointer: &str) {
        let rules = &schema.array;
        let length = items.len() as u64;
        if rules.min_items.is_some_and(|min| length < min) {
            self.add(id, "minItems", None, pointer);
        }
        if rules.max_items.is_some_and(|max| length > max) {
            self.add(id, "maxItems", None, pointer);
        }
        if rules.unique_items && first_repetition(items).is_some() {
            self.add(id, "uniqueItems", None, pointer);
        }
        for (index, item) in items.iter().enumerate() {
            let at = format!("{pointer}/{index}");
            match (rules.prefix_items.get(index), rules.items) {
                (Some(schema), _) => self.part(id, "prefixItems", None, *schema, item, &at),
                (None, Some(schema)) => self.part(id, "items", None, schema, item, &at),
                (None, None) => {}
            }
        }
        if let Some(contains) = &rules.contains {
            let count = items.iter().filter(|item| self.set.is_valid(contains.schema, item)).count() as u64;
            if count < contains.min {
                self.add(id, if contains.min == 1 { "contains" } else { "minContains" }, None, pointer);
            }
            if contains.max.is_some_and(|max| count > max) {
                self.add(id, "maxContains", None, pointer);
            }
        }
    }

    fn object(&mut self, id: SchemaId, schema: &Schema, members: &Map<String, Value>, pointer: &str) {
        let rules = &schema.object;
        let count = members.len() as u64;
        if rules.min_properties.is_some_and(|min| count < min) {
            self.add(id, "minProperties", None, pointer);
        }
        if rules.max_properties.is_some_and(|max| count > max) {
            self.add(id, "maxProperties", None, pointer);
        }
        for name in rules.required.iter().filter(|name| !members.contains_key(*name)) {
            self.add(id, "required", Some(name), pointer);
        }
        for (cause, names) in rules.dependent_required.iter().filter(|(cause, _)| members.contains_key(cause)) {
            if names.iter().any(|name| !members.contains_key(name)) {
                self.add(id, "dependentRequired", Some(cause), pointer);
            }
        }
        for (name, value) in members {
            let at = format!("{pointer}/{}", escape(name));
            if rules.property_names.is_some_and(|names| !self.set.is_valid(names, &Value::from(name.as_str()))) {
                self.add(id, "propertyNames", None, &at);
            }
            let mut is_known = false;
            if let Some((_, schema)) = rules.properties.iter().find(|(known, _)| known == name) {
                is_known = true;
                self.part(id, "properties", Some(name), *schema, value, &at);
            }
            for (pattern, schema) in &rules.pattern_properties {
                if matches(pattern, name) {
                    is_known = true;
                    self.part(id, "patternProperties", Some(pattern), *schema, value, &at);
                }
            }
            if let Some(schema) = rules.additional_properties.filter(|_| !is_known) {
                self.part(id, "additionalProperties", None, schema, value, &at);
            }
        }
        for (cause, dependent) in rules.dependent_schemas.iter().filter(|(cause, _)| members.contains_key(cause)) {
            let value = Value::Object(members.clone());
            self.part(id, "dependentSchemas", Some(cause), *dependent, &value, pointer);
        }
    }

    /// What a schema refuses in a part of the value. That nothing at all is allowed there is said by the keyword above.
    fn part(
        &mut self,
        id: SchemaId,
        keyword: &'static str,
        name: Option<&str>,
        schema: SchemaId,
        value: &Value,
        at: &str,
    ) {
        if self.set.get(schema).never {
            self.add(id, keyword, name, at);
        } else {
            self.schema(schema, value, at);
        }
    }

    fn combined(&mut self, id: SchemaId, schema: &Schema, value: &Value, pointer: &str) {
        let own = self.found.len();
        for conjunct in schema.direct_conjuncts() {
            self.schema(conjunct, value, pointer);
        }
        if let Some(reference) = &schema.dynamic_reference {
            self.schema(reference.fallback, value, pointer);
        }
        let accepting = |branches: &[SchemaId]| branches.iter().filter(|id| self.set.is_valid(**id, value)).count();
        if !schema.any_of.is_empty() && accepting(&schema.any_of) == 0 {
            self.closest("anyOf", id, &schema.any_of, value, pointer);
        }
        if !schema.one_of.is_empty() {
            match self.set.get(id).one_of.iter().filter(|id| self.set.is_valid(**id, value)).count() {
                0 => self.closest("oneOf", id, &schema.one_of, value, pointer),
                1 => {}
                _ => self.add(id, "oneOf", None, pointer),
            }
        }
        if schema.not.is_some_and(|unwanted| self.set.is_valid(unwanted, value)) {
            self.add(id, "not", None, pointer);
        }
        if let Some(condition) = &schema.condition {
            let holds = self.set.is_valid(condition.if_, value);
            let branch = if holds { condition.then } else { condition.else_ };
            if let Some(branch) = branch {
                self.part(id, if holds { "then" } else { "else" }, None, branch, value, pointer);
            }
        }
        // What is left is refused because nothing evaluated it.
        if self.found.len() == own {
            match value {
                Value::Object(_) if schema.object.unevaluated_properties.is_some() => {
                    self.add(id, "unevaluatedProperties", None, pointer);
                }
                Value::Array(_) if schema.array.unevaluated_items.is_some() => {
                    self.add(id, "unevaluatedItems", None, pointer);
                }
                _ => {}
            }
        }
    }

    /// The refusals of the branch that is meant: the one whose constants fit, and of those the one with the fewest.
    fn closest(&mut self, keyword: &'static str, id: SchemaId, branches: &[SchemaId], value: &Value, pointer: &str) {
        let attempts = branches.iter().map(|branch| {
            let mut finder = Finder { set: self.set, found: Vec::new(), depth: self.depth };
            finder.schema(*branch, value, pointer);
            finder.found
        });
        let is_of_another_kind = |refusal: &Refusal| match refusal.keyword {
            "const" | "enum" => true,
            "type" | "false" => refusal.pointer == pointer,
            _ => false,
        };
        let best = attempts
            .filter(|found| !found.is_empty())
            .min_by_key(|found| (found.iter().any(is_of_another_kind), found.len()));
        match best {
            Some(found) if !found.iter().any(is_of_another_kind) => self.found.extend(found),
            _ => self.add(id, keyword, None, pointer),
        }
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    Pattern::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

pub(super) fn is_of_type(value: &Value, json_type: JsonType) -> bool {
    match (json_type, value) {
        (JsonType::Integer, Value::Number(number)) => Decimal::from(number).is_integer(),
        (JsonType::Null, Value::Null)
        | (JsonType::Boolean, Value::Bool(_))
        | (JsonType::Number, Value::Number(_))
        | (JsonType::String, Value::String(_))
        | (JsonType::Array, Value::Array(_))
        | (JsonType::Object, Value::Object(_)) => true,
        _ => false,
    }
}

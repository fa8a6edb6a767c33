//! The exact validator: an instance against a schema, as draft 2020-12 means it.

mod array;
mod combine;
mod memory;
mod number;
mod object;
mod string;
mod unevaluated;

use serde_json::Value;

use self::memory::Memory;
use self::unevaluated::Evaluated;
use crate::{At, Cut, Decimal, JsonType, MAX_VIOLATIONS, SchemaId, SchemaSet, Violation, Violations, expectation};

/// How many schemas may apply inside one another: a bound for the stack, beyond what an instance that
/// `serde_json` reads by default (128 levels) needs.
const MAX_DEPTH: u32 = 1_000;

impl SchemaSet {
    /// Every way in which `instance` breaks the schema `id`, but at most [`MAX_VIOLATIONS`]. Empty when the instance is valid.
    ///
    /// # Panics
    /// If `id` comes from another set.
    pub fn validate(&self, id: SchemaId, instance: &Value) -> Violations {
        let mut validator = Validator::new(self, Some(Vec::new()));
        let is_stopped = validator.check(id, Here::new(instance, &At::Root), None).is_err();
        let cut = match validator.too_deep {
            Some(pointer) => Some(Cut::TooDeep { pointer }),
            None => is_stopped.then_some(Cut::TooMany),
        };
        Violations { list: validator.violations.unwrap_or_default(), cut }
    }

    /// Whether the schema `id` accepts `instance`; stops at the first violation.
    ///
    /// # Panics
    /// If `id` comes from another set.
    pub fn is_valid(&self, id: SchemaId, instance: &Value) -> bool {
        let mut validator = Validator::new(self, None);
        validator.check(id, Here::new(instance, &At::Root), None).is_ok() && validator.too_deep.is_none()
    }
}

/// Nothing more needs to be looked at.
struct Stop;

/// Err as soon as the outcome is known. While violations are collected, that is when there are enough of them.
type Checked = Result<(), Stop>;

/// A value, and where it is in the instance.
#[derive(Clone, Copy)]
struct Here<'i, 'a> {
    value: &'i Value,
    at: &'a At<'a>,
}

impl<'i, 'a> Here<'i, 'a> {
    fn new(value: &'i Value, at: &'a At<'a>) -> Self {
        Self { value, at }
    }
}

/// What one validation carries along.
struct Validator<'s> {
    set: &'s SchemaSet,
    /// `None` where only the verdict counts.
    violations: Option<Vec<Violation>>,
    depth: u32,
    /// Where [`MAX_DEPTH`] was met; from then on nothing is looked at any more, and the instance is invalid.
    too_deep: Option<String>,
    /// The dynamic scope: the schema resources entered, outermost first.
    scope: Vec<u32>,
    memory: Memory,
}

impl<'s> Validator<'s> {
    fn new(set: &'s SchemaSet, violations: Option<Vec<Violation>>) -> Self {
        Self { set, violations, depth: 0, too_deep: None, scope: Vec::new(), memory: Memory::default() }
    }

    /// Applies the schema `id` to `instance`, and notes in `seen` what it evaluates.
    fn check<'i>(&mut self, id: SchemaId, here: Here<'i, '_>, seen: Option<&mut Evaluated<'i>>) -> Checked {
        if self.depth == MAX_DEPTH {
            self.too_deep.get_or_insert_with(|| here.at.pointer());
        }
        if self.too_deep.is_some() {
            return Err(Stop);
        }
        if self.memory.is_needed(self.set.get(id), here.value) {
            self.remembered(id, here, seen)
        } else {
            self.apply(id, here, seen)
        }
    }

    fn apply<'i>(&mut self, id: SchemaId, here: Here<'i, '_>, seen: Option<&mut Evaluated<'i>>) -> Checked {
        let schema = self.set.get(id);
        let entered = schema.resource.filter(|resource| self.scope.last() != Some(resource));
        self.scope.extend(entered);
        self.depth += 1;
        let checked = if schema.array.unevaluated_items.is_some() || schema.object.unevaluated_properties.is_some() {
            self.with_unevaluated(id, here, seen)
        } else {
            self.keywords(id, here, seen)
        };
        self.depth -= 1;
        if entered.is_some() {
            self.scope.pop();
        }
        checked
    }

    fn keywords<'i>(&mut self, id: SchemaId, here: Here<'i, '_>, mut seen: Option<&mut Evaluated<'i>>) -> Checked {
        let schema = self.set.get(id);
        let Here { value: instance, at } = here;
        if schema.never {
            return self.fail(at, "false", || expectation::NEVER.to_owned());
        }
        if let Some(types) = &schema.types
            && !types.iter().any(|&json_type| is_of_type(instance, json_type))
        {
            self.fail(at, "type", || expectation::types(types))?;
        }
        if let Some(values) = &schema.enumeration
            && !self.set.is_listed(id, values, instance)
        {
            let keyword = if values.len() == 1 { "const" } else { "enum" };
            self.fail(at, keyword, || expectation::values(values))?;
        }
        match instance {
            Value::Number(number) => self.number(&schema.number, number, at)?,
            Value::String(text) => self.string(&schema.string, text, at)?,
            Value::Array(items) => self.array(&schema.array, items, at, seen.as_deref_mut())?,
            Value::Object(members) => self.object(&schema.object, members, at, seen.as_deref_mut())?,
            Value::Null | Value::Bool(_) => {}
        }
        if let Value::Object(members) = instance {
            for (name, dependent) in &schema.object.dependent_schemas {
                if members.contains_key(name) {
                    self.check(*dependent, here, seen.as_deref_mut())?;
                }
            }
        }
        self.combine(schema, here, seen)
    }

    /// Notes a violation. Goes on if violations are collected and there is room for more.
    fn fail(&mut self, at: &At<'_>, keyword: &'static str, expected: impl FnOnce() -> String) -> Checked {
        match &mut self.violations {
            Some(violations) if violations.len() < MAX_VIOLATIONS => {
                violations.push(Violation { pointer: at.pointer(), keyword, expected: expected() });
                Ok(())
            }
            _ => Err(Stop),
        }
    }

    /// Applies a schema on trial: its violations are returned rather than kept. Empty on failure where
    /// none are collected.
    fn attempt<'i>(
        &mut self,
        id: SchemaId,
        here: Here<'i, '_>,
        seen: Option<&mut Evaluated<'i>>,
    ) -> Result<(), Vec<Violation>> {
        let outer = self.set_aside(self.violations.is_some());
        let checked = self.check(id, here, seen);
        let violations = self.take_up(outer);
        if checked.is_ok() && violations.is_empty() { Ok(()) } else { Err(violations) }
    }

    /// Whether a schema accepts an instance.
    fn accepts<'i>(&mut self, id: SchemaId, here: Here<'i, '_>, seen: Option<&mut Evaluated<'i>>) -> bool {
        let outer = self.set_aside(false);
        let checked = self.check(id, here, seen);
        self.take_up(outer);
        checked.is_ok()
    }

    /// Sets the violations so far aside, and starts over with none, or without collecting any. Goes with
    /// [`Validator::take_up`]; a closure in between would cost stack at every level.
    fn set_aside(&mut self, collects: bool) -> Option<Vec<Violation>> {
        std::mem::replace(&mut self.violations, collects.then(Vec::new))
    }

    /// Goes on with the violations that were set aside, and returns those since then.
    fn take_up(&mut self, outer: Option<Vec<Violation>>) -> Vec<Violation> {
        std::mem::replace(&mut self.violations, outer).unwrap_or_default()
    }
}

fn is_of_type(instance: &Value, json_type: JsonType) -> bool {
    match (json_type, instance) {
        (JsonType::Integer, Value::Number(number)) => {
            number.is_u64() || number.is_i64() || Decimal::from(number).is_integer()
        }
        (JsonType::Null, Value::Null)
        | (JsonType::Boolean, Value::Bool(_))
        | (JsonType::Number, Value::Number(_))
        | (JsonType::String, Value::String(_))
        | (JsonType::Array, Value::Array(_))
        | (JsonType::Object, Value::Object(_)) => true,
        _ => false,
    }
}

//! Small changes of instances, such as leave most of them valid.

use std::collections::BTreeMap;

use serde_json::{Number, Value};
use walnats_schema::{Schema, SchemaId};

use super::{Instances, MAX_APPLYING, MAX_DEPTH, Random, edge_cases};

/// How many values a new part has, more or less.
const VALUES: usize = 200;

/// What schemas show, by schema.
pub type Examples = BTreeMap<SchemaId, Vec<Value>>;

/// In how many of a hundred cases a change is made further inside.
const INWARDS: usize = 70;

impl<'s> Instances<'s> {
    /// Changes one place of `value`, which the schema `id` accepts: a member comes or goes, an item does, a scalar becomes another,
    /// a union another variant. Whether the schema accepts the outcome has to be asked.
    pub fn vary(&mut self, id: SchemaId, value: &mut Value, examples: &Examples, random: &mut Random) {
        (self.sloppiness, self.left) = (0, VALUES);
        self.is_plain = random.chance(50);
        self.vary_at(&[id], value, examples, (0, random));
        self.is_plain = false;
    }

    fn vary_at(
        &mut self,
        ids: &[SchemaId],
        value: &mut Value,
        examples: &Examples,
        (depth, random): (usize, &mut Random),
    ) {
        let applying = self.applying_to(ids, value);
        let schemas: Vec<&'s Schema> = applying.iter().map(|id| self.set.get(*id)).collect();
        match value {
            Value::Object(members) if !members.is_empty() && random.chance(INWARDS) => {
                let names: Vec<String> = members.keys().cloned().collect();
                let name = random.pick(&names);
                let ids = self.schemas_of(name, &schemas);
                if let Some(member) = members.get_mut(name) {
                    self.vary_at(&ids, member, examples, (depth + 1, random));
                }
            }
            Value::Array(items) if !items.is_empty() && random.chance(INWARDS) => {
                let index = random.below(items.len());
                let ids = of_item(&schemas, index);
                self.vary_at(&ids, &mut items[index], examples, (depth + 1, random));
            }
            Value::Object(members) if depth == 0 || random.chance(80) => {
                let is_required = |name: &String| schemas.iter().any(|schema| schema.object.required.contains(name));
                let optional: Vec<String> = members.keys().filter(|name| !is_required(name)).cloned().collect();
                let known = schemas.iter().flat_map(|schema| &schema.object.properties).map(|(name, _)| name);
                let absent: Vec<String> = known.filter(|name| !members.contains_key(*name)).cloned().collect();
                if !optional.is_empty() && (absent.is_empty() || random.chance(50)) {
                    members.remove(random.pick(&optional));
                } else if !absent.is_empty() {
                    let name = random.pick(&absent).clone();
                    let ids = self.schemas_of(&name, &schemas);
                    members.insert(name, self.other(&ids, examples, (depth + 1, random)));
                } else if let [Value::Object(added)] = &[self.other(ids, examples, (depth, random))] {
                    // Names that no schema lists.
                    members.extend(added.iter().map(|(name, value)| (name.clone(), value.clone())));
                }
            }
            Value::Array(items) if random.chance(80) => self.vary_items(items, &schemas, examples, (depth, random)),
            _ => *value = self.other(ids, examples, (depth, random)),
        }
    }

    fn vary_items(
        &mut self,
        items: &mut Vec<Value>,
        schemas: &[&Schema],
        examples: &Examples,
        (depth, random): (usize, &mut Random),
    ) {
        match random.below(5) {
            0 | 1 if !items.is_empty() => drop(items.remove(random.below(items.len()))),
            2 if !items.is_empty() => {
                let item = random.pick(items).clone();
                items.push(item);
            }
            3 if items.len() > 1 => {
                let (one, other) = (random.below(items.len()), random.below(items.len()));
                items.swap(one, other);
            }
            _ => {
                let ids = of_item(schemas, items.len());
                items.push(self.other(&ids, examples, (depth + 1, random)));
            }
        }
    }

    /// A value for a place at which all of `ids` apply: one that they show, one at an edge, or any.
    fn other(&mut self, ids: &[SchemaId], examples: &Examples, (depth, random): (usize, &mut Random)) -> Value {
        let shown: Vec<&Value> = self.set.conjuncts(ids).iter().filter_map(|id| examples.get(id)).flatten().collect();
        if !shown.is_empty() && random.chance(30) {
            return (*random.pick(&shown)).clone();
        }
        let value = self.make(ids, depth.min(MAX_DEPTH - 1), random);
        match &value {
            Value::Number(number) if random.chance(30) => Value::Number(at_an_edge(number, random)),
            Value::String(text) if random.chance(30) => Value::String(longer_or_foreign(text, random)),
            _ => value,
        }
    }

    /// The schemas that apply to `value` at a place of which all of `ids` are, of every union the branches that accept it.
    fn applying_to(&self, ids: &[SchemaId], value: &Value) -> Vec<SchemaId> {
        let mut queue = ids.to_vec();
        let mut applying = Vec::new();
        while let Some(id) = queue.pop() {
            if applying.len() == MAX_APPLYING {
                break;
            }
            if applying.contains(&id) {
                continue;
            }
            let schema = self.set.get(id);
            applying.push(id);
            queue.extend(schema.direct_conjuncts());
            queue.extend(schema.dynamic_reference.as_ref().map(|reference| reference.fallback));
            let branches = schema.any_of.iter().chain(&schema.one_of).copied();
            queue.extend(branches.filter(|branch| self.set.is_valid(*branch, value)));
            if let Some(condition) = &schema.condition {
                let holds = self.set.is_valid(condition.if_, value);
                queue.extend(holds.then_some(condition.if_));
                queue.extend(if holds { condition.then } else { condition.else_ });
            }
            let dependent = schema.object.dependent_schemas.iter().filter(|(name, _)| value.get(name).is_some());
            queue.extend(dependent.map(|(_, id)| *id));
        }
        applying
    }
}

/// What applies to the item at `index`.
fn of_item(schemas: &[&Schema], index: usize) -> Vec<SchemaId> {
    let rules = schemas.iter().map(|schema| &schema.array);
    rules
        .filter_map(|rules| rules.prefix_items.get(index).copied().or(rules.items).or(rules.unevaluated_items))
        .collect()
}

/// A number at an edge, of the same kind: a whole one stays whole.
fn at_an_edge(number: &Number, random: &mut Random) -> Number {
    const WHOLE: [i64; 14] =
        [0, 1, -1, 2, 10, 100, 127, 255, 65_535, i32::MAX as i64, i32::MIN as i64, u32::MAX as i64, i64::MAX, i64::MIN];
    match number.as_i64() {
        Some(number) if random.chance(40) => {
            let step = 1_i64 << random.below(40);
            Number::from(if random.chance(50) { number.saturating_add(step) } else { number.saturating_sub(step) })
        }
        Some(_) => Number::from(*random.pick(&WHOLE)),
        None => edge_cases::number(random),
    }
}

/// Another text: longer, shorter, or with letters of other scripts.
fn longer_or_foreign(text: &str, random: &mut Random) -> String {
    const LETTERS: [char; 8] = ['é', 'ß', '日', 'Ж', '👍', ' ', 'Z', '0'];
    let mut characters: Vec<char> = text.chars().collect();
    let at = random.below(characters.len() + 1);
    match random.below(4) {
        0 => characters.truncate(at),
        1 => characters.extend(text.chars().take(40)),
        2 if at < characters.len() => characters[at] = *random.pick(&LETTERS),
        _ => characters.insert(at, *random.pick(&LETTERS)),
    }
    characters.into_iter().collect()
}

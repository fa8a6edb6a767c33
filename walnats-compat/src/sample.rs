//! Random instances: anything at all, and what nearly fits a schema.

pub mod edge_cases;
pub mod formats;
mod number;
mod object;
mod random;
mod string;
mod variation;

use std::collections::HashMap;

use serde_json::{Map, Value};
use walnats_schema::{JsonType, Pattern, Schema, SchemaId, SchemaSet};

pub use self::random::Random;
pub use self::variation::Examples;

/// How deep instances nest, more or less: beyond it, only what is required is made.
const DEPTH: usize = 5;
/// Beyond it, nothing is made.
const MAX_DEPTH: usize = 12;
/// How many values an instance has, more or less: schemas that refer to themselves several times would be as many to the power of
/// the depth.
const VALUES: usize = 2_000;
/// How many schemas that apply to one place are looked at.
const MAX_APPLYING: usize = 200;

/// A value of any kind, nested at most `depth` levels.
pub fn any(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth == 0 { 4 } else { 7 }) {
        0 => Value::Null,
        1 => random.chance(50).into(),
        2 => edge_cases::number(random).into(),
        3 => edge_cases::text(random).into(),
        4 | 5 => (0..random.below(4))
            .map(|_| ((*random.pick(&edge_cases::NAMES)).to_owned(), any(random, depth - 1)))
            .collect(),
        _ => (0..random.below(4)).map(|_| any(random, depth - 1)).collect(),
    }
}

/// Makes instances for the schemas of a set.
pub struct Instances<'s> {
    set: &'s SchemaSet,
    /// Texts that match a pattern, as far as they were found.
    samples: HashMap<&'s str, Vec<String>>,
    patterns: HashMap<&'s str, Option<Pattern>>,
    /// In how many of a hundred cases a rule is not kept.
    sloppiness: usize,
    /// How many values the instance may still have.
    left: usize,
    /// Whether values are such as people write, rather than such as validators have trouble with.
    is_plain: bool,
    /// Whether what was made before changes nothing: the same choices then give the same instance.
    is_steady: bool,
}

impl<'s> Instances<'s> {
    /// For the schemas of `set`.
    pub fn new(set: &'s SchemaSet) -> Self {
        Self {
            set,
            samples: HashMap::new(),
            patterns: HashMap::new(),
            sloppiness: 0,
            left: 0,
            is_plain: false,
            is_steady: false,
        }
    }

    /// The same; what is made does not depend on what was made before.
    #[must_use]
    pub fn steady(set: &'s SchemaSet) -> Self {
        Self { is_steady: true, ..Self::new(set) }
    }

    /// An instance that the schema `id` may well accept, or nearly so.
    pub fn instance(&mut self, id: SchemaId, random: &mut Random) -> Value {
        self.sloppiness = *random.pick(&[0, 0, 1, 5, 20]);
        self.left = VALUES;
        self.make(&[id], 0, random)
    }

    /// An instance that the schema `id` most likely accepts, of values such as people write, with no members that the schema does
    /// not speak of.
    pub fn exact(&mut self, id: SchemaId, random: &mut Random) -> Value {
        (self.sloppiness, self.is_plain, self.left) = (0, true, VALUES);
        let instance = self.make(&[id], 0, random);
        self.is_plain = false;
        instance
    }

    /// A text that no rule is about.
    fn text(&self, random: &mut Random) -> String {
        if self.is_plain { (*random.pick(&edge_cases::WORDS)).to_owned() } else { edge_cases::text(random) }
    }

    /// A value that no schema is about.
    fn any(&self, random: &mut Random, depth: usize) -> Value {
        if self.is_plain { self.text(random).into() } else { any(random, depth) }
    }

    /// A value for a place at which all of `ids` apply.
    fn make(&mut self, ids: &[SchemaId], depth: usize, random: &mut Random) -> Value {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return Value::Null;
        }
        if depth >= MAX_DEPTH || (self.sloppiness > 0 && random.chance(self.sloppiness / 3)) {
            return self.any(random, usize::from(depth < MAX_DEPTH));
        }
        let applying = self.applying(ids, random);
        if applying.is_empty() {
            return self.any(random, 2);
        }
        if let Some(values) = applying.iter().filter_map(|schema| schema.enumeration.as_ref()).min_by_key(|v| v.len())
            && !values.is_empty()
            && !self.slips(random)
        {
            return random.pick(values).clone();
        }
        match self.json_type(&applying, random) {
            JsonType::Null => Value::Null,
            JsonType::Boolean => random.chance(50).into(),
            JsonType::Integer => self.number(&applying, true, random),
            JsonType::Number => self.number(&applying, false, random),
            JsonType::String => self.string(&applying, random).into(),
            JsonType::Array => self.array(&applying, depth, random),
            JsonType::Object => self.object(&applying, depth, random),
        }
    }

    /// Whether the next rule is not kept.
    fn slips(&self, random: &mut Random) -> bool {
        random.chance(self.sloppiness)
    }

    /// The schemas that apply to a place, of every union one branch.
    fn applying(&self, ids: &[SchemaId], random: &mut Random) -> Vec<&'s Schema> {
        let mut queue = ids.to_vec();
        let mut applying = Vec::new();
        while let Some(id) = queue.pop() {
            if applying.len() == MAX_APPLYING {
                break;
            }
            let schema = self.set.get(id);
            applying.push(schema);
            queue.extend(schema.reference);
            queue.extend(schema.dynamic_reference.as_ref().map(|reference| reference.fallback));
            queue.extend(&schema.all_of);
            for branches in [&schema.any_of, &schema.one_of] {
                if !branches.is_empty() {
                    queue.push(*random.pick(branches));
                }
            }
            if let Some(condition) = &schema.condition {
                let holds = random.chance(50);
                queue.extend(holds.then_some(condition.if_));
                queue.extend(if holds { condition.then } else { condition.else_ });
            }
            queue.extend(schema.not.filter(|_| random.chance(self.sloppiness)));
            queue.extend(schema.object.dependent_schemas.iter().map(|(_, id)| *id).filter(|_| random.chance(50)));
        }
        applying
    }

    /// A type that all allow, if there is one; where none is named, one that the rules are about.
    fn json_type(&self, applying: &[&Schema], random: &mut Random) -> JsonType {
        const ALL: [JsonType; 6] =
            [JsonType::Null, JsonType::Boolean, JsonType::Number, JsonType::String, JsonType::Array, JsonType::Object];
        if self.slips(random) {
            return *random.pick(&ALL);
        }
        let admitted = |json_type: &JsonType| {
            applying.iter().filter_map(|schema| schema.types.as_ref()).all(|types| {
                types.contains(json_type) || (*json_type == JsonType::Integer && types.contains(&JsonType::Number))
            })
        };
        let mut candidates: Vec<JsonType> = ALL.into_iter().chain([JsonType::Integer]).filter(admitted).collect();
        let meant: Vec<JsonType> =
            candidates.iter().copied().filter(|json_type| is_meant(*json_type, applying)).collect();
        if !meant.is_empty() && (self.is_plain || random.chance(90)) {
            candidates = meant;
        }
        if candidates.is_empty() { *random.pick(&ALL) } else { *random.pick(&candidates) }
    }

    fn array(&mut self, applying: &[&'s Schema], depth: usize, random: &mut Random) -> Value {
        let rules = || applying.iter().map(|schema| &schema.array);
        let min = rules().filter_map(|rules| rules.min_items).max().unwrap_or(0);
        let max = rules().filter_map(|rules| rules.max_items).min();
        let wanted = rules().filter_map(|rules| rules.contains.as_ref()).map(|contains| contains.min).max();
        let spare = if depth > DEPTH { 0 } else { random.below(4) as u64 };
        let mut length = (min.max(wanted.unwrap_or(0)) + spare).min(max.unwrap_or(u64::MAX)).min(40);
        if self.slips(random) {
            length = if random.chance(50) { length + 1 } else { length.saturating_sub(1) };
        }
        let mut items: Vec<Value> = Vec::new();
        for index in 0..usize::try_from(length).unwrap_or(0) {
            let mut ids: Vec<SchemaId> = rules()
                .filter_map(|rules| rules.prefix_items.get(index).copied().or(rules.items).or(rules.unevaluated_items))
                .collect();
            ids.extend(
                rules().filter_map(|rules| rules.contains.as_ref()).map(|c| c.schema).filter(|_| random.chance(60)),
            );
            let repeats = !items.is_empty() && random.chance(5 + self.sloppiness);
            let item = if repeats { random.pick(&items).clone() } else { self.make(&ids, depth + 1, random) };
            items.push(item);
        }
        items.into()
    }
}

/// Whether any rule is about values of this type.
fn is_meant(json_type: JsonType, applying: &[&Schema]) -> bool {
    applying.iter().any(|schema| match json_type {
        JsonType::Integer | JsonType::Number => schema.number != Default::default(),
        JsonType::String => schema.string != Default::default(),
        JsonType::Array => schema.array != Default::default(),
        JsonType::Object => schema.object != Default::default(),
        JsonType::Null | JsonType::Boolean => false,
    })
}

/// The members of an object, in any order.
type Members = Map<String, Value>;

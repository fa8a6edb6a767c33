//! Random schemas of every draft: each keyword, with values that interact.

mod assertions;
mod event;
mod reference;
mod slips;

pub use slips::Slip;

use serde_json::{Map, Value, json};
use walnats_schema::read::Draft;

use crate::{Random, edge_cases};

/// Makes a schema of `draft`. It is valid, says which draft it is, and refers to nothing outside of itself.
pub fn schema(random: &mut Random, draft: Draft) -> Value {
    let definitions = if random.chance(40) { 1 + random.below(4) } else { 0 };
    let resources = definitions > 0 && random.chance(30);
    let budget = 2 + random.below(14);
    let base = format!("https://example.com/{:x}/", random.bits());
    let mut maker = Maker { random, draft, base, budget, definitions, first_definition: 0, resources, in_place: true };
    let mut root = Value::Object(if maker.random.chance(50) { maker.event() } else { maker.object_schema() });
    for index in 0..definitions {
        maker.budget = 1 + maker.random.below(6);
        // References that apply to the same instance only ever lead onwards, so that none goes round for ever.
        maker.first_definition = index + 1;
        let mut definition = if maker.random.chance(40) { maker.event().into() } else { maker.schema() };
        maker.identify(index, &mut definition);
        root[maker.definitions_keyword()][format!("d{index}")] = definition;
    }
    maker.identify_root(&mut root);
    root["$schema"] = draft.uri().into();
    root
}

/// Makes the schema of an event, and with it what is `wrong`; returns the schema, and the word that a finding has to name.
pub fn event_schema(random: &mut Random, draft: Draft, wrong: Option<Slip>) -> (Value, Option<String>) {
    let base = format!("https://example.com/{:x}/", random.bits());
    let budget = 2 + random.below(8);
    let mut maker =
        Maker { random, draft, base, budget, definitions: 0, first_definition: 0, resources: false, in_place: true };
    let mut schema = maker.event();
    maker.common_members(&mut schema);
    let word = wrong.and_then(|slip| maker.slip(slip, &mut schema));
    schema.insert("$schema".to_owned(), draft.uri().into());
    (schema.into(), word)
}

struct Maker<'r> {
    random: &'r mut Random,
    draft: Draft,
    /// What identifiers begin with.
    base: String,
    /// How many schemas more there may be.
    budget: usize,
    definitions: usize,
    /// The first definition that a reference which applies in place may lead to.
    first_definition: usize,
    /// Whether definitions have identifiers.
    resources: bool,
    /// Whether what is made applies to the same instance as the root or the definition around it.
    in_place: bool,
}

impl Maker<'_> {
    fn since(&self, draft: Draft) -> bool {
        self.draft >= draft
    }

    fn definitions_keyword(&self) -> &'static str {
        if self.since(Draft::Draft201909) { "$defs" } else { "definitions" }
    }

    fn schema(&mut self) -> Value {
        if self.since(Draft::Draft6) && self.random.chance(10) {
            return self.random.chance(70).into();
        }
        self.object_schema().into()
    }

    /// A schema for a part of the instance.
    fn part(&mut self) -> Value {
        let outer = std::mem::replace(&mut self.in_place, false);
        let schema = self.schema();
        self.in_place = outer;
        schema
    }

    fn object_schema(&mut self) -> Map<String, Value> {
        let mut schema = Map::new();
        if self.budget == 0 {
            self.assertion(&mut schema);
            return schema;
        }
        self.budget -= 1;
        for _ in 0..1 + self.random.below(3) {
            match self.random.weighted(&[6, 5, 3, 5, 3, 2]) {
                0 => self.assertion(&mut schema),
                1 => self.object_keyword(&mut schema),
                2 => self.array_keyword(&mut schema),
                3 => self.combination(&mut schema),
                4 => self.reference(&mut schema),
                _ => self.unevaluated(&mut schema),
            }
        }
        if self.random.chance(3) {
            self.later_keyword(&mut schema);
        }
        schema
    }

    fn object_keyword(&mut self, schema: &mut Map<String, Value>) {
        match self.random.weighted(&[10, 5, 4, 5, 2, 3, 2]) {
            0 => {
                let count = 1 + self.random.below(3);
                let properties: Map<_, _> = (0..count).map(|_| (self.name(), self.part())).collect();
                schema.insert("properties".to_owned(), properties.into());
            }
            1 => {
                let names = self.distinct_names();
                schema.insert("required".to_owned(), names);
            }
            2 => {
                let pattern = (*self.random.pick(&edge_cases::PATTERNS)).to_owned();
                schema.insert("patternProperties".to_owned(), json!({ pattern: self.part() }));
            }
            3 => {
                let rest = if self.random.chance(50) { json!(false) } else { self.part() };
                schema.insert("additionalProperties".to_owned(), rest);
            }
            4 if self.since(Draft::Draft6) => {
                let names = self.part();
                schema.insert("propertyNames".to_owned(), names);
            }
            5 => self.dependency(schema),
            _ => {
                let keyword = *self.random.pick(&["minProperties", "maxProperties"]);
                schema.insert(keyword.to_owned(), self.random.below(4).into());
            }
        }
    }

    fn dependency(&mut self, schema: &mut Map<String, Value>) {
        let name = self.name();
        let of_schema = self.random.chance(50);
        let keyword = match (self.since(Draft::Draft201909), of_schema) {
            (false, _) => "dependencies",
            (true, true) => "dependentSchemas",
            (true, false) => "dependentRequired",
        };
        let value = if of_schema && self.since(Draft::Draft6) {
            self.schema()
        } else if of_schema {
            self.object_schema().into()
        } else {
            self.distinct_names()
        };
        schema.insert(keyword.to_owned(), json!({ name: value }));
    }

    fn array_keyword(&mut self, schema: &mut Map<String, Value>) {
        let tuple = if self.since(Draft::Draft202012) { "prefixItems" } else { "items" };
        match self.random.weighted(&[4, 4, 3, 3, 2, 2]) {
            0 => {
                let items: Vec<Value> = (0..1 + self.random.below(3)).map(|_| self.part()).collect();
                schema.insert(tuple.to_owned(), items.into());
            }
            1 => {
                // In earlier drafts, `items` may be a tuple already.
                let rest = if self.since(Draft::Draft202012) || !schema.contains_key("items") {
                    "items"
                } else {
                    "additionalItems"
                };
                let items = self.part();
                schema.insert(rest.to_owned(), items);
            }
            2 if self.since(Draft::Draft6) => {
                let contained = self.part();
                schema.insert("contains".to_owned(), contained);
                if self.since(Draft::Draft201909) && self.random.chance(50) {
                    let keyword = *self.random.pick(&["minContains", "maxContains"]);
                    schema.insert(keyword.to_owned(), self.random.below(3).into());
                }
            }
            3 => {
                schema.insert("uniqueItems".to_owned(), self.random.chance(80).into());
            }
            4 => {
                schema.insert("minItems".to_owned(), self.random.below(4).into());
            }
            _ => {
                schema.insert("maxItems".to_owned(), self.random.below(4).into());
            }
        }
    }

    fn combination(&mut self, schema: &mut Map<String, Value>) {
        match self.random.weighted(&[3, 4, 4, 3, 3]) {
            kind @ 0..=2 => {
                let parts: Vec<Value> = (0..1 + self.random.below(3)).map(|_| self.object_or_schema()).collect();
                schema.insert(["allOf", "anyOf", "oneOf"][kind].to_owned(), parts.into());
            }
            3 => {
                let unwanted = self.object_or_schema();
                schema.insert("not".to_owned(), unwanted);
            }
            _ if self.since(Draft::Draft7) => {
                for keyword in ["if", "then", "else"] {
                    if keyword == "if" || self.random.chance(70) {
                        let part = self.schema();
                        schema.insert(keyword.to_owned(), part);
                    }
                }
            }
            _ => {}
        }
    }

    fn unevaluated(&mut self, schema: &mut Map<String, Value>) {
        if !self.since(Draft::Draft201909) {
            return;
        }
        let keyword = *self.random.pick(&["unevaluatedProperties", "unevaluatedItems"]);
        let rest = if self.random.chance(60) { json!(false) } else { self.part() };
        schema.insert(keyword.to_owned(), rest);
    }

    fn object_or_schema(&mut self) -> Value {
        if self.since(Draft::Draft6) { self.schema() } else { self.object_schema().into() }
    }

    fn name(&mut self) -> String {
        // Mostly the same few, so that keywords meet on them.
        let known = if self.random.chance(70) { 4 } else { edge_cases::NAMES.len() };
        (*self.random.pick(&edge_cases::NAMES[..known])).to_owned()
    }

    fn distinct_names(&mut self) -> Value {
        let mut names: Vec<String> = (0..1 + self.random.below(2)).map(|_| self.name()).collect();
        names.sort();
        names.dedup();
        names.into()
    }
}

//! Schemas as events have them: objects whose members have types, with the rules that types and native checks are made of.

use serde_json::{Map, Value, json};
use walnats_schema::read::Draft;

use super::Maker;
use crate::edge_cases;

/// Names of members, some of which Rust cannot have as they are, some alike once they are in snake case, some what generated code
/// uses for something else.
const MEMBERS: [&str; 16] = [
    "id",
    "kind",
    "type",
    "amount",
    "items",
    "self",
    "é",
    "a-b",
    "A B",
    "",
    "a_b",
    "aB",
    "additional",
    "new",
    "value",
    "ID",
];

/// Titles that name types as generated code, the standard library or another event does.
const TITLES: [&str; 10] =
    ["Events", "Value", "Option", "String", "Result", "Kind", "Self", "Read All", "R0001All", "read status"];

impl Maker<'_> {
    /// An object, mostly closed or with all members of a type.
    pub(super) fn event(&mut self) -> Map<String, Value> {
        self.budget = self.budget.saturating_sub(1);
        let mut names: Vec<&str> = (0..1 + self.random.below(5)).map(|_| *self.random.pick(&MEMBERS)).collect();
        names.sort_unstable();
        names.dedup();
        let mut required: Vec<String> =
            names.iter().filter(|_| self.random.chance(50)).map(|name| (*name).to_owned()).collect();
        if self.random.chance(4) {
            self.misspelt_required(&names, &mut required);
        }
        let properties: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), self.member())).collect();
        let mut schema = Map::new();
        if self.random.chance(8) {
            schema.insert("title".to_owned(), json!(self.random.pick(&TITLES)));
        }
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), properties.into());
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
        match self.random.below(10) {
            0..4 => drop(schema.insert("additionalProperties".to_owned(), json!(false))),
            4 => drop(schema.insert("additionalProperties".to_owned(), self.member())),
            5 => drop(schema.insert("minProperties".to_owned(), self.random.below(3).into())),
            6 => drop(schema.insert("maxProperties".to_owned(), (1 + self.random.below(5)).into())),
            _ => {}
        }
        if self.random.chance(10) {
            // Something that no type says, next to what types do say.
            self.object_keyword(&mut schema);
        }
        schema
    }

    /// The schema of a member.
    fn member(&mut self) -> Value {
        if self.budget == 0 {
            return self.scalar().into();
        }
        self.budget -= 1;
        let outer = std::mem::replace(&mut self.in_place, false);
        let schema = match self.random.weighted(&[40, 10, 8, 8, 6, 6, 6, 4, 4, 2]) {
            0 => self.scalar(),
            1 => self.event(),
            2 => self.list(),
            3 => self.nullable(),
            4 => self.map(),
            5 => self.tagged_union(),
            6 => self.union_of_types(),
            7 => self.all_of(),
            8 => {
                let mut schema = Map::new();
                self.reference(&mut schema);
                schema
            }
            _ => self.object_schema(),
        };
        self.in_place = outer;
        schema.into()
    }

    fn scalar(&mut self) -> Map<String, Value> {
        let mut schema = Map::new();
        match self.random.below(9) {
            0..3 => {
                schema.insert("type".to_owned(), json!("string"));
                for _ in 0..self.random.below(3) {
                    self.string_keyword(&mut schema);
                }
            }
            3 => self.bounded_integer(&mut schema),
            4 => {
                schema.insert("type".to_owned(), json!(self.random.pick(&["integer", "number"])));
                for _ in 0..self.random.below(3) {
                    self.number_keyword(&mut schema);
                }
            }
            5 => drop(schema.insert("type".to_owned(), json!("boolean"))),
            7 => self.types(&mut schema),
            6 => {
                let mut values: Vec<&str> =
                    (0..1 + self.random.below(3)).map(|_| *self.random.pick(&edge_cases::TEXTS)).collect();
                values.sort_unstable();
                values.dedup();
                schema.insert("enum".to_owned(), values.into());
                if self.random.chance(60) {
                    schema.insert("type".to_owned(), json!("string"));
                }
            }
            _ => self.assertion(&mut schema),
        }
        schema
    }

    /// Several types, each with what limits it.
    fn types(&mut self, schema: &mut Map<String, Value>) {
        let mut types = vec![*self.random.pick(&["number", "integer"]), "string"];
        types.extend(["boolean", "null"].iter().filter(|_| self.random.chance(15)));
        schema.insert("type".to_owned(), json!(types));
        if self.random.chance(30) {
            self.number_keyword(schema);
        }
        if self.random.chance(30) {
            self.string_keyword(schema);
        }
    }

    /// An integer with bounds at the edges of machine types.
    fn bounded_integer(&mut self, schema: &mut Map<String, Value>) {
        const EDGES: [i128; 18] = [
            i64::MIN as i128,
            i32::MIN as i128,
            -32_769,
            -128,
            -1,
            0,
            1,
            127,
            128,
            255,
            256,
            65_535,
            65_536,
            i32::MAX as i128,
            u32::MAX as i128,
            i64::MAX as i128,
            i64::MAX as i128 + 1,
            u64::MAX as i128,
        ];
        schema.insert("type".to_owned(), json!("integer"));
        for keyword in ["minimum", "maximum"] {
            if self.random.chance(70) {
                let edge = *self.random.pick(&EDGES);
                let edge = i64::try_from(edge).map(Value::from).unwrap_or_else(|_| json!(edge as u64));
                schema.insert(keyword.to_owned(), edge);
            }
        }
        if self.random.chance(20) {
            schema.insert("multipleOf".to_owned(), json!(self.random.pick(&[2, 3, 10, 256])));
        }
    }

    fn list(&mut self) -> Map<String, Value> {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("array"));
        if self.random.chance(20) {
            let items: Vec<Value> = (0..1 + self.random.below(3)).map(|_| self.member()).collect();
            let length = items.len();
            let (tuple, rest) =
                if self.since(Draft::Draft202012) { ("prefixItems", "items") } else { ("items", "additionalItems") };
            schema.insert(tuple.to_owned(), items.into());
            if self.random.chance(70) {
                schema.insert(rest.to_owned(), json!(false));
                schema.insert("minItems".to_owned(), length.into());
            }
        } else {
            schema.insert("items".to_owned(), self.member());
        }
        for (keyword, chance) in [("minItems", 20), ("maxItems", 30)] {
            if self.random.chance(chance) {
                schema.insert(keyword.to_owned(), self.random.below(4).into());
            }
        }
        if self.random.chance(25) {
            schema.insert("uniqueItems".to_owned(), json!(true));
        }
        schema
    }

    fn nullable(&mut self) -> Map<String, Value> {
        let mut inner = if self.random.chance(60) { self.scalar() } else { self.event() };
        if let Some(Value::String(name)) = inner.get("type").filter(|name| *name != "null" && self.random.chance(50)) {
            inner["type"] = json!([name, "null"]);
            return inner;
        }
        let keyword = *self.random.pick(&["anyOf", "oneOf"]);
        Map::from_iter([(keyword.to_owned(), json!([inner, { "type": "null" }]))])
    }

    fn map(&mut self) -> Map<String, Value> {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        let member = self.member();
        if self.random.chance(70) {
            schema.insert("additionalProperties".to_owned(), member);
        } else {
            schema.insert("patternProperties".to_owned(), json!({ *self.random.pick(&edge_cases::PATTERNS): member }));
            schema.insert("additionalProperties".to_owned(), json!(false));
        }
        if self.random.chance(20) {
            self.object_keyword(&mut schema);
        }
        schema
    }

    /// Objects that a member distinguishes, or may.
    fn tagged_union(&mut self) -> Map<String, Value> {
        let keyword = *self.random.pick(&["oneOf", "anyOf"]);
        let tag = *self.random.pick(&MEMBERS[..4]);
        let variants: Vec<Value> = (0..2 + self.random.below(2))
            .map(|index| {
                let mut variant = self.event();
                let value = if self.random.chance(90) { json!(["x", "y", "z"][index]) } else { json!(index) };
                let listed = if self.since(Draft::Draft6) && self.random.chance(70) {
                    json!({ "const": value })
                } else {
                    json!({ "type": "string", "enum": [value] })
                };
                variant["properties"][tag] = listed;
                if self.random.chance(90) {
                    variant.insert("required".to_owned(), json!([tag]));
                }
                variant.into()
            })
            .collect();
        Map::from_iter([(keyword.to_owned(), variants.into())])
    }

    fn union_of_types(&mut self) -> Map<String, Value> {
        let keyword = *self.random.pick(&["oneOf", "anyOf"]);
        let variants: Vec<Value> = (0..2 + self.random.below(2))
            .map(|_| {
                let variant = match self.random.below(4) {
                    0 => self.event(),
                    1 => self.list(),
                    _ => self.scalar(),
                };
                variant.into()
            })
            .collect();
        Map::from_iter([(keyword.to_owned(), variants.into())])
    }

    fn all_of(&mut self) -> Map<String, Value> {
        let parts: Vec<Value> = (0..2).map(|_| self.event().into()).collect();
        Map::from_iter([("allOf".to_owned(), parts.into())])
    }
}

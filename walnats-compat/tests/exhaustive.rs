//! Random pairs of small schemas in which keywords meet, judged against every value of a small domain.
//!
//! `WALNATS_PAIRS=100000 cargo test --release -p walnats-compat --test exhaustive` is the long run.

mod support;

use serde_json::{Map, Value, json};
use support::{judge, read};
use walnats_compat::json::Containment;
use walnats_differential::Random;
use walnats_schema::read::Draft;

#[test]
fn no_verdict_is_refuted_by_a_small_value() {
    let number = |name: &str, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (pairs, mut random) = (number("WALNATS_PAIRS", 1_500), Random::new(number("WALNATS_SEED", 1)));
    let domain = domain();
    let (mut contained, mut differs, mut undecided) = (0_u64, 0_u64, 0_u64);
    for _ in 0..pairs {
        let old = schema(&mut random, 3);
        let new = if random.chance(50) { schema(&mut random, 3) } else { changed(&old, &mut random) };
        let read = |schema: &Value| read(schema, Draft::Draft202012, true);
        let (Ok(one), Ok(two)) = (read(&old), read(&new)) else { continue };
        let sides: Vec<(bool, bool)> = domain.iter().map(|value| (one.accepts(value), two.accepts(value))).collect();
        for (sub, sup, is_turned) in [(&one, &two, false), (&two, &one, true)] {
            match judge(sub, sup) {
                Containment::Contained => {
                    contained += 1;
                    let refuted = sides.iter().position(|(a, b)| if is_turned { *b && !a } else { *a && !b });
                    if let Some(index) = refuted {
                        panic!("{} refutes the verdict (turned: {is_turned})\nold: {old}\nnew: {new}", domain[index]);
                    }
                }
                Containment::Differs(_) => differs += 1,
                Containment::Undecided(places) => {
                    undecided += 1;
                    println!("undecided: {places:?} (turned: {is_turned})\n  old: {old}\n  new: {new}");
                }
            }
        }
    }
    println!("{contained} contained, {differs} differ, {undecided} undecided");
    assert!(contained > pairs / 10 && differs > pairs / 10);
    assert!(undecided * 200 <= contained + differs, "{undecided} undecided");
}

fn scalars() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(2),
        json!(-1),
        json!(0.5),
        json!(""),
        json!("a"),
        json!("ab"),
    ]
}

/// Scalars, and lists and objects of some of them.
fn domain() -> Vec<Value> {
    let few = [json!(null), json!(0), json!(2), json!(""), json!("a"), json!([]), json!({"a": 0})];
    let mut all = scalars();
    all.push(json!([]));
    for first in &few {
        all.push(json!([first]));
        for second in &few {
            all.push(json!([first, second]));
            all.push(json!([first, second, 1]));
        }
    }
    for a in few.iter().map(Some).chain([None]) {
        for b in few.iter().map(Some).chain([None]) {
            for c in [Some(json!(1)), None] {
                let members = [("a", a.cloned()), ("b", b.cloned()), ("ab", c)];
                let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
                all.push(Value::Object(present.collect::<Map<String, Value>>()));
            }
        }
    }
    all
}

fn schema(random: &mut Random, depth: usize) -> Value {
    if depth == 0 || random.chance(10) {
        let simple = [
            json!(true),
            json!(false),
            json!({}),
            json!({"type": "string"}),
            json!({"type": "integer"}),
            json!({"const": 0}),
            json!({"enum": ["a", 1, null]}),
            json!({"minimum": 1}),
            json!({"maxLength": 1}),
        ];
        return random.pick(&simple).clone();
    }
    let mut keywords = Map::new();
    for _ in 0..1 + random.below(3) {
        let (keyword, value) = keyword(random, depth - 1);
        keywords.insert(keyword.to_owned(), value);
    }
    keywords.into()
}

fn list(random: &mut Random, depth: usize) -> Value {
    (0..1 + random.below(3)).map(|_| schema(random, depth)).collect()
}

fn names(random: &mut Random, depth: usize) -> Value {
    let mut members = Map::new();
    for _ in 0..1 + random.below(2) {
        members.insert((*random.pick(&["a", "b", "ab"])).to_owned(), schema(random, depth));
    }
    members.into()
}

fn keyword(random: &mut Random, depth: usize) -> (&'static str, Value) {
    const KINDS: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];
    const PATTERNS: [&str; 5] = ["^a", "b$", "^a?b?$", "^$", "^[ab]{2}$"];
    let small = json!(random.below(4));
    match random.below(34) {
        0 | 1 => {
            let kinds: Vec<&str> = (0..1 + random.below(2)).map(|_| *random.pick(&KINDS)).collect();
            let mut kinds = kinds;
            kinds.sort_unstable();
            kinds.dedup();
            ("type", json!(kinds))
        }
        2 => ("enum", (0..1 + random.below(3)).map(|_| random.pick(&scalars()).clone()).collect()),
        3 => ("const", random.pick(&scalars()).clone()),
        4 => ("minimum", random.pick(&[json!(0), json!(1), json!(0.5)]).clone()),
        5 => ("exclusiveMaximum", random.pick(&[json!(0), json!(2), json!(0.5)]).clone()),
        6 => ("multipleOf", random.pick(&[json!(1), json!(2), json!(0.5)]).clone()),
        7 => ("minLength", small),
        8 => ("maxLength", small),
        9 => ("pattern", json!(random.pick(&PATTERNS))),
        10 => ("minItems", small),
        11 => ("maxItems", small),
        12 => ("uniqueItems", json!(true)),
        13 => ("items", schema(random, depth)),
        14 => ("prefixItems", list(random, depth)),
        15 => ("contains", schema(random, depth)),
        16 => ("required", json!([random.pick(&["a", "b", "ab"])])),
        17 | 18 => ("properties", names(random, depth)),
        19 => ("additionalProperties", schema(random, depth)),
        20 => ("patternProperties", json!({*random.pick(&PATTERNS): schema(random, depth)})),
        21 => ("propertyNames", schema(random, depth)),
        22 => ("minProperties", small),
        23 => ("maxProperties", small),
        24 => ("dependentSchemas", names(random, depth)),
        25 => ("anyOf", list(random, depth)),
        26 => ("oneOf", list(random, depth)),
        27 => ("allOf", list(random, depth)),
        28 => ("not", schema(random, depth)),
        29 => ("unevaluatedProperties", schema(random, 0)),
        30 => {
            let mut counted = json!({"contains": schema(random, depth), "minContains": small});
            if random.chance(50) {
                counted["maxContains"] = json!(random.below(3));
            }
            ("allOf", json!([counted]))
        }
        31 => {
            let few: Value = (0..1 + random.below(3)).map(|_| random.pick(&scalars()).clone()).collect();
            ("allOf", json!([{"uniqueItems": true, "items": {"enum": few}}]))
        }
        32 => ("enum", json!([[], [random.pick(&scalars())], {}, {"a": random.pick(&scalars())}])),
        _ => ("unevaluatedItems", schema(random, 0)),
    }
}

/// The schema with one keyword more, less or other.
fn changed(schema: &Value, random: &mut Random) -> Value {
    let Value::Object(keywords) = schema else { return self::schema(random, 2) };
    let mut keywords = keywords.clone();
    if random.chance(40) && keywords.len() > 1 {
        let name = keywords.keys().nth(random.below(keywords.len())).cloned().unwrap_or_default();
        keywords.remove(&name);
    } else {
        let (keyword, value) = keyword(random, 2);
        keywords.insert(keyword.to_owned(), value);
    }
    keywords.into()
}

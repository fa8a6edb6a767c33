//! What is a step simpler than a payload, in its JSON form.

use std::ops::Range;

use serde_json::{Number, Value};
use walnats_schema::pointer::escape;

/// Of longer lists and texts, only the end is taken away.
const MANY: usize = 48;

/// Texts that have a format, and than which none of it is simpler.
const SIMPLE: [&str; 5] =
    ["1970-01-01", "1970-01-01T00:00:00Z", "00:00:00Z", "0s", "00000000-0000-0000-0000-000000000000"];

/// A change of one place.
#[derive(Clone, Debug)]
pub struct Step {
    /// A JSON Pointer.
    place: String,
    change: Change,
}

#[derive(Clone, Debug)]
enum Change {
    Without(String),
    WithoutItems(Range<usize>),
    Replace(Value),
}

impl Step {
    /// The payload after the step.
    pub fn of(&self, value: &Value) -> Value {
        let mut value = value.clone();
        match (value.pointer_mut(&self.place), &self.change) {
            (Some(Value::Object(members)), Change::Without(name)) => drop(members.remove(name)),
            (Some(Value::Array(items)), Change::WithoutItems(range)) if range.end <= items.len() => {
                items.drain(range.clone());
            }
            (Some(place), Change::Replace(other)) => *place = other.clone(),
            _ => {}
        }
        value
    }
}

/// Every step that makes the payload simpler, outer places first, large steps before small ones. However many follow each other,
/// they end.
pub fn steps(value: &Value) -> Vec<Step> {
    let mut steps = Vec::new();
    add(value, String::new(), &mut steps);
    steps
}

impl Step {
    /// Whether it puts `null` into the place of a member. In a message, that is the same as leaving it out.
    pub fn is_to_null(&self) -> bool {
        matches!(self.change, Change::Replace(Value::Null))
    }
}

fn add(value: &Value, place: String, steps: &mut Vec<Step>) {
    let mut step = |change| steps.push(Step { place: place.clone(), change });
    match value {
        Value::Null | Value::Bool(false) => {}
        Value::Bool(true) => step(Change::Replace(Value::Bool(false))),
        Value::Number(number) => numbers(number).into_iter().for_each(|number| step(Change::Replace(number.into()))),
        Value::String(text) => texts(text).into_iter().for_each(|text| step(Change::Replace(text.into()))),
        Value::Array(items) => {
            pieces(items.len()).into_iter().for_each(|piece| step(Change::WithoutItems(piece)));
            for (index, item) in items.iter().enumerate() {
                add(item, format!("{place}/{index}"), steps);
            }
        }
        Value::Object(members) => {
            if members.len() > 1 {
                step(Change::Replace(Value::Object(serde_json::Map::new())));
            }
            members.keys().for_each(|name| step(Change::Without(name.clone())));
            for (name, member) in members {
                if !member.is_null() {
                    let place = format!("{place}/{}", escape(name));
                    steps.push(Step { place: place.clone(), change: Change::Replace(Value::Null) });
                    add(member, place, steps);
                }
            }
        }
    }
}

/// Parts of a list or text that may go: all, then halves, quarters, and each alone.
fn pieces(length: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut size = length;
    while size > 0 {
        match length > MANY {
            true => pieces.push(length - size..length),
            false => pieces.extend((0..length).step_by(size).rev().map(|start| start..(start + size).min(length))),
        }
        size /= 2;
    }
    pieces
}

/// Numbers nearer to zero.
fn numbers(number: &Number) -> Vec<Number> {
    let Some(whole) = number.as_i128() else {
        let value = number.as_f64().unwrap_or_default();
        let candidates = [0.0, value.trunc(), value / 2.0].into_iter();
        // Halves of fractions would be too many.
        let nearer =
            candidates.filter(|other| other.abs() < value.abs() && (other.fract() == 0.0 || value.abs() >= 1.0));
        return nearer.filter_map(rounded).collect();
    };
    wholes(whole).into_iter().filter_map(Number::from_i128).collect()
}

/// As an integer, if it is one of 64 bits.
fn rounded(value: f64) -> Option<Number> {
    let is_whole = value.fract() == 0.0 && value.abs() < 9e15;
    if is_whole { Some(Number::from(value as i64)) } else { Number::from_f64(value) }
}

/// Whole numbers nearer to zero: zero, then steps towards it that get smaller.
fn wholes(number: i128) -> Vec<i128> {
    let mut nearer = Vec::new();
    if number < 0 {
        nearer.push(-number);
    }
    let mut step = number;
    while step != 0 {
        nearer.push(number - step);
        step /= 2;
    }
    nearer
}

/// Simpler texts: shorter ones, then those of the same length.
fn texts(text: &str) -> Vec<String> {
    let mut simpler = Vec::new();
    // 64-bit integers are texts in protobuf's JSON.
    if let Ok(number) = text.parse::<i128>()
        && number.to_string() == text
    {
        let numbers = wholes(number).into_iter().map(|number| number.to_string());
        simpler.extend(numbers.filter(|other| is_simpler(other, text)));
    }
    let characters: Vec<char> = text.chars().collect();
    let shorter = pieces(characters.len()).into_iter().map(|piece| {
        let kept = characters.iter().enumerate().filter(|(index, _)| !piece.contains(index));
        kept.map(|(_, character)| character).collect::<String>()
    });
    let plain = "a".repeat(characters.len());
    let simple = SIMPLE.iter().map(|simple| (*simple).to_owned());
    simpler.extend(simple.chain(shorter).chain([plain]).filter(|other| is_simpler(other, text)));
    simpler
}

/// Shorter, then nearer to `a` or to a simple text, then earlier in order: texts do not get simpler for ever.
fn is_simpler(one: &str, other: &str) -> bool {
    let rank = |text: &str| {
        let others = text.chars().filter(|character| *character != 'a').count();
        (text.chars().count(), if SIMPLE.contains(&text) { 1 } else { others * 2 })
    };
    (rank(one), one) < (rank(other), other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The simplest value that is reached while `shows` holds.
    fn simplest(mut value: Value, shows: impl Fn(&Value) -> bool) -> Value {
        while let Some(next) = steps(&value).iter().map(|step| step.of(&value)).find(&shows) {
            value = next;
        }
        value
    }

    #[test]
    fn steps_end_at_the_smallest_that_will_do() {
        let value =
            json!({ "items": ["tea", "cup", { "n": 9_000 }, "pot"], "note": "été 👍", "at": "2026-05-01T10:00:00Z" });
        assert_eq!(simplest(value.clone(), |_| true), json!({}));
        let long = |value: &Value| value["items"].as_array().is_some_and(|items| items.len() >= 3);
        assert_eq!(simplest(value.clone(), long), json!({ "items": ["", "", {}] }));
        let large = |value: &Value| {
            value["items"].as_array().is_some_and(|items| items.iter().any(|item| item["n"].as_i64() >= Some(777)))
        };
        assert_eq!(simplest(value.clone(), large), json!({ "items": [{ "n": 777 }] }));
        let dated = |value: &Value| value["at"].as_str().is_some_and(|text| text.len() == 20);
        assert_eq!(simplest(value, dated), json!({ "at": "aaaaaaaaaaaaaaaaaaaa" }));
        assert_eq!(simplest(json!(-8.75), |value| value.as_f64() < Some(-3.0)), json!(-4));
        assert_eq!(
            simplest(json!("90071992547409931"), |value| value
                .as_str()
                .is_some_and(|text| text.parse::<i64>().is_ok_and(|number| number > 99))),
            json!("100")
        );
    }
}

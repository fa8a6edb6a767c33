//! The smallest value that still shows the same.

use serde_json::{Value, json};
use walnats_schema::pointer::escape;

/// How many changes are tried at most.
const MAX_TRIES: usize = 2_000;

/// How much is copied for that, in bytes.
const MAX_COPIED: usize = 50_000_000;
/// How many parts of a value, items of an array and characters of a text are tried one by one.
const MAX_PARTS: usize = 2_000;
const MAX_CHARACTERS: usize = 70_000;

/// Cuts `value` down while `shows` says that it still shows what it did.
pub fn minimize(mut value: Value, shows: &dyn Fn(&Value) -> bool) -> Value {
    let mut tries = MAX_TRIES.min(MAX_COPIED / size(&value));
    while reduce(&mut value, &mut tries, &|_, part| smaller(part), shows) {}
    value
}

/// Takes the first of the `smaller` values that will do, place by place, the outer ones first, and counts `tries` down.
/// `smaller` gets the JSON Pointer of a part and the part. Returns whether anything was taken.
pub fn reduce(
    value: &mut Value,
    tries: &mut usize,
    smaller: &dyn Fn(&str, &Value) -> Vec<Value>,
    shows: &dyn Fn(&Value) -> bool,
) -> bool {
    let mut reduced = false;
    let mut pointers = places(value);
    let mut next = 0;
    while let Some(pointer) = pointers.get(next) {
        let mut found = false;
        for smaller in value.pointer(pointer).map(|part| smaller(pointer, part)).unwrap_or_default() {
            if *tries == 0 {
                return false;
            }
            *tries -= 1;
            let mut candidate = value.clone();
            if let Some(place) = candidate.pointer_mut(pointer) {
                *place = smaller;
            }
            if shows(&candidate) {
                *value = candidate;
                found = true;
                break;
            }
        }
        if found {
            reduced = true;
            pointers = places(value);
        } else {
            next += 1;
        }
    }
    reduced
}

/// About as many bytes as a value takes; at least one.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 16,
        Value::String(text) => 16 + text.len(),
        Value::Array(items) => 16 + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => 16 + members.iter().map(|(name, value)| name.len() + 16 + size(value)).sum::<usize>(),
    }
}

/// JSON Pointers to all parts of a value, the outer ones first.
fn places(value: &Value) -> Vec<String> {
    let mut places = vec![String::new()];
    let mut next = 0;
    while let Some(place) = places.get(next).cloned() {
        if places.len() > MAX_PARTS {
            break;
        }
        match value.pointer(&place) {
            Some(Value::Array(items)) => places.extend((0..items.len()).map(|index| format!("{place}/{index}"))),
            Some(Value::Object(members)) => {
                places.extend(members.keys().map(|name| format!("{place}/{}", escape(name))));
            }
            _ => {}
        }
        next += 1;
    }
    places
}

/// Smaller values that might do instead.
fn smaller(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Bool(_) => vec![Value::Null],
        Value::Number(number) => {
            let simple = [json!(null), json!(0), json!(1)];
            let rank = ["0", "1"].iter().position(|simple| number.to_string() == *simple).unwrap_or(2);
            let rounded = number.as_f64().map(f64::trunc).filter(|whole| number.is_f64() && whole.abs() < 1e15);
            let whole = rounded.map(|whole| json!(whole as i64));
            simple.into_iter().take(rank + 1).chain(whole).collect()
        }
        Value::String(text) if text.len() > MAX_CHARACTERS => vec![json!(null), json!(0), json!("")],
        Value::String(text) => {
            let characters: Vec<char> = text.chars().collect();
            let mut texts: Vec<String> = Vec::new();
            let halves = [characters.len(), characters.len() / 2, characters.len() / 4];
            for length in halves.into_iter().filter(|length| *length > 1) {
                for start in (0..characters.len()).step_by(length) {
                    texts.push(characters.iter().take(start).chain(characters.iter().skip(start + length)).collect());
                }
            }
            for index in 0..characters.len().min(80) {
                let others = characters.iter().enumerate().filter(|(other, _)| *other != index);
                texts.push(others.map(|(_, character)| character).collect());
            }
            let simple = [json!(null), json!(0)].into_iter();
            simple.chain(texts.into_iter().map(Value::from)).collect()
        }
        Value::Array(items) => {
            let mut smaller = vec![json!(null), json!(0), json!("")];
            if !items.is_empty() {
                smaller.push(json!([]));
            }
            if items.len() > 3 {
                smaller.extend([items[..items.len() / 2].into(), items[items.len() / 2..].into()]);
            }
            for index in (0..items.len()).filter(|_| items.len() <= MAX_PARTS) {
                let mut rest = items.clone();
                rest.remove(index);
                smaller.push(rest.into());
            }
            smaller
        }
        Value::Object(members) => {
            let mut smaller = vec![json!(null), json!(0), json!(""), json!([])];
            if !members.is_empty() {
                smaller.push(json!({}));
            }
            for name in members.keys() {
                let mut rest = members.clone();
                rest.remove(name);
                smaller.push(rest.into());
            }
            smaller
        }
    }
}

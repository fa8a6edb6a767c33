//! Small changes to instances: what a sender gets wrong.

use serde_json::{Number, Value};

use crate::{Random, any, edge_cases, formats};

/// Changes `value` at some place in it.
pub fn mutate(value: &mut Value, random: &mut Random) {
    match value {
        Value::Array(items) if !items.is_empty() && random.chance(70) => {
            let index = random.below(items.len());
            mutate(&mut items[index], random);
        }
        Value::Object(members) if !members.is_empty() && random.chance(70) => {
            let index = random.below(members.len());
            if let Some(member) = members.values_mut().nth(index) {
                mutate(member, random);
            }
        }
        _ if random.chance(15) => *value = any(random, 2),
        _ => change(value, random),
    }
}

fn change(value: &mut Value, random: &mut Random) {
    match value {
        Value::Null => *value = any(random, 1),
        Value::Bool(flag) => *flag = !*flag,
        Value::Number(number) => *value = change_number(number, random),
        Value::String(text) => *value = change_text(text, random),
        Value::Array(items) => match random.below(4) {
            0 if !items.is_empty() => drop(items.remove(random.below(items.len()))),
            1 if !items.is_empty() => items.push(random.pick(items).clone()),
            2 if items.len() > 1 => items.reverse(),
            _ => items.insert(random.below(items.len() + 1), any(random, 1)),
        },
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            match random.below(3) {
                0 if !names.is_empty() => drop(members.remove(random.pick(&names))),
                1 if !names.is_empty() => {
                    // A neighbour of the name, with the same value.
                    let name = random.pick(&names).clone();
                    if let (Some(value), Value::String(renamed)) = (members.remove(&name), change_text(&name, random)) {
                        members.insert(renamed, value);
                    }
                }
                _ => {
                    members.insert((*random.pick(&edge_cases::NAMES)).to_owned(), any(random, 1));
                }
            }
        }
    }
}

fn change_number(number: &Number, random: &mut Random) -> Value {
    let float = |value: f64| Number::from_f64(value).map_or(Value::Null, Value::Number);
    let value = number.as_f64().unwrap_or_default();
    match (random.below(7), number.as_i64()) {
        (0, Some(integer)) => integer.saturating_add(1).into(),
        (1, Some(integer)) => integer.saturating_sub(1).into(),
        // The same value, written as a fraction.
        (2, _) => float(value),
        (3, _) => float(value + 0.5),
        (4, _) => float(-value),
        (5, _) => number.to_string().into(),
        _ => edge_cases::number(random).into(),
    }
}

fn change_text(text: &str, random: &mut Random) -> Value {
    match random.below(6) {
        0 => text.to_uppercase().into(),
        1 => format!("{text}{}", edge_cases::text(random)).into(),
        2 => text.chars().skip(1).collect::<String>().into(),
        3 => text.parse::<i64>().map_or_else(|_| edge_cases::text(random).into(), Value::from),
        _ => formats::edited(text, random).into(),
    }
}

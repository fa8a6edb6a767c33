//! Integers beyond 64 bits.

use serde_json::{Number, Value};
use walnats_schema::At;

/// The maximum number of reported values.
const MAX_REPORTED: usize = 10;

/// Where the integers beyond 64 bits are, and what to do; `None` if there are none.
pub(super) fn reason(value: &Value) -> Option<String> {
    let mut pointers = Vec::new();
    find(value, &At::Root, &mut pointers);
    if pointers.is_empty() {
        return None;
    }
    Some(format!(
        "an integer of more than 64 bits at {}; set \"x-walnats\": {{\"rust\": \"i128\"}} in its schema",
        pointers.join(", ")
    ))
}

fn find(value: &Value, at: &At<'_>, pointers: &mut Vec<String>) {
    match value {
        Value::Number(number) if is_wide(number) && pointers.len() < MAX_REPORTED => {
            pointers.push(format!("`{}`", at.pointer()));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at_item, item)| find(item, &at.item(at_item), pointers))
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| find(member, &at.property(name), pointers));
        }
        _ => {}
    }
}

fn is_wide(number: &Number) -> bool {
    // Floats of this size and above are integers.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.as_i64().is_none() && (number.is_u64() || number.as_f64().is_some_and(|float| float.abs() >= EXACT))
}

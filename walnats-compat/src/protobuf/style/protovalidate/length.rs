//! Standard rules about how long something is, and what a text has to have in it.

use prost_reflect::Value;

use super::{Notes, Part};

/// The most bytes of a character in UTF-8.
const WIDEST: u64 = 4;

pub fn check(rules: &Part, notes: &mut Notes<'_>) {
    let (owner, name) = (rules.owner.clone(), rules.name.clone());
    let is_text = name.ends_with("string.");
    if !is_text && !name.ends_with("bytes.") {
        return;
    }
    for (exact, min, max) in [("len", "min_len", "max_len"), ("len_bytes", "min_bytes", "max_bytes")] {
        for other in [min, max].into_iter().filter(|_| rules.number(exact).is_some()) {
            if rules.number(other).is_some() {
                notes.add(rules, other, format!("{owner} has `{name}{exact}`: `{name}{other}` adds nothing"));
            }
        }
        ordered(rules, min, max, notes);
        if let (Some(least), Some(most)) = (rules.number(min), rules.number(max))
            && least == most
        {
            notes.add(
                rules,
                min,
                format!("`{name}{min}` and `{name}{max}` of {owner} are equal: write `{name}{exact}`"),
            );
        }
    }
    if let (Some(least), Some(most)) = (rules.number("min_len"), rules.number("max_bytes"))
        && most < least
    {
        notes.add(
            rules,
            "min_len",
            format!("{owner} has at least {least} characters and at most {most} bytes: no text is accepted"),
        );
    }
    if let (Some(most), Some(least)) = (rules.number("max_len"), rules.number("min_bytes"))
        && most.saturating_mul(WIDEST) < least
    {
        notes.add(
            rules,
            "min_bytes",
            format!("{owner} has at most {most} characters and at least {least} bytes: no text is accepted"),
        );
    }
    for part in ["prefix", "suffix", "contains"] {
        if let Some(value) = rules.get(part) {
            fits(rules, part, &value, notes);
        }
    }
    let is_strict = rules.get("strict").is_none_or(|strict| strict.as_bool() == Some(true));
    if !is_strict && rules.get("well_known_regex").is_none() {
        notes.add(rules, "strict", format!("`{name}strict` of {owner} says nothing without `{name}well_known_regex`"));
    }
}

/// Whether a part that has to be there may be there.
fn fits(rules: &Part, part: &str, value: &Value, notes: &mut Notes<'_>) {
    let (owner, name) = (rules.owner.clone(), rules.name.clone());
    let (characters, bytes, unit) = match (value.as_str(), value.as_bytes()) {
        (Some(text), _) => (text.chars().count(), text.len(), "characters"),
        (_, Some(bytes)) => (bytes.len(), bytes.len(), "bytes"),
        _ => return,
    };
    for (limit, length, unit) in [("max_len", characters, unit), ("max_bytes", bytes, "bytes")] {
        if let Some(most) = rules.number(limit).filter(|most| *most < length as u64) {
            notes.add(
                rules,
                part,
                format!(
                    "`{name}{part}` of {owner} has {length} {unit}, and `{name}{limit}` is {most}: no value is accepted"
                ),
            );
        }
    }
    let denied = rules.get("not_contains");
    let denied = denied.as_ref().and_then(Value::as_str);
    if value.as_str().zip(denied).is_some_and(|(text, denied)| text.contains(denied)) {
        notes.add(
            rules,
            part,
            format!("`{name}{part}` of {owner} has `{name}not_contains` in it: no value is accepted"),
        );
    }
}

/// Notes a least number that is above the most.
pub fn ordered(rules: &Part, min: &str, max: &str, notes: &mut Notes<'_>) {
    if let (Some(least), Some(most)) = (rules.number(min), rules.number(max))
        && least > most
    {
        let (owner, name) = (&rules.owner, &rules.name);
        notes.add(
            rules,
            min,
            format!("`{name}{min}` of {owner} is {least}, and `{name}{max}` is {most}: no value is accepted"),
        );
    }
}

//! JSON texts for a value, other than the one that every writer produces.

use serde_json::Value;

use crate::Random;

/// A text of `value`: with white space, escapes, other notations of numbers and members that a later one of the same name replaces.
pub fn notation(value: &Value, random: &mut Random) -> String {
    let mut text = String::new();
    write(value, &mut text, random);
    text
}

fn write(value: &Value, text: &mut String, random: &mut Random) {
    space(text, random);
    match value {
        Value::Null | Value::Bool(_) => *text += &value.to_string(),
        Value::Number(number) => *text += &number_text(&number.to_string(), random),
        Value::String(string) => quote(string, text, random),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                *text += if index == 0 { "" } else { "," };
                write(item, text, random);
            }
            space(text, random);
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                *text += if index == 0 { "" } else { "," };
                if random.chance(2) {
                    quote(name, text, random);
                    *text += *random.pick(&[":null,", ":[{\"a\":1}],", ":\"x\\u0041\",", ":-1.5e3,", ":true,"]);
                }
                space(text, random);
                quote(name, text, random);
                space(text, random);
                text.push(':');
                write(member, text, random);
            }
            space(text, random);
            text.push('}');
        }
    }
    space(text, random);
}

fn space(text: &mut String, random: &mut Random) {
    if random.chance(4) {
        *text += *random.pick(&[" ", "\r", "\t\t", "\r "]);
    }
}

fn quote(string: &str, text: &mut String, random: &mut Random) {
    text.push('"');
    for character in string.chars() {
        let must = character < ' ' || matches!(character, '"' | '\\');
        if must || random.chance(4) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                *text += &format!("\\u{unit:04x}");
            }
        } else {
            text.push(character);
        }
    }
    text.push('"');
}

/// The same number with a fraction of zeros, or with an exponent.
fn number_text(number: &str, random: &mut Random) -> String {
    if number.contains('e') {
        return if random.chance(50) { number.replace('e', "E") } else { number.to_owned() };
    }
    // A reader of floats does not see larger integers as integers.
    let is_exact = number.parse::<i64>().is_ok_and(|value| value != 0 && value.unsigned_abs() < 1 << 53);
    if !is_exact && !number.contains('.') {
        return number.to_owned();
    }
    match (number.contains('.'), random.below(20)) {
        (false, 0) => format!("{number}.0"),
        (false, 1) => format!("{number}.000e+0"),
        (false, 2) => format!("{number}0e-1"),
        (true, 0) => format!("{number}00"),
        (true, 1) => format!("{number}E0"),
        _ => number.to_owned(),
    }
}

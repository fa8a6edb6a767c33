//! Names, texts, numbers and patterns with which validators have trouble.

use serde_json::{Number, Value, json};

use super::Random;

/// Names of properties.
pub const NAMES: [&str; 16] =
    ["a", "b", "c", "foo", "bar", "a/b", "~", "~1", "%25", "e\u{301}", "é", "𝒳", "", "x-1", "$ref", "__proto__"];

/// Texts, by what they are for: code points against bytes and UTF-16, white space, ASCII against Unicode.
pub const TEXTS: [&str; 34] = [
    "",
    "a",
    "b",
    "foo",
    "bar",
    "abc",
    "ABC",
    "0",
    "1",
    "12",
    " ",
    "a b",
    "é",
    "e\u{301}",
    "👍",
    "🇩🇪",
    "𝒳𝒴",
    "\u{0}",
    "\n",
    "a\nb",
    "a\n",
    "\u{2028}",
    "\u{FEFF}",
    "\u{85}",
    "ſ",
    "\u{212A}",
    "߀",
    "٣",
    "aaaaaaaaaaaaaaaaaaaa",
    "x-1",
    "00ff",
    "\"",
    "\\",
    "null",
];

/// Texts with which nobody has trouble.
pub const WORDS: [&str; 8] = ["alpha", "beta", "gamma", "delta", "one", "two words", "a-1", "42"];

/// Regular expressions of ECMA-262, without look-around, which `boon` does not read.
pub const PATTERNS: [&str; 27] = [
    "^a",
    "b$",
    "^[a-z]+$",
    "^\\d+$",
    "\\d",
    "\\D",
    "\\w",
    "^\\w+$",
    "\\W",
    "^\\s*$",
    "\\S",
    "^.{1,3}$",
    "^.$",
    "^[^a]*$",
    "^(foo|bar)$",
    "^\\p{L}+$",
    "^x-",
    "é",
    "^[0-9a-f]{2,4}$",
    "\\bfoo\\b",
    "[\u{1F600}-\u{1F64F}]",
    "^$",
    "",
    "^[\\w.-]+$",
    "^\\u{1D4B3}",
    "^(?:a|b)*c?$",
    "^[\\s\\S]{2}$",
];

/// A number at an edge of a machine type, of rounding, or of notation.
pub fn number(random: &mut Random) -> Number {
    let edges = [
        json!(0),
        json!(-0.0),
        json!(1),
        json!(1.0),
        json!(1.5),
        json!(-1),
        json!(2),
        json!(3),
        json!(10),
        json!(100.0),
        json!(0.1),
        json!(0.3),
        json!(0.01),
        json!(19.99),
        json!(0.5),
        json!(-2.5),
        json!(1e-7),
        json!(1e20),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(1u64 << 53),
        json!((1u64 << 53) + 1),
        json!(9007199254740992.0),
        json!(18446744073709551616.0),
        json!(5e-324),
        json!(1.7976931348623157e308),
        json!(2147483648u64),
        json!(255),
        json!(256),
    ];
    match random.pick(&edges) {
        Value::Number(number) => number.clone(),
        _ => Number::from(0),
    }
}

/// A text.
pub fn text(random: &mut Random) -> String {
    if random.chance(10) {
        let (one, two) = (random.pick(&TEXTS), random.pick(&TEXTS));
        return format!("{one}{two}");
    }
    (*random.pick(&TEXTS)).to_owned()
}

//! Every Rust identifier that is generated is made here.

pub mod protobuf;
mod spelling;
mod used;

use std::collections::HashMap;
use std::hash::Hash;

use heck::{ToSnakeCase, ToUpperCamelCase};

use spelling::{allowed, spelled, words};
pub use used::UsedNames;

/// Words that cannot be identifiers, not even raw ones.
const NEVER: [&str; 5] = ["self", "Self", "super", "crate", "_"];

/// The keywords of edition 2024, and what is reserved to become one, in the order of ASCII.
#[rustfmt::skip]
const KEYWORDS: [&str; 52] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Types and traits that generated code names without a path.
const PRELUDE: [&str; 13] =
    ["Option", "String", "Vec", "Box", "Result", "Some", "Ok", "Err", "Default", "From", "Into", "AsRef", "None"];

/// A type's name: `check_run$completed` is `CheckRunCompleted`.
pub fn type_name(text: &str) -> String {
    let name = camel(text);
    if PRELUDE.contains(&name.as_str()) { name + "_" } else { name }
}

/// An enum variant's name: `in-progress` is `InProgress`, `` is `Empty`, `+1` is `Plus1`.
pub fn variant_name(text: &str) -> String {
    camel(text)
}

/// A field's name, raw where it is a keyword: `userId` is `user_id`, `type` is `r#type`, `1st` is `_1st`.
pub fn field_name(text: &str) -> String {
    let name = snake(text);
    if is_keyword(&name) { format!("r#{name}") } else { name }
}

/// A module's name, which is its file's too: never raw.
pub fn module_name(text: &str) -> String {
    let name = snake(text);
    if is_keyword(&name) { name + "_" } else { name }
}

/// A part of a method's name: what follows `emit_`.
pub fn method_part(text: &str) -> String {
    words(text).to_snake_case()
}

/// Whether a name that somebody chose is a type's name.
pub fn is_type_name(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
        && name.chars().all(char::is_alphanumeric)
        && allowed(name) == name
        && !NEVER.contains(&name)
        && !PRELUDE.contains(&name)
}

/// Names for all of `items`, in their order: `make` gives each its name. Where two agree, the one that is written like
/// that keeps it, and others get one with their symbols spelled out, or as one word (`mHz` beside `MHz` is `Mhz`), or a
/// number after it. What is in `taken` is not given.
pub fn distinct<T>(items: &[T], text: impl Fn(&T) -> &str, make: fn(&str) -> String, taken: &[&str]) -> Vec<String> {
    let short: Vec<String> = items.iter().map(|item| make(text(item))).collect();
    let count = count(&short);
    let mut used: UsedNames = taken.iter().map(|name| (*name).to_owned()).collect();
    // Several may be written alike: the first of them keeps the name.
    let mut keeps = |(name, item): (&String, &T)| {
        (count[name] == 1 || name.trim_start_matches("r#") == text(item)) && used.names.insert(name.clone())
    };
    let kept: Vec<bool> = short.iter().zip(items).map(&mut keeps).collect();
    let name = |((name, item), kept): ((&String, &T), bool)| match kept {
        true => name.clone(),
        false => {
            let spelled = spelled(text(item));
            let name = make(&spelled);
            let word = make(&spelled.to_lowercase());
            used.give(if used.contains(&name) && !used.contains(&word) { &word } else { &name })
        }
    };
    short.iter().zip(items).zip(kept).map(name).collect()
}

fn count<T: Eq + Hash + Clone>(items: &[T]) -> HashMap<T, usize> {
    let mut count = HashMap::new();
    for item in items {
        *count.entry(item.clone()).or_default() += 1;
    }
    count
}

fn camel(text: &str) -> String {
    let name = words(text).to_upper_camel_case();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("N{name}")
    } else if NEVER.contains(&name.as_str()) {
        name + "_"
    } else {
        name
    }
}

fn snake(text: &str) -> String {
    if is_snake(text) {
        return text.to_owned();
    }
    let name = words(text).to_snake_case();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else if NEVER.contains(&name.as_str()) {
        name + "_"
    } else {
        name
    }
}

/// Whether a text is in snake case as it is, as most are.
fn is_snake(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !text.ends_with('_')
        && !text.contains("__")
        && !NEVER.contains(&text)
}

fn is_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::spelling::MAX_LENGTH;
    use super::*;

    #[test]
    fn fields() {
        for (text, expected) in [
            ("user_id", "user_id"),
            ("userId", "user_id"),
            ("HTTPStatus", "http_status"),
            ("type", "r#type"),
            ("self", "self_"),
            ("Self", "self_"),
            ("async", "r#async"),
            ("gen", "r#gen"),
            ("1st", "_1st"),
            ("Öl", "öl"),
            ("", "empty"),
            ("-", "minus"),
            ("+", "plus"),
            ("+1", "plus_1"),
            ("-1", "minus_1"),
            ("_", "underscore"),
            ("$ref", "r#ref"),
            ("@type", "r#type"),
            ("a b\u{202e}c", "a_b_c"),
            ("имя", "u438_u43c_u44f"),
            ("名前", "名前"),
            ("e\u{301}", "e"),
            ("😀", "u1f600"),
            ("a`); panic!(", "a_panic"),
        ] {
            let name = field_name(text);
            assert_eq!(name, expected, "{text:?}");
        }
    }

    #[test]
    fn keywords_are_found() {
        assert!(KEYWORDS.is_sorted());
        for word in KEYWORDS.iter().filter(|word| !NEVER.contains(word)) {
            assert_eq!(field_name(word), format!("r#{}", word.to_lowercase()).replace("r#self", "self_"), "{word}");
        }
        assert!(is_type_name("Order2") && is_type_name("Über"));
        for name in ["Self", "Option", "order", "Or der", "A²", "A`", ""] {
            assert!(!is_type_name(name), "{name}");
        }
    }

    #[test]
    fn types_and_variants() {
        for (text, expected) in [
            ("check_run$completed", "CheckRunCompleted"),
            ("installation-lite", "InstallationLite"),
            ("option", "Option_"),
            ("default", "Default_"),
            ("from", "From_"),
            ("self", "Self_"),
            ("3d", "N3d"),
            ("", "Empty"),
            ("über-user", "ÜberUser"),
        ] {
            assert_eq!(type_name(text), expected, "{text:?}");
        }
        for (text, expected) in
            [("iOS", "Ios"), ("for iOS-17", "ForIos17"), ("pH", "Ph"), ("3DS", "N3ds"), ("eBay", "EBay")]
        {
            assert_eq!(variant_name(text), expected, "{text:?}");
        }
        assert_eq!(variant_name("string"), "String");
        assert_eq!(variant_name("+1"), "Plus1");
    }

    #[test]
    fn names_that_agree_are_told_apart() {
        let distinct = |texts: &[&str]| distinct(texts, |text| text, variant_name, &[]);
        assert_eq!(distinct(&["a", "b"]), ["A", "B"]);
        assert_eq!(distinct(&["+1", "-1", "1"]), ["Plus1", "Minus1", "N1"]);
        assert_eq!(distinct(&["c", "c++", "c#"]), ["C", "CPlusPlus", "CHash"]);
        assert_eq!(distinct(&["a", "A", "a2"]), ["A3", "A", "A2"]);
        assert_eq!(distinct(&["a", "a "]), ["A", "ASpace"]);
        assert_eq!(distinct(&["mHz", "MHz"]), ["Mhz", "MHz"]);
        assert_eq!(distinct(&["Same", "Same", "same"]), ["Same", "Same2", "Same3"]);
        let long = "ö".repeat(1_000);
        let [one, other] = [long.clone() + "a", long + "b"];
        let short = format!("Ö{}", "ö".repeat(MAX_LENGTH / 2 - 1));
        assert_eq!(distinct(&[&one, &other]), [short.clone(), short + "2"]);
    }
}

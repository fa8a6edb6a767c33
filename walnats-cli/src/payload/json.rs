//! JSON payloads.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use walnats_codegen::EventModel;
use walnats_schema::{SchemaId, pointer};

use super::invalid::Invalid;

/// A JSON text.
pub struct Parsed {
    pub value: Value,
    /// The text without white space; numbers, strings and the order of members are as written.
    pub compact: String,
    /// The JSON Pointer of a member that is there twice.
    pub repeated: Option<String>,
}

/// Reads a text. Errors say where, and quote nothing.
pub fn parse(text: &[u8]) -> Result<Parsed, Invalid> {
    let text = str::from_utf8(text).map_err(|_| Invalid(vec!["it is not UTF-8".to_owned()]))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: Value =
        walnats_runtime::private::read_value(text.as_bytes()).map_err(|error| Invalid(vec![error.to_string()]))?;
    let mut repeated = None;
    let mut reader = serde_json::Deserializer::from_str(text);
    // It was read before.
    let _ = Members { path: String::new(), repeated: &mut repeated }.deserialize(&mut reader);
    Ok(Parsed { value, compact: compacted(text), repeated })
}

/// Checks a value against its schema.
pub fn check(model: &EventModel, schema: SchemaId, value: &Value) -> Result<(), Invalid> {
    Invalid::of(&model.schemas.validate(schema, value))
}

/// The JSON text without the white space between its tokens.
fn compacted(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let (mut in_string, mut is_escaped) = (false, false);
    for c in text.chars() {
        if in_string {
            in_string = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
        } else if c.is_ascii_whitespace() {
            continue;
        } else {
            in_string = c == '"';
        }
        compact.push(c);
    }
    compact
}

/// Finds the first member that is there twice.
struct Members<'a> {
    path: String,
    repeated: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let path = format!("{}/{}", self.path, pointer::escape(&name));
            if !names.insert(name) && self.repeated.is_none() {
                *self.repeated = Some(path.clone());
            }
            map.next_value_seed(Members { path, repeated: self.repeated })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0;
        while items
            .next_element_seed(Members { path: format!("{}/{index}", self.path), repeated: self.repeated })?
            .is_some()
        {
            index += 1;
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_between_tokens_goes() {
        for (text, expected) in [
            ("{ \"a b\" : [ 1 , 2.50 ] }\n", r#"{"a b":[1,2.50]}"#),
            (r#" "a \" b \\" "#, r#""a \" b \\""#),
            ("\t-0.0\r\n", "-0.0"),
            ("\u{feff}{}", "{}"),
        ] {
            assert_eq!(parse(text.as_bytes()).map(|parsed| parsed.compact), Ok(expected.to_owned()));
        }
    }

    #[test]
    fn repeated_members_are_found_and_nothing_is_quoted() {
        for (text, expected) in [
            (r#"{"a":1,"b":{"a":2}}"#, None),
            (r#"{"a":1,"a":2}"#, Some("/a")),
            (r#"[{"b":{"x/y":1,"x/y":1}}]"#, Some("/0/b/x~1y")),
        ] {
            assert_eq!(parse(text.as_bytes()).ok().and_then(|parsed| parsed.repeated).as_deref(), expected);
        }
        for text in [&b"{\"hunter2\": hunter2}"[..], b"\"hunter2", b"hunter2\xff", b"{} hunter2"] {
            let Err(Invalid(why)) = parse(text) else { panic!("not JSON") };
            assert!(why.len() == 1 && !why[0].contains("hunter2"), "{why:?}");
        }
    }
}

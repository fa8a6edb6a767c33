//! The fields that templates of subjects and ids name.

use std::collections::HashMap;

use prost_reflect::{DynamicMessage, ReflectMessage, Value as Field};
use serde_json::Value;
use serde_json::value::RawValue;
use walnats_codegen::model::{FieldPath, ScalarKind};

/// A payload whose fields are looked up.
pub enum Scalars {
    /// The value, and its text.
    Json(Value, String),
    Protobuf(DynamicMessage),
}

impl Scalars {
    /// The field as generated code writes it; empty where there is none, which no valid payload causes.
    pub fn text(&self, path: &FieldPath) -> String {
        match self {
            Self::Json(value, text) => {
                let found = path.names.iter().try_fold(value, |value, name| value.get(name));
                found.map(|value| of_json(value, text, path)).unwrap_or_default()
            }
            Self::Protobuf(message) => of_message(message, &path.names).unwrap_or_default(),
        }
    }
}

fn of_json(value: &Value, text: &str, path: &FieldPath) -> String {
    match value {
        Value::String(text) => text.clone(),
        // To JSON Schema, `1.0` is an integer, too. Integers beyond 64 bits are floats here, and exact in the text.
        Value::Number(number) => match number.as_f64().filter(|_| !number.is_i64() && !number.is_u64()) {
            Some(0.0) => "0".to_owned(),
            Some(float) if path.kind == ScalarKind::Integer && float.fract() == 0.0 => {
                let digits = written(text, &path.names).filter(|text| !text.contains(['.', 'e', 'E']));
                digits.unwrap_or_else(|| format!("{float:.0}"))
            }
            _ => number.to_string(),
        },
        Value::Bool(value) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// The text of the member that `names` lead to.
fn written(text: &str, names: &[String]) -> Option<String> {
    let found = names.iter().try_fold(text, |text, name| {
        let members: HashMap<String, &RawValue> = serde_json::from_str(text).ok()?;
        members.get(name).map(|member| member.get())
    });
    found.map(str::to_owned)
}

fn of_message(message: &DynamicMessage, names: &[String]) -> Option<String> {
    let (name, rest) = names.split_first()?;
    let field = message.descriptor().get_field_by_name(name)?;
    let value = message.get_field(&field);
    match &*value {
        Field::Message(inner) if !rest.is_empty() => of_message(inner, rest),
        Field::EnumNumber(number) => Some(field.kind().as_enum()?.get_value(*number)?.name().to_owned()),
        Field::String(text) => Some(text.clone()),
        Field::Bool(value) => Some(value.to_string()),
        Field::I32(value) => Some(value.to_string()),
        Field::I64(value) => Some(value.to_string()),
        Field::U32(value) => Some(value.to_string()),
        Field::U64(value) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_generated_code_writes_them() {
        for (number, expected) in [
            ("17", "17"),
            ("-17", "-17"),
            ("17.0", "17"),
            ("1.7e1", "17"),
            ("-0", "0"),
            ("0.0", "0"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551617", "18446744073709551617"),
        ] {
            let text = format!(r#"{{"a":{{"n\u006f":{number}}}}}"#);
            let path = FieldPath { names: vec!["a".to_owned(), "no".to_owned()], kind: ScalarKind::Integer };
            let value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(Scalars::Json(value, text).text(&path), expected, "{number}");
        }
    }
}

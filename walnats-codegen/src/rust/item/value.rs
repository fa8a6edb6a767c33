//! JSON values as expressions of a type in Rust.

use serde_json::{Map, Value};
use walnats_schema::Format;

use crate::model::DateTimes;
use crate::rust::code::literal;
use crate::rust::context::Context;
use crate::rust::idents::{enum_idents, idents, variant_idents};
use crate::rust::integer::integral;
use crate::rust::layout::FileId;
use crate::rust::types::{Body, EnumKind, Form, Struct, Type, Typed, Variant};

const EMPTY: &str = "Default::default()";

impl Context<'_> {
    /// The value as an expression of the type; `None` where it is not a value of the type, or the type is a union.
    pub(super) fn value_code(&self, typed: &Typed, value: &Value, file: FileId) -> Option<String> {
        let each = |typed: &Typed, values: &[Value]| {
            let codes: Option<Vec<String>> = values.iter().map(|value| self.value_code(typed, value, file)).collect();
            codes.map(|codes| codes.join(", "))
        };
        Some(match (&typed.ty, value) {
            (Type::Value, value) => json_code(value)?,
            (Type::Object, Value::Object(members)) => object_code(members)?,
            (Type::Null, Value::Null) => "()".to_owned(),
            (Type::Boolean, Value::Bool(value)) => value.to_string(),
            (Type::Integer(integer), value) => integral(value).filter(|value| integer.holds(*value))?.to_string(),
            (Type::Float, Value::Number(number)) => format!("{:?}", number.as_f64().filter(|value| value.is_finite())?),
            (Type::String, Value::String(text)) => format!("{}.to_owned()", literal(text)),
            (Type::Base64, Value::String(text)) => format!("::walnats_runtime::Base64::from_text({})", literal(text)),
            (Type::DateTime, Value::String(text)) => self.date_time_code(text)?,
            (Type::Date, Value::String(text)) if Format::Date.check(text) => written_code(text),
            (Type::Uuid, Value::String(text)) if Format::Uuid.check(text) => written_code(text),
            (Type::Array(item), Value::Array(values)) => format!("vec![{}]", each(item, values)?),
            (Type::FixedArray(item, length), Value::Array(values)) if values.len() as u64 == *length => {
                format!("[{}]", each(item, values)?)
            }
            (Type::Tuple(items), Value::Array(values)) if values.len() == items.len() => {
                let codes = items.iter().zip(values).map(|(item, value)| self.value_code(item, value, file));
                let codes: Vec<String> = codes.collect::<Option<_>>()?;
                format!("({}{})", codes.join(", "), if codes.len() == 1 { "," } else { "" })
            }
            (Type::Map(member), Value::Object(members)) => self.map_code(member, members.iter(), file)?,
            (Type::Nullable(_), Value::Null) => "None".to_owned(),
            (Type::Nullable(inner), value) => format!("Some({})", self.value_code(inner, value, file)?),
            (Type::Boxed(item), value) => {
                format!("Box::new({})", self.value_code(&Typed::exact(Type::Item(*item)), value, file)?)
            }
            (Type::Item(item), value) => {
                let path = self.layout.item_path(*item, &self.names[item.0], file);
                match (&self.types.items[*item].body, value) {
                    (Body::Struct(body), Value::Object(members)) => self.struct_code(&path, body, members, file)?,
                    (Body::Newtype(typed), value) => format!("{path}({})", self.value_code(typed, value, file)?),
                    (Body::Enum(body), value) => {
                        let is_it = |known: &Value| walnats_schema::equal(known, value);
                        match (body.json_values().iter().position(is_it), value) {
                            (Some(index), _) => format!("{path}::{}", enum_idents(body)[index]),
                            (None, Value::String(text)) if body.kind == EnumKind::OpenStrings => {
                                format!("{path}::from({})", literal(text))
                            }
                            _ => return None,
                        }
                    }
                    (Body::Union(body), Value::String(text)) => {
                        let is_it = |variant: &Variant| matches!(&variant.form, Form::Unit(unit, _) if unit == text);
                        format!("{path}::{}", variant_idents(body)[body.variants.iter().position(is_it)?])
                    }
                    _ => return None,
                }
            }
            _ => return None,
        })
    }

    /// Whether values of the type are copied, and need no `clone`.
    pub(super) fn is_copied(&self, ty: &Type) -> bool {
        match ty {
            Type::Null | Type::Boolean | Type::Integer(_) | Type::Float | Type::Uuid => true,
            Type::Nullable(inner) | Type::FixedArray(inner, _) => self.is_copied(&inner.ty),
            Type::Tuple(items) => items.iter().all(|item| self.is_copied(&item.ty)),
            Type::Item(item) => {
                matches!(&self.types.items[*item].body, Body::Enum(body) if body.is_copied())
            }
            _ => false,
        }
    }

    fn struct_code(&self, path: &str, body: &Struct, members: &Map<String, Value>, file: FileId) -> Option<String> {
        let idents = idents(body);
        let mut codes = Vec::new();
        for (field, ident) in body.fields.iter().zip(&idents.fields) {
            if let Some(text) = field.constant() {
                members.get(&field.name).filter(|value| value.as_str() == Some(text))?;
                continue;
            }
            let code = members.get(&field.name).map(|value| self.value_code(&field.typed, value, file));
            codes.push(match (code, field.required) {
                (Some(code), true) => format!("{ident}: {}", code?),
                (Some(code), false) => format!("{ident}: Some({})", code?),
                (None, true) => return None,
                (None, false) => format!("{ident}: None"),
            });
        }
        let mut rest =
            members.iter().filter(|(name, _)| body.fields.iter().all(|field| field.name != **name)).peekable();
        match &body.additional {
            Some(Typed { ty: Type::Value, .. }) => {
                let rest: Map<String, Value> = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
                codes.push(format!("{}: {}", idents.additional, object_code(&rest)?));
            }
            Some(typed) => codes.push(format!("{}: {}", idents.additional, self.map_code(typed, rest, file)?)),
            None if rest.peek().is_some() => return None,
            None => {}
        }
        Some(format!("{path} {{ {} }}", codes.join(", ")))
    }

    fn map_code<'v>(
        &self,
        typed: &Typed,
        members: impl Iterator<Item = (&'v String, &'v Value)>,
        file: FileId,
    ) -> Option<String> {
        let entry = |(name, value): (&String, &Value)| {
            Some(format!("({}.to_owned(), {})", literal(name), self.value_code(typed, value, file)?))
        };
        let entries: Vec<String> = members.map(entry).collect::<Option<_>>()?;
        if entries.is_empty() {
            return Some(EMPTY.to_owned());
        }
        Some(format!("::std::collections::BTreeMap::from([{}])", entries.join(", ")))
    }

    fn date_time_code(&self, text: &str) -> Option<String> {
        // The types of other crates have no room for leap seconds.
        let is_kept = matches!(self.model.options.datetime, DateTimes::Jiff | DateTimes::String);
        (Format::DateTime.check(text) && (is_kept || !text.contains(":60"))).then(|| written_code(text))
    }
}

/// A text that a type of the runtime reads.
fn written_code(text: &str) -> String {
    format!("rt::written({})", literal(text))
}

fn object_code(members: &Map<String, Value>) -> Option<String> {
    if members.is_empty() {
        return Some(EMPTY.to_owned());
    }
    let entry =
        |(name, value): (&String, &Value)| Some(format!("({}.to_owned(), {})", literal(name), json_code(value)?));
    let entries: Vec<String> = members.iter().map(entry).collect::<Option<_>>()?;
    Some(format!("[{}].into_iter().collect()", entries.join(", ")))
}

fn json_code(value: &Value) -> Option<String> {
    const VALUE: &str = "::walnats_runtime::Value";
    Some(match value {
        Value::Null => format!("{VALUE}::Null"),
        Value::Bool(value) => format!("{VALUE}::Bool({value})"),
        Value::String(text) => format!("{VALUE}::from({})", literal(text)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => format!("{VALUE}::from({integer}_i64)"),
            (None, Some(integer)) => format!("{VALUE}::from({integer}_u64)"),
            (None, None) => format!("{VALUE}::from({:?}_f64)", number.as_f64().filter(|value| value.is_finite())?),
        },
        Value::Array(items) => {
            let codes: Vec<String> = items.iter().map(json_code).collect::<Option<_>>()?;
            format!("{VALUE}::Array(vec![{}])", codes.join(", "))
        }
        Value::Object(members) => format!("{VALUE}::Object({})", object_code(members)?),
    })
}

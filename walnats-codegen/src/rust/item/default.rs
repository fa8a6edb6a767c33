//! `default`: an accessor that returns it where a member is absent. The field itself stays absent, so that what was read
//! is written again.

use crate::rust::layout::FileId;
use serde_json::Value;

use crate::rust::code::literal;
use crate::rust::context::Context;
use crate::rust::idents::{Idents, enum_idents};
use crate::rust::integer::integral;
use crate::rust::template::DefaultText;
use crate::rust::types::{Body, Field, Struct, Type};

impl Context<'_> {
    pub(super) fn defaults(&self, body: &Struct, idents: &Idents, file: FileId) -> Vec<DefaultText> {
        let fields = body.fields.iter().zip(&idents.fields).filter(|(field, _)| !field.required);
        fields.filter_map(|(field, ident)| self.default(field, ident, file)).collect()
    }

    fn default(&self, field: &Field, ident: &str, file: FileId) -> Option<DefaultText> {
        let default = self.note(field.id?)?.default.as_ref()?;
        let plain = self.type_text(&field.typed, file);
        let (type_text, value) = match (&field.typed.ty, default) {
            (Type::Boolean, Value::Bool(value)) => (plain, format!("self.{ident}.unwrap_or({value})")),
            (Type::Integer(integer), value) => {
                let value = integral(value).filter(|value| integer.holds(*value))?;
                (plain, format!("self.{ident}.unwrap_or({value})"))
            }
            (Type::Float, Value::Number(value)) => {
                (plain, format!("self.{ident}.unwrap_or({:?})", value.as_f64().filter(|value| value.is_finite())?))
            }
            (Type::String, Value::String(value)) => {
                ("&str".to_owned(), format!("self.{ident}.as_deref().unwrap_or({})", literal(value)))
            }
            (Type::Item(item), value) if self.is_copied(&Type::Item(*item)) => {
                let Body::Enum(body) = &self.types.items[*item].body else { return None };
                let index = body.json_values().iter().position(|known| walnats_schema::equal(known, value))?;
                let value = format!("self.{ident}.unwrap_or({plain}::{})", enum_idents(body)[index]);
                (plain, value)
            }
            (_, value) => {
                let value = self.owned_default(field, ident, value, file)?;
                (plain, value)
            }
        };
        let plain = ident.trim_start_matches("r#");
        Some(DefaultText { field: plain.to_owned(), method: format!("{plain}_or_default"), type_text, value })
    }

    /// What the field holds, or the default, as a value of its own.
    fn owned_default(&self, field: &Field, ident: &str, value: &Value, file: FileId) -> Option<String> {
        let code = self.value_code(&field.typed, value, file)?;
        let is_copied = self.is_copied(&field.typed.ty);
        let held = if is_copied { format!("self.{ident}") } else { format!("self.{ident}.clone()") };
        let is_empty = match &field.typed.ty {
            Type::Array(_) => value.as_array().is_some_and(Vec::is_empty),
            Type::Map(_) | Type::Object => value.as_object().is_some_and(serde_json::Map::is_empty),
            Type::Nullable(_) => value.is_null(),
            _ => false,
        };
        let calls = code.contains("vec!")
            || code.contains("rt::")
            || code.replace("Some(", "").replace("Value::Bool(", "").contains('(');
        Some(match () {
            () if is_empty => format!("{held}.unwrap_or_default()"),
            () if !calls || (is_copied && !code.contains("rt::")) => format!("{held}.unwrap_or({code})"),
            () => format!("{held}.unwrap_or_else(|| {code})"),
        })
    }
}

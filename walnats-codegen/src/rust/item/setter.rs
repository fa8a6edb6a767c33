//! Setters of optional fields, so that a struct with many of them is made in one expression.

use crate::rust::context::Context;
use crate::rust::idents::Idents;
use crate::rust::layout::FileId;
use crate::rust::template::SetterText;
use crate::rust::types::{Body, Field, Struct, Type};

/// With fewer optional fields, a struct literal with `..` is as short.
const MANY: usize = 4;

impl Context<'_> {
    /// `has_start`: whether there is a `new` or `default` to begin with.
    pub(super) fn setters(&self, body: &Struct, idents: &Idents, has_start: bool, file: FileId) -> Vec<SetterText> {
        let optional: Vec<_> = body.fields.iter().zip(&idents.fields).filter(|(field, _)| !field.required).collect();
        let wanted = self.model.options.builders.unwrap_or(has_start && optional.len() >= MANY);
        optional.into_iter().filter(|_| wanted).map(|(field, ident)| self.setter(field, ident, file)).collect()
    }

    fn setter(&self, field: &Field, ident: &str, file: FileId) -> SetterText {
        let plain = self.type_text(&field.typed, file);
        let converts = match &field.typed.ty {
            Type::String | Type::Boxed(_) | Type::Nullable(_) => true,
            Type::Item(item) => matches!(self.types.items[*item].body, Body::Union(_)),
            _ => false,
        };
        SetterText {
            ident: ident.to_owned(),
            method: format!("with_{}", ident.trim_start_matches("r#").trim_start_matches('_')),
            deprecated: self.note(field.id).is_some_and(|note| note.deprecated),
            type_text: if converts { format!("impl Into<{plain}>") } else { plain },
            value: if converts { "value.into()" } else { "value" },
        }
    }
}

//! Setters of optional fields, so that a struct is made in one expression.

use super::parameter::Parameter;
use crate::rust::context::Context;
use crate::rust::idents::Idents;
use crate::rust::layout::FileId;
use crate::rust::template::SetterText;
use crate::rust::types::{Field, Struct};

impl Context<'_> {
    pub(super) fn setters(&self, body: &Struct, idents: &Idents, file: FileId) -> Vec<SetterText> {
        let wanted = self.model.options.builders.unwrap_or(true);
        let fields = body.fields.iter().zip(&idents.fields).filter(|(field, _)| wanted && !field.required);
        fields.map(|(field, ident)| self.setter(field, ident, file)).collect()
    }

    fn setter(&self, field: &Field, ident: &str, file: FileId) -> SetterText {
        let Parameter { type_text, conversion } = self.parameter(&field.typed, file);
        SetterText {
            ident: ident.to_owned(),
            method: format!("with_{}", ident.trim_start_matches("r#").trim_start_matches('_')),
            deprecated: field.id.and_then(|id| self.note(id)).is_some_and(|note| note.deprecated),
            type_text,
            value: format!("value{conversion}"),
        }
    }
}

//! What a function takes that sets a field.

use crate::rust::context::Context;
use crate::rust::layout::FileId;
use crate::rust::types::{Body, EnumKind, ItemId, Type, Typed};

/// The type of a parameter, and what makes the field's value of it.
pub(super) struct Parameter {
    pub(super) type_text: String,
    pub(super) conversion: &'static str,
}

impl Context<'_> {
    pub(super) fn parameter(&self, typed: &Typed, file: FileId) -> Parameter {
        let plain = self.type_text(typed, file);
        let is_made_of_others = |item: ItemId| match &self.types.items[item].body {
            Body::Union(_) => true,
            Body::Enum(body) => body.kind == EnumKind::OpenStrings,
            Body::Newtype(_) => true,
            Body::Struct(_) | Body::Alias(_) => false,
        };
        match &typed.ty {
            Type::Nullable(inner) => {
                let inner = self.type_text(inner, file);
                let type_text = format!("impl ::walnats_runtime::IntoNullable<{inner}>");
                Parameter { type_text, conversion: ".into_nullable()" }
            }
            Type::String | Type::Boxed(_) => Parameter::into(&plain),
            Type::Item(item) if is_made_of_others(*item) => Parameter::into(&plain),
            _ => Parameter { type_text: plain, conversion: "" },
        }
    }
}

impl Parameter {
    fn into(plain: &str) -> Self {
        Self { type_text: format!("impl Into<{plain}>"), conversion: ".into()" }
    }
}

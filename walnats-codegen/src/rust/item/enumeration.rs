//! Enums of strings and of integers.

use super::SERDE;
use crate::rust::code::{integer_text, literal};
use crate::rust::context::Context;
use crate::rust::docs;
use crate::rust::idents::{enum_idents, other_ident, unknown_ident};
use crate::rust::rename;
use crate::rust::template::{
    EnumTemplate, IntegersTemplate, KeptEnumTemplate, KeptIntegersTemplate, OpenEnumTemplate, StringText, render,
};
use crate::rust::types::{Enum, EnumKind, ItemId};

impl Context<'_> {
    pub(super) fn enumeration(&self, item: ItemId, body: &Enum) -> String {
        let (idents, values) = (enum_idents(body), &body.values);
        let integers = matches!(body.kind, EnumKind::Integers(_));
        let names = rename::of_variants(&idents, values.iter().map(String::as_str));
        let described = values.iter().zip(&body.ids).zip(idents).zip(names.renamed);
        let variants = described
            .map(|(((value, id), ident), rename)| {
                let note = id.and_then(|id| self.note(id));
                StringText {
                    docs: docs::of_value(note, &ident),
                    deprecated: note.is_some_and(|note| note.deprecated),
                    literal: if integers { value.clone() } else { literal(value) },
                    rename,
                    ident,
                }
            })
            .collect();
        // A constant has a default, and the rest of what enums are derived for would say nothing of it.
        let derives = match values.len() {
            1 => ["Clone", "Copy", "Debug", "Default", "PartialEq", "Eq"],
            _ => ["Clone", "Copy", "Debug", "PartialEq", "Eq", "Hash"],
        };
        if let EnumKind::Integers(integer) = body.kind
            && body.keeps_unknown
        {
            return render(&KeptIntegersTemplate {
                docs: self.item_docs(item),
                derives: self.derives(&derives, &[]),
                integer: integer_text(integer),
                name: self.names[item.0].clone(),
                unknown: unknown_ident(&enum_idents(body)),
                variants,
            });
        }
        if let EnumKind::Integers(integer) = body.kind {
            return render(&IntegersTemplate {
                docs: self.item_docs(item),
                derives: self.derives(&derives, &SERDE),
                integer: integer_text(integer),
                name: self.names[item.0].clone(),
                variants,
            });
        }
        if body.kind == EnumKind::OpenStrings {
            return render(&OpenEnumTemplate {
                docs: self.item_docs(item),
                derives: self.derives(&["Clone", "Debug", "PartialEq", "Eq", "Hash"], &[]),
                name: self.names[item.0].clone(),
                other: other_ident(&enum_idents(body)),
                variants,
            });
        }
        if body.keeps_unknown {
            return render(&KeptEnumTemplate {
                docs: self.item_docs(item),
                derives: self.derives(&["Clone", "Debug", "PartialEq", "Eq", "Hash"], &[]),
                name: self.names[item.0].clone(),
                unknown: unknown_ident(&enum_idents(body)),
                variants,
            });
        }
        render(&EnumTemplate {
            docs: self.item_docs(item),
            derives: self.derives(&derives, &SERDE),
            rename_all: names.rename_all,
            name: self.names[item.0].clone(),
            variants,
        })
    }
}

//! Items as text: structs, enums, unions, newtypes, each with its checks.

use super::checks::Checks;
use super::code::literal;
use super::context::Context;
use super::docs;
use super::idents::{Idents, enum_idents, idents, unknown_ident, variant_idents};
use super::layout::{EventForm, FileId};
use super::markdown;
use super::template::{
    AdditionalText, AliasTemplate, FieldText, NewText, NewtypeTemplate, StructTemplate, UnionTemplate,
    ValidateTemplate, VariantCheckText, VariantText, render,
};
use super::types::{Body, Dispatch, Field, ItemId, Struct, Type, Typed, Union};
use crate::model::EventId;
use parameter::Parameter;

mod conversion;
mod default;
mod enumeration;
mod json_type;
mod parameter;
mod setter;
mod value;
mod wrapped;

const SERDE: [&str; 2] = ["rt::Serialize", "rt::Deserialize"];

/// clippy finds more parameters than this too many.
const MAX_PARAMETERS: usize = 7;

impl Context<'_> {
    /// The item in `file`, with its checks.
    pub fn item(&self, item: ItemId, file: FileId, checks: &Checks<'_>) -> String {
        let (text, variants, lines) = match &self.types.items[item].body {
            Body::Struct(body) => {
                let idents = idents(body);
                let lines = checks.of_item(item, Some(&idents), self.layout.to_root(file));
                (self.structure(item, body, &idents, file), Vec::new(), lines)
            }
            Body::Enum(body) => {
                let unknown = body.keeps_unknown.then(|| unknown_ident(&enum_idents(body)));
                let lines = unknown.iter().flat_map(|unknown| check_of_unknown(unknown, "value")).collect();
                (self.enumeration(item, body), Vec::new(), lines)
            }
            Body::Newtype(typed) => {
                let mut docs = self.item_docs(item);
                let facts = docs::facts(None, typed);
                if !facts.is_empty() {
                    docs.extend((!docs.is_empty()).then(String::new));
                    docs.push(facts);
                }
                let template = NewtypeTemplate {
                    docs,
                    derives: self.derives(&["Clone", "Debug", "PartialEq"], &SERDE),
                    name: self.names[item.0].clone(),
                    type_text: self.type_text(typed, file),
                };
                (render(&template), Vec::new(), checks.of_newtype(typed, self.layout.to_root(file)))
            }
            Body::Alias(typed) => (self.alias(item, typed, file), Vec::new(), Vec::new()),
            Body::Union(body) => {
                let idents = variant_idents(body);
                let mut lines = checks.of_item(item, None, self.layout.to_root(file));
                let text = match body.dispatch {
                    Dispatch::Wrapped => self.wrapped(item, body, &idents, file),
                    _ => self.union(item, body, &idents, file),
                };
                let mut variants = self.variant_checks(body, &idents, file, checks);
                let kind = if body.dispatch == Dispatch::JsonType { "value" } else { "variant" };
                match body.keeps_unknown.then(|| unknown_ident(&idents)) {
                    Some(unknown) if variants.is_empty() => lines.extend(check_of_unknown(&unknown, kind)),
                    Some(unknown) => variants.push(VariantCheckText {
                        pattern: format!("{unknown}(_)"),
                        check: format!("rt::unknown_{kind}(at, violations),"),
                    }),
                    None => {}
                }
                (text, variants, lines)
            }
        };
        if let Body::Alias(_) = self.types.items[item].body {
            return text;
        }
        if !checks.is_checked(item) && !self.always_checked[item.0] {
            return text;
        }
        let template = ValidateTemplate { name: self.names[item.0].clone(), variants, checks: lines };
        text + &render(&template)
    }

    /// The newtype of an event whose payload has a type of another name.
    pub fn newtype(&self, event: EventId, name: &str, typed: &Typed, file: FileId, checks: &Checks<'_>) -> String {
        let event = &self.model.events[event];
        let unnamed = || vec![format!("The event {}.", markdown::code(&event.name))];
        let mut docs = event.description.as_deref().map_or_else(unnamed, markdown::markdown);
        docs.extend([String::new(), docs::of_event(event)]);
        let template = NewtypeTemplate {
            docs,
            derives: self.derives(&["Clone", "Debug", "PartialEq"], &SERDE),
            name: name.to_owned(),
            type_text: self.type_text(typed, file),
        };
        let lines = checks.of_newtype(typed, self.layout.to_root(file));
        let checks = ValidateTemplate { name: name.to_owned(), variants: Vec::new(), checks: lines };
        render(&template) + &render(&checks)
    }

    fn alias(&self, item: ItemId, typed: &Typed, file: FileId) -> String {
        let note = self.note(self.types.items[item].id);
        let facts = docs::facts(note, typed);
        let facts = Some(facts).filter(|facts| !facts.is_empty());
        let docs = docs::of_type(note, &self.names[item.0], facts);
        render(&AliasTemplate {
            docs,
            deprecated: note.is_some_and(|note| note.deprecated),
            name: self.names[item.0].clone(),
            type_text: self.type_text(typed, file),
        })
    }

    fn structure(&self, item: ItemId, body: &Struct, idents: &Idents, file: FileId) -> String {
        let fields = body.fields.iter().zip(&idents.fields).filter(|(field, _)| field.constant().is_none());
        let fields = fields.map(|(field, ident)| self.field(field, ident, file)).collect();
        let constants =
            body.fields.iter().filter_map(|field| Some((literal(&field.name), literal(field.constant()?)))).collect();
        let parameters: Vec<_> =
            body.fields.iter().zip(&idents.fields).filter(|(field, _)| self.is_asked(field)).collect();
        let mut derives = vec!["Clone", "Debug"];
        if parameters.is_empty() {
            derives.push("Default");
        }
        derives.push("PartialEq");
        let mut docs = self.item_docs(item);
        for field in &body.fields {
            let Some(text) = field.constant() else { continue };
            docs.extend((!docs.is_empty()).then(String::new));
            docs.push(format!("{} is always {}.", markdown::code(&field.name), markdown::code(text)));
            docs.extend(docs::of_field(field.id.and_then(|id| self.note(id)), &field.typed));
        }
        render(&StructTemplate {
            docs,
            derives: self.derives(&derives, &[]),
            name: self.names[item.0].clone(),
            constants,
            fields,
            additional: body.additional.as_ref().map(|typed| self.additional(typed, &idents.additional, file)),
            new: self.new_text(body, idents, file),
            defaults: self.defaults(body, idents, file),
            setters: self.setters(body, idents, file),
        })
    }

    fn field(&self, field: &Field, ident: &str, file: FileId) -> FieldText {
        let type_text = self.type_text(&field.typed, file);
        let (presence, type_text) = match (field.required, field.conditional) {
            (true, _) => ("required", type_text),
            (false, false) => ("optional", format!("Option<{type_text}>")),
            (false, true) => ("conditional", format!("Option<{type_text}>")),
        };
        let mut docs = docs::of_field(field.id.and_then(|id| self.note(id)), &field.typed);
        if field.conditional {
            docs.extend((!docs.is_empty()).then(String::new));
            docs.push(
                "Its schema applies in some cases only: a value of another type is kept among the further members."
                    .to_owned(),
            );
        }
        FieldText {
            docs,
            deprecated: field.id.and_then(|id| self.note(id)).is_some_and(|note| note.deprecated),
            ident: ident.to_owned(),
            type_text,
            presence,
            literal: literal(&field.name),
        }
    }

    fn additional(&self, typed: &Typed, ident: &str, file: FileId) -> AdditionalText {
        let type_text = match typed.ty {
            Type::Value => "::walnats_runtime::Map".to_owned(),
            _ => format!("::std::collections::BTreeMap<String, {}>", self.type_text(typed, file)),
        };
        AdditionalText { ident: ident.to_owned(), type_text }
    }

    fn new_text(&self, body: &Struct, idents: &Idents, file: FileId) -> NewText {
        let (mut parameters, mut fields) = (Vec::new(), Vec::new());
        for (field, ident) in body.fields.iter().zip(&idents.fields) {
            if field.constant().is_some() {
                continue;
            }
            if !field.required {
                fields.push(format!("{ident}: None"));
            } else if !self.is_asked(field) {
                fields.push(format!("{ident}: Default::default()"));
            } else {
                let Parameter { type_text, conversion } = self.parameter(&field.typed, file);
                parameters.push(format!("{ident}: {type_text}"));
                fields.push(if conversion.is_empty() {
                    ident.clone()
                } else {
                    format!("{ident}: {ident}{conversion}")
                });
            }
        }
        if body.additional.is_some() {
            fields.push(format!("{}: Default::default()", idents.additional));
        }
        let is_long = parameters.len() > MAX_PARAMETERS;
        NewText { is_long, parameters: parameters.join(", "), fields: fields.join(", ") }
    }

    /// Whether a value of the field has to be given: it is required, and can be more than one thing.
    fn is_asked(&self, field: &Field) -> bool {
        let is_constant = match field.typed.ty {
            Type::Null | Type::Constant(_) => true,
            Type::Item(item) => matches!(&self.types.items[item].body, Body::Enum(body) if body.is_constant()),
            _ => false,
        };
        field.required && !is_constant
    }

    fn union(&self, item: ItemId, body: &Union, idents: &[String], file: FileId) -> String {
        let texts: Vec<String> = body.variants.iter().map(|variant| self.type_text(&variant.typed, file)).collect();
        let variants = body.variants.iter().zip(idents).zip(&texts).map(|((variant, ident), text)| VariantText {
            docs: docs::of_field(self.note(variant.id), &variant.typed),
            ident: ident.clone(),
            type_text: text.clone(),
            pattern: match body.dispatch {
                Dispatch::JsonType => json_type::pattern(variant.json_types),
                Dispatch::Member if variant.tags.is_empty() => "_".to_owned(),
                _ => variant.tags.iter().map(|tag| literal(tag)).collect::<Vec<_>>().join(" | "),
            },
            read: match body.keeps_unknown && body.dispatch == Dispatch::JsonType {
                true => format!("union.listed(Self::{ident}, Self::{})", unknown_ident(idents)),
                false => format!("union.variant(Self::{ident})"),
            },
            is_unique: body.variants.iter().filter(|other| other.typed.is_same_type(&variant.typed)).count() == 1,
        });
        let (subject, expected) = match &body.dispatch {
            Dispatch::Tag(tag) => {
                let tags: Vec<String> =
                    body.variants.iter().flat_map(|variant| &variant.tags).map(|tag| format!("`{tag}`")).collect();
                (format!("&*union.tag({})", literal(tag)), format!("`{tag}` to be one of {}", tags.join(", ")))
            }
            Dispatch::Member => {
                let members: Vec<String> =
                    body.variants.iter().flat_map(|variant| &variant.tags).map(|name| literal(name)).collect();
                let tags = body.variants.iter().flat_map(|variant| &variant.tags).map(|name| format!("`{name}`"));
                let tags = tags.collect::<Vec<_>>().join(", ");
                (format!("union.member(&[{}])", members.join(", ")), format!("one of the members {tags}"))
            }
            Dispatch::JsonType => {
                ("union.kind()".to_owned(), json_type::names(body.variants.iter().map(|variant| variant.json_types)))
            }
            Dispatch::Attempt | Dispatch::Wrapped => (String::new(), format!("one of {}", idents.join(", "))),
        };
        render(&UnionTemplate {
            docs: self.item_docs(item),
            derives: self.derives(&["Clone", "Debug", "PartialEq"], &SERDE[..1]),
            name: self.names[item.0].clone(),
            variants: variants.collect(),
            attempts: body.dispatch == Dispatch::Attempt,
            is_total: body.dispatch == Dispatch::Member && body.variants.iter().any(|variant| variant.tags.is_empty()),
            subject,
            otherwise: wrapped::otherwise(body, idents, &literal(&expected)),
            expected: literal(&expected),
            unknown: body.keeps_unknown.then(|| unknown_ident(idents)),
        })
    }

    fn item_docs(&self, item: ItemId) -> markdown::Doc {
        let event = self.model.event_ids().find(|event| self.layout.events[*event].form == EventForm::Item(item));
        let event = event.map(|event| &self.model.events[event]);
        let mut docs =
            docs::of_type(self.note(self.types.items[item].id), &self.names[item.0], event.map(docs::of_event));
        if let Some(event) = event.filter(|event| event.description.is_none()) {
            docs.splice(0..0, [format!("The event {}.", markdown::code(&event.name)), String::new()]);
        }
        for obstacle in self.obstacles(item) {
            docs.extend([String::new(), obstacle]);
        }
        docs
    }
}

/// The check of the variant for what a tolerant reader does not know, which is a `kind`.
fn check_of_unknown(unknown: &str, kind: &str) -> [String; 3] {
    [format!("if let Self::{unknown}(_) = self {{"), format!("rt::unknown_{kind}(at, violations);"), "}".to_owned()]
}

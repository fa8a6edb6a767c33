//! Enums as serde writes them: strings, objects of one member, content next to a tag. And the checks of all unions.

use crate::rust::checks::Checks;
use crate::rust::code::literal;
use crate::rust::context::Context;
use crate::rust::docs;
use crate::rust::idents::unknown_ident;
use crate::rust::layout::FileId;
use crate::rust::operand::Operand;
use crate::rust::template::{VariantCheckText, WrappedTemplate, WrappedVariantText, render};
use crate::rust::types::{Adjacent, Dispatch, Form, ItemId, Typed, Union, Variant};

impl Context<'_> {
    pub(super) fn wrapped(&self, item: ItemId, body: &Union, idents: &[String], file: FileId) -> String {
        let fields = |variant: &Variant| -> Vec<String> {
            let single = std::slice::from_ref(&variant.typed);
            let parts = if variant.is_unit() { &[] } else { variant.parts().unwrap_or(single) };
            parts.iter().map(|part| self.type_text(part, file)).collect()
        };
        let texts: Vec<Vec<String>> = body.variants.iter().map(fields).collect();
        let variants = body.variants.iter().zip(idents).zip(&texts).map(|((variant, ident), fields)| {
            let id = match &variant.form {
                Form::Unit(_, id) => *id,
                _ => Some(variant.id),
            };
            let note = id.and_then(|id| self.note(id));
            let names = bindings(fields.len());
            let bound = names.join(", ");
            let value = if fields.len() == 1 { bound.clone() } else { format!("&({bound})") };
            let (pattern, read, write) = wrap(&variant.form, ident, &bound, &value);
            WrappedVariantText {
                docs: if fields.is_empty() {
                    docs::of_value(note, ident)
                } else {
                    docs::of_field(note, &variant.typed)
                },
                deprecated: note.is_some_and(|note| note.deprecated) && fields.is_empty(),
                ident: ident.clone(),
                fields: fields.join(", "),
                bound,
                pattern,
                read,
                write,
                is_unique: fields.len() == 1
                    && body.variants.iter().filter(|other| is_alike(variant, other)).count() == 1,
            }
        });
        let tag = body.variants.iter().find_map(|variant| match &variant.form {
            Form::Adjacent(adjacent) => Some(literal(&adjacent.tag)),
            _ => None,
        });
        render(&WrappedTemplate {
            docs: self.item_docs(item),
            derives: self.derives(&["Clone", "Debug", "PartialEq"], &[]),
            name: self.names[item.0].clone(),
            variants: variants.collect(),
            subject: tag.map_or("(union.kind(), &*union.wrapper())".to_owned(), |tag| format!("&*union.tag({tag})")),
            otherwise: otherwise(body, idents, &literal(&format!("one of {}", idents.join(", ")))),
            unknown: body.keeps_unknown.then(|| unknown_ident(idents)),
        })
    }

    /// The checks of a union's variants.
    pub(super) fn variant_checks(
        &self,
        body: &Union,
        idents: &[String],
        file: FileId,
        checks: &Checks<'_>,
    ) -> Vec<VariantCheckText> {
        let is_checked = body.variants.iter().any(|variant| checks.is_checked_type(&variant.typed));
        let variants = body.variants.iter().zip(idents).filter(|_| is_checked).map(|(variant, ident)| {
            let at = place(&variant.form);
            let parts: Vec<(&Typed, Operand)> = match variant.parts() {
                Some(parts) => parts
                    .iter()
                    .enumerate()
                    .map(|(index, part)| (part, Operand::place(format!("{}.item({index})", at.path))))
                    .collect(),
                None if variant.is_unit() => Vec::new(),
                None => vec![(&variant.typed, at)],
            };
            let names = bindings(parts.len());
            let found: Vec<Vec<String>> = parts
                .iter()
                .zip(&names)
                .map(|((typed, at), name)| checks.of_variant(typed, name, at, self.layout.to_root(file)))
                .collect();
            let bound = names.iter().zip(&found).map(|(name, checks)| if checks.is_empty() { "_" } else { name });
            let bound = bound.collect::<Vec<_>>().join(", ");
            let checks = found.concat();
            let check = match checks.as_slice() {
                [] => "{}".to_owned(),
                [check] if !check.starts_with('{') => format!("{},", check.trim_end_matches(';')),
                checks => format!("{{\n{}\n}}", checks.join("\n")),
            };
            let pattern = if parts.is_empty() { ident.clone() } else { format!("{ident}({bound})") };
            VariantCheckText { pattern, check }
        });
        variants.collect()
    }
}

/// What is read at a union of which no variant was found, where `expected` was.
pub(super) fn otherwise(body: &Union, idents: &[String], expected: &str) -> String {
    // What a list of several types keeps is of those types.
    if !body.keeps_unknown || body.dispatch == Dispatch::JsonType {
        return format!("Err(rt::Union::mismatch({expected}))");
    }
    let is_tagged = body.variants.iter().any(|variant| matches!(variant.form, Form::Adjacent(_)));
    let has_members = matches!(body.dispatch, Dispatch::Wrapped | Dispatch::Member) && !is_tagged;
    let keep = if has_members { "keep_member" } else { "keep" };
    format!("union.{keep}(Self::{}, {expected})", unknown_ident(idents))
}

/// Whether a value of one type would be either variant.
fn is_alike(one: &Variant, other: &Variant) -> bool {
    !other.is_unit() && one.typed.is_same_type(&other.typed)
}

/// What the fields of a variant are bound to.
fn bindings(fields: usize) -> Vec<String> {
    match fields {
        1 => vec!["value".to_owned()],
        fields => (0..fields).map(|index| format!("value_{index}")).collect(),
    }
}

/// Where the content of a variant stands.
fn place(form: &Form) -> Operand {
    match form {
        Form::Member(name) | Form::Adjacent(Adjacent { content: Some(name), .. }) => {
            Operand::place(format!("at.property({})", literal(name)))
        }
        _ => Operand::bound("at"),
    }
}

/// The pattern by which a variant is found, the expression that reads it, and the one that writes it.
fn wrap(form: &Form, ident: &str, bound: &str, value: &str) -> (String, String, String) {
    let make =
        if bound.contains(',') { format!("|({bound})| Self::{ident}({bound})") } else { format!("Self::{ident}") };
    match form {
        Form::Plain => (String::new(), String::new(), String::new()),
        Form::Unit(text, _) => {
            let text = literal(text);
            let pattern = format!("(rt::Kind::String, {text})");
            (pattern, format!("union.unit(Self::{ident})"), format!("serializer.serialize_str({text})"))
        }
        Form::Member(name) => {
            let name = literal(name);
            let pattern = format!("(rt::Kind::Object, {name})");
            (pattern, format!("union.only({name}, {make})"), format!("rt::write_only(serializer, {name}, {value})"))
        }
        Form::Adjacent(Adjacent { tag, text, content }) => {
            let (tag, text) = (literal(tag), literal(text));
            match content {
                Some(content) => {
                    let content = literal(content);
                    let read = format!("union.adjacent({tag}, {content}, {make})");
                    let write = format!("rt::write_adjacent(serializer, {tag}, {text}, {content}, {value})");
                    (text, read, write)
                }
                None => {
                    let write = format!("rt::write_only(serializer, {tag}, {text})");
                    (text.clone(), format!("union.only({tag}, |_: rt::IgnoredAny| Self::{ident})"), write)
                }
            }
        }
    }
}

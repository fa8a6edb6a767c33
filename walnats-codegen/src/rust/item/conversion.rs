//! `From` between versions of an event, and between what they hold.

use crate::rust::code::literal;
use crate::rust::context::Context;
use crate::rust::idents::{enum_idents, idents, other_ident, unknown_ident, variant_idents};
use crate::rust::layout::FileId;
use crate::rust::markdown::{self, Doc};
use crate::rust::template::{ConversionTemplate, render};
use crate::rust::types::{Body, Enum, ItemId, Struct, Union};
use crate::rust::versions::{Arm, Change, Conversion, Direction, Filling, Further, Obstacle, Shape};

/// What the value is called that is converted.
const VALUE: &str = "value";

impl Context<'_> {
    /// The conversion, as it is written in `file`.
    pub fn conversion(&self, conversion: &Conversion, file: FileId) -> String {
        let path = |item: ItemId| self.layout.item_path(item, &self.names[item.0], file);
        let (from, to) = (&self.types.items[conversion.source].body, &self.types.items[conversion.target].body);
        let (mut fields, mut arms, mut newtype) = (None, Vec::new(), None);
        match (&conversion.shape, from, to) {
            (Shape::Struct { fields: fillings, further }, Body::Struct(from), Body::Struct(to)) => {
                let mut codes = self.field_codes(fillings, from, to, file);
                codes.extend(further_code(further, from).map(|code| (idents(to).additional, code)));
                fields = Some(codes);
            }
            (Shape::Enum { arms: found }, Body::Enum(from), Body::Enum(to)) => {
                arms = found.iter().map(|arm| arm_code(arm, from, to)).collect();
            }
            (Shape::Union { variants, keeps_unknown }, Body::Union(from), Body::Union(to)) => {
                arms = variant_codes(variants, from, to);
                let unknown = |body: &Union| format!("{}({VALUE})", unknown_ident(&variant_idents(body)));
                arms.extend(keeps_unknown.then(|| (unknown(from), unknown(to))));
            }
            (Shape::Newtype(change), ..) => newtype = Some(code(change, "value.0")),
            _ => {}
        }
        let is_used =
            newtype.is_some() || !arms.is_empty() || fields.iter().flatten().any(|(_, code)| code.contains("value."));
        render(&ConversionTemplate {
            docs: self.conversion_docs(conversion),
            source: path(conversion.source),
            target: path(conversion.target),
            binding: if is_used { VALUE } else { "_" },
            newtype,
            fields,
            arms,
        })
    }

    /// What stands in the way of conversions of an event's type.
    pub(super) fn obstacles(&self, item: ItemId) -> Doc {
        let event = |direction: Direction, older: ItemId, Obstacle { path, reason }: &Obstacle| {
            let way = if direction == Direction::Upgrade { "of" } else { "into" };
            let place = if path.is_empty() { "it".to_owned() } else { markdown::code(&place(path)) };
            format!("No `From` {way} {}: {place} {reason}.", markdown::code(&self.names[older.0]))
        };
        let found = self.conversions.obstacles.get(&item).into_iter().flatten();
        found.map(|(direction, older, obstacle)| event(*direction, *older, obstacle)).collect()
    }

    fn conversion_docs(&self, conversion: &Conversion) -> Doc {
        let mut docs = Doc::new();
        docs.extend(match conversion.of_events {
            Some(Direction::Upgrade) => Some("For readers of both versions.".to_owned()),
            Some(Direction::Downgrade) => Some("For emitters of both versions.".to_owned()),
            None => None,
        });
        let names = |names: &[String]| names.iter().map(|name| markdown::code(name)).collect::<Vec<_>>().join(", ");
        if !conversion.dropped.is_empty() {
            docs.push(format!("Drops {}.", names(&conversion.dropped)));
        }
        if !conversion.by_default.is_empty() {
            docs.push(format!("By default, where it is absent: {}.", names(&conversion.by_default)));
        }
        docs.extend(self.further_docs(conversion));
        docs
    }

    fn further_docs(&self, conversion: &Conversion) -> Option<String> {
        let Body::Struct(from) = &self.types.items[conversion.source].body else { return None };
        let Shape::Struct { further, .. } = &conversion.shape else { return None };
        match further {
            Further::None => from.additional.as_ref().map(|_| "Drops further members.".to_owned()),
            Further::Moved { except, .. } if !except.is_empty() => {
                let names: Vec<String> = except.iter().map(|name| markdown::code(name)).collect();
                let source = markdown::code(&self.names[conversion.source.0]);
                Some(format!("Drops {} among the further members of {source}.", names.join(", ")))
            }
            Further::Empty | Further::Moved { .. } => None,
        }
    }

    fn field_codes(
        &self,
        fillings: &[(usize, Filling)],
        from: &Struct,
        to: &Struct,
        file: FileId,
    ) -> Vec<(String, String)> {
        let (sources, targets) = (idents(from).fields, idents(to).fields);
        let codes = fillings.iter().map(|(index, filling)| {
            // A default was found to be one that can be written.
            let default = |value| self.value_code(&to.fields[*index].typed, value, file).unwrap_or_default();
            let code = match filling {
                Filling::Absent => "None".to_owned(),
                Filling::Default(value) => default(value),
                Filling::Field { source, change, default: value } => {
                    let code = code(change, &format!("value.{}", sources[*source]));
                    match value {
                        Some(value) => format!("{code}.unwrap_or_else(|| {})", default(value)),
                        None => code,
                    }
                }
            };
            (targets[*index].clone(), code)
        });
        codes.collect()
    }
}

/// What the field holds that has the members which the schema does not name.
fn further_code(further: &Further, from: &Struct) -> Option<String> {
    let (except, change) = match further {
        Further::None => return None,
        Further::Empty => return Some("Default::default()".to_owned()),
        Further::Moved { except, change } => (except, change),
    };
    let rest = format!("value.{}", idents(from).additional);
    if except.is_empty() {
        return Some(code(&change.clone().of_map(), &rest));
    }
    let names: Vec<String> = except.iter().map(|name| literal(name)).collect();
    let kept = format!("{rest}.into_iter().filter(|(name, _)| ![{}].contains(&name.as_str()))", names.join(", "));
    Some(match change {
        Change::Same => format!("{kept}.collect()"),
        change => format!("{kept}.map(|(name, value)| (name, {})).collect()", code(change, VALUE)),
    })
}

fn arm_code(arm: &Arm, from: &Enum, to: &Enum) -> (String, String) {
    let (sources, targets) = (enum_idents(from), enum_idents(to));
    match arm {
        Arm::Value(source, target) => (sources[*source].clone(), targets[*target].clone()),
        Arm::Text(source, text) => {
            (sources[*source].clone(), format!("{}({}.to_owned())", other_ident(&targets), literal(text)))
        }
        Arm::Other => (format!("{}(text)", other_ident(&sources)), "from(text)".to_owned()),
        Arm::Unknown => {
            (format!("{}({VALUE})", unknown_ident(&sources)), format!("{}({VALUE})", unknown_ident(&targets)))
        }
    }
}

fn variant_codes(variants: &[(usize, Vec<Change>)], from: &Union, to: &Union) -> Vec<(String, String)> {
    let (sources, targets) = (variant_idents(from), variant_idents(to));
    let arms = variants.iter().zip(sources).map(|((target, changes), source)| {
        let target = &targets[*target];
        let names: Vec<String> = match changes.len() {
            1 => vec![VALUE.to_owned()],
            count => (0..count).map(|index| format!("{VALUE}_{index}")).collect(),
        };
        let codes: Vec<String> = changes.iter().zip(&names).map(|(change, name)| code(change, name)).collect();
        match codes.is_empty() {
            true => (source, target.clone()),
            false => (format!("{source}({})", names.join(", ")), format!("{target}({})", codes.join(", "))),
        }
    });
    arms.collect()
}

/// The names that lead to a member, as one text: `lines[].price`.
fn place(path: &[String]) -> String {
    path.join(".").replace(".[]", "[]")
}

/// The expression that changes `value`.
fn code(change: &Change, value: &str) -> String {
    let each = |change: &Change| match change {
        Change::Item { is_same: false, was_boxed: false, is_boxed: false } => "Into::into".to_owned(),
        change => format!("|{VALUE}| {}", code(change, VALUE)),
    };
    match change {
        Change::Same => value.to_owned(),
        Change::Item { is_same, was_boxed, is_boxed } => {
            let plain = if *was_boxed { format!("(*{value})") } else { value.to_owned() };
            let changed = if *is_same { plain } else { format!("{plain}.into()") };
            if *is_boxed { format!("Box::new({changed})") } else { changed }
        }
        Change::Wrap(inner) => format!("Some({})", code(inner, value)),
        Change::Option(inner) | Change::FixedArray(inner) => format!("{value}.map({})", each(inner)),
        Change::List(inner) => format!("{value}.into_iter().map({}).collect()", each(inner)),
        Change::Map(inner) => {
            format!("{value}.into_iter().map(|(name, {VALUE})| (name, {})).collect()", code(inner, VALUE))
        }
        Change::Tuple(parts) => {
            let codes = parts.iter().enumerate().map(|(index, part)| code(part, &format!("{VALUE}.{index}")));
            let codes = codes.collect::<Vec<_>>().join(", ");
            format!("{{ let {VALUE} = {value}; ({codes}{}) }}", if parts.len() == 1 { "," } else { "" })
        }
    }
}

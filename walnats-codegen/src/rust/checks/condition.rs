//! Proofs as conditions in Rust.

use super::Code;
use crate::model::Constraint;
use crate::rust::code::literal;
use crate::rust::constraint::{self, RUNTIME, alternatives};
use crate::rust::idents::idents;
use crate::rust::operand::Operand;
use crate::rust::proof::Proof;
use crate::rust::types::{Body, EnumKind, ItemId, Type, Typed};

/// What needs no value to be known: it is not asked for inside of others, which then have no value to look at.
const TRUE: &str = "true";
const FALSE: &str = "false";

impl Code<'_, '_> {
    /// Whether `proof` holds, or fails where `wanted` is false, of the value `operand`. Negation goes inwards, where it
    /// reads as a comparison the other way round.
    pub(super) fn condition(&self, proof: &Proof, typed: &Typed, operand: &Operand, wanted: bool) -> String {
        let path = operand.path.as_str();
        let value = Operand::bound("value");
        let join = |proofs: &[Proof], is_all: bool| {
            let parts = proofs.iter().map(|proof| self.condition(proof, typed, operand, wanted)).collect();
            joined(parts, is_all == wanted)
        };
        match proof {
            Proof::True => wanted.to_string(),
            Proof::False => (!wanted).to_string(),
            Proof::Not(proof) => self.condition(proof, typed, operand, !wanted),
            Proof::All(proofs) => join(proofs, true),
            Proof::Any(proofs) => join(proofs, false),
            Proof::One(proofs) => {
                let parts = proofs.iter().map(|proof| self.condition(proof, typed, operand, true));
                let parts: Vec<String> = parts.filter(|part| part != FALSE).collect();
                if parts.iter().all(|part| part == TRUE) {
                    return ((parts.len() == 1) == wanted).to_string();
                }
                let (parts, is) = (parts.join(", "), if wanted { "==" } else { "!=" });
                format!("[{parts}].into_iter().filter(|holds| *holds).count() {is} 1")
            }
            Proof::Has(name) => match self.member(typed, path, name) {
                Member::Field { code, .. } => format!("{}.{}()", code.path, if wanted { "is_some" } else { "is_none" }),
                Member::Entry { map, .. } => signed(&format!("{map}.contains_key({})", literal(name)), wanted),
            },
            Proof::Member(name, inner) | Proof::With(name, inner) => {
                let absent = wanted == matches!(proof, Proof::Member(..));
                match self.member(typed, path, name) {
                    Member::Field { code, typed, required: true } => self.condition(inner, typed, &code, wanted),
                    Member::Field { code, typed, .. } => {
                        inside(&Held::of(&code.path), absent, &self.condition(inner, typed, &value, wanted))
                    }
                    Member::Entry { map, typed } => {
                        let name = literal(name);
                        let held = Held {
                            option: format!("{map}.get({name})"),
                            is_there: format!("{map}.contains_key({name})"),
                            is_absent: format!("!{map}.contains_key({name})"),
                        };
                        inside(&held, absent, &self.condition(inner, typed, &value, wanted))
                    }
                }
            }
            Proof::Nullable { null, proof } => match &typed.ty {
                Type::Nullable(inner) => {
                    inside(&Held::of(path), *null == wanted, &self.condition(proof, inner, &value, wanted))
                }
                _ => self.condition(proof, typed, operand, wanted),
            },
            Proof::Passes(constraints) => Self::passes(constraints, typed, operand, wanted),
            Proof::OneOf(values) => match &typed.ty {
                Type::Boolean => signed(&operand.value(), wanted == (values[0] == true)),
                Type::Integer(_) => signed(&format!("matches!({}, {})", operand.value(), alternatives(values)), wanted),
                Type::Item(item) if self.is_integers(*item) => {
                    signed(&format!("matches!({}.get(), {})", operand.path, alternatives(values)), wanted)
                }
                _ => {
                    let texts: Vec<String> = values.iter().filter_map(|value| value.as_str()).map(literal).collect();
                    signed(&format!("matches!({}, {})", operand.text(), texts.join(" | ")), wanted)
                }
            },
            Proof::Items { proof, min, max } => self.items(proof, typed, path, (*min, *max), wanted),
            Proof::Names(constraints) => {
                let Some((map, _)) = self.further(typed, path) else { return wanted.to_string() };
                let text = Typed::exact(Type::String);
                quantified(&map, "keys", wanted, &Self::passes(constraints, &text, &value, wanted))
            }
        }
    }

    fn items(&self, proof: &Proof, typed: &Typed, path: &str, (min, max): (u64, Option<u64>), wanted: bool) -> String {
        let (Type::Array(item) | Type::FixedArray(item, _)) = &typed.ty else { return wanted.to_string() };
        let each = |wanted: bool| self.condition(proof, item, &Operand::bound("value"), wanted);
        match (min, max) {
            (1, None) => quantified(path, "iter", !wanted, &each(wanted)),
            (0, Some(0)) => quantified(path, "iter", wanted, &each(!wanted)),
            (min, max) => {
                let count = match each(true).as_str() {
                    FALSE => return ((min == 0) == wanted).to_string(),
                    TRUE => format!("{path}.len()"),
                    holds => format!("{path}.iter().filter(|&value| {holds}).count()"),
                };
                match max {
                    Some(max) => signed(&format!("({min}..={max}).contains(&{count})"), wanted),
                    None if wanted => format!("{count} >= {min}"),
                    None => format!("{count} < {min}"),
                }
            }
        }
    }

    fn passes(constraints: &[Constraint], typed: &Typed, operand: &Operand, wanted: bool) -> String {
        let parts = constraints.iter().map(|asked| {
            // That none holds leaves it to the schema.
            let part = constraint::condition(asked, operand, &typed.ty).unwrap_or_else(|| FALSE.to_owned());
            signed(&part, wanted)
        });
        joined(parts.collect(), wanted)
    }

    fn is_integers(&self, item: ItemId) -> bool {
        let body = &self.checks.types.items[item].body;
        matches!(body, Body::Enum(body) if matches!(body.kind, EnumKind::Integers(_)))
    }

    fn member<'a>(&'a self, typed: &'a Typed, path: &str, name: &str) -> Member<'a> {
        if let Type::Item(item) | Type::Boxed(item) = &typed.ty
            && let Body::Struct(body) = &self.checks.types.items[*item].body
            && let Some(position) = body.fields.iter().position(|field| field.name == name)
        {
            let field = &body.fields[position];
            let code = Operand::place(format!("{path}.{}", idents(body).fields[position]));
            return Member::Field { code, typed: &field.typed, required: field.required };
        }
        let (map, typed) = self.further(typed, path).unwrap_or_else(|| (path.to_owned(), typed));
        Member::Entry { map, typed }
    }

    /// The map that holds the members without a field, with their type.
    fn further<'a>(&'a self, typed: &'a Typed, path: &str) -> Option<(String, &'a Typed)> {
        match &typed.ty {
            Type::Map(member) => Some((path.to_owned(), member)),
            Type::Object => Some((path.to_owned(), typed)),
            Type::Item(item) | Type::Boxed(item) => match &self.checks.types.items[*item].body {
                Body::Struct(body) => Some((format!("{path}.{}", idents(body).additional), body.additional.as_ref()?)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Where the members of an object are.
enum Member<'a> {
    Field { code: Operand, typed: &'a Typed, required: bool },
    Entry { map: String, typed: &'a Typed },
}

/// What may be there.
struct Held {
    /// As an `Option` of a reference.
    option: String,
    is_there: String,
    is_absent: String,
}

impl Held {
    /// What the `Option` at `place` holds.
    fn of(place: &str) -> Self {
        Self {
            option: format!("{place}.as_ref()"),
            is_there: format!("{place}.is_some()"),
            is_absent: format!("{place}.is_none()"),
        }
    }
}

/// Whether `condition` holds of what is held; `empty` is what is said where there is nothing.
fn inside(held: &Held, empty: bool, condition: &str) -> String {
    match (condition, empty) {
        (TRUE, true) | (FALSE, false) => empty.to_string(),
        (TRUE, false) => held.is_there.clone(),
        (FALSE, true) => held.is_absent.clone(),
        (condition, true) => format!("{}.is_none_or(|value| {condition})", held.option),
        (condition, false) => format!("{}.is_some_and(|value| {condition})", held.option),
    }
}

/// Whether `condition` holds of all in the collection `plain`, or of any.
fn quantified(path: &str, each: &str, is_all: bool, condition: &str) -> String {
    match (condition, is_all) {
        (TRUE, true) | (FALSE, false) => is_all.to_string(),
        (TRUE, false) => format!("!{path}.is_empty()"),
        (FALSE, true) => format!("{path}.is_empty()"),
        (condition, true) => format!("{path}.{each}().all(|value| {condition})"),
        (condition, false) => format!("{path}.{each}().any(|value| {condition})"),
    }
}

fn signed(code: &str, wanted: bool) -> String {
    match code {
        TRUE | FALSE => ((code == TRUE) == wanted).to_string(),
        code if wanted => code.to_owned(),
        code => format!("!{code}"),
    }
}

/// All of `parts`, or any. Two short ones stand on a line with an operator between them.
fn joined(mut parts: Vec<String>, is_all: bool) -> String {
    const SHORT: usize = 60;
    let (neutral, deciding) = if is_all { (TRUE, FALSE) } else { (FALSE, TRUE) };
    if parts.iter().any(|part| part == deciding) {
        return deciding.to_owned();
    }
    parts.retain(|part| part != neutral);
    let is_plain = |part: &String| !part.contains(['&', '|', '{']);
    match parts.as_slice() {
        [] => neutral.to_owned(),
        [part] => part.clone(),
        [one, other] if one.len() + other.len() <= SHORT && is_plain(one) && is_plain(other) => {
            format!("{one} {} {other}", if is_all { "&&" } else { "||" })
        }
        parts => format!("{RUNTIME}::{}([{}])", if is_all { "all" } else { "any" }, parts.join(", ")),
    }
}

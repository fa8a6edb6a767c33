//! Proofs as conditions in Rust.

use super::{Code, RUNTIME, alternatives, bound_text};
use crate::rust::code::literal;
use crate::rust::item::idents;
use crate::rust::proof::Proof;
use crate::rust::shape::{Body, Bound, Rule, Shape, Typed};

impl Code<'_, '_> {
    /// Whether `proof` holds, or fails where `wanted` is false, of the operand `value`. Negation goes inwards, where it
    /// reads as a comparison the other way round.
    pub(super) fn condition(&self, proof: &Proof, typed: &Typed, value: &str, wanted: bool) -> String {
        let plain = value.trim_start_matches('*');
        let join = |proofs: &[Proof], is_all: bool| {
            let parts = proofs.iter().map(|proof| self.condition(proof, typed, value, wanted)).collect();
            joined(parts, is_all == wanted)
        };
        match proof {
            Proof::True => wanted.to_string(),
            Proof::False => (!wanted).to_string(),
            Proof::Not(proof) => self.condition(proof, typed, value, !wanted),
            Proof::All(proofs) => join(proofs, true),
            Proof::Any(proofs) => join(proofs, false),
            Proof::One(proofs) => {
                let parts = proofs.iter().map(|proof| self.condition(proof, typed, value, true));
                let (parts, is) = (parts.collect::<Vec<_>>().join(", "), if wanted { "==" } else { "!=" });
                format!("[{parts}].into_iter().filter(|holds| *holds).count() {is} 1")
            }
            Proof::Has(name) => match self.member(typed, plain, name) {
                Member::Field { code, .. } => format!("{code}.{}()", if wanted { "is_some" } else { "is_none" }),
                Member::Entry { map, .. } => signed(&format!("{map}.contains_key({})", literal(name)), wanted),
            },
            Proof::Member(name, inner) | Proof::With(name, inner) => {
                let absent = wanted == matches!(proof, Proof::Member(..));
                match self.member(typed, plain, name) {
                    Member::Field { code, typed, required: true } => self.condition(inner, typed, &code, wanted),
                    Member::Field { code, typed, .. } => {
                        self.inside(inner, typed, &format!("{code}.as_ref()"), absent, wanted)
                    }
                    Member::Entry { map, typed } => {
                        self.inside(inner, typed, &format!("{map}.get({})", literal(name)), absent, wanted)
                    }
                }
            }
            Proof::Nullable { null, proof } => match &typed.shape {
                Shape::Nullable(inner) => {
                    self.inside(proof, inner, &format!("{plain}.as_ref()"), *null == wanted, wanted)
                }
                _ => self.condition(proof, typed, value, wanted),
            },
            Proof::Passes(rules) => self.passes(rules, typed, value, wanted),
            Proof::OneOf(values) => match &typed.shape {
                Shape::Boolean => signed(value, wanted == (values[0] == true)),
                Shape::Integer(_) => signed(&format!("matches!({value}, {})", alternatives(values)), wanted),
                _ => {
                    let texts: Vec<String> = values.iter().filter_map(|value| value.as_str()).map(literal).collect();
                    signed(&format!("matches!({plain}.as_str(), {})", texts.join(" | ")), wanted)
                }
            },
            Proof::Items { proof, min, max } => self.items(proof, typed, plain, (*min, *max), wanted),
            Proof::Names(rules) => {
                let keys = match self.further(typed, plain) {
                    Some((map, _)) => format!("{map}.keys()"),
                    None => return wanted.to_string(),
                };
                let text = Typed::exact(Shape::String);
                let (quantifier, name) = (if wanted { "all" } else { "any" }, "value");
                format!("{keys}.{quantifier}(|{name}| {})", self.passes(rules, &text, "*value", wanted))
            }
        }
    }

    /// Of what an `Option` holds; `empty` is what is said where it holds nothing.
    fn inside(&self, proof: &Proof, typed: &Typed, option: &str, empty: bool, wanted: bool) -> String {
        let method = if empty { "is_none_or" } else { "is_some_and" };
        format!("{option}.{method}(|value| {})", self.condition(proof, typed, "*value", wanted))
    }

    fn items(&self, proof: &Proof, typed: &Typed, plain: &str, (min, max): (u64, Option<u64>), wanted: bool) -> String {
        let (Shape::Array(item) | Shape::FixedArray(item, _)) = &typed.shape else { return wanted.to_string() };
        let each = |wanted: bool| self.condition(proof, item, "*value", wanted);
        match (min, max) {
            (1, None) if wanted => format!("{plain}.iter().any(|value| {})", each(true)),
            (1, None) => format!("{plain}.iter().all(|value| {})", each(false)),
            (0, Some(0)) if wanted => format!("{plain}.iter().all(|value| {})", each(false)),
            (0, Some(0)) => format!("{plain}.iter().any(|value| {})", each(true)),
            (min, max) => {
                let count = format!("{plain}.iter().filter(|&value| {}).count()", each(true));
                match max {
                    Some(max) => signed(&format!("({min}..={max}).contains(&{count})"), wanted),
                    None if wanted => format!("{count} >= {min}"),
                    None => format!("{count} < {min}"),
                }
            }
        }
    }

    fn passes(&self, rules: &[Rule], typed: &Typed, value: &str, wanted: bool) -> String {
        let plain = value.trim_start_matches('*');
        let is_text = typed.shape == Shape::String || typed.shape.has_text();
        let reference = match value.strip_prefix('*') {
            _ if is_text => format!("{plain}.as_str()"),
            Some(reference) => reference.to_owned(),
            None => format!("&{plain}"),
        };
        let call = |check: &str, operand: &str, limit: &str| {
            format!("{RUNTIME}::passes({RUNTIME}::{check}, {operand}, {limit})")
        };
        let parts = rules.iter().map(|rule| match rule {
            Rule::MinLength(min) => call("min_length", &reference, &min.to_string()),
            Rule::MaxLength(max) => call("max_length", &reference, &max.to_string()),
            Rule::Pattern(pattern) => format!("{RUNTIME}::matches_pattern!({reference}, {})", literal(pattern)),
            Rule::Format(format) => call("format", &reference, &format!("{RUNTIME}::Format::{format:?}")),
            Rule::Minimum(bound) => call("minimum", &reference, &bound_text(*bound)),
            Rule::Maximum(bound) => call("maximum", &reference, &bound_text(*bound)),
            Rule::ExclusiveMinimum(bound) => call("exclusive_minimum", &reference, &bound_text(*bound)),
            Rule::ExclusiveMaximum(bound) => call("exclusive_maximum", &reference, &bound_text(*bound)),
            Rule::MultipleOf(bound @ Bound::Integer(_)) => call("multiple_of", value, &bound_text(*bound)),
            Rule::MultipleOf(bound @ Bound::Float(_)) => call("float_multiple_of", value, &bound_text(*bound)),
            Rule::MinItems(min) => call("min_items", &format!("{plain}.len()"), &min.to_string()),
            Rule::MaxItems(max) => call("max_items", &format!("{plain}.len()"), &max.to_string()),
            // No proof is made of others; that none holds leaves it to the schema.
            _ => "false".to_owned(),
        });
        joined(parts.map(|part| signed(&part, wanted)).collect(), wanted)
    }

    fn member<'a>(&'a self, typed: &'a Typed, plain: &str, name: &str) -> Member<'a> {
        if let Shape::Item(item) | Shape::Boxed(item) = &typed.shape
            && let Body::Struct(body) = &self.checks.types.items[*item].body
            && let Some(position) = body.fields.iter().position(|field| field.name == name)
        {
            let field = &body.fields[position];
            let code = format!("{plain}.{}", idents(body).fields[position]);
            return Member::Field { code, typed: &field.typed, required: field.required };
        }
        let (map, typed) = self.further(typed, plain).unwrap_or_else(|| (plain.to_owned(), typed));
        Member::Entry { map, typed }
    }

    /// The map that holds the members without a field, with their type.
    fn further<'a>(&'a self, typed: &'a Typed, plain: &str) -> Option<(String, &'a Typed)> {
        match &typed.shape {
            Shape::Map(member) => Some((plain.to_owned(), member)),
            Shape::Object => Some((plain.to_owned(), typed)),
            Shape::Item(item) | Shape::Boxed(item) => match &self.checks.types.items[*item].body {
                Body::Struct(body) => Some((format!("{plain}.{}", idents(body).additional), body.additional.as_ref()?)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Where the members of an object are.
enum Member<'a> {
    Field { code: String, typed: &'a Typed, required: bool },
    Entry { map: String, typed: &'a Typed },
}

fn signed(code: &str, wanted: bool) -> String {
    if wanted { code.to_owned() } else { format!("!{code}") }
}

/// All of `parts`, or any. Two short ones stand on a line with an operator between them.
fn joined(parts: Vec<String>, is_all: bool) -> String {
    const SHORT: usize = 60;
    let is_plain = |part: &String| !part.contains(['&', '|', '{']);
    match parts.as_slice() {
        [part] => part.clone(),
        [one, other] if one.len() + other.len() <= SHORT && is_plain(one) && is_plain(other) => {
            format!("{one} {} {other}", if is_all { "&&" } else { "||" })
        }
        parts => format!("{RUNTIME}::{}([{}])", if is_all { "all" } else { "any" }, parts.join(", ")),
    }
}

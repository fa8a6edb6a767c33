//! Constraints in generated code: the call that checks one, the condition that it holds, and the sentence about it.

use serde_json::Value;
use walnats_schema::expectation;

use super::code::literal;
use super::idents::Idents;
use super::integer::integral;
use super::markdown::code;
use super::operand::Operand;
use super::types::{Struct, Type, Typed};
use crate::model::{Bound, Constraint};

/// The module of the runtime that generated code imports.
pub const RUNTIME: &str = "rt";

/// What a constraint is asked of.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    /// A value of this type.
    Value(&'a Operand, &'a Type),
    /// The members of `self`.
    Members(&'a Struct, &'a Idents),
}

/// How a constraint is written.
struct Form {
    /// The runtime's check.
    function: &'static str,
    view: View,
    limit: Limit,
    /// For the docs. Lengths are described in pairs, and not here.
    sentence: Option<String>,
}

/// What of a value is handed to the check.
enum View {
    Reference,
    Value,
    Length,
    MemberCount,
    MemberNames,
    /// Whether the member is there.
    Has(String),
    /// Whether the value is one of these.
    IsIn(Vec<Value>),
}

/// What a check compares with.
enum Limit {
    None,
    Code(String),
    Pattern(String),
}

/// The one place that knows how each constraint is written.
fn form(constraint: &Constraint, ty: &Type) -> Form {
    let number = |number: &u64| Limit::Code(number.to_string());
    let limit = |bound: &Bound| Limit::Code(bound_code(*bound));
    let (function, view, limit, sentence) = match constraint {
        Constraint::MinLength(min) => ("min_length", View::Reference, number(min), None),
        Constraint::MaxLength(max) => ("max_length", View::Reference, number(max), None),
        Constraint::Pattern(pattern) => {
            ("pattern", View::Reference, Limit::Pattern(pattern.clone()), Some(format!("Matches {}.", code(pattern))))
        }
        Constraint::Format(format) => (
            "format",
            View::Reference,
            Limit::Code(format!("{RUNTIME}::Format::{format:?}")),
            Some(format!("Format: {}.", format.name())),
        ),
        Constraint::Minimum(bound) => ("minimum", View::Reference, limit(bound), phrase("At least", *bound)),
        Constraint::Maximum(bound) => ("maximum", View::Reference, limit(bound), phrase("At most", *bound)),
        Constraint::ExclusiveMinimum(bound) => {
            ("exclusive_minimum", View::Reference, limit(bound), phrase("More than", *bound))
        }
        Constraint::ExclusiveMaximum(bound) => {
            ("exclusive_maximum", View::Reference, limit(bound), phrase("Less than", *bound))
        }
        Constraint::MultipleOf(bound) => {
            let function = if matches!(bound, Bound::Integer(_)) { "multiple_of" } else { "float_multiple_of" };
            (function, View::Value, limit(bound), phrase("A multiple of", *bound))
        }
        Constraint::Finite => ("finite", View::Value, Limit::None, None),
        Constraint::OneOf(values) => {
            let listed = expectation::values(values);
            let sentence = format!("{}.", upper(&listed));
            ("one_of", View::IsIn(values.clone()), Limit::Code(literal(&listed)), Some(sentence))
        }
        Constraint::MinItems(min) => ("min_items", View::Length, number(min), None),
        Constraint::MaxItems(max) => ("max_items", View::Length, number(max), None),
        Constraint::UniqueItems => {
            let function = if ty.items_compare_as_json() { "unique_items" } else { "unique_values" };
            (function, View::Reference, Limit::None, Some("No two are equal.".to_owned()))
        }
        Constraint::MinProperties(min) => {
            ("min_properties", View::MemberCount, number(min), Some(format!("At least {}.", count(*min, "member"))))
        }
        Constraint::MaxProperties(max) => {
            ("max_properties", View::MemberCount, number(max), Some(format!("At most {}.", count(*max, "member"))))
        }
        Constraint::MemberNames(pattern) => (
            "member_names",
            View::MemberNames,
            Limit::Pattern(pattern.clone()),
            Some(format!("Names match {}.", code(pattern))),
        ),
        Constraint::Present(name) => {
            ("present", View::Has(name.clone()), Limit::Code(literal(name)), Some(format!("Has {}.", code(name))))
        }
        Constraint::Absent(name) => {
            ("absent", View::Has(name.clone()), Limit::Code(literal(name)), Some(format!("Has no {}.", code(name))))
        }
    };
    Form { function, view, limit, sentence }
}

/// The statement that checks a constraint; none where it cannot be asked of the subject.
pub fn call(constraint: &Constraint, subject: Subject<'_>, at: &Operand) -> Option<String> {
    let Form { function, view, limit, .. } = form(constraint, subject.ty());
    let (operand, at) = (subject.view(&view)?, at.reference());
    Some(match limit {
        Limit::None => format!("{RUNTIME}::{function}({operand}, {at}, violations);"),
        Limit::Code(limit) => format!("{RUNTIME}::{function}({operand}, {limit}, {at}, violations);"),
        Limit::Pattern(pattern) => format!(
            "{{\nstatic PATTERN: {RUNTIME}::Pattern = {RUNTIME}::Pattern::new({});\n\
             {RUNTIME}::{function}({operand}, &PATTERN, {at}, violations);\n}}",
            literal(&pattern)
        ),
    })
}

/// Whether a constraint holds, as an expression; none for those of which no proof is made.
pub fn condition(constraint: &Constraint, operand: &Operand, ty: &Type) -> Option<String> {
    let Form { function, view, limit, .. } = form(constraint, ty);
    let operand = match view {
        View::Reference if *ty == Type::String => operand.text(),
        View::Reference | View::Value | View::Length => Subject::Value(operand, ty).view(&view)?,
        View::MemberCount | View::MemberNames | View::Has(_) | View::IsIn(_) => return None,
    };
    match limit {
        Limit::None => None,
        Limit::Code(limit) => Some(format!("{RUNTIME}::passes({RUNTIME}::{function}, {operand}, {limit})")),
        Limit::Pattern(pattern) => Some(format!("{RUNTIME}::matches_pattern!({operand}, {})", literal(&pattern))),
    }
}

/// Sentences on what is asked of values of a type beyond the type.
pub fn sentences(typed: &Typed) -> Vec<String> {
    let mut sentences = Vec::new();
    let find = |pick: fn(&Constraint) -> Option<u64>| typed.constraints.iter().find_map(pick);
    let lengths = (
        find(|constraint| if let Constraint::MinLength(min) = constraint { Some(*min) } else { None }),
        find(|constraint| if let Constraint::MaxLength(max) = constraint { Some(*max) } else { None }),
    );
    let items = (
        find(|constraint| if let Constraint::MinItems(min) = constraint { Some(*min) } else { None }),
        find(|constraint| if let Constraint::MaxItems(max) = constraint { Some(*max) } else { None }),
    );
    sentences.extend(range(lengths, "character"));
    sentences.extend(range(items, "item"));
    sentences.extend(typed.constraints.iter().filter_map(|constraint| form(constraint, &typed.ty).sentence));
    let is_judged = typed.judgements.iter().any(|judgement| judgement.proof.is_none());
    sentences.extend(is_judged.then(|| "Checked against its schema as a whole.".to_owned()));
    match &typed.ty {
        Type::Nullable(inner) => sentences.extend(self::sentences(inner)),
        Type::Array(inner) | Type::FixedArray(inner, _) => {
            sentences.extend(self::sentences(inner).into_iter().map(|sentence| format!("Each: {}", lower(&sentence))));
        }
        _ => {}
    }
    sentences.dedup();
    sentences
}

impl Subject<'_> {
    fn ty(&self) -> &Type {
        match self {
            Self::Value(_, ty) => ty,
            Self::Members(..) => &Type::Object,
        }
    }

    fn view(&self, view: &View) -> Option<String> {
        match self {
            Self::Value(operand, ty) => Some(match view {
                View::Reference => reference(operand, ty),
                View::Value => operand.value(),
                View::Length | View::MemberCount => format!("{}.len()", operand.path),
                View::MemberNames => format!("{}.keys()", operand.path),
                View::Has(name) => format!("{}.contains_key({})", operand.path, literal(name)),
                View::IsIn(values) => is_in(values, &operand.value()),
            }),
            Self::Members(body, idents) => match view {
                View::MemberCount => Some(member_count(body, idents)),
                View::Has(_) if body.additional.is_none() => Some("false".to_owned()),
                View::Has(name) => Some(format!("self.{}.contains_key({})", idents.additional, literal(name))),
                View::Reference | View::Value | View::Length | View::MemberNames | View::IsIn(_) => None,
            },
        }
    }
}

/// A reference to a value, or to the text that it stands for.
pub fn reference(operand: &Operand, ty: &Type) -> String {
    if ty.has_text() { operand.text() } else { operand.reference() }
}

/// The number of members that an object has.
fn member_count(body: &Struct, idents: &Idents) -> String {
    let required = body.fields.iter().filter(|field| field.required).count();
    let optional = body.fields.iter().zip(&idents.fields).filter(|(field, _)| !field.required);
    let optional = optional.map(|(_, ident)| format!("usize::from(self.{ident}.is_some())"));
    let additional = body.additional.as_ref().map(|_| format!("self.{}.len()", idents.additional));
    let summands: Vec<String> =
        (required > 0).then(|| required.to_string()).into_iter().chain(optional).chain(additional).collect();
    if summands.is_empty() { "0".to_owned() } else { summands.join(" + ") }
}

/// Whether the integer or boolean `value` is one of `values`.
fn is_in(values: &[Value], value: &str) -> String {
    match values {
        // Looks at the value, which no other check may do.
        [] => format!("matches!({value}, _ if false)"),
        [Value::Bool(true)] => value.to_owned(),
        [Value::Bool(false)] => format!("!{value}"),
        _ => format!("matches!({value}, {})", alternatives(values)),
    }
}

/// The values as alternatives of a pattern; integers in a row as a range.
pub fn alternatives(values: &[Value]) -> String {
    let Some(mut integers) = values.iter().map(integral).collect::<Option<Vec<i128>>>() else {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    };
    integers.sort_unstable();
    let runs = integers.chunk_by(|a, b| a + 1 == *b).flat_map(|run| match run {
        [first, .., last] if run.len() > 2 => vec![format!("{first}..={last}")],
        run => run.iter().map(i128::to_string).collect(),
    });
    runs.collect::<Vec<_>>().join(" | ")
}

fn bound_code(bound: Bound) -> String {
    match bound {
        Bound::Integer(value) => value.to_string(),
        Bound::Float(value) => format!("{value:?}"),
    }
}

/// `At least 1.`
fn phrase(lead: &str, bound: Bound) -> Option<String> {
    Some(match bound {
        Bound::Integer(value) => format!("{lead} {value}."),
        Bound::Float(value) => format!("{lead} {value}."),
    })
}

fn range(bounds: (Option<u64>, Option<u64>), one: &str) -> Option<String> {
    Some(match bounds {
        (Some(min), Some(max)) if min == max => format!("{}.", count(min, one)),
        (Some(min), Some(max)) => format!("{min} to {}.", count(max, one)),
        (Some(min), None) => format!("At least {}.", count(min, one)),
        (None, Some(max)) => format!("At most {}.", count(max, one)),
        (None, None) => return None,
    })
}

fn count(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

fn lower(text: &str) -> String {
    change_first(text, |c| c.to_lowercase().collect())
}

fn upper(text: &str) -> String {
    change_first(text, |c| c.to_uppercase().collect())
}

fn change_first(text: &str, change: fn(char) -> String) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| change(first) + chars.as_str())
}

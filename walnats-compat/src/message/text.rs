//! What rules demand of texts, as JSON Schema: whether one demand follows from another is asked of its prover.

use walnats_cel::{Expr, Function, Kind, Type, Value};
use walnats_schema::{JsonType, Schema, SchemaId, SchemaSet};

use super::condition::{Condition, size_of};
use super::pattern;
use crate::json::{Limits, Root, is_contained};

/// Whether every text that meets `promised` meets `demanded`: proven, of what both say in words that schemas have.
pub fn follows(promised: &Condition, demanded: &Condition) -> bool {
    let (mut narrow, mut wide) = (SchemaSet::default(), SchemaSet::default());
    let Some(sup) = root(&mut wide, demanded, Lost::Refuses) else { return false };
    let Some(sub) = root(&mut narrow, promised, Lost::Accepts) else { return false };
    is_contained(Root { set: &narrow, id: sub }, Root { set: &wide, id: sup }, &Limits::default())
}

/// What has no words in schemas.
#[derive(Clone, Copy, PartialEq)]
enum Lost {
    /// It is left out of what writers promise.
    Accepts,
    /// What readers demand is not known without it.
    Refuses,
}

fn root(set: &mut SchemaSet, condition: &Condition, lost: Lost) -> Option<SchemaId> {
    let all_of = vec![schema(set, condition, lost)?];
    Some(add(set, Schema { types: Some(vec![JsonType::String]), all_of, ..Schema::default() }))
}

fn add(set: &mut SchemaSet, schema: Schema) -> SchemaId {
    set.schemas.push(schema);
    SchemaId(u32::try_from(set.schemas.len() - 1).unwrap_or(u32::MAX))
}

/// Never narrower than the condition if what is lost is accepted, and exactly it otherwise.
fn schema(set: &mut SchemaSet, condition: &Condition, lost: Lost) -> Option<SchemaId> {
    let anything = Schema::default;
    let never = || Schema { never: true, ..Schema::default() };
    let made = match condition {
        Condition::Known(holds) => Some(if *holds { anything() } else { never() }),
        Condition::All(terms) => {
            let all_of: Option<_> = terms.iter().map(|term| schema(set, term, lost)).collect();
            Some(Schema { all_of: all_of?, ..Schema::default() })
        }
        Condition::Any(terms) if terms.is_empty() => Some(never()),
        Condition::Any(terms) => {
            let any_of: Option<_> = terms.iter().map(|term| schema(set, term, lost)).collect();
            Some(Schema { any_of: any_of?, ..Schema::default() })
        }
        Condition::Is(expr) => atom(expr),
        Condition::IsNot(expr) => atom(expr).map(|atom| Schema { not: Some(add(set, atom)), ..Schema::default() }),
    };
    match (made, lost) {
        (Some(made), _) => Some(add(set, made)),
        (None, Lost::Accepts) => Some(add(set, anything())),
        (None, Lost::Refuses) => None,
    }
}

/// A question about the text itself.
fn atom(expr: &Expr) -> Option<Schema> {
    let Kind::Call(function, operands) = &expr.kind else { return None };
    let [operand, constant] = operands.as_slice() else { return None };
    let constant = constant.constant()?;
    let mut schema = Schema::default();
    if is_this(operand) {
        match (function, constant) {
            (Function::Matches, Value::String(text)) => schema.string.pattern = Some(pattern::ecmascript(text)?),
            (Function::StartsWith, Value::String(text)) => {
                schema.string.pattern = Some(format!("^{}", pattern::literal(text)));
            }
            (Function::EndsWith, Value::String(text)) => {
                schema.string.pattern = Some(format!("{}$", pattern::literal(text)));
            }
            (Function::Contains, Value::String(text)) => schema.string.pattern = Some(pattern::literal(text)),
            (Function::Equal, Value::String(text)) => schema.enumeration = Some(vec![text.as_str().into()]),
            (Function::In, Value::List(items, _)) => {
                let texts = items.iter().map(|item| match item {
                    Value::String(text) => Some(serde_json::Value::from(text.as_str())),
                    _ => None,
                });
                schema.enumeration = Some(texts.collect::<Option<_>>()?);
            }
            _ => return None,
        }
        return Some(schema);
    }
    let bound = length(constant).filter(|_| size_of(operand).is_some_and(is_this))?;
    let rules = &mut schema.string;
    match function {
        Function::LessOrEqual => rules.max_length = Some(bound),
        Function::GreaterOrEqual => rules.min_length = Some(bound),
        Function::Equal => (rules.min_length, rules.max_length) = (Some(bound), Some(bound)),
        _ => return None,
    }
    Some(schema)
}

fn is_this(expr: &Expr) -> bool {
    expr.ty == Type::String && matches!(&expr.kind, Kind::Variable(name) if name == "this")
}

fn length(value: &Value) -> Option<u64> {
    match value {
        Value::Int(bound) => u64::try_from(*bound).ok(),
        Value::Uint(bound) => Some(*bound),
        _ => None,
    }
}

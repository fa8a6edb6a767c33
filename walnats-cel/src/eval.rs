//! Expressions are evaluated over messages that the caller has: what generated code does, for those who have none.

mod call;
mod datum;

use std::cell::RefCell;
use std::collections::HashMap;

pub use datum::{Datum, Message};

use crate::check::show;
use crate::library::{Failure, Result};
use crate::{Expr, Kind, Loop, LoopKind, Piece, Value};

/// Regular expressions, each compiled when it is first needed.
#[derive(Debug, Default)]
pub struct Patterns(RefCell<HashMap<String, Option<regex::Regex>>>);

impl Patterns {
    /// Whether `pattern` is somewhere in `text`. What is not a regular expression matches nothing.
    fn is_match(&self, pattern: &str, text: &str) -> bool {
        let mut known = self.0.borrow_mut();
        if !known.contains_key(pattern) {
            known.insert(pattern.to_owned(), regex::Regex::new(pattern).ok());
        }
        known.get(pattern).and_then(Option::as_ref).is_some_and(|regex| regex.is_match(text))
    }
}

/// The value of an expression that was [compiled](crate::compile) with these variables.
///
/// # Errors
///
/// It has none: an overflow, an index out of range, a key that is not there.
pub fn evaluate<M: Message>(expr: &Expr, variables: &[(&str, Datum<M>)], patterns: &Patterns) -> Result<Datum<M>> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Scope { variables, patterns }.value(expr)
}

struct Scope<'p, M> {
    /// By name, inner ones last.
    variables: Vec<(String, Datum<M>)>,
    patterns: &'p Patterns,
}

impl<M: Message> Scope<'_, M> {
    fn value(&mut self, expr: &Expr) -> Result<Datum<M>> {
        match &expr.kind {
            Kind::Constant(value) => Ok(Datum::Value(value.clone())),
            Kind::Variable(name) => {
                let found = self.variables.iter().rev().find(|(known, _)| known == name);
                found.map(|(_, value)| value.clone()).ok_or(Failure("there is no such variable"))
            }
            Kind::Field(operand, field) => match self.value(operand)? {
                Datum::Message(message) => Ok(message.field(field)),
                Datum::Value(Value::Message(_, fields)) => {
                    let value = fields.get(field).cloned().or_else(|| Value::default_of(&expr.ty));
                    value.map(Datum::Value).ok_or(Failure("there is no such field"))
                }
                _ => Err(Failure("there is no such field")),
            },
            Kind::Has(operand, field) => match self.value(operand)? {
                Datum::Message(message) => Ok(message.has(field).into()),
                Datum::Value(Value::Message(_, fields)) => Ok(fields.contains_key(field).into()),
                _ => Err(Failure("there is no such field")),
            },
            Kind::And(terms) => self.decided(terms, false),
            Kind::Or(terms) => self.decided(terms, true),
            Kind::Conditional(parts) => {
                let [condition, yes, no] = &**parts;
                if self.holds(condition)? { self.value(yes) } else { self.value(no) }
            }
            Kind::List(items) => {
                let items: Result<Vec<_>> = items.iter().map(|item| self.value(item)).collect();
                Ok(Datum::list(items?))
            }
            Kind::Call(function, arguments) => {
                let arguments: Result<Vec<_>> = arguments.iter().map(|argument| self.value(argument)).collect();
                call::call(*function, &arguments?, self.patterns)
            }
            Kind::Format(pieces) => self.text(pieces),
            Kind::Loop(inner) => self.looped(inner),
            Kind::Unwrap(operand) => match self.value(operand)? {
                Datum::Value(Value::Null) => Err(Failure("the wrapper is null")),
                value => Ok(value),
            },
            Kind::IsNull(operand) => Ok(matches!(self.value(operand)?, Datum::Value(Value::Null)).into()),
        }
    }

    fn holds(&mut self, expr: &Expr) -> Result<bool> {
        match self.value(expr)? {
            Datum::Value(Value::Bool(value)) => Ok(value),
            _ => Err(Failure("the value is not a boolean")),
        }
    }

    /// Terms of which one that is `deciding` decides, whatever the others come to.
    fn decided(&mut self, terms: &[Expr], deciding: bool) -> Result<Datum<M>> {
        let mut failed = None;
        for term in terms {
            match self.holds(term) {
                Ok(value) if value == deciding => return Ok(deciding.into()),
                Ok(_) => {}
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok((!deciding).into()), Err)
    }

    fn text(&mut self, pieces: &[Piece]) -> Result<Datum<M>> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(known) => text.push_str(known),
                Piece::Value { verb, precision, value } => {
                    let value = self.value(value)?.known().ok_or(Failure("the value has no text"))?;
                    show(*verb, *precision, &value, &mut text);
                }
            }
        }
        Ok(Datum::Value(Value::String(text)))
    }

    fn looped(&mut self, inner: &Loop) -> Result<Datum<M>> {
        let range = self.value(&inner.range)?;
        let mut steps = range.steps(inner.second.is_some()).ok_or(Failure("the value has no items"))?;
        let depth = self.variables.len();
        let mut made = Vec::new();
        let mut failed = None;
        let mut count = 0;
        for (first, second) in &mut steps {
            self.variables.truncate(depth);
            let item = first.clone();
            self.variables.push((inner.first.clone(), first));
            if let (Some(name), Some(second)) = (&inner.second, second) {
                self.variables.push((name.clone(), second));
            }
            let outcome = match inner.kind {
                LoopKind::Map => self.is_wanted(inner.condition.as_ref()).and_then(|is_wanted| {
                    if is_wanted {
                        made.push(self.value(&inner.body)?);
                    }
                    Ok(false)
                }),
                _ => self.holds(&inner.body),
            };
            match (inner.kind, outcome) {
                (LoopKind::All, Ok(false)) | (LoopKind::Exists, Ok(true)) => {
                    self.variables.truncate(depth);
                    return Ok((inner.kind == LoopKind::Exists).into());
                }
                (LoopKind::Filter, Ok(true)) => made.push(item),
                (LoopKind::ExistsOne, Ok(true)) => count += 1,
                (_, Ok(_)) => {}
                (_, Err(failure)) => failed = failed.or(Some(failure)),
            }
        }
        self.variables.truncate(depth);
        if let Some(failure) = failed {
            return Err(failure);
        }
        Ok(match inner.kind {
            LoopKind::All => true.into(),
            LoopKind::Exists => false.into(),
            LoopKind::ExistsOne => (count == 1).into(),
            LoopKind::Map | LoopKind::Filter => Datum::list(made),
        })
    }

    fn is_wanted(&mut self, condition: Option<&Expr>) -> Result<bool> {
        condition.map_or(Ok(true), |condition| self.holds(condition))
    }
}

//! Expressions that are checked: plain data, with a type at each node.

use crate::{Function, Type, Value};

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// The type of its value.
    pub ty: Type,
    /// Where it stands in the text, in bytes.
    pub offset: usize,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A value that is known.
    Constant(Value),
    /// A variable, by name. Those of loops are numbered, so that no two are called alike.
    Variable(String),
    /// A field of a message; where it is not set, its default.
    Field(Box<Expr>, String),
    /// Whether a field of a message is set.
    Has(Box<Expr>, String),
    /// Whether all hold. One that is false decides, even where another has no value.
    And(Vec<Expr>),
    /// Whether one holds. One that is true decides, even where another has no value.
    Or(Vec<Expr>),
    /// The second where the first holds, otherwise the third.
    Conditional(Box<[Expr; 3]>),
    /// A list of known length.
    List(Vec<Expr>),
    /// A function or an operator.
    Call(Function, Vec<Expr>),
    /// Text put together.
    Format(Vec<Piece>),
    /// A macro that goes over a list or map.
    Loop(Box<Loop>),
    /// The value of a wrapper, which has none where the wrapper is null.
    Unwrap(Box<Expr>),
    /// Whether a wrapper is null.
    IsNull(Box<Expr>),
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text that is known.
    Text(String),
    /// A value, by what follows the percent sign, and digits after the point.
    Value {
        /// `s`, `d`, `x`, …
        verb: char,
        /// Digits after the point.
        precision: usize,
        /// The value.
        value: Expr,
    },
}

/// A macro that goes over a list, or the keys of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// What comes of it.
    pub kind: LoopKind,
    /// What it goes over.
    pub range: Expr,
    /// The item of a list, or the key of a map; with a second variable, the index or the key.
    pub first: String,
    /// The item of a list, or the value of a map.
    pub second: Option<String>,
    /// Which items count.
    pub condition: Option<Expr>,
    /// What is asked of an item, or made of it.
    pub body: Expr,
}

/// What comes of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum LoopKind {
    All,
    Exists,
    ExistsOne,
    /// The items, transformed.
    Map,
    /// The items for which the condition holds.
    Filter,
}

impl Expr {
    /// The value, where it is known.
    pub fn constant(&self) -> Option<&Value> {
        match &self.kind {
            Kind::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is this boolean, for sure.
    pub fn is(&self, value: bool) -> bool {
        self.constant() == Some(&Value::Bool(value))
    }

    /// Whether evaluating it can fail.
    pub fn can_fail(&self) -> bool {
        match &self.kind {
            Kind::Constant(_) | Kind::Variable(_) => false,
            Kind::Field(operand, _) | Kind::Has(operand, _) | Kind::IsNull(operand) => operand.can_fail(),
            Kind::Unwrap(_) => true,
            Kind::And(terms) | Kind::Or(terms) | Kind::List(terms) => terms.iter().any(Self::can_fail),
            Kind::Conditional(parts) => parts.iter().any(Self::can_fail),
            Kind::Call(function, arguments) => function.can_fail(arguments) || arguments.iter().any(Self::can_fail),
            Kind::Format(pieces) => pieces.iter().any(|piece| match piece {
                Piece::Text(_) => false,
                Piece::Value { value, .. } => value.can_fail(),
            }),
            Kind::Loop(inner) => {
                inner.range.can_fail() || inner.body.can_fail() || inner.condition.as_ref().is_some_and(Self::can_fail)
            }
        }
    }

    /// Whether it asks for the variable `name`.
    pub fn uses(&self, name: &str) -> bool {
        match &self.kind {
            Kind::Constant(_) => false,
            Kind::Variable(variable) => variable == name,
            Kind::Field(operand, _) | Kind::Has(operand, _) | Kind::IsNull(operand) | Kind::Unwrap(operand) => {
                operand.uses(name)
            }
            Kind::And(terms) | Kind::Or(terms) | Kind::List(terms) | Kind::Call(_, terms) => {
                terms.iter().any(|term| term.uses(name))
            }
            Kind::Conditional(parts) => parts.iter().any(|part| part.uses(name)),
            Kind::Format(pieces) => pieces.iter().any(|piece| match piece {
                Piece::Text(_) => false,
                Piece::Value { value, .. } => value.uses(name),
            }),
            Kind::Loop(inner) => {
                inner.range.uses(name)
                    || inner.body.uses(name)
                    || inner.condition.as_ref().is_some_and(|condition| condition.uses(name))
            }
        }
    }
}

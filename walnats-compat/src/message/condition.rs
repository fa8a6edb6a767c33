//! What rules demand, and whether one demand follows from others.

use walnats_cel::{Expr, Function, Kind, Type, Value};
use walnats_codegen::model::ProtobufRule;

use super::bare::Bare;

/// A demand: it is met where it is true, and not where it is false or has no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Always met, or never.
    Known(bool),
    /// Met where all are.
    All(Vec<Condition>),
    /// Met where one is.
    Any(Vec<Condition>),
    /// Met where the expression is true.
    Is(Expr),
    /// Met where the expression is false.
    IsNot(Expr),
}

impl Condition {
    /// What a rule demands.
    pub fn of(rule: &ProtobufRule) -> Self {
        let mut expr = rule.expr.clone();
        Bare::default().expr(&mut expr);
        if expr.ty == Type::String { said(&expr) } else { demanded(expr, true) }
    }

    /// Whether `other` is met wherever this is: as far as it shows without trying values.
    pub fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            _ if self == other => true,
            (Self::Known(false), _) | (_, Self::Known(true)) => true,
            (Self::Any(terms), _) => terms.iter().all(|term| term.implies(other)),
            (_, Self::All(terms)) => terms.iter().all(|term| self.implies(term)),
            (Self::All(own), Self::Any(terms)) => {
                own.iter().any(|term| term.implies(other)) || terms.iter().any(|term| self.implies(term))
            }
            (Self::All(terms), _) => terms.iter().any(|term| term.implies(other)),
            (_, Self::Any(terms)) => terms.iter().any(|term| self.implies(term)),
            (Self::Is(one), Self::Is(other)) => follows(one, other),
            (Self::IsNot(one), Self::IsNot(other)) => follows(other, one),
            (Self::Is(one), Self::IsNot(other)) => excludes(one, other),
            _ => false,
        }
    }
}

impl Condition {
    /// Whether it is that `this` is not empty.
    pub fn is_nonempty(&self) -> bool {
        let Self::Is(expr) = self else { return false };
        let Some((operand, Function::GreaterOrEqual, [Value::Int(1) | Value::Uint(1)])) = comparison(expr) else {
            return false;
        };
        size_of(operand).is_some_and(|of| of.kind == Kind::Variable("this".to_owned()))
    }

    /// The values that are left for `this` where it is met, if it says which.
    pub fn values(&self) -> Option<&[Value]> {
        match self {
            Self::All(terms) => terms.iter().find_map(Self::values),
            Self::Is(expr) => match comparison(expr)? {
                (operand, Function::In | Function::Equal, values)
                    if operand.kind == Kind::Variable("this".to_owned()) =>
                {
                    Some(values)
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// A rule that says what is wrong: nothing is where it is met.
fn said(expr: &Expr) -> Condition {
    match &expr.kind {
        Kind::Constant(Value::String(text)) => Condition::Known(text.is_empty()),
        Kind::Conditional(parts) => {
            let [condition, yes, no] = &**parts;
            either(condition, said(yes), said(no))
        }
        _ => Condition::Is(expr.clone()),
    }
}

fn either(condition: &Expr, yes: Condition, no: Condition) -> Condition {
    let (holds, fails) = (demanded(condition.clone(), true), demanded(condition.clone(), false));
    match (yes, no) {
        (Condition::Known(true), Condition::Known(false)) => holds,
        (Condition::Known(false), Condition::Known(true)) => fails,
        (Condition::Known(false), no) => Condition::All(vec![fails, no]),
        (yes, Condition::Known(false)) => Condition::All(vec![holds, yes]),
        (yes, no) => Condition::Any(vec![Condition::All(vec![holds, yes]), Condition::All(vec![fails, no])]),
    }
}

/// That a boolean is `wanted`.
fn demanded(expr: Expr, wanted: bool) -> Condition {
    match expr.kind {
        Kind::Constant(Value::Bool(value)) => Condition::Known(value == wanted),
        Kind::Call(Function::Not, mut operands) if operands.len() == 1 => demanded(operands.remove(0), !wanted),
        Kind::And(terms) => joined(terms, wanted, wanted),
        Kind::Or(terms) => joined(terms, wanted, !wanted),
        Kind::Conditional(parts) => {
            let [condition, yes, no] = *parts;
            either(&condition, demanded(yes, wanted), demanded(no, wanted))
        }
        Kind::Call(Function::NotEqual, operands) => {
            let kind = Kind::Call(Function::Equal, operands);
            demanded(Expr { kind, ..expr }, !wanted)
        }
        kind => atom(Expr { kind, ty: expr.ty, offset: expr.offset }, wanted),
    }
}

fn joined(terms: Vec<Expr>, wanted: bool, all: bool) -> Condition {
    let terms = terms.into_iter().map(|term| demanded(term, wanted)).collect();
    // Of no terms, all are met and none is.
    if all { Condition::All(terms) } else { Condition::Any(terms) }
}

/// A comparison has the constant on the right, and is not negated, unless one of doubles: what is no number is neither less nor
/// not less.
fn atom(mut expr: Expr, wanted: bool) -> Condition {
    let Kind::Call(function, operands) = &mut expr.kind else { return leaf(expr, wanted) };
    if operands.len() != 2 {
        return leaf(expr, wanted);
    }
    if operands[0].constant().is_some() && operands[1].constant().is_none() {
        let mirrored = match function {
            Function::Less => Function::Greater,
            Function::LessOrEqual => Function::GreaterOrEqual,
            Function::Greater => Function::Less,
            Function::GreaterOrEqual => Function::LessOrEqual,
            Function::Equal => Function::Equal,
            _ => return leaf(expr, wanted),
        };
        *function = mirrored;
        operands.swap(0, 1);
    }
    let opposite = match function {
        Function::Less => Function::GreaterOrEqual,
        Function::LessOrEqual => Function::Greater,
        Function::Greater => Function::LessOrEqual,
        Function::GreaterOrEqual => Function::Less,
        _ => return leaf(expr, wanted),
    };
    let is_exact = !matches!(operands[0].ty, Type::Double | Type::Dyn);
    let is_turned = !wanted && is_exact;
    if is_turned {
        *function = opposite;
    }
    let is_integer = matches!(operands[0].ty, Type::Int | Type::Uint);
    if let Some((closed, bound)) = closed(*function, operands[1].constant()).filter(|_| is_integer) {
        *function = closed;
        operands[1].kind = Kind::Constant(bound);
    }
    leaf(expr, wanted || is_turned)
}

/// Of integers, `> 4` is `>= 5`.
fn closed(function: Function, bound: Option<&Value>) -> Option<(Function, Value)> {
    let step = |up: bool| match bound? {
        Value::Int(bound) if up => bound.checked_add(1).map(Value::Int),
        Value::Int(bound) => bound.checked_sub(1).map(Value::Int),
        Value::Uint(bound) if up => bound.checked_add(1).map(Value::Uint),
        Value::Uint(bound) => bound.checked_sub(1).map(Value::Uint),
        _ => None,
    };
    match function {
        Function::Greater => Some((Function::GreaterOrEqual, step(true)?)),
        Function::Less => Some((Function::LessOrEqual, step(false)?)),
        _ => None,
    }
}

fn leaf(expr: Expr, wanted: bool) -> Condition {
    if wanted && is_beyond_messages(&expr) {
        return Condition::Known(true);
    }
    if wanted { Condition::Is(expr) } else { Condition::IsNot(expr) }
}

/// No server takes longer messages (`max_payload` of NATS), and nothing in a message is longer than it.
const LONGEST_MESSAGE: u64 = 64 << 20;

/// Whether a size may be anything that a size can be.
fn is_beyond_messages(expr: &Expr) -> bool {
    let Some((operand, Function::LessOrEqual, [bound])) = comparison(expr) else { return false };
    let is_large = match bound {
        Value::Int(bound) => u64::try_from(*bound).is_ok_and(|bound| bound >= LONGEST_MESSAGE),
        Value::Uint(bound) => *bound >= LONGEST_MESSAGE,
        _ => false,
    };
    size_of(operand).is_some_and(is_part) && is_large
}

/// What an expression is the size of.
pub fn size_of(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        Kind::Call(Function::ToUint | Function::ToInt | Function::Same, inner) => size_of(inner.first()?),
        Kind::Call(Function::Size, of) => of.first(),
        _ => None,
    }
}

/// Whether it is something that is in the message, not made of it.
fn is_part(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Variable(_) => true,
        Kind::Field(operand, _) => is_part(operand),
        _ => false,
    }
}

/// What is asked of a value, by a comparison with constants: the value, the function, the constants.
fn comparison(expr: &Expr) -> Option<(&Expr, Function, &[Value])> {
    let Kind::Call(function, operands) = &expr.kind else { return None };
    let [operand, constant] = operands.as_slice() else { return None };
    let constants = match (function, constant.constant()?) {
        (Function::In, Value::List(items, _)) => items.as_slice(),
        (Function::In, _) => return None,
        (_, value) => std::slice::from_ref(value),
    };
    Some((operand, *function, constants))
}

/// Whether a value is in a relation to constants; `None` for what is no comparison.
fn holds(value: &Value, function: Function, constants: &[Value]) -> Option<bool> {
    let order = || constants.first().and_then(|constant| value.order(constant));
    Some(match function {
        Function::In | Function::Equal => constants.contains(value),
        Function::Less => order()?.is_lt(),
        Function::LessOrEqual => order()?.is_le(),
        Function::Greater => order()?.is_gt(),
        Function::GreaterOrEqual => order()?.is_ge(),
        _ => return None,
    })
}

/// Whether the second is true wherever the first is.
fn follows(one: &Expr, other: &Expr) -> bool {
    if one == other {
        return true;
    }
    let (Some((value, function, constants)), Some((same, wanted, bounds))) = (comparison(one), comparison(other))
    else {
        return false;
    };
    if value != same {
        return false;
    }
    let each = |wanted| constants.iter().all(|constant| holds(constant, wanted, bounds) == Some(true));
    match (function, wanted) {
        (Function::In | Function::Equal, _) => each(wanted),
        (Function::Less, Function::Less | Function::LessOrEqual) | (Function::LessOrEqual, Function::LessOrEqual) => {
            each(Function::LessOrEqual)
        }
        (Function::LessOrEqual, Function::Less) => each(Function::Less),
        (Function::Greater, Function::Greater | Function::GreaterOrEqual)
        | (Function::GreaterOrEqual, Function::GreaterOrEqual) => each(Function::GreaterOrEqual),
        (Function::GreaterOrEqual, Function::Greater) => each(Function::Greater),
        _ => false,
    }
}

/// Whether the second is false wherever the first is true.
fn excludes(one: &Expr, other: &Expr) -> bool {
    let (Some((value, function, constants)), Some((same, wanted, bounds))) = (comparison(one), comparison(other))
    else {
        return false;
    };
    value == same
        && match function {
            Function::In | Function::Equal => {
                constants.iter().all(|constant| holds(constant, wanted, bounds) == Some(false))
            }
            // What the other takes is out of the first one's reach.
            _ => {
                matches!(wanted, Function::In | Function::Equal)
                    && bounds.iter().all(|bound| holds(bound, function, constants) == Some(false))
            }
        }
}

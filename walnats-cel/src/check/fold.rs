//! What is known is computed here.

use crate::library::{self as lib, Duration, Failure, Timestamp};
use crate::{Expr, Function as F, Kind, Value};

/// The value of a call, if it is known; `None` if it is not.
pub fn fold(function: F, arguments: &[Expr]) -> Option<Result<Value, Failure>> {
    // A list that is known to be empty has nothing in it.
    if let (F::In, [_, list]) = (function, arguments)
        && matches!(&list.kind, Kind::Constant(Value::List(items, _)) if items.is_empty())
    {
        return Some(Ok(Value::Bool(false)));
    }
    if let (F::Divide | F::Remainder, [_, divisor]) = (function, arguments)
        && matches!(divisor.constant(), Some(Value::Int(0) | Value::Uint(0)))
    {
        return Some(Err(Failure("division by zero")));
    }
    let values: Vec<&Value> = arguments.iter().map(Expr::constant).collect::<Option<_>>()?;
    // What grows with each step would otherwise grow without end.
    let length: usize = values.iter().map(|value| length(value)).fold(0, usize::saturating_add);
    if function == F::Add && length > MAX_LENGTH {
        return None;
    }
    apply(function, &values)
}

/// The value of a call, for arguments that have values; `None` for functions of text, which nobody calls with constants.
pub fn apply(function: F, values: &[&Value]) -> Option<Result<Value, Failure>> {
    match (function, values) {
        (F::Not, [Value::Bool(a)]) => Some(Ok(Value::Bool(!a))),
        (F::Equal, [a, b]) => Some(Ok(Value::Bool(a == b))),
        (F::NotEqual, [a, b]) => Some(Ok(Value::Bool(a != b))),
        (F::Less | F::LessOrEqual | F::Greater | F::GreaterOrEqual, [a, b]) => {
            let order = a.order(b);
            Some(Ok(Value::Bool(order.is_some_and(|order| match function {
                F::Less => order.is_lt(),
                F::LessOrEqual => order.is_le(),
                F::Greater => order.is_gt(),
                _ => order.is_ge(),
            }))))
        }
        (F::In, [a, Value::List(items, _)]) => Some(Ok(Value::Bool(items.contains(a)))),
        (F::Size, [value]) => size(value).map(Ok),
        (_, [value]) => unary(function, value),
        (_, [a, b]) => binary(function, a, b),
        _ => None,
    }
}

fn size(value: &Value) -> Option<Value> {
    let size = match value {
        Value::String(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items, _) => items.len(),
        _ => return None,
    };
    i64::try_from(size).ok().map(Value::Int)
}

#[allow(clippy::cast_precision_loss)]
fn unary(function: F, value: &Value) -> Option<Result<Value, Failure>> {
    Some(match (function, value) {
        (F::Negate, Value::Int(a)) => lib::negate(*a).map(Value::Int),
        (F::Negate, Value::Double(a)) => Ok(Value::Double(-a)),
        (F::Negate, Value::Duration(a)) => a.negate().map(Value::Duration),
        (F::ToInt, Value::Uint(a)) => lib::uint_to_int(*a).map(Value::Int),
        (F::ToInt, Value::Double(a)) => lib::double_to_int(*a).map(Value::Int),
        (F::ToInt, Value::String(a)) => lib::text_to_int(a).map(Value::Int),
        (F::ToInt, Value::Timestamp(a)) => Ok(Value::Int(a.parts().0)),
        (F::ToInt, Value::Duration(a)) => Ok(Value::Int(a.parts().0)),
        (F::ToUint, Value::Int(a)) => lib::int_to_uint(*a).map(Value::Uint),
        (F::ToUint, Value::Double(a)) => lib::double_to_uint(*a).map(Value::Uint),
        (F::ToUint, Value::String(a)) => lib::text_to_uint(a).map(Value::Uint),
        (F::ToDouble, Value::Int(a)) => Ok(Value::Double(*a as f64)),
        (F::ToDouble, Value::Uint(a)) => Ok(Value::Double(*a as f64)),
        (F::ToDouble, Value::String(a)) => lib::text_to_double(a).map(Value::Double),
        (F::ToBool, Value::String(a)) => lib::text_to_bool(a).map(Value::Bool),
        (F::ToText, Value::Bytes(a)) => lib::bytes_to_text(a).map(|text| Value::String(text.to_owned())),
        (F::ToText, value) => Ok(Value::String(lib::shown(value))),
        (F::ToBytes, Value::String(a)) => Ok(Value::Bytes(a.clone().into_bytes())),
        (F::ToDuration, Value::String(a)) => Duration::parse(a).map(Value::Duration),
        (F::ToTimestamp, Value::String(a)) => Timestamp::parse(a).map(Value::Timestamp),
        (F::ToTimestamp, Value::Int(a)) => Timestamp::from_seconds(*a).map(Value::Timestamp),
        (F::LowerAscii, Value::String(a)) => Ok(Value::String(lib::lower_ascii(a))),
        (F::UpperAscii, Value::String(a)) => Ok(Value::String(lib::upper_ascii(a))),
        (F::Trim, Value::String(a)) => Ok(Value::String(a.trim().to_owned())),
        (F::Quote, Value::String(a)) => Ok(Value::String(lib::quote(a))),
        _ => return None,
    })
}

/// What is longer is not computed here: bytes, or items of a list.
const MAX_LENGTH: usize = 1 << 16;

fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items, _) => items.len(),
        _ => 0,
    }
}

fn binary(function: F, a: &Value, b: &Value) -> Option<Result<Value, Failure>> {
    use Value as V;
    Some(match (function, a, b) {
        (F::Add, V::Int(a), V::Int(b)) => lib::add_int(*a, *b).map(V::Int),
        (F::Add, V::Uint(a), V::Uint(b)) => lib::add_uint(*a, *b).map(V::Uint),
        (F::Add, V::Double(a), V::Double(b)) => Ok(V::Double(a + b)),
        (F::Add, V::String(a), V::String(b)) => Ok(V::String(format!("{a}{b}"))),
        (F::Add, V::Bytes(a), V::Bytes(b)) => Ok(V::Bytes([a.as_slice(), b].concat())),
        (F::Add, V::List(a, ty), V::List(b, other)) => {
            let item = if a.is_empty() { other } else { ty };
            Ok(V::List([a.as_slice(), b].concat(), item.clone()))
        }
        (F::Add, V::Duration(a), V::Duration(b)) => a.plus(*b).map(V::Duration),
        (F::Add, V::Timestamp(a), V::Duration(b)) => a.plus(*b).map(V::Timestamp),
        (F::Add, V::Duration(a), V::Timestamp(b)) => b.plus(*a).map(V::Timestamp),
        (F::Subtract, V::Int(a), V::Int(b)) => lib::subtract_int(*a, *b).map(V::Int),
        (F::Subtract, V::Uint(a), V::Uint(b)) => lib::subtract_uint(*a, *b).map(V::Uint),
        (F::Subtract, V::Double(a), V::Double(b)) => Ok(V::Double(a - b)),
        (F::Subtract, V::Duration(a), V::Duration(b)) => a.minus(*b).map(V::Duration),
        (F::Subtract, V::Timestamp(a), V::Duration(b)) => a.minus(*b).map(V::Timestamp),
        (F::Subtract, V::Timestamp(a), V::Timestamp(b)) => a.since(*b).map(V::Duration),
        (F::Multiply, V::Int(a), V::Int(b)) => lib::multiply_int(*a, *b).map(V::Int),
        (F::Multiply, V::Uint(a), V::Uint(b)) => lib::multiply_uint(*a, *b).map(V::Uint),
        (F::Multiply, V::Double(a), V::Double(b)) => Ok(V::Double(a * b)),
        (F::Divide, V::Int(a), V::Int(b)) => lib::divide_int(*a, *b).map(V::Int),
        (F::Divide, V::Uint(a), V::Uint(b)) => lib::divide_uint(*a, *b).map(V::Uint),
        (F::Divide, V::Double(a), V::Double(b)) => Ok(V::Double(a / b)),
        (F::Remainder, V::Int(a), V::Int(b)) => lib::remainder_int(*a, *b).map(V::Int),
        (F::Remainder, V::Uint(a), V::Uint(b)) => lib::remainder_uint(*a, *b).map(V::Uint),
        (F::Index, V::List(items, _), V::Int(index)) => lib::item(items, *index).cloned(),
        (F::Contains, V::String(a), V::String(b)) => Ok(V::Bool(a.contains(b.as_str()))),
        (F::StartsWith, V::String(a), V::String(b)) => Ok(V::Bool(a.starts_with(b.as_str()))),
        (F::EndsWith, V::String(a), V::String(b)) => Ok(V::Bool(a.ends_with(b.as_str()))),
        _ => return None,
    })
}

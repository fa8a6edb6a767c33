//! Values that are known, as literals.

use walnats_cel::Value;

use super::code::{Code, Form, Hold, Result, Unsupported};
use crate::rust::code::literal;

/// The literal of `value`.
pub fn constant(value: &Value) -> Result<Code> {
    Ok(match value {
        Value::Bool(value) => Code::new(value.to_string(), Form::Bool),
        Value::Int(i64::MIN) => Code::new("i64::MIN", Form::I64),
        Value::Int(value) if *value < 0 => Code::unary(value.to_string(), Form::I64),
        Value::Int(value) => Code::new(value.to_string(), Form::I64),
        Value::Uint(value) => Code::new(value.to_string(), Form::U64),
        Value::Double(value) => double(*value, "f64", Form::F64),
        Value::String(value) => Code::new(literal(value), Form::Text(Hold::Slice)),
        Value::Bytes(value) => Code::new(bytes(value), Form::Bytes(Hold::Slice)),
        Value::Duration(value) => {
            let (seconds, nanos) = value.parts();
            Code::new(format!("rt::cel::Duration::new({seconds}, {nanos})"), Form::Duration)
        }
        Value::Timestamp(value) => {
            let (seconds, nanos) = value.parts();
            Code::new(format!("rt::cel::Timestamp::new({seconds}, {nanos})"), Form::Timestamp)
        }
        Value::List(items, _) => {
            let items = items.iter().map(constant).collect::<Result<Vec<Code>>>()?;
            let form = items.first().map_or(Form::Bool, |item| item.form.clone());
            // Arrays of bytes have lengths of their own, which slices do not.
            let text = |item: &Code| match item.form {
                Form::Bytes(_) => format!("&{}[..]", item.text),
                _ => item.text.clone(),
            };
            let texts: Vec<String> = items.iter().map(text).collect();
            Code::new(format!("[{}]", texts.join(", ")), Form::List(Hold::Made, Box::new(form)))
        }
        Value::Null | Value::Message(..) => return Err(Unsupported("a rule as a value")),
    })
}

/// The literal of a number, as a value of the form `form`; `None` if that form has no such value.
pub fn number(value: &Value, form: &Form) -> Option<Code> {
    let code = constant(value).ok()?;
    let fits = match (value, form) {
        (Value::Int(value), Form::I32) => i32::try_from(*value).is_ok(),
        (Value::Uint(value), Form::U32) => u32::try_from(*value).is_ok(),
        // Also where pointers have 32 bits.
        (Value::Uint(value), Form::Usize) => u32::try_from(*value).is_ok(),
        (Value::Int(value), Form::Usize) => u32::try_from(*value).is_ok(),
        (Value::Double(value), Form::F32) => return single(*value),
        _ => code.form == *form,
    };
    fits.then(|| Code { form: form.clone(), ..code })
}

/// A double that a float can express.
#[allow(clippy::cast_possible_truncation)]
fn single(value: f64) -> Option<Code> {
    let narrow = value as f32;
    if f64::from(narrow).to_bits() != value.to_bits() {
        return None;
    }
    let code = double(value, "f32", Form::F32);
    Some(if value.is_finite() { Code { text: format!("{narrow:?}"), ..code } } else { code })
}

fn double(value: f64, ty: &str, form: Form) -> Code {
    match value {
        _ if value.is_nan() => Code::new(format!("{ty}::NAN"), form),
        _ if value == f64::INFINITY => Code::new(format!("{ty}::INFINITY"), form),
        _ if value == f64::NEG_INFINITY => Code::new(format!("{ty}::NEG_INFINITY"), form),
        _ if value.is_sign_negative() => Code::unary(format!("{value:?}"), form),
        _ => Code::new(format!("{value:?}"), form),
    }
}

fn bytes(value: &[u8]) -> String {
    let escaped = value.iter().flat_map(|byte| std::ascii::escape_default(*byte)).map(char::from);
    format!("b\"{}\"", escaped.collect::<String>())
}

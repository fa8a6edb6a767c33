//! Functions and operators.

use walnats_cel::library::Part;
use walnats_cel::{Expr, Function as F, Kind, Type, Value};

use super::Emitter;
use super::code::{Binding, Code, Form, Hold, Result, Unsupported, referred};
use super::constant::{constant, number};
use super::expr::{Scope, maybe};

impl Emitter<'_> {
    pub fn call(&self, function: F, arguments: &[Expr], call: &Expr, scope: &Scope) -> Result<Code> {
        match (function, arguments) {
            (F::Not, _) => self.condition(&arguments[0], false, scope),
            (F::Equal | F::NotEqual, [a, b]) => self.equality(a, b, function == F::Equal, scope),
            (F::Less | F::LessOrEqual | F::Greater | F::GreaterOrEqual, [a, b]) => {
                if let Some(code) = self.length(function, a, b, scope)? {
                    return Ok(code);
                }
                let operator = match function {
                    F::Less => "<",
                    F::LessOrEqual => "<=",
                    F::Greater => ">",
                    _ => ">=",
                };
                let (a, b) = self.alike(a, b, scope)?;
                let (a, b) = (a.slice(), b.slice());
                Ok(compared(&a, operator, &b))
            }
            (F::In, [a, list]) => self.membership(a, list, scope),
            (F::Index, [operand, index]) => self.index(operand, index, scope),
            (F::Size, [operand]) => self.size(operand, scope),
            (F::Add | F::Subtract | F::Multiply | F::Divide | F::Remainder | F::Negate, _) => {
                self.arithmetic(function, arguments, call, scope)
            }
            (F::ToUint, [operand]) if matches!(operand.kind, Kind::Call(F::Size, _)) => self.expr(operand, scope),
            (
                F::ToBool
                | F::ToInt
                | F::ToUint
                | F::ToDouble
                | F::ToText
                | F::ToBytes
                | F::ToDuration
                | F::ToTimestamp,
                [a],
            ) => self.conversion(function, a, scope),
            (F::Matches, [text, pattern]) => {
                let Some(Value::String(pattern)) = pattern.constant() else {
                    return Err(Unsupported("a pattern that is not known"));
                };
                let text = self.expr(text, scope)?;
                Ok(Code::new(format!("{}.is_match({})", self.pattern(pattern), text.argument()), Form::Bool))
            }
            (F::Part(part), [time, ..]) => self.part(part, time, arguments.get(1), scope),
            (F::IsNan, [a]) => self.method(a, "is_nan", scope),
            (F::IsInf, [a]) => self.method(a, "is_infinite", scope),
            (F::IsInf, [a, sign]) => {
                let code = self.expr(a, scope)?;
                let ty = if code.form == Form::F32 { "f32" } else { "f64" };
                match sign.constant() {
                    Some(Value::Int(0)) => self.method(a, "is_infinite", scope),
                    Some(Value::Int(sign)) => {
                        let infinity = if *sign > 0 { "INFINITY" } else { "NEG_INFINITY" };
                        Ok(Code::loose(format!("{} == {ty}::{infinity}", code.operand()), Form::Bool))
                    }
                    _ => Err(Unsupported("`isInf` with a sign that is not known")),
                }
            }
            (F::Unique, [list]) => {
                let list = self.expr(list, scope)?;
                if let Form::List(_, item) = &list.form
                    && matches!(referred("", item).form, Form::Message(..) | Form::Maybe(_))
                {
                    return Err(Unsupported("`unique` of a list of messages"));
                }
                let is_double = matches!(&list.form, Form::List(_, item) if matches!(**item, Form::F32 | Form::F64));
                let name = if is_double { "is_unique_double" } else { "is_unique" };
                Ok(Code::new(format!("rt::cel::{name}({})", list.argument()), Form::Bool))
            }
            _ => self.text_function(function, arguments, scope),
        }
    }

    fn method(&self, operand: &Expr, name: &str, scope: &Scope) -> Result<Code> {
        Ok(Code::new(format!("{}.{name}()", self.expr(operand, scope)?.receiver()), Form::Bool))
    }

    fn equality(&self, a: &Expr, b: &Expr, is_equal: bool, scope: &Scope) -> Result<Code> {
        let operator = if is_equal { "==" } else { "!=" };
        let (one, other) = (self.expr(a, scope)?, self.expr(b, scope)?);
        match (&one.form, &other.form) {
            (Form::Text(_) | Form::Bytes(_), _) if a.constant().is_some() || b.constant().is_some() => {
                Ok(compared(&one, operator, &other))
            }
            (Form::Message(..) | Form::Maybe(_), Form::Message(..) | Form::Maybe(_)) => {
                let (one, other) = (maybe(one), maybe(other));
                let not = if is_equal { "" } else { "!" };
                let binding = if is_equal { Binding::Tight } else { Binding::Unary };
                let text = format!("{not}rt::equal({}, {})", one.text, other.text);
                Ok(Code { text, form: Form::Bool, binding })
            }
            (Form::List(_, one_item), Form::List(_, other_item)) => {
                let known = [a, b].iter().any(|side| side.constant().is_some());
                let is_empty = |side: &Expr| matches!(side.constant(), Some(Value::List(items, _)) if items.is_empty());
                // An empty list has items of no type that Rust could know.
                if let Some(list) =
                    [(a, &other), (b, &one)].into_iter().find_map(|(side, list)| is_empty(side).then_some(list))
                {
                    let text = format!("{}{}.is_empty()", if is_equal { "" } else { "!" }, list.receiver());
                    return Ok(if is_equal { Code::new(text, Form::Bool) } else { Code::unary(text, Form::Bool) });
                }
                if one_item != other_item && !known {
                    return Err(Unsupported("lists of one type that differ in Rust"));
                }
                let (one, other) = match (a.constant(), b.constant()) {
                    (Some(value), _) => (list_as(value, other_item)?, other),
                    (_, Some(value)) => (one.clone(), list_as(value, one_item)?),
                    _ => (one.clone(), other),
                };
                Ok(Code::loose(format!("{} {operator} {}", one.place(), other.place()), Form::Bool))
            }
            (Form::Map(..), Form::Map(..)) => {
                Ok(Code::loose(format!("{} {operator} {}", one.place(), other.place()), Form::Bool))
            }
            _ => {
                let (one, other) = self.alike(a, b, scope)?;
                Ok(compared(&one, operator, &other))
            }
        }
    }

    fn size(&self, operand: &Expr, scope: &Scope) -> Result<Code> {
        // The bytes of text have not to be looked at to be counted.
        if let Kind::Call(F::ToBytes, inner) = &operand.kind {
            let code = self.expr(&inner[0], scope)?;
            return Ok(Code::new(format!("{}.len()", code.receiver()), Form::Usize));
        }
        let code = self.expr(operand, scope)?;
        let count = if matches!(code.form, Form::Text(_)) { "chars().count()" } else { "len()" };
        Ok(Code::new(format!("{}.{count}", code.receiver()), Form::Usize))
    }

    /// The length of a text, compared with one that is known.
    fn length(&self, function: F, size: &Expr, bound: &Expr, scope: &Scope) -> Result<Option<Code>> {
        let size = match &size.kind {
            Kind::Call(F::ToUint, inner) => &inner[0],
            _ => size,
        };
        let (Kind::Call(F::Size, text), Some(bound)) = (&size.kind, bound.constant()) else { return Ok(None) };
        let bound = match bound {
            Value::Int(bound) => u64::try_from(*bound).ok(),
            Value::Uint(bound) => Some(*bound),
            _ => None,
        };
        let (is_shorter, bound) = match (function, bound) {
            (F::Less, bound) => (true, bound),
            (F::LessOrEqual, bound) => (true, bound.and_then(|bound| bound.checked_add(1))),
            (F::Greater, bound) => (false, bound.and_then(|bound| bound.checked_add(1))),
            (_, bound) => (false, bound),
        };
        // The bound is a number of 32 bits at least on every machine.
        let Some(bound) = bound.filter(|bound| u32::try_from(*bound).is_ok()) else { return Ok(None) };
        let text = self.expr(&text[0], scope)?;
        if !matches!(text.form, Form::Text(_)) {
            return Ok(None);
        }
        let call = format!("rt::cel::is_shorter({}, {bound})", text.argument());
        Ok(Some(match is_shorter {
            true => Code::new(call, Form::Bool),
            false => Code::unary(format!("!{call}"), Form::Bool),
        }))
    }

    fn arithmetic(&self, function: F, arguments: &[Expr], call: &Expr, scope: &Scope) -> Result<Code> {
        let mut codes = Vec::new();
        for argument in arguments {
            codes.push(self.expr(argument, scope)?.widened(&argument.ty));
        }
        let name = match function {
            F::Add => "add",
            F::Subtract => "subtract",
            F::Multiply => "multiply",
            F::Divide => "divide",
            F::Remainder => "remainder",
            _ => "negate",
        };
        let types: Vec<&Type> = arguments.iter().map(|argument| &argument.ty).collect();
        let checked = |kind: &str, form: Form| {
            let texts: Vec<&str> = codes.iter().map(|code| code.text.as_str()).collect();
            Ok(Code::new(format!("rt::cel::{name}{kind}({})?", texts.join(", ")), form))
        };
        match types.as_slice() {
            [Type::Int, Type::Int] if function == F::Remainder || function == F::Divide => {
                let operator = if function == F::Divide { "/" } else { "%" };
                if function.can_fail(arguments) {
                    return checked("_int", Form::I64);
                }
                let text = format!("{} {operator} {}", codes[0].operand(), codes[1].operand());
                Ok(Code { text, form: Form::I64, binding: Binding::Sum })
            }
            [Type::Uint, Type::Uint] if !function.can_fail(arguments) => {
                let operator = if function == F::Divide { "/" } else { "%" };
                let text = format!("{} {operator} {}", codes[0].operand(), codes[1].operand());
                Ok(Code { text, form: Form::U64, binding: Binding::Sum })
            }
            [Type::Int] => checked("", Form::I64),
            [Type::Int, _] => checked("_int", Form::I64),
            [Type::Uint, _] => checked("_uint", Form::U64),
            [Type::Double] => Ok(Code::unary(format!("-{}", codes[0].operand()), Form::F64)),
            [Type::Double, _] => {
                let operator = match function {
                    F::Add => "+",
                    F::Subtract => "-",
                    F::Multiply => "*",
                    _ => "/",
                };
                let text = format!("{} {operator} {}", codes[0].operand(), codes[1].operand());
                Ok(Code { text, form: Form::F64, binding: Binding::Sum })
            }
            [Type::String, _] => {
                let values: Vec<&str> = codes.iter().map(|code| code.text.as_str()).collect();
                Ok(Code::new(format!("format!(\"{{}}{{}}\", {})", values.join(", ")), Form::Text(Hold::Made)))
            }
            [Type::Bytes, _] => {
                let text = format!("[{}, {}].concat()", codes[0].slice().text, codes[1].slice().text);
                Ok(Code::new(text, Form::Bytes(Hold::Made)))
            }
            [Type::Duration] => Ok(Code::new(format!("{}.negate()?", codes[0].receiver()), Form::Duration)),
            [Type::Duration, Type::Timestamp] => {
                Ok(Code::new(format!("{}.plus({})?", codes[1].receiver(), codes[0].text), Form::Timestamp))
            }
            [Type::Timestamp, Type::Timestamp] => {
                Ok(Code::new(format!("{}.since({})?", codes[0].receiver(), codes[1].text), Form::Duration))
            }
            [Type::Duration | Type::Timestamp, Type::Duration] => {
                let form = if call.ty == Type::Duration { Form::Duration } else { Form::Timestamp };
                let name = if function == F::Add { "plus" } else { "minus" };
                Ok(Code::new(format!("{}.{name}({})?", codes[0].receiver(), codes[1].text), form))
            }
            _ => Err(Unsupported("lists that are put together")),
        }
    }

    fn conversion(&self, function: F, operand: &Expr, scope: &Scope) -> Result<Code> {
        let code = self.expr(operand, scope)?.widened(&operand.ty);
        let of =
            |name: &str, argument: String, form: Form| Ok(Code::new(format!("rt::cel::{name}({argument})?"), form));
        match (function, &operand.ty) {
            (F::ToBool, _) => of("text_to_bool", code.argument(), Form::Bool),
            (F::ToInt, Type::Uint) => of("uint_to_int", code.text, Form::I64),
            (F::ToInt, Type::Double) => of("double_to_int", code.text, Form::I64),
            (F::ToInt, Type::String) => of("text_to_int", code.argument(), Form::I64),
            (F::ToInt, _) => Ok(Code::new(format!("{}.parts().0", code.receiver()), Form::I64)),
            (F::ToUint, Type::Int) => of("int_to_uint", code.text, Form::U64),
            (F::ToUint, Type::Double) => of("double_to_uint", code.text, Form::U64),
            (F::ToUint, _) => of("text_to_uint", code.argument(), Form::U64),
            (F::ToDouble, Type::String) => of("text_to_double", code.argument(), Form::F64),
            (F::ToDouble, _) => Ok(Code::loose(format!("{} as f64", code.operand()), Form::F64)),
            (F::ToText, Type::Bytes) => of("bytes_to_text", code.argument(), Form::Text(Hold::Slice)),
            (F::ToText, _) => {
                let text = format!("rt::cel::shown(&{})", code.at_least(Binding::Unary));
                Ok(Code::new(text, Form::Text(Hold::Made)))
            }
            (F::ToBytes, _) => Ok(Code::new(format!("{}.as_bytes()", code.receiver()), Form::Bytes(Hold::Slice))),
            (F::ToDuration, _) => of("Duration::parse", code.argument(), Form::Duration),
            (F::ToTimestamp, Type::Int) => of("Timestamp::from_seconds", code.text.clone(), Form::Timestamp),
            _ => of("Timestamp::parse", code.argument(), Form::Timestamp),
        }
    }

    fn part(&self, part: Part, time: &Expr, zone: Option<&Expr>, scope: &Scope) -> Result<Code> {
        let time_code = self.expr(time, scope)?;
        let receiver = time_code.receiver();
        let text = match (&time.ty, zone) {
            (Type::Duration, _) => format!("{receiver}.part(rt::cel::Part::{part:?})"),
            (_, Some(zone)) => {
                format!("{receiver}.part(rt::cel::Part::{part:?}, {})?", self.expr(zone, scope)?.argument())
            }
            (_, None) => format!("{receiver}.part(rt::cel::Part::{part:?}, \"UTC\")?"),
        };
        Ok(Code::new(text, Form::I64))
    }
}

fn compared(one: &Code, operator: &str, other: &Code) -> Code {
    let (one, other) = (one.at_least(Binding::Sum), other.at_least(Binding::Sum));
    Code::loose(format!("{one} {operator} {other}"), Form::Bool)
}

/// The list `value`, of items as `stored` ones.
fn list_as(value: &Value, stored: &Form) -> Result<Code> {
    let Value::List(items, _) = value else { return Err(Unsupported("a list that is none")) };
    if matches!(stored, Form::Message(..)) {
        return Err(Unsupported("a list of durations or timestamps that is known"));
    }
    let mut texts = Vec::new();
    for item in items {
        let code = number(item, stored).map_or_else(|| constant(item), Ok)?;
        let is_other_number = code.form != *stored && matches!(stored, Form::I32 | Form::U32 | Form::F32);
        if is_other_number {
            return Err(Unsupported("a list with a number that no item can be"));
        }
        texts.push(match item {
            // Arrays of different lengths have different types.
            Value::Bytes(_) => format!("&{}[..]", code.text),
            _ => code.text,
        });
    }
    Ok(Code::new(format!("[{}]", texts.join(", ")), Form::List(Hold::Made, Box::new(stored.clone()))))
}

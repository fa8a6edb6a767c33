//! What is in lists and maps.

use walnats_cel::{Expr, Type, Value};

use super::Emitter;
use super::code::{Binding, Code, Form, Result, Unsupported, referred};
use super::constant::number;
use super::expr::{Scope, maybe};

impl Emitter<'_> {
    pub fn membership(&self, item: &Expr, list: &Expr, scope: &Scope) -> Result<Code> {
        let code = self.expr(item, scope)?;
        if let Some(Value::List(items, _)) = list.constant() {
            return member_of(items, &code);
        }
        let list_code = self.expr(list, scope)?;
        let (operand, item_type) = (list_code.receiver(), &item.ty);
        match &list_code.form {
            Form::List(_, stored) if matches!(code.form, Form::Message(..) | Form::Maybe(_)) => {
                let found = maybe(referred("item", stored));
                let text = format!("{operand}.iter().any(|item| rt::equal({}, {}))", found.text, maybe(code).text);
                Ok(Code::new(text, Form::Bool))
            }
            Form::List(_, stored) => {
                let found = referred("item", stored).widened(item_type).slice();
                let code = code.widened(item_type).slice();
                let text = format!("{operand}.iter().any(|item| {} == {})", found.operand(), code.operand());
                Ok(Code::new(text, Form::Bool))
            }
            Form::Map(_, key, _) => match key_of(item, &code, key)? {
                Key::Reference(key) => Ok(Code::new(format!("{operand}.contains_key({key})"), Form::Bool)),
                Key::Converted(key) => {
                    Ok(Code::new(format!("{key}.is_some_and(|key| {operand}.contains_key(&key))"), Form::Bool))
                }
            },
            _ => Err(Unsupported("`in` of what is neither a list nor a map")),
        }
    }

    pub fn index(&self, operand: &Expr, index: &Expr, scope: &Scope) -> Result<Code> {
        let (code, position) = (self.expr(operand, scope)?, self.expr(index, scope)?);
        match &code.form {
            Form::List(_, stored) => {
                let position = position.widened(&Type::Int);
                let text = format!("rt::cel::item({}, {})?", code.argument(), position.text);
                Ok(referred(&text, stored))
            }
            Form::Map(_, key, stored) => {
                let receiver = code.receiver();
                let found = match key_of(index, &position, key)? {
                    Key::Reference(key) => format!("{receiver}.get({key})"),
                    Key::Converted(key) => format!("{key}.and_then(|key| {receiver}.get(&key))"),
                };
                Ok(referred(&format!("rt::cel::present({found}, \"no such key\")?"), stored))
            }
            _ => Err(Unsupported("an index of what is neither a list nor a map")),
        }
    }
}

/// Whether `code` is one of `items`.
fn member_of(items: &[Value], code: &Code) -> Result<Code> {
    let form = match &code.form {
        Form::Text(_) | Form::Bytes(_) => code.slice().form,
        other => other.clone(),
    };
    // A number that does not fit into the type is never equal.
    let known: Vec<Code> = items.iter().filter_map(|item| number(item, &form)).collect();
    if known.is_empty() {
        return Ok(Code::new("false", Form::Bool));
    }
    let texts = |separator: &str| known.iter().map(|code| code.text.as_str()).collect::<Vec<_>>().join(separator);
    let text = match &form {
        Form::F32 | Form::F64 | Form::Duration | Form::Timestamp => {
            format!("[{}].contains({})", texts(", "), code.reference())
        }
        _ => format!("matches!({}, {})", code.slice().text, texts(" | ")),
    };
    Ok(Code::new(text, Form::Bool))
}

/// The key of a map.
enum Key {
    Reference(String),
    /// An `Option` of it, as not every number is a key.
    Converted(String),
}

fn key_of(expr: &Expr, code: &Code, key: &Form) -> Result<Key> {
    if let Some(known) = expr.constant().and_then(|value| number(value, key)) {
        return Ok(Key::Reference(format!("&{}", known.text)));
    }
    Ok(match (key, &code.form) {
        (Form::Text(_), Form::Text(_)) => Key::Reference(code.slice().text),
        (key, form) if key == form => Key::Reference(match code.text.strip_prefix('*') {
            Some(reference) => reference.to_owned(),
            None => format!("&{}", code.at_least(Binding::Unary)),
        }),
        (Form::I32, _) => Key::Converted(format!("i32::try_from({}).ok()", code.text)),
        (Form::U32, _) => Key::Converted(format!("u32::try_from({}).ok()", code.text)),
        (Form::I64, _) => Key::Converted(format!("i64::try_from({}).ok()", code.text)),
        (Form::U64, _) => Key::Converted(format!("u64::try_from({}).ok()", code.text)),
        _ => return Err(Unsupported("a key of this type")),
    })
}

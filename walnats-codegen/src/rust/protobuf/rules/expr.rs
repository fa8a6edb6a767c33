//! Expressions become Rust.

use walnats_cel::{Expr, Function, Kind, Loop, LoopKind, Piece, Type};

use super::Emitter;
use super::code::{Binding, Code, Form, Hold, Result, Unsupported, referred};
use super::constant::constant;
use crate::rust::code::literal;
use crate::rust::names::protobuf as name;

/// Variables of expressions, by name, inner ones last.
pub type Scope = Vec<(String, Code)>;

/// Names in generated code that a loop's variable must not hide.
const TAKEN: [&str; 9] = ["value", "found", "at", "now", "rt", "key", "index", "item", "message"];

impl Emitter<'_> {
    pub fn expr(&self, expr: &Expr, scope: &Scope) -> Result<Code> {
        match &expr.kind {
            Kind::Constant(value) => constant(value),
            Kind::Variable(name) => {
                let found = scope.iter().rev().find(|(known, _)| known == name);
                found.map(|(_, code)| code.clone()).ok_or(Unsupported("a variable that is not declared"))
            }
            Kind::Field(operand, field) => self.field(&self.expr(operand, scope)?, field),
            Kind::Has(operand, field) => self.has(&self.expr(operand, scope)?, field),
            Kind::And(_) | Kind::Or(_) => self.condition(expr, true, scope),
            Kind::Conditional(parts) => self.conditional(parts, scope),
            Kind::List(items) => self.list(items, scope),
            Kind::Call(function, arguments) => self.call(*function, arguments, expr, scope),
            Kind::Format(pieces) => self.format(pieces, scope),
            Kind::Loop(inner) => self.looped(inner, scope),
            Kind::Unwrap(operand) => {
                let code = self.expr(operand, scope)?;
                let Form::Optional(inner) = &code.form else { return Err(Unsupported("a value that may be null")) };
                let text = format!("rt::cel::present({}, \"the wrapper is null\")?", code.text);
                Ok(Code::new(text, (**inner).clone()))
            }
            Kind::IsNull(operand) => {
                let code = self.expr(operand, scope)?;
                Ok(Code::new(format!("{}.is_none()", code.receiver()), Form::Bool))
            }
        }
    }

    /// Whether `expr` is `expected`.
    pub fn condition(&self, expr: &Expr, expected: bool, scope: &Scope) -> Result<Code> {
        match &expr.kind {
            Kind::Call(Function::Not, arguments) => self.condition(&arguments[0], !expected, scope),
            Kind::And(terms) | Kind::Or(terms) => {
                let is_and = matches!(expr.kind, Kind::And(_));
                // Where a term before the last can fail, those after it may decide nevertheless.
                if terms.iter().rev().skip(1).any(Expr::can_fail) {
                    let mut texts = Vec::new();
                    for term in terms {
                        texts.push(format!("&|| Ok({})", self.expr(term, scope)?.text));
                    }
                    let function = if is_and { "and" } else { "or" };
                    let text = format!("rt::cel::{function}([{}])?", texts.join(", "));
                    return Ok(negated(Code::new(text, Form::Bool), !expected));
                }
                let mut texts = Vec::new();
                let operator = if is_and == expected { " && " } else { " || " };
                for term in terms {
                    let code = self.condition(term, expected, scope)?;
                    let is_loose = code.binding == Binding::Loose && is_chain(&code.text);
                    texts.push(if is_loose { format!("({})", code.text) } else { code.text });
                }
                Ok(Code::loose(texts.join(operator), Form::Bool))
            }
            Kind::Call(function, arguments) => {
                match opposite(*function).filter(|_| !expected && !is_float(arguments)) {
                    Some(opposite) => self.call(opposite, arguments, expr, scope),
                    None => Ok(negated(self.expr(expr, scope)?, !expected)),
                }
            }
            _ => Ok(negated(self.expr(expr, scope)?, !expected)),
        }
    }

    fn conditional(&self, parts: &[Expr; 3], scope: &Scope) -> Result<Code> {
        let condition = self.condition(&parts[0], true, scope)?;
        let (yes, no) = self.alike(&parts[1], &parts[2], scope)?;
        let text = format!("if {} {{ {} }} else {{ {} }}", condition.text, yes.text, no.text);
        Ok(Code::loose(text, yes.form))
    }

    /// Two values of one type, in one form.
    pub fn alike(&self, one: &Expr, other: &Expr, scope: &Scope) -> Result<(Code, Code)> {
        let (one_code, other_code) = (self.expr(one, scope)?, self.expr(other, scope)?);
        if let Some(value) = other.constant()
            && let Some(code) = super::constant::number(value, &one_code.form)
        {
            return Ok((one_code, code));
        }
        if let Some(value) = one.constant()
            && let Some(code) = super::constant::number(value, &other_code.form)
        {
            return Ok((code, other_code));
        }
        if one_code.form == other_code.form && !matches!(one_code.form, Form::Text(_) | Form::Bytes(_) | Form::List(..))
        {
            return Ok((one_code, other_code));
        }
        if one_code.is_made() || other_code.is_made() {
            let made = |code: Code| match (&code.form, code.is_made()) {
                (Form::Text(_), false) => {
                    Code::new(format!("{}.to_owned()", code.slice().receiver()), Form::Text(Hold::Made))
                }
                (Form::Bytes(_), false) => {
                    Code::new(format!("{}.to_vec()", code.slice().receiver()), Form::Bytes(Hold::Made))
                }
                _ => code,
            };
            return Ok((made(one_code), made(other_code)));
        }
        let widened = |code: Code, ty: &Type| code.widened(ty).slice();
        let (one_code, other_code) = (widened(one_code, &one.ty), widened(other_code, &other.ty));
        let (one_code, other_code) = match (&one_code.form, &other_code.form) {
            (Form::Message(..) | Form::Maybe(_), Form::Message(..) | Form::Maybe(_)) => {
                (maybe(one_code), maybe(other_code))
            }
            _ => (one_code, other_code),
        };
        if one_code.form != other_code.form {
            return Err(Unsupported("values of one type that differ in Rust"));
        }
        Ok((one_code, other_code))
    }

    fn list(&self, items: &[Expr], scope: &Scope) -> Result<Code> {
        let mut texts = Vec::new();
        let mut form = Form::Bool;
        for item in items {
            let code = self.expr(item, scope)?.widened(&item.ty);
            let code = match code.form {
                Form::Text(_) | Form::Bytes(_) => Code { text: code.argument(), form: code.slice().form, ..code },
                _ => code,
            };
            let is_text = matches!(code.form, Form::Text(_) | Form::Bytes(_));
            texts.push(if is_text { format!("&{}[..]", code.place().trim_start_matches('*')) } else { code.text });
            form = code.form;
        }
        Ok(Code::new(format!("[{}]", texts.join(", ")), Form::List(Hold::Made, Box::new(form))))
    }

    fn format(&self, pieces: &[Piece], scope: &Scope) -> Result<Code> {
        let mut text = String::new();
        let mut values = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(known) => text += &known.replace('{', "{{").replace('}', "}}"),
                Piece::Value { verb, precision, value } => {
                    text += "{}";
                    let code = self.expr(value, scope)?;
                    values.push(shown(*verb, *precision, &code, &value.ty)?);
                }
            }
        }
        let values = values.iter().map(|value| format!(", {value}")).collect::<String>();
        Ok(Code::new(format!("format!({}{values})", literal(&text)), Form::Text(Hold::Made)))
    }

    fn looped(&self, inner: &Loop, scope: &Scope) -> Result<Code> {
        let range = self.expr(&inner.range, scope)?;
        let first = variable(&inner.first);
        let mut scope = scope.clone();
        let (items, pattern) = match (&range.form, &inner.second) {
            (Form::List(_, item), None) => {
                scope.push((inner.first.clone(), referred(&first, item)));
                ("iter()", first.clone())
            }
            (Form::List(_, item), Some(second)) => {
                scope.push((inner.first.clone(), Code::new(&first, Form::Usize)));
                let name = variable(second);
                scope.push((second.clone(), referred(&name, item)));
                ("iter().enumerate()", format!("({first}, {name})"))
            }
            (Form::Map(_, key, _), None) => {
                scope.push((inner.first.clone(), referred(&first, key)));
                ("keys()", first.clone())
            }
            (Form::Map(_, key, value), Some(second)) => {
                scope.push((inner.first.clone(), referred(&first, key)));
                let name = variable(second);
                scope.push((second.clone(), referred(&name, value)));
                ("iter()", format!("({first}, {name})"))
            }
            _ => return Err(Unsupported("a loop over what is neither a list nor a map")),
        };
        let items = format!("{}.{items}", range.receiver());
        let can_fail = inner.body.can_fail();
        match inner.kind {
            LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne => {
                let body = self.condition(&inner.body, true, &scope)?.text;
                let text = match (inner.kind, can_fail) {
                    (LoopKind::All, false) => format!("{items}.all(|{pattern}| {body})"),
                    (LoopKind::Exists, false) => format!("{items}.any(|{pattern}| {body})"),
                    (_, false) => format!("{items}.filter(|&{pattern}| {body}).count() == 1"),
                    (LoopKind::All, true) => format!("rt::cel::all({items}, |{pattern}| Ok({body}))?"),
                    (LoopKind::Exists, true) => format!("rt::cel::any({items}, |{pattern}| Ok({body}))?"),
                    (_, true) => format!("rt::cel::exactly_one({items}, |{pattern}| Ok({body}))?"),
                };
                let is_count = inner.kind == LoopKind::ExistsOne && !can_fail;
                Ok(if is_count { Code::loose(text, Form::Bool) } else { Code::new(text, Form::Bool) })
            }
            LoopKind::Map => self.transformed(inner, (&items, &pattern), &scope),
            LoopKind::Filter if can_fail => Err(Unsupported("`filter` with a condition that can fail")),
            LoopKind::Filter => {
                let body = self.condition(&inner.body, true, &scope)?.text;
                let item = match &range.form {
                    Form::List(_, item) | Form::Map(_, item, _) => (**item).clone(),
                    other => other.clone(),
                };
                let (copied, item) = match item {
                    Form::Text(Hold::Place | Hold::Made) => ("", Form::Text(Hold::Reference)),
                    Form::Bytes(Hold::Place | Hold::Made) => ("", Form::Bytes(Hold::Reference)),
                    Form::Message(_, name) => ("", Form::Message(Hold::Reference, name)),
                    item => (".copied()", item),
                };
                let text = format!("{items}.filter(|&{pattern}| {body}){copied}.collect::<Vec<_>>()");
                Ok(Code::new(text, Form::List(Hold::Made, Box::new(item))))
            }
        }
    }

    fn transformed(&self, inner: &Loop, (items, pattern): (&str, &str), scope: &Scope) -> Result<Code> {
        if inner.condition.as_ref().is_some_and(Expr::can_fail) {
            return Err(Unsupported("`map` with a condition that can fail"));
        }
        let filter = match &inner.condition {
            Some(condition) => format!(".filter(|&{pattern}| {})", self.condition(condition, true, scope)?.text),
            None => String::new(),
        };
        let body = self.expr(&inner.body, scope)?.widened(&inner.body.ty);
        let body = match &body.form {
            Form::Message(..) | Form::Maybe(_) | Form::Map(..) | Form::List(..) => {
                return Err(Unsupported("a list of messages, lists or maps that is made by `map`"));
            }
            Form::Text(Hold::Made) | Form::Bytes(Hold::Made) => body,
            _ => body.slice(),
        };
        let text = if inner.body.can_fail() {
            format!("{items}{filter}.map(|{pattern}| Ok({})).collect::<rt::cel::Result<Vec<_>>>()?", body.text)
        } else {
            format!("{items}{filter}.map(|{pattern}| {}).collect::<Vec<_>>()", body.text)
        };
        Ok(Code::new(text, Form::List(Hold::Made, Box::new(body.form))))
    }
}

/// A message, or none.
pub fn maybe(code: Code) -> Code {
    match &code.form {
        Form::Message(_, name) => Code::new(format!("Some({})", code.argument()), Form::Maybe(name.clone())),
        _ => code,
    }
}

/// What a value looks like inside of text.
fn shown(verb: char, precision: usize, code: &Code, ty: &Type) -> Result<String> {
    let integer = || match code.form {
        Form::Bool | Form::I32 | Form::I64 | Form::U32 | Form::U64 => Ok(format!("i128::from({})", code.text)),
        Form::Usize => Ok(format!("{} as i128", code.operand())),
        _ => Err(Unsupported("this value in `format`")),
    };
    let text = match (verb, &code.form) {
        ('x' | 'X', Form::Text(_)) => format!("rt::cel::hex_text({}.as_bytes())", code.receiver()),
        ('x' | 'X', Form::Bytes(_)) => format!("rt::cel::hex_text({})", code.argument()),
        ('x' | 'X', _) => format!("rt::cel::hex({})", integer()?),
        ('o', _) => format!("rt::cel::octal({})", integer()?),
        ('b', _) => format!("rt::cel::binary({})", integer()?),
        ('f', _) => format!("rt::cel::fixed({}, {precision})", code.clone().widened(ty).text),
        ('e', _) => format!("rt::cel::scientific({}, {precision})", code.clone().widened(ty).text),
        (_, Form::Text(_) | Form::Bool | Form::I32 | Form::I64 | Form::U32 | Form::U64 | Form::Usize) => {
            code.text.clone()
        }
        (_, Form::List(_, item)) if !matches!(**item, Form::Message(..)) => {
            format!("rt::cel::shown(&{}[..])", code.receiver())
        }
        (_, Form::Bytes(_)) => format!("rt::cel::shown({})", code.argument()),
        (_, Form::F32 | Form::F64 | Form::Duration | Form::Timestamp) => {
            format!("rt::cel::shown(&{})", code.at_least(Binding::Unary))
        }
        _ => return Err(Unsupported("this value in `format`")),
    };
    Ok(if verb == 'X' { format!("{text}.to_uppercase()") } else { text })
}

fn negated(code: Code, is_negated: bool) -> Code {
    match is_negated {
        true => match code.text.strip_prefix('!').filter(|_| code.binding == Binding::Unary) {
            Some(text) => Code::new(text, Form::Bool),
            None => Code::unary(format!("!{}", code.at_least(Binding::Unary)), Form::Bool),
        },
        false => code,
    }
}

/// The comparison that holds exactly where the other does not.
fn opposite(function: Function) -> Option<Function> {
    Some(match function {
        Function::Equal => Function::NotEqual,
        Function::NotEqual => Function::Equal,
        Function::Less => Function::GreaterOrEqual,
        Function::LessOrEqual => Function::Greater,
        Function::Greater => Function::LessOrEqual,
        Function::GreaterOrEqual => Function::Less,
        _ => return None,
    })
}

/// What is no number is neither less nor not less.
fn is_float(arguments: &[Expr]) -> bool {
    arguments.iter().any(|argument| argument.ty == Type::Double)
}

/// Whether operators of a chain stand outside of all brackets.
fn is_chain(text: &str) -> bool {
    let mut depth = 0;
    let mut in_text = false;
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '"' if before != '\\' => in_text = !in_text,
            _ if in_text => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '&' | '|' if depth == 0 && before == c => return true,
            _ => {}
        }
        before = if before == '\\' && c == '\\' { ' ' } else { c };
    }
    text.starts_with("if ") || text.starts_with("match ")
}

/// What a variable of a loop is called: as it is written. Where Rust has another name for it, or it is taken, its number follows
/// two underscores, which no name has that is kept.
fn variable(unique: &str) -> String {
    let (written, number) = unique.split_once('#').unwrap_or((unique, ""));
    let name = name::snake(written);
    if name == written && !TAKEN.contains(&written) {
        return name;
    }
    let name = name.trim_start_matches("r#").trim_end_matches('_');
    format!("{}__{number}", if name.is_empty() { "item" } else { name })
}

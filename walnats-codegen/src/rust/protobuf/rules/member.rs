//! Fields of messages, as prost has them.

use super::Emitter;
use super::code::{Code, Form, Hold, Result, Unsupported};
use super::constant;
use crate::model::{ProtobufCardinality as Cardinality, ProtobufKind, ProtobufMember, ProtobufScalar as Scalar};
use crate::rust::names::protobuf as name;

impl<'m> Emitter<'m> {
    pub fn member(&self, message: &str, field: &str) -> Result<&'m ProtobufMember> {
        let members = self.rules.members.get(message);
        let member = members.and_then(|members| members.iter().find(|member| member.name == field));
        member.ok_or(Unsupported("a field of a message that is not generated"))
    }

    /// The value of a field of `operand`, its default where it is not set.
    pub fn field(&self, operand: &Code, field: &str) -> Result<Code> {
        match &operand.form {
            Form::Message(_, message) => self.own_field(&operand.receiver(), message, field),
            Form::Maybe(message) => self.field_of_maybe(operand, message, field),
            _ => Err(Unsupported("a field of what is no message")),
        }
    }

    fn own_field(&self, operand: &str, message: &str, field: &str) -> Result<Code> {
        let member = self.member(message, field)?;
        let place = format!("{operand}.{}", name::snake(&member.name));
        if member.oneof.is_some() {
            return self.variant_value(operand, message, member);
        }
        let stored = stored(&member.kind);
        Ok(match (member.cardinality, &stored) {
            (Cardinality::List, _) => Code::new(place, Form::List(Hold::Place, Box::new(stored))),
            (Cardinality::Map(key), _) => {
                Code::new(place, Form::Map(Hold::Place, Box::new(scalar(key)), Box::new(stored)))
            }
            (Cardinality::Required, Form::Message(_, name)) if is_time(name) => time(&format!("&{place}"), name),
            (_, Form::Message(_, name)) if is_time(name) => or_default_time(&format!("{place}.as_ref()"), name),
            (Cardinality::Required, Form::Message(_, name)) if self.is_boxed(message, &member.kind) => {
                Code::new(format!("{place}.as_ref()"), Form::Message(Hold::Reference, name.clone()))
            }
            (Cardinality::Required, _) => Code::new(place, stored),
            (_, Form::Message(_, name)) => {
                let method = if self.is_boxed(message, &member.kind) { "as_deref" } else { "as_ref" };
                Code::new(format!("{place}.{method}()"), Form::Maybe(name.clone()))
            }
            _ if is_wrapper(&member.kind) => optional(&place, stored),
            (Cardinality::Optional, _) => or_default(&optional(&place, stored), member)?,
            (Cardinality::One, _) => Code::new(place, stored),
        })
    }

    /// A field that is in a oneof.
    fn variant_value(&self, operand: &str, message: &str, member: &ProtobufMember) -> Result<Code> {
        let pattern = self.variant(message, member, "value")?;
        let oneof = format!("{operand}.{}", name::snake(member.oneof.as_deref().unwrap_or_default()));
        let stored = stored(&member.kind);
        let found = |value: &str| format!("match &{oneof} {{ {pattern} => Some({value}), _ => None }}");
        let matched = |value: &str, form: Form| Code::loose(found(value), form);
        Ok(match &stored {
            Form::Message(_, name) if is_time(name) => or_default_time(&format!("({})", found("value")), name),
            Form::Message(_, name) if self.is_boxed(message, &member.kind) => {
                matched("&**value", Form::Maybe(name.clone()))
            }
            Form::Message(_, name) => matched("value", Form::Maybe(name.clone())),
            _ => {
                let (value, inner) = match &stored {
                    Form::Text(_) => ("value.as_str()", Form::Text(Hold::Slice)),
                    Form::Bytes(_) => ("value.as_slice()", Form::Bytes(Hold::Slice)),
                    copied => ("*value", copied.clone()),
                };
                let code = matched(value, Form::Optional(Box::new(inner)));
                if is_wrapper(&member.kind) { code } else { or_default(&code, member)? }
            }
        })
    }

    /// The pattern of the variant that a field of a oneof is.
    pub fn variant(&self, message: &str, member: &ProtobufMember, variable: &str) -> Result<String> {
        let oneof = member.oneof.as_deref().unwrap_or_default();
        let ty = self.oneof_type(message, oneof)?;
        Ok(format!("Some({ty}::{}({variable}))", name::upper_camel(&member.name)))
    }

    fn field_of_maybe(&self, operand: &Code, message: &str, field: &str) -> Result<Code> {
        let inner = self.own_field("message", message, field)?;
        let receiver = operand.receiver();
        let map = |method: &str, value: &str| format!("{receiver}.{method}(|message| {value})");
        Ok(match &inner.form {
            Form::Maybe(name) => Code::new(map("and_then", &inner.text), Form::Maybe(name.clone())),
            Form::Message(_, name) => Code::new(map("map", &inner.argument()), Form::Maybe(name.clone())),
            Form::Optional(_) => Code::new(map("and_then", &inner.text), inner.form.clone()),
            Form::Map(_, key, value) => {
                let text = format!("rt::or_empty({})", map("map", &format!("&{}", inner.text)));
                Code::new(text, Form::Map(Hold::Reference, key.clone(), value.clone()))
            }
            form => {
                let inner = match form {
                    Form::Text(_) | Form::Bytes(_) | Form::List(..) => inner.slice(),
                    _ => inner.clone(),
                };
                let text = match self.default_of(message, field)? {
                    Some(default) => format!("{receiver}.map_or({default}, |message| {})", inner.text),
                    None => format!("{}.unwrap_or_default()", map("map", &inner.text)),
                };
                Code::new(text, inner.form)
            }
        })
    }

    fn default_of(&self, message: &str, field: &str) -> Result<Option<String>> {
        let member = self.member(message, field)?;
        default_text(member)
    }

    /// Whether a field of `operand` is set.
    pub fn has(&self, operand: &Code, field: &str) -> Result<Code> {
        match &operand.form {
            Form::Message(_, message) => self.is_set(&operand.receiver(), message, field),
            Form::Maybe(message) => {
                let inner = self.is_set("message", message, field)?;
                let text = format!("{}.is_some_and(|message| {})", operand.receiver(), inner.text);
                Ok(Code::new(text, Form::Bool))
            }
            _ => Err(Unsupported("a field of what is no message")),
        }
    }

    /// Whether a field of the message `operand` is set, as far as can be seen.
    pub fn is_set(&self, operand: &str, message: &str, field: &str) -> Result<Code> {
        let member = self.member(message, field)?;
        let place = format!("{operand}.{}", name::snake(&member.name));
        if let Some(oneof) = &member.oneof {
            let pattern = self.variant(message, member, "_")?;
            let text = format!("matches!({operand}.{}, {pattern})", name::snake(oneof));
            return Ok(Code::new(text, Form::Bool));
        }
        let stored = stored(&member.kind);
        Ok(match member.cardinality {
            Cardinality::List | Cardinality::Map(_) => Code::unary(format!("!{place}.is_empty()"), Form::Bool),
            Cardinality::Optional => Code::new(format!("{place}.is_some()"), Form::Bool),
            Cardinality::Required => Code::new("true", Form::Bool),
            Cardinality::One if matches!(member.kind, ProtobufKind::Message(_)) => {
                Code::new(format!("{place}.is_some()"), Form::Bool)
            }
            Cardinality::One => is_not_zero(&Code::new(place, stored)),
        })
    }

    /// Whether prost puts the field into a box: where the message would otherwise have to hold itself.
    pub fn is_boxed(&self, message: &str, kind: &ProtobufKind) -> bool {
        let ProtobufKind::Message(inner) = kind else { return false };
        let cycle = |name: &str| self.cycles.get(name);
        inner == message || (cycle(inner).is_some() && cycle(inner) == cycle(message))
    }
}

/// Whether a value differs from zero, or is not empty.
pub fn is_not_zero(code: &Code) -> Code {
    match &code.form {
        Form::Bool => code.clone(),
        Form::Text(_) | Form::Bytes(_) | Form::List(..) | Form::Map(..) => {
            Code::unary(format!("!{}.is_empty()", code.receiver()), Form::Bool)
        }
        Form::F32 | Form::F64 => Code::loose(format!("{} != 0.0", code.operand()), Form::Bool),
        // The zero value of a message is that there is none.
        Form::Message(..) | Form::Maybe(_) | Form::Optional(_) | Form::Duration | Form::Timestamp => {
            Code::new("true", Form::Bool)
        }
        _ => Code::loose(format!("{} != 0", code.operand()), Form::Bool),
    }
}

fn optional(place: &str, stored: Form) -> Code {
    let (text, inner) = match stored {
        Form::Text(_) => (format!("{place}.as_deref()"), Form::Text(Hold::Slice)),
        Form::Bytes(_) => (format!("{place}.as_deref()"), Form::Bytes(Hold::Slice)),
        copied => (place.to_owned(), copied),
    };
    Code::new(text, Form::Optional(Box::new(inner)))
}

fn or_default(optional: &Code, member: &ProtobufMember) -> Result<Code> {
    let form = match &optional.form {
        Form::Optional(inner) => (**inner).clone(),
        other => other.clone(),
    };
    let receiver = optional.receiver();
    Ok(match default_text(member)? {
        Some(default) => Code::new(format!("{receiver}.unwrap_or({default})"), form),
        None => Code::new(format!("{receiver}.unwrap_or_default()"), form),
    })
}

fn default_text(member: &ProtobufMember) -> Result<Option<String>> {
    let Some(value) = &member.default else { return Ok(None) };
    let code = constant::number(value, &stored(&member.kind)).map_or_else(|| constant::constant(value), Ok)?;
    Ok(Some(code.text))
}

/// The runtime's function for a time, and what it returns.
fn of_time(name: &str) -> (&'static str, Form) {
    match name {
        "google.protobuf.Duration" => ("rt::duration", Form::Duration),
        _ => ("rt::timestamp", Form::Timestamp),
    }
}

fn time(reference: &str, name: &str) -> Code {
    let (function, form) = of_time(name);
    Code::new(format!("{function}({reference})"), form)
}

fn or_default_time(optional: &str, name: &str) -> Code {
    let (function, form) = of_time(name);
    Code::new(format!("{optional}.map({function}).unwrap_or_default()"), form)
}

/// Whether it is a message that expressions have a type of their own for.
pub fn is_time(name: &str) -> bool {
    matches!(name, "google.protobuf.Duration" | "google.protobuf.Timestamp")
}

/// Whether it is one of Google's wrappers, for which prost has an `Option` of what it holds.
pub fn is_wrapper(kind: &ProtobufKind) -> bool {
    matches!(kind, ProtobufKind::Message(name) if Scalar::of_wrapper(name).is_some())
}

/// What prost stores for one value.
pub fn stored(kind: &ProtobufKind) -> Form {
    match kind {
        ProtobufKind::Scalar(kind) => scalar(*kind),
        ProtobufKind::Enum(_) => Form::I32,
        ProtobufKind::Message(name) => match Scalar::of_wrapper(name) {
            Some(inner) => scalar(inner),
            None => Form::Message(Hold::Place, name.clone()),
        },
    }
}

fn scalar(kind: Scalar) -> Form {
    match kind {
        Scalar::Double => Form::F64,
        Scalar::Float => Form::F32,
        Scalar::Int32 | Scalar::Sint32 | Scalar::Sfixed32 => Form::I32,
        Scalar::Int64 | Scalar::Sint64 | Scalar::Sfixed64 => Form::I64,
        Scalar::Uint32 | Scalar::Fixed32 => Form::U32,
        Scalar::Uint64 | Scalar::Fixed64 => Form::U64,
        Scalar::Bool => Form::Bool,
        Scalar::String => Form::Text(Hold::Place),
        Scalar::Bytes => Form::Bytes(Hold::Place),
    }
}

//! The checks of a message, field by field.

use super::Emitter;
use super::check::{At, add, required};
use super::code::{Code, Form, Hold, Result, Unsupported, referred};
use super::member::{is_not_zero, is_time, is_wrapper, stored};
use crate::model::{
    FieldChecks, FieldGroup, MessageChecks, ProtobufCardinality as Cardinality, ProtobufKind, ProtobufMember,
};
use crate::rust::names::protobuf as name;

impl Emitter<'_> {
    /// The `impl` of a message.
    pub fn message(&self, message: &str, checks: &MessageChecks) -> Result<String> {
        let this = Code::new("self", Form::Message(Hold::Reference, message.to_owned()));
        let mut body = String::new();
        for rule in &checks.rules {
            body += &self.rule(rule, &this, &At::root())?;
        }
        for group in &checks.groups {
            body += &self.group(message, group)?;
        }
        for field in &checks.fields {
            body += &self.message_field(message, field)?;
        }
        for oneof in &checks.required_oneofs {
            let at = At::root().field(oneof);
            let add = add(&at, "required", "", "exactly one field is required in oneof");
            body += &format!("if self.{}.is_none() {{\n{add}}}\n", name::snake(oneof));
        }
        if body.contains("now") && uses_now(checks) {
            body = format!("let now = found.now();\n{body}");
        }
        let path = format!("super::proto::{}", name::path(message));
        Ok(format!(
            "\nimpl rt::Check for {path} {{\nfn check(&self, at: &rt::Place<'_>, found: &mut rt::Found) {{\n{body}}}\n}}\n"
        ))
    }

    fn group(&self, message: &str, group: &FieldGroup) -> Result<String> {
        let mut terms = Vec::new();
        for field in &group.fields {
            terms.push(format!("usize::from({})", self.is_set("self", message, field)?.text));
        }
        let names = group.fields.join(", ");
        let at = At::root();
        let several = add(&at, "message.oneof", "", &format!("only one of {names} can be set"));
        let none = add(&at, "message.oneof", "", &format!("one of {names} must be set"));
        let none = if group.is_required { format!("0 => {{\n{none}}}\n") } else { String::new() };
        let rest = if group.is_required { "1 => {}\n" } else { "0 | 1 => {}\n" };
        Ok(format!("match {} {{\n{none}{rest}_ => {{\n{several}}}\n}}\n", terms.join(" + ")))
    }

    fn message_field(&self, message: &str, checks: &FieldChecks) -> Result<String> {
        let member = self.member(message, &checks.name)?;
        let at = At::root().field(&checks.name);
        let place = format!("self.{}", name::snake(&checks.name));
        if member.cardinality == Cardinality::Optional || is_message(member) {
            return self.optional_field(message, member, checks, &at);
        }
        let this = match (member.cardinality, stored(&member.kind)) {
            (Cardinality::List, item) => Code::new(&place, Form::List(Hold::Place, Box::new(item))),
            (Cardinality::Map(_), _) => self.field(&Code::new("self", message_form(message)), &checks.name)?,
            (_, stored) => match &stored {
                Form::Message(_, name) if is_time(name) => referred(&format!("&{place}"), &stored),
                Form::Message(..) if self.is_boxed(message, &member.kind) => Code::new(format!("(*{place})"), stored),
                _ => Code::new(&place, stored),
            },
        };
        let body = self.value(&this, &checks.value, &at)?;
        // A required field of proto2 is there, whatever the wire said.
        let is_seen = member.cardinality != Cardinality::Required;
        let is_set = is_not_zero(&this);
        Ok(match (checks.is_required && is_seen, checks.skips_zero && is_seen) {
            (true, _) if body.is_empty() => {
                format!("if {} {{\n{}}}\n", not(&is_set), required(&at))
            }
            (true, _) => format!("if {} {{\n{body}}} else {{\n{}}}\n", is_set.text, required(&at)),
            (false, true) if !body.is_empty() => format!("if {} {{\n{body}}}\n", is_set.text),
            _ => body,
        })
    }

    /// A field that may be missing.
    fn optional_field(&self, message: &str, member: &ProtobufMember, checks: &FieldChecks, at: &At) -> Result<String> {
        let stored = stored(&member.kind);
        let is_boxed = self.is_boxed(message, &member.kind);
        let place = format!("self.{}", name::snake(&member.name));
        let is_copied = is_copied(&stored);
        let (pattern, operand, this) = match &member.oneof {
            Some(oneof) => {
                let pattern = self.variant(message, member, "value")?;
                let this = match &stored {
                    Form::Message(..) if is_boxed => Code::new("(**value)", stored.clone()),
                    _ => referred("value", &stored),
                };
                (pattern, format!("&self.{}", name::snake(oneof)), this)
            }
            None if is_copied => ("Some(value)".to_owned(), place, Code::new("value", stored.clone())),
            None if is_boxed => ("Some(value)".to_owned(), format!("{place}.as_deref()"), referred("value", &stored)),
            None => ("Some(value)".to_owned(), format!("&{place}"), referred("value", &stored)),
        };
        let mut body = self.value(&this, &checks.value, at)?;
        if matches!(this.form, Form::Duration | Form::Timestamp) && !body.is_empty() {
            // Converted once, however often it is asked for.
            let known = Code::new("value", this.form.clone());
            body = format!("let value = {};\n{}", this.text, self.value(&known, &checks.value, at)?);
        }
        Ok(match (checks.is_required, body.is_empty()) {
            (true, true) => {
                let is_set = self.is_set("self", message, &member.name)?;
                format!("if {} {{\n{}}}\n", not(&is_set), required(at))
            }
            (true, false) => format!("if let {pattern} = {operand} {{\n{body}}} else {{\n{}}}\n", required(at)),
            (false, true) => String::new(),
            (false, false) => format!("if let {pattern} = {operand} {{\n{body}}}\n"),
        })
    }
}

fn message_form(message: &str) -> Form {
    Form::Message(Hold::Reference, message.to_owned())
}

/// Whether it is a message that may be missing, without saying so.
fn is_message(member: &ProtobufMember) -> bool {
    member.cardinality == Cardinality::One
        && (matches!(member.kind, ProtobufKind::Message(_)) || is_wrapper(&member.kind))
}

pub fn is_copied(stored: &Form) -> bool {
    !matches!(stored, Form::Text(_) | Form::Bytes(_) | Form::Message(..))
}

fn not(code: &Code) -> String {
    match code.text.strip_prefix('!') {
        Some(text) => text.to_owned(),
        None if code.text.ends_with(" != 0") || code.text.ends_with(" != 0.0") => code.text.replacen(" != ", " == ", 1),
        None if code.text.ends_with(".is_some()") => code.text.replace(".is_some()", ".is_none()"),
        None => format!("!{}", code.receiver()),
    }
}

fn uses_now(checks: &MessageChecks) -> bool {
    fn in_value(value: &crate::model::ValueChecks) -> bool {
        let nested = [&value.items, &value.keys, &value.values];
        value.rules.iter().any(|rule| rule.expr.uses("now"))
            || nested.into_iter().flatten().any(|nested| in_value(&nested.value))
    }
    checks.rules.iter().any(|rule| rule.expr.uses("now")) || checks.fields.iter().any(|field| in_value(&field.value))
}

/// Nothing is checked of a value that is out of reach.
pub const OUT_OF_REACH: Unsupported = Unsupported("a value of this type");

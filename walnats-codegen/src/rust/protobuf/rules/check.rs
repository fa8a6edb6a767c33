//! The checks of a value.

use walnats_cel::{Expr, Kind, Type, Value};

use super::Emitter;
use super::code::{Code, Form, Hold, Result, referred};
use super::expr::Scope;
use super::member::is_not_zero;
use super::message::OUT_OF_REACH;
use crate::model::{NestedChecks, ProtobufRule, TypeUrls, ValueChecks};
use crate::rust::code::literal;

/// The place of a value, as an expression of the generated code.
pub struct At(String);

impl At {
    /// The message itself.
    pub fn root() -> Self {
        Self("at".to_owned())
    }

    pub fn field(&self, name: &str) -> Self {
        Self(format!("{}.field({})", self.0, literal(name)))
    }

    fn step(&self, step: &str) -> Self {
        Self(format!("{}.{step}", self.0))
    }

    fn reference(&self) -> String {
        if self.0 == "at" { self.0.clone() } else { format!("&{}", self.0) }
    }
}

/// A rule that is broken.
pub fn add(at: &At, id: &str, path: &str, message: &str) -> String {
    format!("found.add({}, {});\n", at.reference(), rule_text(id, path, message))
}

/// A value that is missing.
pub fn required(at: &At) -> String {
    add(at, "required", "required", "value is required")
}

fn rule_text(id: &str, path: &str, message: &str) -> String {
    format!("rt::Rule {{ id: {}, path: {}, message: {} }}", literal(id), literal(path), literal(message))
}

impl Emitter<'_> {
    /// All that is checked of the value `this`.
    pub fn value(&self, this: &Code, checks: &ValueChecks, at: &At) -> Result<String> {
        let mut text = String::new();
        for rule in &checks.rules {
            text += &self.rule(rule, this, at)?;
        }
        if let Some((numbers, path)) = &checks.numbers {
            let numbers: Vec<String> = numbers.iter().map(i32::to_string).collect();
            let add = add(at, "enum.defined_only", path, "value must be one of the defined enum values");
            text += &format!("if !matches!({}, {}) {{\n{add}}}\n", this.text, numbers.join(" | "));
        }
        for urls in &checks.type_urls {
            text += &type_urls(this, urls, at);
        }
        if checks.message.is_some() {
            text += &format!("{}.check({}, found);\n", this.receiver(), at.reference());
        }
        text += &self.items(this, checks, at)?;
        text += &self.entries(this, checks, at)?;
        Ok(text)
    }

    fn items(&self, this: &Code, checks: &ValueChecks, at: &At) -> Result<String> {
        let Some(nested) = &checks.items else { return Ok(String::new()) };
        let Form::List(_, item) = &this.form else { return Err(OUT_OF_REACH) };
        let body = self.nested("item", item, nested, &at.step("item(index)"))?;
        Ok(format!("for (index, item) in {}.iter().enumerate() {{\n{body}}}\n", this.receiver()))
    }

    fn entries(&self, this: &Code, checks: &ValueChecks, at: &At) -> Result<String> {
        if checks.keys.is_none() && checks.values.is_none() {
            return Ok(String::new());
        }
        let Form::Map(_, key, value) = &this.form else { return Err(OUT_OF_REACH) };
        let mut body = String::new();
        if let Some(nested) = &checks.keys {
            body += &self.nested("key", key, nested, &at.step("key(key)"))?;
        }
        let Some(nested) = &checks.values else {
            return Ok(format!("for key in {}.keys() {{\n{body}}}\n", this.receiver()));
        };
        body += &self.nested("value", value, nested, &at.step("entry(key)"))?;
        Ok(format!("for (key, value) in {} {{\n{body}}}\n", this.reference()))
    }

    fn nested(&self, variable: &str, stored: &Form, checks: &NestedChecks, at: &At) -> Result<String> {
        let this = referred(variable, stored);
        let mut body = String::new();
        let this = match this.form {
            Form::Duration | Form::Timestamp => {
                body = format!("let {variable} = {};\n", this.text);
                Code::new(variable, this.form)
            }
            _ => this,
        };
        body += &self.value(&this, &checks.value, at)?;
        Ok(match checks.skips_zero {
            true => format!("if {} {{\n{body}}}\n", is_not_zero(&this).text),
            false => body,
        })
    }

    /// A rule that an expression decides.
    pub fn rule(&self, rule: &ProtobufRule, this: &Code, at: &At) -> Result<String> {
        let mut scope: Scope = vec![("this".to_owned(), this.clone())];
        scope.push(("now".to_owned(), Code::new("now", Form::Timestamp)));
        if rule.expr.ty == Type::String {
            return self.text_rule(rule, &rule.expr, at, &scope);
        }
        self.bool_rule(rule, &rule.expr, at, &scope)
    }

    /// A rule whose expression is false where it is broken.
    fn bool_rule(&self, rule: &ProtobufRule, expr: &Expr, at: &At, scope: &Scope) -> Result<String> {
        let add = add(at, &rule.id, &rule.path, &rule.message);
        match (&expr.kind, expr.constant()) {
            (_, Some(value)) => Ok(if *value == Value::Bool(true) { String::new() } else { add }),
            (Kind::Conditional(parts), _) if !parts[0].can_fail() => {
                let condition = self.condition(&parts[0], true, scope)?.text;
                let (yes, no) =
                    (self.bool_rule(rule, &parts[1], at, scope)?, self.bool_rule(rule, &parts[2], at, scope)?);
                Ok(format!("if {condition} {{\n{yes}}} else {{\n{no}}}\n"))
            }
            _ if expr.can_fail() => {
                let holds = self.condition(expr, true, scope)?.text;
                let rule = rule_text(&rule.id, &rule.path, &rule.message);
                Ok(format!("found.test({}, {rule}, || Ok({holds}));\n", at.reference()))
            }
            _ => Ok(format!("if {} {{\n{add}}}\n", self.condition(expr, false, scope)?.text)),
        }
    }

    /// A rule whose expression says what is wrong.
    fn text_rule(&self, rule: &ProtobufRule, expr: &Expr, at: &At, scope: &Scope) -> Result<String> {
        let text = |expr: &Expr| match expr.constant() {
            Some(Value::String(text)) => Some(text.clone()),
            _ => None,
        };
        let at_text = at.reference();
        if let Some(message) = text(expr) {
            return Ok(if message.is_empty() { String::new() } else { add(at, &rule.id, &rule.path, &message) });
        }
        if let Kind::Conditional(parts) = &expr.kind {
            let [condition, yes, no] = &**parts;
            if !condition.can_fail() {
                let (yes_text, no_text) = (self.text_rule(rule, yes, at, scope)?, self.text_rule(rule, no, at, scope)?);
                let branch = |expected| self.condition(condition, expected, scope).map(|code| code.text);
                return Ok(match (yes_text.is_empty(), no_text.is_empty()) {
                    (true, true) => String::new(),
                    (false, true) => format!("if {} {{\n{yes_text}}}\n", branch(true)?),
                    (true, false) => format!("if {} {{\n{no_text}}}\n", branch(false)?),
                    (false, false) => format!("if {} {{\n{yes_text}}} else {{\n{no_text}}}\n", branch(true)?),
                });
            }
            let (message, expected) = match (text(yes), text(no)) {
                (Some(message), Some(empty)) if empty.is_empty() => (Some(message), false),
                (Some(empty), Some(message)) if empty.is_empty() => (Some(message), true),
                _ => (None, true),
            };
            if let Some(message) = message {
                let holds = self.condition(condition, expected, scope)?.text;
                let rule = rule_text(&rule.id, &rule.path, &message);
                return Ok(format!("found.test({at_text}, {rule}, || Ok({holds}));\n"));
            }
        }
        let rule_text = rule_text(&rule.id, &rule.path, &rule.message);
        let code = self.expr(expr, scope)?;
        if expr.can_fail() {
            return Ok(format!("found.test_text({at_text}, {rule_text}, || Ok({}));\n", code.argument_or_made()));
        }
        let owned = if code.is_made() { code.text } else { format!("{}.to_owned()", code.slice().receiver()) };
        Ok(format!("found.add_text({at_text}, {rule_text}, {owned});\n"))
    }
}

impl Code {
    /// Text that leaves an expression.
    fn argument_or_made(&self) -> String {
        match self.form {
            Form::Text(Hold::Made) => self.text.clone(),
            _ => format!("{}.to_owned()", self.slice().receiver()),
        }
    }
}

fn type_urls(this: &Code, urls: &TypeUrls, at: &At) -> String {
    let (id, message, not) = match urls.are_allowed {
        true => ("any.in", "type URL must be in the allow list", "!"),
        false => ("any.not_in", "type URL must not be in the block list", ""),
    };
    let listed: Vec<String> = urls.urls.iter().map(|url| literal(url)).collect();
    let add = add(at, id, &urls.path, message);
    format!("if {not}matches!({}.type_url.as_str(), {}) {{\n{add}}}\n", this.receiver(), listed.join(" | "))
}

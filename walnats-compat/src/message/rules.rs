//! The rules of `buf.validate`, judged by evaluating them: what `validate()` of generated code does, for messages that have no
//! generated code here.

mod datum;
mod path;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use prost_reflect::{DynamicMessage, FieldDescriptor, MapKey, ReflectMessage, Value};
use walnats_cel::eval::{Datum, Patterns, evaluate};
use walnats_cel::library::Timestamp;
use walnats_cel::{Type, Value as Known};
use walnats_codegen::model::{
    FieldChecks, FieldGroup, NestedChecks, ProtobufRule, ProtobufRules, TypeUrls, ValueChecks,
};
use walnats_schema::read::Node;
use walnats_schema::{Cut, MAX_VIOLATIONS, Violation, Violations};

pub use datum::Held;
pub use datum::is_wrapper;
use datum::{datum, key};
use path::Path;
pub use path::key_text;

/// A rule that does not hold, or could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// As protovalidate writes it: `items[0].sku`; empty for the message itself.
    pub field: String,
    /// As a JSON Pointer, by the names of fields in the document, or in JSON where there is none.
    pub pointer: String,
    /// Where the rule is in the options: `repeated.items.string.min_len`.
    pub rule: String,
    /// `string.min_len`
    pub rule_id: String,
    /// Whether it is about the key of a map.
    pub for_key: bool,
    /// Why it could not be evaluated; `None` for a rule that does not hold.
    pub failure: Option<&'static str>,
    /// What the rule says. It may quote values.
    pub message: String,
    /// Whether the message is made of values.
    pub is_made: bool,
}

impl From<Broken> for Violation {
    fn from(broken: Broken) -> Self {
        let expected = match broken.failure {
            Some(failure) => failure.to_owned(),
            None if broken.is_made => "the rule does not hold".to_owned(),
            None => broken.message,
        };
        Self { pointer: broken.pointer, keyword: interned(&broken.rule_id), expected }
    }
}

/// Ids of rules live as long as the program: there are as many as the rules of its schemas.
fn interned(id: &str) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(id) {
        return known;
    }
    let id: &'static str = Box::leak(id.to_owned().into_boxed_str());
    known.insert(id);
    id
}

/// The rules that `message` breaks, at most so many as violations are listed. `document` is the JSON that it was read from.
pub fn violations(rules: &ProtobufRules, message: &DynamicMessage, document: Option<&Node>) -> Violations {
    let mut list: Vec<Violation> =
        broken(rules, message, document, Timestamp::now()).into_iter().map(Violation::from).collect();
    let cut = (list.len() > MAX_VIOLATIONS).then_some(Cut::TooMany);
    list.truncate(MAX_VIOLATIONS);
    let mut violations = Violations::from(list);
    violations.cut = cut;
    violations
}

/// The same as the rules see them, as if it were `now`; at most one more than violations are listed.
pub fn broken(rules: &ProtobufRules, message: &DynamicMessage, document: Option<&Node>, now: Timestamp) -> Vec<Broken> {
    let mut judge = Judge { rules, document, now, patterns: Patterns::default(), found: Vec::new() };
    judge.message(message, &Path::ROOT);
    judge.found
}

/// Whether a value of a field keeps the rules that are about it.
pub fn keeps(rules: &ProtobufRules, value: &Value, checks: &ValueChecks) -> bool {
    let mut judge =
        Judge { rules, document: None, now: Timestamp::now(), patterns: Patterns::default(), found: Vec::new() };
    judge.value(value, checks, &Path::ROOT);
    judge.found.is_empty()
}

/// Whether messages know of a field whether it is set.
pub fn has_presence(rules: &ProtobufRules, field: &FieldDescriptor) -> bool {
    let known = rules.has_presence(field.parent_message().full_name(), field.name());
    known.unwrap_or_else(|| field.supports_presence())
}

struct Judge<'r> {
    rules: &'r ProtobufRules,
    document: Option<&'r Node>,
    now: Timestamp,
    patterns: Patterns,
    found: Vec<Broken>,
}

impl Judge<'_> {
    fn message(&mut self, message: &DynamicMessage, at: &Path<'_>) {
        let kind = message.descriptor();
        let Some(checks) = self.rules.checks.get(kind.full_name()) else { return };
        for rule in &checks.rules {
            self.rule(rule, &Datum::Message(Held::Borrowed(message)), at);
        }
        for group in &checks.groups {
            self.group(message, group, at);
        }
        for field in &checks.fields {
            self.field(message, field, at);
        }
        for oneof in &checks.required_oneofs {
            let declared = kind.oneofs().find(|known| known.name() == oneof);
            if declared.is_some_and(|oneof| oneof.fields().all(|field| !message.has_field(&field))) {
                self.push(&at.oneof(oneof), "required", "", "exactly one field is required in oneof");
            }
        }
    }

    fn group(&mut self, message: &DynamicMessage, group: &FieldGroup, at: &Path<'_>) {
        let set = group.fields.iter().filter(|field| message.has_field_by_name(field)).count();
        let names = group.fields.join(", ");
        match set {
            0 if group.is_required => self.push(at, "message.oneof", "", &format!("one of {names} must be set")),
            0 | 1 => {}
            _ => self.push(at, "message.oneof", "", &format!("only one of {names} can be set")),
        }
    }

    fn field(&mut self, message: &DynamicMessage, checks: &FieldChecks, at: &Path<'_>) {
        let Some(field) = message.descriptor().get_field_by_name(&checks.name) else { return };
        let here = at.field(&field);
        let has_presence = has_presence(self.rules, &field);
        let is_zero = || !has_presence && *message.get_field(&field) == field.default_value();
        let is_set = message.has_field(&field) && !is_zero();
        // What has to be on the wire is there; whether it was is somebody else's question.
        let is_checked = field.is_required() || is_set || !(checks.skips_zero || has_presence);
        if checks.is_required && !is_set && !field.is_required() {
            self.push(&here, "required", "required", "value is required");
        } else if is_checked {
            self.value(&message.get_field(&field), &checks.value, &here);
        }
    }

    fn value(&mut self, value: &Value, checks: &ValueChecks, at: &Path<'_>) {
        if !checks.rules.is_empty() {
            let this = datum(value);
            checks.rules.iter().for_each(|rule| self.rule(rule, &this, at));
        }
        if let (Some((numbers, path)), Some(number)) = (&checks.numbers, value.as_enum_number())
            && !numbers.contains(&number)
        {
            self.push(at, "enum.defined_only", path, "value must be one of the defined enum values");
        }
        if let Some(message) = value.as_message() {
            checks.type_urls.iter().for_each(|urls| self.type_urls(message, urls, at));
            if checks.message.is_some() {
                self.message(message, at);
            }
        }
        if let (Some(nested), Some(items)) = (&checks.items, value.as_list()) {
            for (index, item) in items.iter().enumerate() {
                self.nested(item, nested, &at.item(index));
            }
        }
        if let (true, Some(entries)) = (checks.keys.is_some() || checks.values.is_some(), value.as_map()) {
            let mut entries: Vec<(&MapKey, &Value)> = entries.iter().collect();
            entries.sort_by(|a, b| key(a.0).order(&key(b.0)).unwrap_or(std::cmp::Ordering::Equal));
            for (entry, value) in entries {
                if let Some(nested) = &checks.keys {
                    self.nested(&Value::from(entry.clone()), nested, &at.key(entry));
                }
                if let Some(nested) = &checks.values {
                    self.nested(value, nested, &at.entry(entry));
                }
            }
        }
    }

    fn nested(&mut self, value: &Value, checks: &NestedChecks, at: &Path<'_>) {
        if !(checks.skips_zero && datum::is_zero(value)) {
            self.value(value, &checks.value, at);
        }
    }

    fn type_urls(&mut self, any: &DynamicMessage, urls: &TypeUrls, at: &Path<'_>) {
        let url = any.get_field_by_name("type_url");
        let is_listed =
            url.as_deref().and_then(Value::as_str).is_some_and(|url| urls.urls.iter().any(|known| known == url));
        match urls.are_allowed {
            true if !is_listed => self.push(at, "any.in", &urls.path, "type URL must be in the allow list"),
            false if is_listed => self.push(at, "any.not_in", &urls.path, "type URL must not be in the block list"),
            _ => {}
        }
    }

    fn rule<'m>(&mut self, rule: &ProtobufRule, this: &Datum<Held<'m>>, at: &Path<'_>) {
        let variables = [("this", this.clone()), ("now", Datum::Value(Known::Timestamp(self.now)))];
        match evaluate(&rule.expr, &variables, &self.patterns) {
            Ok(Datum::Value(Known::Bool(true))) => {}
            Ok(Datum::Value(Known::String(message))) if message.is_empty() => {}
            Ok(Datum::Value(Known::String(message))) => {
                // One of the texts of the rule as it stands, or made of values?
                let is_made = rule.expr.ty == Type::String && !has_text(&rule.expr, &message);
                self.push_with(at, rule, message, is_made, None);
            }
            Ok(_) => self.push(at, &rule.id, &rule.path, &rule.message),
            Err(failure) => self.push_with(at, rule, failure.0.to_owned(), false, Some(failure.0)),
        }
    }

    fn push(&mut self, at: &Path<'_>, id: &str, path: &str, message: &str) {
        let broken = Broken {
            field: at.shown(),
            pointer: at.pointer(self.document),
            rule: path.to_owned(),
            rule_id: id.to_owned(),
            for_key: at.is_key(),
            failure: None,
            message: message.to_owned(),
            is_made: false,
        };
        if self.found.len() <= MAX_VIOLATIONS {
            self.found.push(broken);
        }
    }

    fn push_with(
        &mut self,
        at: &Path<'_>,
        rule: &ProtobufRule,
        message: String,
        is_made: bool,
        failure: Option<&'static str>,
    ) {
        let before = self.found.len();
        self.push(at, &rule.id, &rule.path, &message);
        if let Some(broken) = self.found.get_mut(before) {
            (broken.is_made, broken.failure) = (is_made, failure);
        }
    }
}

/// Whether `text` is what an expression says in one of its cases, as it is written.
fn has_text(expr: &walnats_cel::Expr, text: &str) -> bool {
    match &expr.kind {
        walnats_cel::Kind::Constant(Known::String(known)) => known == text,
        walnats_cel::Kind::Conditional(parts) => has_text(&parts[1], text) || has_text(&parts[2], text),
        _ => false,
    }
}

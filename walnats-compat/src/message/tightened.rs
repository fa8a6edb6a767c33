//! Which rules of readers do not follow from those of writers.

use std::collections::BTreeSet;

use prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor, Value};
use walnats_cel::Value as Known;
use walnats_cel::eval::{Datum, Patterns, evaluate};
use walnats_cel::library::Timestamp;
use walnats_codegen::model::{FieldChecks, MessageChecks, NestedChecks, ProtobufRule, ProtobufRules, ValueChecks};

use super::condition::Condition;
use super::rules::{Held, keeps};

/// Who writes a message, or reads it.
#[derive(Clone, Copy)]
pub struct Party<'p> {
    /// What is checked of messages.
    pub rules: &'p ProtobufRules,
    /// The messages.
    pub pool: &'p DescriptorPool,
}

/// A rule of readers that writers do not promise to keep.
#[derive(Clone, Debug, PartialEq)]
pub struct Tightened {
    /// The message, by the name that readers have for it.
    pub message: String,
    /// The field or oneof; `None` for rules over the whole message.
    pub field: Option<String>,
    /// `string.min_len`
    pub id: String,
    /// Where the rule is in the options.
    pub path: String,
    /// What readers demand, and what writers promise at the same place: the same for the same change.
    pub terms: [String; 2],
    /// What readers demand, for values to be made of.
    pub checks: ValueChecks,
}

/// The rules that readers of the message `read` have, and that do not follow from those of its writers, for whom it is the
/// message `written`. All others are kept by whatever writers write.
pub fn tightened(writer: Party<'_>, reader: Party<'_>, written: &str, read: &str) -> Vec<Tightened> {
    let ((old, old_name), (new, new_name)) = (scope(written), scope(read));
    let scopes = (old_name == new_name).then_some((old, new));
    let mut search =
        Search { writer, reader, roots: (written, read), scopes, seen: BTreeSet::new(), found: Vec::new() };
    search.message(read, true);
    search.found
}

/// The field of writers that readers take for `own`: by number on the wire, by name in JSON.
fn written_as(writer: &MessageDescriptor, own: &FieldDescriptor) -> Option<FieldDescriptor> {
    let by_name = || writer.get_field_by_json_name(own.json_name()).or_else(|| writer.get_field_by_name(own.name()));
    writer.get_field(own.number()).or_else(by_name)
}

/// The scope of a name, and its last part.
fn scope(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

struct Search<'r> {
    writer: Party<'r>,
    reader: Party<'r>,
    /// What the event's message is called.
    roots: (&'r str, &'r str),
    /// Where the others are, if they moved together with it.
    scopes: Option<(&'r str, &'r str)>,
    seen: BTreeSet<(String, bool)>,
    found: Vec<Tightened>,
}

/// A place of rules.
#[derive(Clone, Copy)]
struct At<'a> {
    message: &'a str,
    field: Option<&'a str>,
}

impl Search<'_> {
    /// What writers call a message.
    fn counterpart(&self, read: &str) -> String {
        match self.scopes {
            _ if read == self.roots.1 => self.roots.0.to_owned(),
            Some((old, new)) if !new.is_empty() && !old.is_empty() => match read.strip_prefix(new) {
                Some(rest) if rest.starts_with('.') => format!("{old}{rest}"),
                _ => read.to_owned(),
            },
            _ => read.to_owned(),
        }
    }

    /// The rules of a message, which writers keep, or of which nothing is promised.
    fn message(&mut self, read: &str, is_kept: bool) {
        let Some(demanded) = self.reader.rules.checks.get(read) else { return };
        if !self.seen.insert((read.to_owned(), is_kept)) {
            return;
        }
        let nothing = MessageChecks::default();
        let written = self.counterpart(read);
        let promised = self.writer.rules.checks.get(&written).filter(|_| is_kept).unwrap_or(&nothing);
        let at = At { message: read, field: None };
        self.rules(at, &promised.rules, &demanded.rules);
        for group in &demanded.groups {
            let is_promised = promised.groups.iter().any(|other| {
                let has_all = group.fields.iter().all(|field| other.fields.contains(field));
                has_all && (!group.is_required || (other.is_required && other.fields.len() == group.fields.len()))
            });
            if !is_promised {
                self.push(at, "message.oneof", "", (format!("{group:?}"), format!("{:?}", promised.groups)), &[]);
            }
        }
        for oneof in demanded.required_oneofs.iter().filter(|name| !promised.required_oneofs.contains(name)) {
            let at = At { field: Some(oneof), ..at };
            self.push(at, "required", "", ("required".to_owned(), String::new()), &[]);
        }
        let kind = |party: Party<'_>, name: &str| party.pool.get_message_by_name(name);
        let (Some(writer), Some(reader)) = (kind(self.writer, &written), kind(self.reader, read)) else { return };
        for field in &demanded.fields {
            let Some(own) = reader.get_field_by_name(&field.name) else { continue };
            let at = At { field: Some(&field.name), ..at };
            match written_as(&writer, &own) {
                Some(other) => {
                    let promised = promised.fields.iter().find(|known| known.name == other.name());
                    self.field(at, &other, promised, field);
                }
                None => self.new_field(at, &own, field),
            }
        }
    }

    fn field(&mut self, at: At<'_>, written: &FieldDescriptor, promised: Option<&FieldChecks>, demanded: &FieldChecks) {
        let is_required = promised.is_some_and(|promised| promised.is_required);
        if demanded.is_required && !is_required {
            self.push(at, "required", "required", ("required".to_owned(), String::new()), &[]);
        }
        let nothing = ValueChecks::default();
        let is_checked = |promised: &&FieldChecks| {
            written.supports_presence() || is_required || demanded.skips_zero || !promised.skips_zero
        };
        let promised = promised.filter(is_checked).map_or(&nothing, |promised| &promised.value);
        self.value(at, promised, &demanded.value);
    }

    /// A field that writers do not know: it is not set, which is zero for readers who cannot see that.
    fn new_field(&mut self, at: At<'_>, own: &FieldDescriptor, demanded: &FieldChecks) {
        let zero = Value::default_value_for_field(own);
        if demanded.is_required {
            self.push(at, "required", "required", ("required".to_owned(), String::new()), &[]);
        } else if !own.supports_presence() && !demanded.skips_zero && !keeps(self.reader.rules, &zero, &demanded.value)
        {
            self.value(at, &ValueChecks::default(), &demanded.value);
        }
    }

    fn value(&mut self, at: At<'_>, promised: &ValueChecks, demanded: &ValueChecks) {
        self.rules(at, &promised.rules, &demanded.rules);
        if let Some((numbers, path)) = &demanded.numbers {
            let known = promised.numbers.as_ref().map(|(numbers, _)| numbers.as_slice());
            if !known.is_some_and(|known| known.iter().all(|number| numbers.contains(number))) {
                self.push(at, "enum.defined_only", path, (format!("{numbers:?}"), format!("{known:?}")), &[]);
                if let Some(last) = self.found.last_mut() {
                    last.checks.numbers.clone_from(&demanded.numbers);
                }
            }
        }
        for urls in &demanded.type_urls {
            let is_promised = promised.type_urls.iter().any(|other| {
                let within = |few: &[String], many: &[String]| few.iter().all(|url| many.contains(url));
                match (other.are_allowed, urls.are_allowed) {
                    (true, true) => within(&other.urls, &urls.urls),
                    (false, false) => within(&urls.urls, &other.urls),
                    (true, false) => other.urls.iter().all(|url| !urls.urls.contains(url)),
                    (false, true) => false,
                }
            });
            if !is_promised {
                let id = if urls.are_allowed { "any.in" } else { "any.not_in" };
                self.push(at, id, &urls.path, (format!("{urls:?}"), format!("{:?}", promised.type_urls)), &[]);
            }
        }
        if let Some(message) = &demanded.message {
            self.message(message, promised.message.is_some());
        }
        let pairs = [
            (&promised.items, &demanded.items),
            (&promised.keys, &demanded.keys),
            (&promised.values, &demanded.values),
        ];
        for (promised, demanded) in pairs {
            let Some(demanded) = demanded else { continue };
            let nothing = ValueChecks::default();
            let is_checked = |promised: &&NestedChecks| demanded.skips_zero || !promised.skips_zero;
            let promised = promised.as_deref().filter(is_checked).map_or(&nothing, |promised| &promised.value);
            self.value(at, promised, &demanded.value);
        }
    }

    fn rules(&mut self, at: At<'_>, promised: &[ProtobufRule], demanded: &[ProtobufRule]) {
        let promised = Condition::All(promised.iter().map(Condition::of).collect());
        let patterns = Patterns::default();
        for rule in demanded {
            let condition = Condition::of(rule);
            // Where few values are left, each is asked.
            let is_kept = |value: &Known| {
                let variables: [(&str, Datum<Held<'_>>); 2] =
                    [("this", Datum::Value(value.clone())), ("now", Datum::Value(Known::Timestamp(Timestamp::now())))];
                match evaluate(&rule.expr, &variables, &patterns) {
                    Ok(Datum::Value(Known::Bool(holds))) => holds,
                    Ok(Datum::Value(Known::String(said))) => said.is_empty(),
                    _ => false,
                }
            };
            let is_asked =
                || !rule.expr.uses("now") && promised.values().is_some_and(|values| values.iter().all(is_kept));
            if !promised.implies(&condition) && !is_asked() {
                let terms = (format!("{condition:?}"), format!("{promised:?}"));
                self.push(at, &rule.id, &rule.path, terms, std::slice::from_ref(rule));
            }
        }
    }

    fn push(
        &mut self,
        at: At<'_>,
        id: &str,
        path: &str,
        (demanded, promised): (String, String),
        rules: &[ProtobufRule],
    ) {
        let tightened = Tightened {
            message: at.message.to_owned(),
            field: at.field.map(str::to_owned),
            id: id.to_owned(),
            path: path.to_owned(),
            terms: [demanded, promised],
            checks: ValueChecks { rules: rules.to_vec(), ..ValueChecks::default() },
        };
        if !self.found.contains(&tightened) {
            self.found.push(tightened);
        }
    }
}

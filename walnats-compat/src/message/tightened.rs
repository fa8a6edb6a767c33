//! Which rules of readers do not follow from those of writers.

use std::collections::BTreeSet;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, Value};
use walnats_cel::Value as Known;
use walnats_cel::eval::{Datum, Patterns, evaluate};
use walnats_cel::library::Timestamp;
use walnats_codegen::model::{
    FieldChecks, MessageChecks, NestedChecks, ProtobufEncoding, ProtobufRule, ProtobufRules, ValueChecks,
};

use super::condition::Condition;
use super::counterpart::Meeting;
use super::presence::{Presence, Sets};
use super::rules::{Held, has_presence, keeps};
use super::text;

/// Who writes a message, or reads it.
#[derive(Clone, Copy)]
pub struct Party<'p> {
    /// What is checked of messages.
    pub rules: &'p ProtobufRules,
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

impl Tightened {
    /// The full name of what has the rule.
    pub fn place(&self) -> String {
        match &self.field {
            Some(field) => format!("{}.{field}", self.message),
            None => self.message.clone(),
        }
    }
}

/// The rules of readers that do not follow from those of writers. All others are kept by whatever writers write. `written` and
/// `read` are what both call the message.
pub fn tightened(
    (writer, written): (Party<'_>, &MessageDescriptor),
    (reader, read): (Party<'_>, &MessageDescriptor),
    encoding: ProtobufEncoding,
) -> Vec<Tightened> {
    let meeting = match encoding {
        ProtobufEncoding::Binary => Meeting::ByNumber,
        ProtobufEncoding::Json(_) => Meeting::ByName,
    };
    let mut search = Search { writer, reader, meeting, seen: BTreeSet::new(), found: Vec::new() };
    search.message(Some(written), read, true);
    search.found
}

struct Search<'r> {
    writer: Party<'r>,
    reader: Party<'r>,
    meeting: Meeting,
    /// By the names of readers and writers, and whether writers keep their rules.
    seen: BTreeSet<(String, Option<String>, bool)>,
    found: Vec<Tightened>,
}

/// A place of rules.
#[derive(Clone, Copy)]
struct At<'a> {
    message: &'a str,
    field: Option<&'a str>,
}

/// What a value is for its writers, if it is any for them, and for its readers.
struct Kinds {
    written: Option<Kind>,
    read: Kind,
}

impl Kinds {
    fn messages(&self) -> (Option<&MessageDescriptor>, Option<&MessageDescriptor>) {
        (self.written.as_ref().and_then(Kind::as_message), self.read.as_message())
    }

    /// Of the keys or values of a map.
    fn of_entry(&self, part: fn(&MessageDescriptor) -> FieldDescriptor) -> Option<Self> {
        let (written, read) = self.messages();
        let entry = |entry: &MessageDescriptor| entry.is_map_entry().then(|| part(entry).kind());
        Some(Self { written: written.and_then(entry), read: read.and_then(entry)? })
    }
}

impl Search<'_> {
    /// The rules of a message, which writers keep, or of which nothing is promised.
    fn message(&mut self, written: Option<&MessageDescriptor>, read: &MessageDescriptor, is_kept: bool) {
        let Some(demanded) = self.reader.rules.checks.get(read.full_name()) else { return };
        let key = (read.full_name().to_owned(), written.map(|written| written.full_name().to_owned()), is_kept);
        if !self.seen.insert(key) {
            return;
        }
        let nothing = MessageChecks::default();
        let kept = self.writer.rules;
        let promised = written.filter(|_| is_kept).and_then(|written| kept.checks.get(written.full_name()));
        let promised = promised.unwrap_or(&nothing);
        let at = At { message: read.full_name(), field: None };
        let kinds =
            Kinds { written: written.map(|written| Kind::Message(written.clone())), read: Kind::Message(read.clone()) };
        self.rules(at, &kinds, &promised.rules, &demanded.rules);
        let of = |name: &str| read.get_field_by_name(name);
        for group in &demanded.groups {
            let fields: Vec<FieldDescriptor> = group.fields.iter().filter_map(|name| of(name)).collect();
            let sets = Sets { meeting: self.meeting, written, promised };
            if !(sets.is_one_at_most(&fields) && (!group.is_required || sets.is_one_set(&fields))) {
                self.push(at, "message.oneof", "", (format!("{group:?}"), format!("{:?}", promised.groups)), &[]);
            }
        }
        for name in &demanded.required_oneofs {
            let oneof = read.oneofs().find(|oneof| oneof.name() == name);
            let fields: Vec<FieldDescriptor> = oneof.iter().flat_map(|oneof| oneof.fields()).collect();
            if !(Sets { meeting: self.meeting, written, promised }).is_one_set(&fields) {
                let at = At { field: Some(name), ..at };
                self.push(at, "required", "", ("required".to_owned(), String::new()), &[]);
            }
        }
        for field in &demanded.fields {
            let Some(own) = of(&field.name) else { continue };
            let at = At { field: Some(&field.name), ..at };
            match written.map(|written| self.meeting.written_as(written, &own)) {
                Some(Some(other)) => {
                    let promised = promised.fields.iter().find(|known| known.name == other.name());
                    self.field(at, (&other, &own), promised, field);
                }
                Some(None) if field.is_required => self.required(at),
                Some(None) => self.zero(at, &own, field),
                None => {
                    if field.is_required {
                        self.required(at);
                    }
                    let kinds = Kinds { written: None, read: own.kind() };
                    self.value(at, &kinds, &ValueChecks::default(), &field.value);
                }
            }
        }
    }

    fn field(
        &mut self,
        at: At<'_>,
        (written, own): (&FieldDescriptor, &FieldDescriptor),
        promised: Option<&FieldChecks>,
        demanded: &FieldChecks,
    ) {
        let presence = Presence::of(written, promised, self.writer.rules);
        let (is_seen, was_seen) = (has_presence(self.reader.rules, own), has_presence(self.writer.rules, written));
        if demanded.is_required && !own.is_required() {
            if !(presence.is_set && (is_seen || presence.is_nonzero)) {
                self.required(at);
            }
        } else if was_seen && !presence.is_set {
            self.zero(at, own, demanded);
        }
        let nothing = ValueChecks::default();
        let is_checked =
            |promised: &&FieldChecks| was_seen || promised.is_required || demanded.skips_zero || !promised.skips_zero;
        let promised = promised.filter(is_checked).map_or(&nothing, |promised| &promised.value);
        let kinds = Kinds { written: Some(written.kind()), read: own.kind() };
        let mut demanded = demanded.value.clone();
        if presence.is_nonzero {
            demanded.rules.retain(|rule| !Condition::of(rule).is_nonempty());
        }
        self.value(at, &kinds, promised, &demanded);
    }

    fn required(&mut self, at: At<'_>) {
        self.push(at, "required", "required", ("required".to_owned(), String::new()), &[]);
    }

    /// The rules that a field breaks which is not set: it is zero for readers who cannot see that.
    fn zero(&mut self, at: At<'_>, own: &FieldDescriptor, demanded: &FieldChecks) {
        if has_presence(self.reader.rules, own) || demanded.skips_zero {
            return;
        }
        let zero = Value::default_value_for_field(own);
        let breaks = |checks: &ValueChecks| !keeps(self.reader.rules, &zero, checks);
        let one = |rule: &ProtobufRule| ValueChecks { rules: vec![rule.clone()], ..ValueChecks::default() };
        let broken = demanded.value.rules.iter().filter(|rule| breaks(&one(rule))).cloned();
        let numbers = ValueChecks { numbers: demanded.value.numbers.clone(), ..ValueChecks::default() };
        let numbers = if breaks(&numbers) { numbers.numbers } else { None };
        let broken = ValueChecks { rules: broken.collect(), numbers, ..ValueChecks::default() };
        let kinds = Kinds { written: None, read: own.kind() };
        self.value(at, &kinds, &ValueChecks::default(), &broken);
    }

    fn value(&mut self, at: At<'_>, kinds: &Kinds, promised: &ValueChecks, demanded: &ValueChecks) {
        self.rules(at, kinds, &promised.rules, &demanded.rules);
        if let Some((numbers, path)) = &demanded.numbers {
            let known = promised.numbers.as_ref().map(|(numbers, _)| numbers.as_slice());
            let conditions = Condition::All(promised.rules.iter().map(Condition::of).collect());
            let is_listed = |value: &Known| matches!(value, Known::Int(number) if numbers.iter().any(|known| i64::from(*known) == *number));
            let is_kept = known.is_some_and(|known| known.iter().all(|number| numbers.contains(number)))
                || conditions.values().is_some_and(|values| values.iter().all(is_listed));
            if !is_kept {
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
        if let ((written, Some(read)), true) = (kinds.messages(), demanded.message.is_some()) {
            self.message(written, read, promised.message.is_some());
        }
        let items = || Some(Kinds { written: kinds.written.clone(), read: kinds.read.clone() });
        let pairs = [
            (&promised.items, &demanded.items, items()),
            (&promised.keys, &demanded.keys, kinds.of_entry(MessageDescriptor::map_entry_key_field)),
            (&promised.values, &demanded.values, kinds.of_entry(MessageDescriptor::map_entry_value_field)),
        ];
        for (promised, demanded, kinds) in pairs {
            let (Some(demanded), Some(kinds)) = (demanded, kinds) else { continue };
            let nothing = ValueChecks::default();
            let is_checked = |promised: &&NestedChecks| demanded.skips_zero || !promised.skips_zero;
            let promised = promised.as_deref().filter(is_checked).map_or(&nothing, |promised| &promised.value);
            self.value(at, &kinds, promised, &demanded.value);
        }
    }

    fn rules(&mut self, at: At<'_>, kinds: &Kinds, promised: &[ProtobufRule], demanded: &[ProtobufRule]) {
        // What is said of fields that readers take for others says nothing.
        let means_the_same = |rule: &&ProtobufRule| {
            let is_alike = |written| self.meeting.is_alike(written, &kinds.read, &rule.expr);
            kinds.read.as_message().is_none() || kinds.written.as_ref().is_some_and(is_alike)
        };
        let promised = Condition::All(promised.iter().filter(means_the_same).map(Condition::of).collect());
        let patterns = Patterns::default();
        for rule in demanded {
            let condition = Condition::of(rule);
            // Where few values are left, each is asked.
            let holds_for = |value: &Known| {
                let variables: [(&str, Datum<Held<'_>>); 2] =
                    [("this", Datum::Value(value.clone())), ("now", Datum::Value(Known::Timestamp(Timestamp::now())))];
                match evaluate(&rule.expr, &variables, &patterns) {
                    Ok(Datum::Value(Known::Bool(holds))) => holds,
                    Ok(Datum::Value(Known::String(said))) => said.is_empty(),
                    _ => false,
                }
            };
            let is_asked =
                || !rule.expr.uses("now") && promised.values().is_some_and(|values| values.iter().all(holds_for));
            let is_text = matches!(kinds.read, Kind::String) && matches!(kinds.written, Some(Kind::String));
            let is_kept =
                promised.implies(&condition) || is_asked() || (is_text && text::follows(&promised, &condition));
            if !is_kept {
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

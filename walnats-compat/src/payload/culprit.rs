//! Which keyword of the reader refuses a payload, and what the writer has in its place.

use std::collections::HashSet;

use serde_json::{Value, json};
use walnats_codegen::diagnostic::Level;
use walnats_schema::pointer::escape;
use walnats_schema::{Schema, SchemaId, SchemaSet, ValueIndex, Violation};

use super::Pair;
use crate::finding::{Direction, Finding, Mark, Revision};
use crate::json::Root;
use crate::keyword::{self, Detail, family};
use crate::mark;
use crate::walk::{declares, steps, walk};

/// How many values are listed.
const MOST_VALUES: usize = 5;

/// A keyword of the reader's that refuses a payload.
pub(super) struct Culprit {
    /// The reader's schema that has it.
    pub(super) schema: SchemaId,
    pub(super) keyword: &'static str,
    /// What the keyword asks for.
    expected: String,
    /// Where it refuses, in the payload.
    pointer: String,
    /// The same with `*` for what no schema names.
    pub(super) terms: String,
    /// The member that is missing or refused.
    member: Option<String>,
    /// The writer's schema that declares the refused member.
    declared: Option<SchemaId>,
    /// The writer's schemas at the place, the one with a related keyword first.
    counterparts: Vec<SchemaId>,
    /// Whether one of them has a related keyword.
    has_counterpart: bool,
    /// Whether what refuses is asked of an item.
    is_item: bool,
}

/// The keyword that refuses the payload: one that the writer does not have, if there is one.
pub(super) fn find(writer: Root<'_>, reader: Root<'_>, payload: &Value) -> Option<Culprit> {
    let violations = reader.set.validate(reader.id, payload).list;
    let located: Vec<(bool, Culprit)> =
        violations.iter().filter_map(|violation| locate(writer, reader, payload, violation)).collect();
    // A union comes before what its closest alternative lacks, which says more.
    let rank = |(is_shared, culprit): &(bool, Culprit)| {
        (*is_shared, located.len() > 1 && matches!(culprit.keyword, "anyOf" | "oneOf"))
    };
    let best = (0..located.len()).min_by_key(|&at| rank(&located[at]))?;
    located.into_iter().nth(best).map(|(_, culprit)| culprit)
}

/// The schema whose keyword a violation is of; with whether the writer has the same keyword with the same value there.
fn locate(writer: Root<'_>, reader: Root<'_>, payload: &Value, violation: &Violation) -> Option<(bool, Culprit)> {
    let keyword = violation.keyword;
    let at = steps(&violation.pointer);
    if let Some(culprit) = undeclared(writer, reader, payload, violation, &at) {
        return Some((false, culprit));
    }
    // These are broken by a member or an item, and stand one level up.
    let is_outer = matches!(
        keyword,
        "additionalProperties" | "unevaluatedProperties" | "propertyNames" | "items" | "unevaluatedItems"
    );
    let (place, last) = match at.split_last() {
        Some((last, place)) if is_outer => (place, Some(last.as_str())),
        _ => (at.as_slice(), None),
    };
    let of_reader = walk(reader.set, reader.id, Some(payload), place);
    let of_writer = walk(writer.set, writer.id, Some(payload), place);
    let (candidates, counterparts) = (of_reader.last()?, of_writer.last().cloned().unwrap_or_default());
    let value = payload.pointer(&place.iter().map(|step| format!("/{}", escape(step))).collect::<String>())?;
    let own = last.map(|last| format!("/{}", escape(last))).unwrap_or_default();
    let breaks = |id: &&SchemaId| {
        keyword::value(reader.set, reader.set.get(**id), keyword).is_some()
            && reader
                .set
                .validate(**id, value)
                .into_iter()
                .any(|found| found.keyword == keyword && found.pointer == own)
    };
    let says = |set: &SchemaSet, id: SchemaId, keyword: &str| keyword::value(set, set.get(id), keyword);
    let shared: HashSet<Option<Value>> = counterparts.iter().map(|&id| says(writer.set, id, keyword)).collect();
    let is_shared = |id: SchemaId| shared.contains(&says(reader.set, id, keyword));
    let breaking: Vec<SchemaId> = candidates.iter().filter(breaks).copied().collect();
    let schema = breaking.iter().copied().find(|&id| !is_shared(id)).or_else(|| breaking.first().copied())?;

    let related = family(keyword);
    let (mut with, without): (Vec<SchemaId>, Vec<SchemaId>) =
        counterparts.iter().partition(|&&id| related.iter().any(|name| says(writer.set, id, name).is_some()));
    let has_counterpart = !with.is_empty();
    with.extend(without);
    let member = match keyword {
        "required" | "dependentRequired" => missing(reader.set, schema, keyword, value),
        _ => last.map(str::to_owned),
    };
    let refused =
        member.as_deref().filter(|_| is_outer).or(at.last().map(String::as_str).filter(|_| keyword == "false"));
    let above = if is_outer { &counterparts[..] } else { of_writer.iter().rev().nth(1).map_or(&[][..], Vec::as_slice) };
    let declared = refused.and_then(|name| {
        let mut properties = above.iter().flat_map(|&id| &writer.set.get(id).object.properties);
        properties.find(|(known, _)| known == name).map(|(_, id)| *id)
    });
    let mut terms = terms((reader.set, &of_reader), (writer.set, &of_writer), place);
    if is_outer {
        terms +=
            &member.iter().filter(|_| declared.is_some()).map(|name| format!("/{}", escape(name))).collect::<String>();
    }
    let parent = violation.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    let culprit = Culprit {
        schema,
        keyword,
        expected: violation.expected.clone(),
        pointer: violation.pointer.clone(),
        terms,
        member,
        declared,
        counterparts: with,
        has_counterpart,
        is_item: payload.pointer(parent).is_some_and(Value::is_array),
    };
    Some((is_shared(schema), culprit))
}

/// The outermost member on the way to a violation that readers declare, while what is written may be anything there, because
/// the writer's schema is open and does not know it.
fn undeclared(
    writer: Root<'_>,
    reader: Root<'_>,
    payload: &Value,
    violation: &Violation,
    at: &[String],
) -> Option<Culprit> {
    let of_reader = walk(reader.set, reader.id, Some(payload), at);
    let of_writer = walk(writer.set, writer.id, Some(payload), at);
    let is_anything = |id: &SchemaId| *writer.set.get(*id) == Schema::default();
    let level = (0..at.len()).find(|&level| {
        declares(reader.set, &of_reader[level], &at[level])
            && !declares(writer.set, &of_writer[level], &at[level])
            && of_writer[level + 1].iter().all(is_anything)
    })?;
    let name = &at[level];
    let schema = of_reader[level].iter().copied().find(|&id| declares(reader.set, &[id], name))?;
    let mut properties = reader.set.get(schema).object.properties.iter();
    let (_, declared) = properties.find(|(known, _)| known == name)?;
    let pointer: String = at[..=level].iter().map(|step| format!("/{}", escape(step))).collect();
    let terms = terms((reader.set, &of_reader), (writer.set, &of_writer), &at[..=level]);
    Some(Culprit {
        schema,
        keyword: "properties",
        expected: violation.expected.clone(),
        pointer,
        terms,
        member: Some(name.clone()),
        declared: Some(*declared),
        has_counterpart: false,
        is_item: false,
        counterparts: of_writer[level].clone(),
    })
}

/// The first member that a schema asks for and the object lacks.
fn missing(set: &SchemaSet, id: SchemaId, keyword: &str, value: &Value) -> Option<String> {
    let object = &set.get(id).object;
    let lacks = |name: &&String| value.get(name.as_str()).is_none();
    if keyword == "required" {
        return object.required.iter().find(lacks).cloned();
    }
    let asked = object.dependent_required.iter().filter(|(cause, _)| value.get(cause).is_some());
    asked.flat_map(|(_, names)| names).find(lacks).cloned()
}

/// The place with `*` for items, and for members that neither side names.
fn terms(reader: (&SchemaSet, &[Vec<SchemaId>]), writer: (&SchemaSet, &[Vec<SchemaId>]), place: &[String]) -> String {
    let names = |(set, levels): (&SchemaSet, &[Vec<SchemaId>]), level: usize, name: &str| {
        levels.get(level).is_some_and(|ids| declares(set, ids, name))
    };
    let step = |(level, step): (usize, &String)| match names(reader, level, step) || names(writer, level, step) {
        true => format!("/{}", escape(step)),
        false => "/*".to_owned(),
    };
    place.iter().enumerate().map(step).collect()
}

impl Culprit {
    pub(super) fn detail(&self) -> Detail<'_> {
        Detail { member: self.member.as_deref(), all_members: self.declared.is_none() }
    }

    fn code(&self) -> &'static str {
        match self.keyword {
            "properties" => "WN0808",
            "type" => "WN0802",
            "enum" | "const" => "WN0803",
            "required" | "dependentRequired" => "WN0804",
            "false" | "additionalProperties" | "unevaluatedProperties" if self.declared.is_some() => "WN0806",
            "false" | "additionalProperties" | "unevaluatedProperties" | "items" | "unevaluatedItems" => "WN0805",
            "anyOf" | "oneOf" | "not" | "contains" | "minContains" | "maxContains" | "propertyNames" => "WN0807",
            _ => "WN0801",
        }
    }

    /// Whether it is about items rather than members.
    fn is_of_items(&self) -> bool {
        matches!(self.keyword, "items" | "unevaluatedItems") || (self.keyword == "false" && self.is_item)
    }

    /// What is shown of it, without the payload.
    pub(super) fn finding(&self, pair: &Pair<'_>) -> Option<Finding> {
        let (reader, writer) = (&pair.reader.0.model.schemas, &pair.writer.0.model.schemas);
        let place = match self.code() {
            // The names of such members are of the payload.
            "WN0805" => self.terms.as_str(),
            _ => self.pointer.as_str(),
        };
        let subject = if place.is_empty() { "the payload".to_owned() } else { format!("`{place}`") };
        let message = match self.code() {
            "WN0805" => {
                let parts = if self.is_of_items() { "items" } else { "members" };
                format!("readers refuse {parts} of {subject} that their schema does not know")
            }
            "WN0808" => format!("readers want something of {subject}, which may be anything where it is not declared"),
            "WN0806" => format!("readers do not know {subject}, and refuse it"),
            _ => format!("{subject}: readers want {} (`{}`)", self.expected, self.keyword),
        };
        let terms = self.changed(reader, writer);
        let terms: Vec<&Value> = terms.iter().collect();
        let mut finding = Finding::new(self.code(), pair.about(), message, &terms, pair.settings)?;
        // Where members that a schema does not know are ignored, nobody writes them on purpose.
        let is_judged = pair.settings.levels().contains_key(self.code());
        if self.code() == "WN0808" && pair.is_tolerant() && !is_judged {
            finding.level = Level::Warn;
        }
        let marks: Vec<Mark> = self.refusing(pair).into_iter().chain(self.allowing(pair)).collect();
        let help = Some(self.help(pair, &marks));
        Some(Finding { marks, help, ..finding })
    }

    /// What changed: the place, the keyword, and what both sides say, the old one first.
    fn changed(&self, reader: &SchemaSet, writer: &SchemaSet) -> Vec<Value> {
        let name = self.member.as_deref().filter(|_| matches!(self.code(), "WN0804" | "WN0806" | "WN0808"));
        if name.is_some() || self.code() == "WN0805" {
            return vec![json!(self.terms), json!(self.keyword), json!(name)];
        }
        // What tolerance adds to the reader's schemas is in no file.
        let says = |set: &SchemaSet, id: SchemaId| -> Value {
            let schema = set.schemas.get(id.0 as usize);
            let value = |name| Some(json!([name, keyword::value(set, schema?, name)?]));
            family(self.keyword).into_iter().filter_map(value).collect()
        };
        let allows = self.counterparts.first().map_or(Value::Null, |&id| says(writer, id));
        vec![json!(self.terms), json!(self.keyword), says(reader, self.schema), allows]
    }

    fn refusing(&self, pair: &Pair<'_>) -> Option<Mark> {
        if let ("WN0808", Some(declared)) = (self.code(), self.declared) {
            return mark::declaration(pair.reader, declared, &format!("refuses some {}", self.pointer));
        }
        let shown = match (self.code(), self.pointer.as_str()) {
            ("WN0805", _) => "what it does not know",
            (_, "") => "the payload",
            (_, pointer) => pointer,
        };
        let note = match (&self.member, self.code()) {
            (Some(name), "WN0804") => format!("asks for {}/{}", self.pointer, escape(name)),
            _ => format!("refuses {shown}"),
        };
        let item = self.member.as_deref().filter(|_| self.code() == "WN0804");
        let keywords = family(self.keyword);
        let mark = mark::keyword(pair.reader, self.schema, &keywords, item, &note);
        mark.or_else(|| mark::declaration(pair.reader, self.schema, &note))
    }

    fn allowing(&self, pair: &Pair<'_>) -> Option<Mark> {
        if let ("WN0808", Some(name)) = (self.code(), self.member.as_deref()) {
            return mark::absent(pair.writer, *self.counterparts.first()?, name, "allows anything there");
        }
        if let Some(declared) = self.declared {
            return mark::declaration(pair.writer, declared, "declares it");
        }
        let first = *self.counterparts.first()?;
        let note = if self.code() == "WN0804" { "lets it be left out" } else { "allows it" };
        let removed = self.removed(pair);
        let item = removed.first().and_then(Value::as_str);
        let found = self.has_counterpart.then(|| mark::keyword(pair.writer, first, &family(self.keyword), item, note));
        found.flatten().or_else(|| mark::absent(pair.writer, first, self.keyword, note))
    }

    /// The values that are written and that readers do not know.
    fn removed(&self, pair: &Pair<'_>) -> Vec<Value> {
        let known = |set: &SchemaSet, id: SchemaId| {
            set.schemas.get(id.0 as usize).and_then(|schema| schema.enumeration.clone()).unwrap_or_default()
        };
        let readable = known(&pair.reader.0.model.schemas, self.schema);
        let written = self.counterparts.first().map(|&id| known(&pair.writer.0.model.schemas, id));
        let index = ValueIndex::new(&readable);
        let is_unknown = |value: &Value| index.position(&readable, value).is_none();
        written.into_iter().flatten().filter(is_unknown).collect()
    }

    /// What the new side would have to say.
    fn help(&self, pair: &Pair<'_>, marks: &[Mark]) -> String {
        let old = marks.iter().find(|mark| mark.revision == Revision::Old);
        let new = marks.iter().find(|mark| mark.revision == Revision::New);
        let is_absent = |mark: &&Mark| mark.text.starts_with("no `");
        let backward = pair.direction == Direction::Backward;
        let removed = self.removed(pair);
        if self.code() == "WN0803" && !removed.is_empty() {
            let more = if removed.len() > MOST_VALUES { ", …" } else { "" };
            let values: Vec<String> = removed.iter().take(MOST_VALUES).map(|value| format!("`{value}`")).collect();
            let values = values.join(", ") + more;
            return match backward {
                true => format!("keep {values}, until no old event is read any more"),
                false => format!("write {values} when all readers know it"),
            };
        }
        match (self.code(), self.member.as_deref()) {
            ("WN0808", Some(name)) if backward => {
                format!("give the member another name, if anyone may have written `{name}` before")
            }
            ("WN0808", Some(name)) => format!("keep `{name}` in `properties`"),
            ("WN0804", Some(name)) if backward => format!("take `{name}` out of `{}`", self.keyword),
            ("WN0804", Some(name)) => format!("keep `{name}` in `{}`", self.keyword),
            // What the old side has there is another keyword, and stays.
            ("WN0805", _) if backward && old.is_none_or(|old| !old.text.contains(self.keyword)) && new.is_some() => {
                format!("remove `{}`", new.map(|new| new.text.replace('`', "'")).unwrap_or_default())
            }
            ("WN0806", _) if backward => "keep the member; or set `unknown_members = \"tolerant\"` in `[breaking]`, if readers ignore what they do not know".to_owned(),
            ("WN0806", _) => "leave the member out until readers know it; or set `unknown_members = \"tolerant\"` in `[breaking]`, if readers ignore what they do not know".to_owned(),
            _ => match (old, new) {
                (Some(old), _) if !is_absent(&old) => format!("keep `{}`", old.text.replace('`', "'")),
                (_, Some(new)) if !is_absent(&new) => format!("remove `{}`", new.text.replace('`', "'")),
                _ => "keep what the old schema says there".to_owned(),
            },
        }
    }
}

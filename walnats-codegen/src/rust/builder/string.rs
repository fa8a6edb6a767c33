//! Strings: enums, date-times, UUIDs, text.

use std::collections::HashMap;

use serde_json::Value;
use walnats_schema::{Format, SchemaId};

use super::Builder;
use crate::model::{Constraint, DateTimes, RustType};
use crate::rust::conjunction::Conjunction;
use crate::rust::types::{Body, Enum, Type, Typed};

/// How often a value is tried with a branch, to find which of the values are accepted.
const MAX_TRIED: usize = 1_000_000;

impl Builder<'_> {
    pub(super) fn string(&mut self, conjunction: &Conjunction) -> Typed {
        let listed = self.enumeration(conjunction);
        let listed = listed.map(|values| values.into_iter().map(|value| (value, None)).collect());
        if let Some(values) = listed.or_else(|| self.enumeration_of_branches(conjunction)) {
            return self.string_enum(conjunction, &values);
        }
        let mut constraints = Vec::new();
        for schema in conjunction.schemas(self.schemas.set) {
            let string = &schema.string;
            constraints.extend(string.min_length.map(Constraint::MinLength));
            constraints.extend(string.max_length.map(Constraint::MaxLength));
            constraints.extend(string.pattern.clone().map(Constraint::Pattern));
            constraints.extend(string.format.map(Constraint::Format));
        }
        constraints.dedup();
        if self.wanted(conjunction) == Some(RustType::String) {
            return Typed::constrained(Type::String, constraints);
        }
        if constraints == [Constraint::Format(Format::Uuid)] {
            // Other constraints would need the text, which a UUID does not keep.
            return Typed::exact(Type::Uuid);
        }
        let mut formats = vec![(Format::DateTime, Type::DateTime), (Format::Date, Type::Date)];
        formats.retain(|_| self.datetime != DateTimes::String);
        for (format, ty) in formats {
            if constraints.contains(&Constraint::Format(format)) {
                // The type is the check.
                constraints.retain(|constraint| *constraint != Constraint::Format(format));
                return Typed::constrained(ty, constraints);
            }
        }
        let encodings =
            conjunction.schemas(self.schemas.set).filter_map(|schema| schema.string.content_encoding.as_deref());
        let is_base64 = encodings.into_iter().any(|encoding| encoding.eq_ignore_ascii_case("base64"));
        Typed::constrained(if is_base64 { Type::Base64 } else { Type::String }, constraints)
    }

    /// An enum, unless it would have no variants.
    fn string_enum(&mut self, conjunction: &Conjunction, values: &[(Value, Option<SchemaId>)]) -> Typed {
        let listed = values.iter().filter_map(|(value, id)| Some((value.as_str()?.to_owned(), *id)));
        let (values, ids): (Vec<String>, Vec<_>) = listed.unzip();
        if values.is_empty() {
            return Typed::judged(Type::String, self.judge(conjunction));
        }
        let asked = |value: &String| {
            let notes =
                conjunction.whole.iter().chain(&conjunction.own).filter_map(|id| self.rust_notes.get(id.0 as usize));
            notes.into_iter().find_map(|note| note.variants.get(value).cloned())
        };
        let names = values.iter().map(|value| asked(value).unwrap_or_else(|| value.clone())).collect();
        Typed::exact(Type::Item(self.item(conjunction, Body::Enum(Enum { values, names, ids }))))
    }

    /// The strings that `oneOf` or `anyOf` lists as `const`s or `enum`s. The schema of a branch that is one value describes it.
    fn enumeration_of_branches(&self, conjunction: &Conjunction) -> Option<Vec<(Value, Option<SchemaId>)>> {
        let [group] = conjunction.groups.as_slice() else { return None };
        let (mut values, mut is_plain) = (Vec::new(), conjunction.own.is_empty());
        for branch in &group.branches {
            let choice = Conjunction::new(self.schemas, &[*branch], conjunction.location.clone())
                .only(self.schemas, conjunction.json_types);
            let listed = self.enumeration(&choice)?;
            let id = (listed.len() == 1).then_some(*branch);
            values.extend(listed.into_iter().map(|value| (value, id)));
            is_plain &= choice.is_list(self.schemas);
        }
        if !is_plain && values.len() * group.branches.len() > MAX_TRIED {
            return None;
        }
        let mut count: HashMap<String, usize> = HashMap::new();
        for text in values.iter().filter_map(|(value, _)| value.as_str()) {
            *count.entry(text.to_owned()).or_default() += 1;
        }
        // Branches that are lists, and nothing else, accept what they list.
        let accepts = |value: &Value, count: usize| match is_plain {
            true => count == 1 || !group.exclusive,
            false => self.accepts(conjunction, value),
        };
        values.retain(|(value, _)| {
            let count = value.as_str().and_then(|text| count.remove(text));
            count.is_some_and(|count| accepts(value, count))
        });
        Some(values)
    }
}

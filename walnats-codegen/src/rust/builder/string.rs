//! Strings: date-times, UUIDs, text.

use walnats_schema::Format;

use super::Builder;
use crate::model::{Constraint, DateTimes, RustType};
use crate::rust::conjunction::Conjunction;
use crate::rust::types::{Type, Typed};

impl Builder<'_> {
    pub(super) fn string(&mut self, conjunction: &Conjunction) -> Typed {
        if let Some(values) = self.listed(conjunction) {
            return self.string_enum(conjunction, values);
        }
        if let Some(typed) = self.open_enum(conjunction) {
            return typed;
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
}

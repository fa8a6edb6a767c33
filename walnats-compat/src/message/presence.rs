//! Which fields are set, by the rules of their writers.

use prost_reflect::{FieldDescriptor, MessageDescriptor, Value};
use walnats_codegen::model::{FieldChecks, MessageChecks, ProtobufRules};

use super::counterpart::Meeting;
use super::rules::{has_presence, keeps};

/// What writers promise of a field.
pub struct Presence {
    /// It is there, or, where nobody can see that, not zero.
    pub is_set: bool,
    /// Where it is there, it is not zero.
    pub is_nonzero: bool,
}

impl Presence {
    /// What `promised` says of the field `written`.
    pub fn of(written: &FieldDescriptor, promised: Option<&FieldChecks>, rules: &ProtobufRules) -> Self {
        let has_presence = has_presence(rules, written);
        let zero = match written.is_list() || written.is_map() {
            true => Value::default_value_for_field(written),
            false => Value::default_value(&written.kind()),
        };
        let excludes_zero = promised
            .is_some_and(|promised| (has_presence || !promised.skips_zero) && !keeps(rules, &zero, &promised.value));
        let is_required = promised.is_some_and(|promised| promised.is_required);
        Self {
            is_set: written.is_required() || is_required || (!has_presence && excludes_zero),
            is_nonzero: excludes_zero || (!has_presence && is_required),
        }
    }
}

/// What writers promise of several fields of a message.
#[derive(Clone, Copy)]
pub struct Sets<'s> {
    pub meeting: Meeting,
    /// The message, if it is one for its writers.
    pub written: Option<&'s MessageDescriptor>,
    pub promised: &'s MessageChecks,
}

impl Sets<'_> {
    /// Whether no two of these fields of readers are set at once.
    pub fn is_one_at_most(self, read: &[FieldDescriptor]) -> bool {
        // Fields that writers do not know are not set.
        let Some(known) = self.known(read) else { return false };
        let has_all = |names: &[&str]| known.iter().all(|field| names.contains(&field.name()));
        let oneofs = self.written.iter().flat_map(|written| written.oneofs()).filter(|oneof| !oneof.is_synthetic());
        let is_oneof = oneofs.into_iter().any(|oneof| {
            let fields: Vec<FieldDescriptor> = oneof.fields().collect();
            has_all(&fields.iter().map(FieldDescriptor::name).collect::<Vec<_>>())
        });
        let mut groups = self.promised.groups.iter();
        known.len() < 2
            || is_oneof
            || groups.any(|group| has_all(&group.fields.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    /// Whether one of these fields of readers is set.
    pub fn is_one_set(self, read: &[FieldDescriptor]) -> bool {
        let Some(written) = self.written else { return false };
        // A zero that was set is not, where nobody can see it.
        let shows =
            |own: &FieldDescriptor, other: &FieldDescriptor| own.supports_presence() || !other.supports_presence();
        let fields = read.iter().filter_map(|own| Some((own, self.meeting.written_as(written, own)?)));
        let seen: Vec<String> =
            fields.filter(|(own, other)| shows(own, other)).map(|(_, other)| other.name().to_owned()).collect();
        let has = |name: &str| seen.iter().any(|seen| seen == name);
        let is_group =
            self.promised.groups.iter().any(|group| group.is_required && group.fields.iter().all(|field| has(field)));
        let is_field = self.promised.fields.iter().any(|field| field.is_required && has(&field.name));
        let is_oneof =
            written.oneofs().filter(|oneof| self.promised.required_oneofs.iter().any(|name| name == oneof.name()));
        is_group || is_field || is_oneof.into_iter().any(|oneof| oneof.fields().all(|field| has(field.name())))
    }

    fn known(self, read: &[FieldDescriptor]) -> Option<Vec<FieldDescriptor>> {
        let written = self.written?;
        Some(read.iter().filter_map(|own| self.meeting.written_as(written, own)).collect())
    }
}

//! The rules of a message and of its oneofs.

use std::collections::BTreeSet;

use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, OneofDescriptor, ReflectMessage as _};
use walnats_cel::Type;

use super::super::descriptor::{MESSAGE_OPTIONS, ONEOF_OPTIONS};
use super::site::Site;
use super::{Lowering, field, flag, list, option, texts};
use crate::model::{FieldGroup, MessageChecks};

/// Everything that is checked of `message`.
pub fn lower(lowering: &mut Lowering<'_>, message: &MessageDescriptor) -> MessageChecks {
    let mut checks = MessageChecks::default();
    if let Some(options) = option(&message.options(), &lowering.options.message) {
        let what = format!("the message `{}`", message.full_name());
        let number = lowering.options.message.number();
        let site = Site::new(message.parent_file(), what, message.path(), MESSAGE_OPTIONS, number);
        lowering.unknown_fields(&options, &site);
        checks.rules = lowering.own_rules(&options, &Type::Message(message.full_name().to_owned()), &site);
        checks.groups = groups(lowering, message, &options, &site);
    }
    for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
        let rules = option(&oneof.options(), &lowering.options.oneof);
        if let Some(rules) = &rules {
            let what = format!("the oneof `{}`", oneof.full_name());
            let number = lowering.options.oneof.number();
            let site = Site::new(message.parent_file(), what, oneof.path(), ONEOF_OPTIONS, number);
            lowering.unknown_fields(rules, &site);
        }
        if rules.is_some_and(|rules| flag(&rules, "required")) {
            checks.required_oneofs.push(oneof.name().to_owned());
        }
    }
    for inner in message.fields() {
        let is_grouped = checks.groups.iter().any(|group| group.fields.iter().any(|name| name == inner.name()));
        checks.fields.extend(field::lower(lowering, &inner, is_grouped));
    }
    message.oneofs().for_each(|oneof| required_together(lowering, &oneof, &checks));
    checks
}

/// Warns of a oneof of which two fields have to be set.
fn required_together(lowering: &mut Lowering<'_>, oneof: &OneofDescriptor, checks: &MessageChecks) {
    let is_required =
        |field: &FieldDescriptor| checks.fields.iter().any(|checks| checks.is_required && checks.name == field.name());
    let required: Vec<FieldDescriptor> = oneof.fields().filter(is_required).collect();
    if let [_, .., last] = required.as_slice() {
        let rules = lowering.options.field.kind();
        let rule = rules.as_message().and_then(|rules| rules.get_field_by_name("required"));
        let mut site = field::site(lowering, last).part(rule.map_or(0, |rule| rule.number()), "required");
        site.what = format!("the oneof `{}`", oneof.full_name());
        let names: Vec<String> = required.iter().map(|field| format!("{}.required", field.name())).collect();
        lowering.never_together(&site, &names);
    }
}

fn groups(
    lowering: &mut Lowering<'_>,
    message: &MessageDescriptor,
    options: &DynamicMessage,
    site: &Site,
) -> Vec<FieldGroup> {
    let number = options.descriptor().get_field_by_name("oneof").map_or(0, |field| field.number());
    let site = site.part(number, "oneof");
    let mut groups = Vec::new();
    for (index, rule) in list(options, "oneof").iter().filter_map(|rule| rule.as_message()).enumerate() {
        let site = site.item(index);
        let fields = texts(rule, "fields");
        let mut mistakes = Vec::new();
        if fields.is_empty() {
            mistakes.push(format!("a `oneof` rule of {} names no field", site.what));
        }
        let mut seen = BTreeSet::new();
        for name in &fields {
            if message.get_field_by_name(name).is_none() {
                mistakes.push(format!("{} has no field `{name}`, which a `oneof` rule names", site.what));
            } else if !seen.insert(name) {
                mistakes.push(format!("a `oneof` rule of {} names the field `{name}` twice", site.what));
            }
        }
        if mistakes.is_empty() {
            groups.push(FieldGroup { fields, is_required: flag(rule, "required") });
        }
        for mistake in mistakes {
            lowering.error("WN0553", &site, mistake, "name fields of the message, each once");
        }
    }
    groups
}

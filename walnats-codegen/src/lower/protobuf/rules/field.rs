//! The rules of a field.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind};

use super::super::descriptor::FIELD_OPTIONS;
use super::site::Site;
use super::value::Shape;
use super::{Lowering, flag, option, set};
use crate::model::{FieldChecks, NestedChecks};

/// `buf.validate.Ignore`
const IGNORE_IF_ZERO: i32 = 1;
const IGNORE_ALWAYS: i32 = 3;

/// What is checked of `field`; `None` if nothing is. Fields of a `oneof` rule are not checked while they are zero.
pub fn lower(lowering: &mut Lowering<'_>, field: &FieldDescriptor, is_grouped: bool) -> Option<FieldChecks> {
    let rules = option(&field.options(), &lowering.options.field);
    let ignore = rules.as_ref().map_or(0, ignore);
    let site = site(lowering, field);
    if let Some(rules) = &rules {
        lowering.unknown_fields(rules, &site);
    }
    let is_required = rules.as_ref().is_some_and(|rules| flag(rules, "required"));
    if ignore == IGNORE_ALWAYS {
        if is_required {
            lowering.never_checked(&site);
        }
        return None;
    }
    let kind = field.kind();
    let shape = match &kind {
        Kind::Message(entry) if field.is_map() => Shape::Map(entry.clone()),
        _ if field.is_list() => Shape::List(kind.clone()),
        _ => Shape::One(kind.clone()),
    };
    let value = lowering.value(rules.as_ref(), &shape, &site);
    (is_required || !value.is_empty()).then(|| FieldChecks {
        name: field.name().to_owned(),
        is_required,
        skips_zero: ignore == IGNORE_IF_ZERO || is_grouped,
        value,
    })
}

/// Where the rules of `field` are.
pub fn site(lowering: &Lowering<'_>, field: &FieldDescriptor) -> Site {
    let what = format!("the field `{}`", field.full_name());
    let number = lowering.options.field.number();
    Site::new(field.parent_message().parent_file(), what, field.path(), FIELD_OPTIONS, number)
}

/// What is checked of the items of a list, or the keys or values of a map; `None` if nothing is.
pub fn nested(
    lowering: &mut Lowering<'_>,
    rules: Option<&DynamicMessage>,
    kind: &Kind,
    site: &Site,
) -> Option<Box<NestedChecks>> {
    let ignore = rules.map_or(0, ignore);
    if ignore == IGNORE_ALWAYS {
        return None;
    }
    let value = lowering.value(rules, &Shape::One(kind.clone()), site);
    (!value.is_empty()).then(|| Box::new(NestedChecks { skips_zero: ignore == IGNORE_IF_ZERO, value }))
}

/// Whether nothing of a field is checked.
pub fn is_ignored(rules: &DynamicMessage) -> bool {
    ignore(rules) == IGNORE_ALWAYS
}

fn ignore(rules: &DynamicMessage) -> i32 {
    set(rules, "ignore").and_then(|value| value.as_enum_number()).unwrap_or_default()
}

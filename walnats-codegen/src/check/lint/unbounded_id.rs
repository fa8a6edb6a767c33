//! Ids that are integers without bounds.

use std::collections::{BTreeMap, BTreeSet};

use walnats_schema::{JsonType, Schema, SchemaId};

use super::Package;
use super::case::cases_of;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Report};

/// How many names a finding lists.
const MOST_NAMES: usize = 4;

/// What is found in one file: where integers are said, and the members of which they are the schemas.
#[derive(Default)]
struct Found<'p, 'a> {
    integers: Vec<&'p Site<'a>>,
    names: BTreeSet<&'a str>,
}

/// One finding for each file.
pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    let mut files: BTreeMap<&str, Found<'_, '_>> = BTreeMap::new();
    for member in &package.sites {
        let is_id = member.last_word().is_some_and(|word| matches!(word.as_str(), "id" | "ids"));
        let Some(name) = member.member_name().filter(|_| is_id && !member.is_question()) else { continue };
        for integer in package.scalars(member.id).into_iter().filter_map(|id| unbounded(package, id)) {
            let found = files.entry(&integer.document.file.path).or_default();
            found.integers.push(integer);
            found.names.insert(name);
        }
    }
    for Found { integers, names } in files.into_values() {
        let Some(first) = integers.into_iter().min_by_key(|site| site.node.span.start) else { continue };
        let listed: Vec<String> = names.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
        let more = names.len().saturating_sub(MOST_NAMES);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let message = match names.len() {
            1 => format!("the id {} is an integer without bounds", listed.join("")),
            _ => format!("ids that are integers without bounds: {}{more}", listed.join(", ")),
        };
        let place = first.node.get("type").map_or_else(|| first.place(first.node), |types| first.place(types));
        report.push(Diagnostic::warning("WN0730", place, message).help(
            "say `minimum` and `maximum`, or `\"format\": \"int64\"`, so that readers know what holds them; or write ids as strings",
        ));
    }
}

/// Where a value is said to be an integer, if nothing bounds it.
fn unbounded<'p, 'a>(package: &'p Package<'a>, id: SchemaId) -> Option<&'p Site<'a>> {
    let set = &package.model.schemas;
    let cases = cases_of(set, id, JsonType::Integer)?;
    let case = cases.iter().find(|case| !case.parts.iter().any(|part| is_bounded(set.get(*part))))?;
    let said = case.parts.iter().filter(|part| set.get(**part).types.is_some());
    said.filter_map(|part| package.site(*part)).next()
}

fn is_bounded(schema: &Schema) -> bool {
    let number = &schema.number;
    number.minimum.is_some()
        || number.maximum.is_some()
        || number.exclusive_minimum.is_some()
        || number.exclusive_maximum.is_some()
        || number.format.is_some()
        || schema.enumeration.is_some()
}

//! Ids that are integers without bounds.

use std::collections::BTreeMap;

use walnats_schema::JsonType;

use super::Package;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Report};

/// How many names a finding lists.
const MOST_NAMES: usize = 4;

/// One finding for each file.
pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    let mut files: BTreeMap<&str, Vec<&Site<'_>>> = BTreeMap::new();
    for site in package.sites.iter().filter(|site| site.is_of(JsonType::Integer)) {
        let number = &site.schema.number;
        let is_bounded = number.minimum.is_some()
            || number.maximum.is_some()
            || number.exclusive_minimum.is_some()
            || number.exclusive_maximum.is_some()
            || number.format.is_some()
            || site.schema.enumeration.is_some();
        if !is_bounded && site.words().last().is_some_and(|word| word == "id") {
            files.entry(&site.document.file.path).or_default().push(site);
        }
    }
    for mut sites in files.into_values() {
        sites.sort_by_key(|site| site.node.span.start);
        let Some(first) = sites.first() else { continue };
        let mut names: Vec<&str> = sites.iter().filter_map(|site| site.member_name()).collect();
        names.sort_unstable();
        names.dedup();
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

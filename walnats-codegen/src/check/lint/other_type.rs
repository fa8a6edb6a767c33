//! Keywords that look at values of another type than `type` allows.

use walnats_schema::{Format, IntegerFormat, JsonType};

use super::Package;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Report};
use crate::load::{Member, NodeValue};

/// The keywords that look at values of some types alone.
const KEYWORDS: [(&str, &[JsonType], &[&str]); 4] = [
    ("strings", &[JsonType::String], &["minLength", "maxLength", "pattern"]),
    (
        "numbers",
        &[JsonType::Integer, JsonType::Number],
        &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
    ),
    (
        "arrays",
        &[JsonType::Array],
        &["items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems", "unevaluatedItems"],
    ),
    (
        "objects",
        &[JsonType::Object],
        &[
            "properties",
            "patternProperties",
            "additionalProperties",
            "propertyNames",
            "required",
            "minProperties",
            "maxProperties",
            "dependentRequired",
            "unevaluatedProperties",
        ],
    ),
];

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    for site in &package.sites {
        let Some(types) = site.schema.types.as_deref() else { continue };
        for (what, of, keywords) in KEYWORDS {
            let applies = of.iter().any(|one| types.contains(one));
            let mut present = keywords.iter().filter_map(|keyword| site.node.member(keyword)).filter(|it| asks(it));
            if let Some(member) = present.next().filter(|_| !applies) {
                report.push(finding(site, member, what));
            }
        }
        if let Some(member) = site.node.member("format")
            && let Some(what) = member.value.as_str().and_then(|name| of_other_type(name, types))
        {
            report.push(finding(site, member, what));
        }
    }
}

/// Whether a keyword asks for anything: generators write some at all places.
fn asks(member: &Member) -> bool {
    match &member.value.value {
        NodeValue::Bool(value) => *value != (member.name == "additionalProperties"),
        NodeValue::Array(items) => !items.is_empty(),
        NodeValue::Object(members) => !members.is_empty(),
        _ => true,
    }
}

/// What a format is for, if the types are others.
fn of_other_type(format: &str, types: &[JsonType]) -> Option<&'static str> {
    let is_number = types.iter().any(|one| matches!(one, JsonType::Integer | JsonType::Number));
    if Format::from_name(format).is_some() {
        return (!types.contains(&JsonType::String)).then_some("strings");
    }
    (IntegerFormat::from_name(format).is_some() && !is_number && !types.contains(&JsonType::String))
        .then_some("integers")
}

fn finding(site: &Site<'_>, member: &Member, what: &str) -> Diagnostic {
    let types = site.node.get("type").map(|types| types.to_json().to_string()).unwrap_or_default();
    let message =
        format!("`{}` is for {what} and never applies to the type `{}`", member.name, types.trim_matches('"'));
    let finding = Diagnostic::warning("WN0725", site.name_place(member), message);
    let types = site.node.member("type").map(|types| site.place(&types.value));
    let finding = types.into_iter().fold(finding, |finding, place| finding.related(place, "the type"));
    finding.help(match (member.name.as_str(), what) {
        ("format", "strings") => "write `\"type\": \"string\"`, or drop the format".to_owned(),
        _ => format!("correct `type`, or drop `{}`", member.name),
    })
}

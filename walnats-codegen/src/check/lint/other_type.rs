//! Keywords that look at values of another type than `type` allows.

use walnats_schema::{Format, IntegerFormat, JsonType};

use super::Package;
use super::case::types_of;
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
    for site in package.sites.iter().filter(|site| !site.is_reference_alone()) {
        let asking: Vec<(&str, &[JsonType], &Member)> = KEYWORDS
            .into_iter()
            .filter_map(|(what, of, keywords)| {
                let mut present = keywords.iter().filter_map(|keyword| site.node.member(keyword));
                Some((what, of, present.find(|member| asks(member))?))
            })
            .collect();
        let format = site.node.member("format");
        if asking.is_empty() && format.is_none() {
            continue;
        }
        let types = types(package, site);
        // What has no value at all is reported as such.
        if types.is_empty() {
            continue;
        }
        for (what, of, member) in asking {
            if !of.iter().any(|one| types.contains(one)) {
                report.push(finding(package, site, member, what));
            }
        }
        if let Some(member) = format
            && let Some(what) = member.value.as_str().and_then(|name| of_other_type(name, &types))
        {
            report.push(finding(package, site, member, what));
        }
    }
}

/// The types that values may have where the schema applies: by its own keywords, what it refers to, and what is around it.
fn types(package: &Package<'_>, site: &Site<'_>) -> Vec<JsonType> {
    let mut ids = vec![site.id];
    ids.extend(package.hosts(site));
    types_of(&package.model.schemas, &ids)
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

fn finding(package: &Package<'_>, site: &Site<'_>, member: &Member, what: &str) -> Diagnostic {
    // Its own type, or the one that decides.
    let set = &package.model.schemas;
    let mut ids = vec![site.id];
    ids.extend(package.hosts(site));
    let own = site.node.get("type").map(|types| (site, types));
    let deciding = own.or_else(|| {
        let mut parts = set.conjuncts(&ids).into_iter().filter_map(|id| package.site(id));
        parts.find_map(|part| Some((part, part.node.get("type")?)))
    });
    let message = match deciding {
        Some((_, types)) => {
            let types = types.to_json().to_string();
            format!("`{}` is for {what} and never applies to the type `{}`", member.name, types.trim_matches('"'))
        }
        None => format!("`{}` is for {what} and never applies here: no value is one", member.name),
    };
    let finding = Diagnostic::warning("WN0725", site.name_place(member), message);
    let place = deciding.map(|(part, types)| part.place(types));
    let finding = place.into_iter().fold(finding, |finding, place| finding.related(place, "the type"));
    let is_bytes = member.value.as_str().is_some_and(|name| matches!(name, "byte" | "base64"));
    finding.help(match (member.name.as_str(), what) {
        ("format", "strings") if !is_bytes => "write `\"type\": \"string\"`, or drop the format".to_owned(),
        _ => format!("correct `type`, or drop `{}`", member.name),
    })
}

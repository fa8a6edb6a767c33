//! Listed values that the keywords next to the list refuse.

use walnats_schema::JsonType;

use super::Package;
use super::case::types_of;
use crate::diagnostic::{Diagnostic, Report};
use crate::load::Node;

/// Longer lists are not looked at: each value is validated.
const MOST_VALUES: usize = 1000;

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    let set = &package.model.schemas;
    for site in &package.sites {
        let values = site.node.get("enum").map(|values| values.items()).unwrap_or_default();
        let is_alone = {
            let mut bare =
                walnats_schema::Schema { enumeration: site.schema.enumeration.clone(), ..Default::default() };
            bare.resource = site.schema.resource;
            bare == *site.schema
        };
        // Next to a `$ref` of old drafts the list means nothing.
        if site.schema.enumeration.is_none() || values.is_empty() || values.len() > MOST_VALUES {
            continue;
        }
        let hosts = package.hosts(site);
        if is_alone && (hosts.is_empty() || site.is_question()) {
            continue;
        }
        // A branch of which no value is left is reported itself.
        let types = types_of(set, &hosts);
        let has_type = |value: &Node| {
            let own = JsonType::of(&value.to_json());
            types.contains(&own) || (own == JsonType::Integer && types.contains(&JsonType::Number))
        };
        let refused = values.iter().filter(|value| !has_type(value));
        for value in refused.filter(|_| !hosts.is_empty() && values.iter().any(has_type)) {
            let message = "the `type` of the schema around it refuses this value of `enum`";
            let help = "remove the value, or let the other keywords allow it";
            report.push(Diagnostic::warning("WN0723", site.place(value), message).help(help));
        }
        for value in values.iter().filter(|value| !is_alone && (hosts.is_empty() || has_type(value))) {
            let violations = set.validate(site.id, &value.to_json());
            // Which of the values a `const` next to them leaves is said by the schema.
            let refusing = violations.list.iter().map(|violation| violation.keyword).find(|keyword| *keyword != "enum");
            if let Some(keyword) = refusing.filter(|keyword| *keyword != "const") {
                let message = format!("`{keyword}` refuses this value of `enum`");
                let help = "remove the value, or let the other keywords allow it";
                report.push(Diagnostic::warning("WN0723", site.place(value), message).help(help));
            }
        }
    }
}

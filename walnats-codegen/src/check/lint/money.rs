//! Amounts of money that are floats.

use std::collections::BTreeMap;

use walnats_schema::{JsonType, SchemaId};

use super::Package;
use super::case::cases_of;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Report};

/// The last words of names of amounts of money.
const MONEY: [&str; 33] = [
    "amount", "amounts", "balance", "balances", "cost", "costs", "fare", "fares", "fee", "fees", "money", "payment",
    "payments", "payout", "payouts", "price", "prices", "refund", "refunds", "revenue", "revenues", "salaries",
    "salary", "subtotal", "tax", "taxes", "total", "totals", "turnover", "usd", "eur", "gbp", "vat",
];
/// How many names a finding lists.
const MOST_NAMES: usize = 4;

/// One finding for each schema that says `number`, with the members that it is the schema of.
pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    let mut floats: BTreeMap<SchemaId, (&Site<'_>, Vec<&Site<'_>>)> = BTreeMap::new();
    for member in &package.sites {
        if !member.last_word().is_some_and(|word| MONEY.contains(&word.as_str())) || member.is_question() {
            continue;
        }
        let scalars = package.scalars(member.id);
        let values: Vec<SchemaId> = scalars.iter().filter_map(|id| of_map(package, *id)).collect();
        for float in scalars.into_iter().chain(values).filter_map(|id| float(package, id)) {
            floats.entry(float.id).or_insert_with(|| (float, Vec::new())).1.push(member);
        }
    }
    for (float, members) in floats.into_values() {
        let mut names: Vec<String> = members.iter().filter_map(|member| member.member_name()).map(quoted).collect();
        names.sort_unstable();
        names.dedup();
        let more = names.len().saturating_sub(MOST_NAMES);
        names.truncate(MOST_NAMES);
        let message = match (&names[..], more) {
            ([name], _) => format!("{name} looks like an amount of money, and floats are not exact"),
            (names, 0) => format!("{} look like amounts of money, and floats are not exact", names.join(", ")),
            (names, more) => {
                format!("{} and {more} more look like amounts of money, and floats are not exact", names.join(", "))
            }
        };
        let place = float.node.get("type").map_or_else(|| float.place(float.node), |types| float.place(types));
        let finding = Diagnostic::warning("WN0729", place, message);
        // What is written inside of the member shows itself.
        let elsewhere = members.iter().find(|member| !member.contains(float));
        let finding = elsewhere
            .into_iter()
            .fold(finding, |finding, member| finding.related(member.place(member.node), "the member"));
        report.push(finding.help(
            "write an integer of the smallest unit, or a string; or say the step, such as `\"multipleOf\": 0.01`",
        ));
    }
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

/// The schema of the members of an object that has no names for them, such as amounts by currency.
fn of_map(package: &Package<'_>, id: SchemaId) -> Option<SchemaId> {
    let set = &package.model.schemas;
    let objects: Vec<_> = set.conjuncts(&[id]).into_iter().map(|id| &set.get(id).object).collect();
    let is_map = objects.iter().all(|object| object.properties.is_empty());
    objects.into_iter().find_map(|object| object.additional_properties).filter(|_| is_map)
}

/// Where a value is said to be a number, if it may be any.
fn float<'p, 'a>(package: &'p Package<'a>, id: SchemaId) -> Option<&'p Site<'a>> {
    let set = &package.model.schemas;
    let cases = cases_of(set, id, JsonType::Number)?;
    let is_any = |part: &SchemaId| {
        let schema = set.get(*part);
        schema.number.multiple_of.is_none() && schema.enumeration.is_none()
    };
    let case = cases.iter().find(|case| case.parts.iter().all(is_any))?;
    let said = case.parts.iter().filter(|part| set.get(**part).types.is_some());
    said.filter_map(|part| package.site(*part)).next()
}

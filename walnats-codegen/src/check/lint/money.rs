//! Amounts of money that are floats.

use walnats_schema::JsonType;

use super::Package;
use crate::diagnostic::{Diagnostic, Report};

/// The last words of names of amounts of money.
const MONEY: [&str; 22] = [
    "amount", "balance", "cost", "costs", "fare", "fee", "fees", "payment", "payout", "price", "prices", "refund",
    "revenue", "salary", "subtotal", "tax", "total", "turnover", "usd", "eur", "gbp", "vat",
];

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    let set = &package.model.schemas;
    for site in package.sites.iter().filter(|site| site.is_of(JsonType::Number)) {
        let words = site.words();
        let is_money = words.last().is_some_and(|word| MONEY.contains(&word.as_str()));
        let has_step = set.conjuncts(&[site.id]).iter().any(|id| set.get(*id).number.multiple_of.is_some());
        if !is_money || has_step || site.schema.enumeration.is_some() {
            continue;
        }
        let message = format!("`{}` looks like an amount of money, and floats are not exact", words.join("_"));
        let place = site.node.get("type").map_or_else(|| site.place(site.node), |types| site.place(types));
        report.push(Diagnostic::warning("WN0729", place, message).help(
            "write an integer of the smallest unit, or a string; or say the step, such as `\"multipleOf\": 0.01`",
        ));
    }
}

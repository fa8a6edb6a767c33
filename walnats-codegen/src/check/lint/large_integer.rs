//! Integers that a double does not hold.

use walnats_schema::{Decimal, JsonType};

use super::Package;
use crate::diagnostic::{Diagnostic, Report};
use crate::load::{Node, NodeValue};

/// 2^53 - 1, the largest integer that is the only one that a double reads as itself: JavaScript's `MAX_SAFE_INTEGER`.
const MOST: i128 = 9_007_199_254_740_991;

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    for site in &package.sites {
        let is_integer = site.is_of(JsonType::Integer);
        let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
        let bounds = bounds.iter().filter_map(|keyword| site.node.get(keyword)).filter(|_| is_integer);
        let listed = site.node.get("enum").map(|values| values.items()).unwrap_or_default().iter();
        let values = bounds.chain(listed).chain(site.node.get("const"));
        if let Some(value) = values.into_iter().find(|value| is_beyond(value)) {
            let message = "JavaScript, and whoever else keeps numbers as doubles, rounds integers beyond 2^53";
            let help = format!("keep the values within {MOST}, or write them as strings");
            report.push(Diagnostic::warning("WN0728", site.place(value), message).help(help));
        }
    }
}

fn is_beyond(node: &Node) -> bool {
    match &node.value {
        NodeValue::Number(number) => {
            Decimal::from(number).to_integer().is_none_or(|integer| integer.unsigned_abs() > MOST.unsigned_abs())
                && Decimal::from(number).is_integer()
        }
        _ => false,
    }
}

//! Integers that a double does not hold.

use std::collections::HashSet;

use walnats_schema::{Decimal, JsonType};

use super::Package;
use super::case::types_of;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Report};
use crate::load::{Node, NodeValue};

/// 2^53 - 1, the largest integer that is the only one that a double reads as itself: JavaScript's `MAX_SAFE_INTEGER`.
const MOST: i128 = 9_007_199_254_740_991;

/// One finding for each schema that has such an integer.
pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    let set = &package.model.schemas;
    let mut seen = HashSet::new();
    for site in package.sites.iter().filter(|site| !site.is_reference_alone()) {
        let of_values: Vec<&Node> = listed(site).filter(|value| is_beyond(value)).collect();
        let of_bounds: Vec<&Node> = bounds(site).filter(|bound| is_beyond(bound)).collect();
        let is_of_integers = || {
            let ids: Vec<_> = [site.id].into_iter().chain(package.hosts(site)).collect();
            let types = types_of(set, &ids);
            types.contains(&JsonType::Integer) && !types.contains(&JsonType::Number)
        };
        let of_bounds = if of_bounds.is_empty() || !is_of_integers() { Vec::new() } else { of_bounds };
        for value in of_bounds.into_iter().chain(of_values).take(1) {
            seen.insert(site.id);
            report.push(finding(site, value));
        }
    }
    // A schema of any number, such as `{"maximum": 1e18}`, that another one refers to as integers.
    for site in package.sites.iter().filter(|site| site.schema.reference.is_some()) {
        for part in set.conjuncts(&[site.id]).into_iter().filter_map(|id| package.site(id)) {
            let bound = bounds(part).find(|bound| is_beyond(bound)).filter(|_| !seen.contains(&part.id));
            let Some(bound) = bound else { continue };
            let types = types_of(set, &[site.id]);
            if types.contains(&JsonType::Integer) && !types.contains(&JsonType::Number) {
                seen.insert(part.id);
                report.push(finding(part, bound));
            }
        }
    }
}

fn bounds<'a>(site: &Site<'a>) -> impl Iterator<Item = &'a Node> {
    let node = site.node;
    let is_read = !site.is_reference_alone();
    let keywords = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
    keywords.into_iter().filter_map(|keyword| node.get(keyword)).filter(move |_| is_read)
}

fn listed<'a>(site: &Site<'a>) -> impl Iterator<Item = &'a Node> {
    let values = site.node.get("enum").map(|values| values.items()).unwrap_or_default();
    values.iter().chain(site.node.get("const"))
}

fn finding(site: &Site<'_>, value: &Node) -> Diagnostic {
    let message = "JavaScript, and whoever else keeps numbers as doubles, rounds integers beyond 2^53";
    let help = format!("keep the values within {MOST}, or write them as strings");
    Diagnostic::warning("WN0728", site.place(value), message).help(help)
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

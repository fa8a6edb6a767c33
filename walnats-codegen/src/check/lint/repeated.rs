//! Entries that a list has twice.

use std::collections::HashSet;

use walnats_schema::equal;
use walnats_schema::read::edit;

use super::Package;
use super::site::Site;
use crate::diagnostic::{Diagnostic, Edit, Report};
use crate::load::{Node, NodeValue};

/// Lists of more values are compared by their text.
const MOST_COMPARED: usize = 300;

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    for site in &package.sites {
        for keyword in ["required", "enum", "type"] {
            if let Some(list) = site.node.get(keyword) {
                in_list(site, keyword, list, report);
            }
        }
        for keyword in ["dependentRequired", "dependencies"] {
            for member in site.node.get(keyword).into_iter().flat_map(Node::members) {
                in_list(site, keyword, &member.value, report);
            }
        }
    }
}

/// One finding for a list.
fn in_list(site: &Site<'_>, keyword: &str, list: &Node, report: &mut Report) {
    let values: Vec<_> = list.items().iter().map(Node::to_json).collect();
    let (mut seen, mut repeated) = (HashSet::new(), Vec::new());
    for (at, (item, value)) in list.items().iter().zip(&values).enumerate() {
        // Numbers and objects may be equal and written differently.
        let is_repeated = match item.value {
            NodeValue::Number(_) | NodeValue::Object(_) | NodeValue::Array(_) if values.len() <= MOST_COMPARED => {
                values[..at].iter().any(|other| equal(other, value))
            }
            _ => !seen.insert(value.to_string()),
        };
        if is_repeated {
            repeated.push((at, item));
        }
    }
    let Some((_, first)) = repeated.first() else { return };
    let message = format!("`{keyword}` lists `{}` twice", first.to_json().to_string().trim_matches('"'));
    let edits: Option<Vec<Edit>> = repeated.iter().map(|(at, _)| edit::remove_item(site.document, list, *at)).collect();
    report.push(Diagnostic::warning("WN0733", site.place(first), message).help("remove one").fix(edits));
}

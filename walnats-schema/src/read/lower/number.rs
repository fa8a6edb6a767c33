//! `minimum`, `maximum`, their exclusive sisters, and `multipleOf`.

use crate::{IntegerFormat, NumberRules};
use serde_json::Number;

use super::Lowerer;
use super::subject::Subject;
use crate::read::document::{Node, NodeValue};
use crate::read::resolve::Draft;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn number(&mut self, subject: &Subject<'_, 'a>, rules: &mut NumberRules) {
        rules.multiple_of = number(subject, "multipleOf");
        rules.minimum = number(subject, "minimum");
        rules.maximum = number(subject, "maximum");
        let asserts = self.options.assert_formats || subject.dialect.asserts_formats;
        let format = subject.text("format").and_then(IntegerFormat::from_name);
        rules.format = format.filter(|_| asserts && is_integer(subject));
        if subject.draft() > Draft::Draft4 {
            rules.exclusive_minimum = number(subject, "exclusiveMinimum");
            rules.exclusive_maximum = number(subject, "exclusiveMaximum");
            return;
        }
        // In draft 4 a flag makes the bound itself exclusive.
        if flag(subject, "exclusiveMinimum") {
            rules.exclusive_minimum = rules.minimum.take();
        }
        if flag(subject, "exclusiveMaximum") {
            rules.exclusive_maximum = rules.maximum.take();
        }
    }
}

fn number(subject: &Subject<'_, '_>, name: &str) -> Option<Number> {
    match &subject.value(name)?.value {
        NodeValue::Number(number) => Some(number.clone()),
        _ => None,
    }
}

/// Whether `type` allows no numbers but integers.
fn is_integer(subject: &Subject<'_, '_>) -> bool {
    let Some(types) = subject.value("type") else { return false };
    let names = match &types.value {
        NodeValue::Array(names) => names.as_slice(),
        _ => std::slice::from_ref(types),
    };
    let has = |wanted| names.iter().filter_map(Node::as_str).any(|name| name == wanted);
    has("integer") && !has("number")
}

fn flag(subject: &Subject<'_, '_>, name: &str) -> bool {
    subject.value(name).is_some_and(|node| node.value == NodeValue::Bool(true))
}

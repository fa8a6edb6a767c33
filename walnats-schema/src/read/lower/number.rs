//! `minimum`, `maximum`, their exclusive forms, and `multipleOf`.

use crate::{IntegerFormat, NumberRules};
use serde_json::Number;

use super::Lowerer;
use super::schema_object::SchemaObject;
use crate::read::document::{Node, NodeValue};
use crate::read::resolve::Draft;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn number(&mut self, object: &SchemaObject<'_, 'a>, rules: &mut NumberRules) {
        rules.multiple_of = number(object, "multipleOf");
        rules.minimum = number(object, "minimum");
        rules.maximum = number(object, "maximum");
        let asserts = self.options.assert_formats || object.dialect.asserts_formats;
        let format = object.text("format").and_then(IntegerFormat::from_name);
        rules.format = format.filter(|_| asserts && is_integer(object));
        if object.draft() > Draft::Draft4 {
            rules.exclusive_minimum = number(object, "exclusiveMinimum");
            rules.exclusive_maximum = number(object, "exclusiveMaximum");
            return;
        }
        // In draft 4 a flag makes the bound itself exclusive.
        if flag(object, "exclusiveMinimum") {
            rules.exclusive_minimum = rules.minimum.take();
        }
        if flag(object, "exclusiveMaximum") {
            rules.exclusive_maximum = rules.maximum.take();
        }
    }
}

fn number(object: &SchemaObject<'_, '_>, name: &str) -> Option<Number> {
    match &object.value(name)?.value {
        NodeValue::Number(number) => Some(number.clone()),
        _ => None,
    }
}

/// Whether `type` allows no numbers but integers.
fn is_integer(object: &SchemaObject<'_, '_>) -> bool {
    let Some(types) = object.value("type") else { return false };
    let names = match &types.value {
        NodeValue::Array(names) => names.as_slice(),
        _ => std::slice::from_ref(types),
    };
    let has = |wanted| names.iter().filter_map(Node::as_str).any(|name| name == wanted);
    has("integer") && !has("number")
}

fn flag(object: &SchemaObject<'_, '_>, name: &str) -> bool {
    object.value(name).is_some_and(|node| node.value == NodeValue::Bool(true))
}

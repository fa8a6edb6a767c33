//! Values of keywords that have another shape than theirs, and one right answer.

use serde_json::{Number, Value};

use super::cure;
use crate::read::diagnostic::{Edit, Fix};
use crate::read::document::{Document, Member, Node, NodeValue};
use crate::read::edit;
use crate::read::resolve::{Draft, Keyword, Shape, TYPES};
use crate::read::suggestion::did_you_mean;

/// A schema as it is written.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) document: &'a Document,
    pub(super) node: &'a Node,
    pub(super) draft: Draft,
}

/// The value in the shape that the keyword wants.
pub(super) fn fix(keyword: &Keyword, member: &Member, schema: &Written<'_>) -> Option<Fix> {
    let document = schema.document;
    let set = |value: Value| edit::set(document, &member.value, &value).map(Fix::from);
    match (keyword.name, keyword.shape, &member.value.value) {
        ("type", _, _) => types(member, schema),
        ("exclusiveMinimum", Shape::Number, NodeValue::Bool(excludes)) => bound(*excludes, member, "minimum", schema),
        ("exclusiveMaximum", Shape::Number, NodeValue::Bool(excludes)) => bound(*excludes, member, "maximum", schema),
        ("items", Shape::Schema, NodeValue::Array(_)) => tuple(member, schema),
        (_, Shape::Number | Shape::PositiveNumber | Shape::Count, NodeValue::String(text)) => {
            let number: Number = serde_json::from_str(text).ok()?;
            let node = Node { span: member.value.span.clone(), value: NodeValue::Number(number.clone()) };
            if keyword.shape.fits(&node) { set(number.into()) } else { None }
        }
        (_, Shape::Boolean | Shape::Schema, NodeValue::String(text)) => match text.as_str() {
            "true" => set(true.into()),
            "false" => set(false.into()),
            _ => None,
        },
        ("required", _, NodeValue::String(_)) | ("enum", _, NodeValue::String(_) | NodeValue::Number(_)) => {
            edit::wrap_in_array(document, &member.value).map(Fix::from)
        }
        _ => None,
    }
}

/// Names of types, in JSON Schema's words.
fn types(member: &Member, schema: &Written<'_>) -> Option<Fix> {
    let document = schema.document;
    let NodeValue::Array(items) = &member.value.value else {
        let name = member.value.as_str()?;
        let (right, with) = match cure::of_type(name) {
            Some(cure) => (cure.name, cure.with),
            None => (did_you_mean(name, TYPES)?, None),
        };
        let mut edits: Vec<Edit> = vec![edit::set(document, &member.value, &right.into())?];
        if let Some((keyword, value)) = with.filter(|(keyword, _)| schema.node.get(keyword).is_none()) {
            edits.push(edit::insert_before(document, schema.node, &member.name, keyword, &value.into())?);
        }
        return Some(edits.into());
    };
    let right = |item: &Node| -> Option<Option<Edit>> {
        let name = item.as_str()?;
        if TYPES.contains(&name) {
            return Some(None);
        }
        let right = match cure::of_type(name) {
            Some(cure) if cure.with.is_none() => cure.name,
            Some(_) => return None,
            None => did_you_mean(name, TYPES)?,
        };
        edit::set(document, item, &right.into()).map(Some)
    };
    let edits: Option<Vec<Option<Edit>>> = items.iter().map(right).collect();
    edits.map(|edits| edits.into_iter().flatten().collect::<Vec<_>>()).filter(|edits| !edits.is_empty()).map(Fix::from)
}

/// Draft 4 says with `true` that the bound itself is excluded; later drafts write the bound there.
fn bound(excludes: bool, member: &Member, bound: &str, schema: &Written<'_>) -> Option<Fix> {
    let (document, node) = (schema.document, schema.node);
    if !excludes {
        return edit::remove_member(document, node, &member.name).map(Fix::from);
    }
    let limit = node.get(bound).filter(|limit| matches!(limit.value, NodeValue::Number(_)))?;
    let value = edit::set(document, &member.value, &limit.to_json())?;
    Some(vec![value, edit::remove_member(document, node, bound)?].into())
}

/// The schemas of the first items, which stand in `prefixItems` since 2020-12; what follows them is `items` there.
fn tuple(member: &Member, schema: &Written<'_>) -> Option<Fix> {
    let (document, node) = (schema.document, schema.node);
    if schema.draft != Draft::Draft202012 || node.get("prefixItems").is_some() {
        return None;
    }
    let rest = node.member("additionalItems").map(|rest| edit::rename(document, rest, "items"));
    let edits: Vec<Edit> = rest.into_iter().chain([edit::rename(document, member, "prefixItems")]).collect();
    Some(edits.into())
}

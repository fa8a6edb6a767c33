//! OpenAPI 3.0's `nullable`.

use serde_json::json;

use super::schema_object::SchemaObject;
use crate::read::diagnostic::{Diagnostic, Edit};
use crate::read::document::{Member, Node, NodeValue};
use crate::read::edit;

/// Keywords that may refuse `null`, whatever `type` lists.
const REFUSING: [&str; 11] = [
    "enum",
    "const",
    "$ref",
    "$dynamicRef",
    "$recursiveRef",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "dependentSchemas",
];
/// Keywords that say nothing about which values are valid.
const ANNOTATIONS: [&str; 11] = [
    "title",
    "description",
    "default",
    "examples",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "nullable",
    "$comment",
    "externalDocs",
];

/// The finding about `nullable: true`.
pub(super) fn finding(member: &Member, object: &SchemaObject<'_, '_>) -> Diagnostic {
    let message = "`nullable` is a word of OpenAPI 3.0 and means nothing in JSON Schema: `null` is refused";
    let help = match (object.text("type"), refusing(object).next()) {
        (Some(name), None) => format!("to allow it, write `\"type\": [\"{name}\", \"null\"]`"),
        (_, Some("enum")) => "to allow it, list `null` in `enum`, and among the types".to_owned(),
        (_, Some("anyOf" | "oneOf")) => "to allow it, add the branch `{\"type\": \"null\"}`".to_owned(),
        (_, Some(keyword @ ("$ref" | "allOf"))) => {
            format!("to allow it, write an `anyOf` of what `{keyword}` says and `{{\"type\": \"null\"}}`")
        }
        _ => "to allow it, list `null` among the types, or as `{\"type\": \"null\"}` in an `anyOf`".to_owned(),
    };
    Diagnostic::warning("WN0313", object.name_place(member), message).help(help).fix(with_null(object))
}

fn refusing<'s>(object: &'s SchemaObject<'_, '_>) -> impl Iterator<Item = &'static str> + 's {
    REFUSING.into_iter().filter(|keyword| object.location.node.get(keyword).is_some())
}

/// The schema with `null`, and without `nullable`. Whether a list of values is to have `null` in it, nobody knows.
fn with_null(object: &SchemaObject<'_, '_>) -> Option<Vec<Edit>> {
    let (document, node) = (object.document(), object.location.node);
    let refusing: Vec<&str> = refusing(object).collect();
    let edits = match (&refusing[..], node.get("type")) {
        ([], Some(types)) => in_types(object, types)?,
        (["$ref"], None) if is_alone(node, "$ref") => {
            let reference = node.member("$ref")?;
            let value = json!([{ "$ref": reference.value.as_str()? }, { "type": "null" }]);
            vec![edit::rename(document, reference, "anyOf"), edit::set(document, &reference.value, &value)?]
        }
        // Of one schema, "all" and "any" are the same.
        (["allOf"], None) if is_alone(node, "allOf") && node.get("allOf")?.items().len() == 1 => {
            let list = node.member("allOf")?;
            let add = edit::append_item(document, &list.value, &json!({ "type": "null" }))?;
            vec![edit::rename(document, list, "anyOf"), add]
        }
        ([keyword @ ("anyOf" | "oneOf")], None) if is_alone(node, keyword) => {
            let list = node.get(keyword)?;
            // Where another branch of a `oneOf` allows `null`, one more would refuse it.
            let is_safe = *keyword == "anyOf" || list.items().iter().all(refuses_null);
            if !is_safe {
                return None;
            }
            vec![edit::append_item(document, list, &json!({ "type": "null" }))?]
        }
        _ => return None,
    };
    let removal = edit::remove_member(document, node, "nullable")?;
    Some(edits.into_iter().chain([removal]).collect())
}

/// `null` as one of the types; nothing, if it is one.
fn in_types(object: &SchemaObject<'_, '_>, types: &Node) -> Option<Vec<Edit>> {
    let names: Vec<&str> = match &types.value {
        NodeValue::Array(items) => items.iter().map(|item| item.as_str()).collect::<Option<_>>()?,
        _ => vec![types.as_str()?],
    };
    if names.contains(&"null") {
        return Some(Vec::new());
    }
    if matches!(&types.value, NodeValue::Array(items) if !items.is_empty()) {
        return Some(vec![edit::append_item(object.document(), types, &json!("null"))?]);
    }
    let names: Vec<&str> = names.into_iter().chain(["null"]).collect();
    Some(vec![edit::set(object.document(), types, &json!(names))?])
}

/// Whether nothing but the keyword says which values are valid.
fn is_alone(node: &Node, keyword: &str) -> bool {
    let mut others = node.members().iter().map(|member| member.name.as_str()).filter(|name| *name != keyword);
    others.all(|name| ANNOTATIONS.contains(&name) || name.starts_with("x-"))
}

/// Whether a branch certainly refuses `null`.
fn refuses_null(branch: &Node) -> bool {
    let Some(types) = branch.get("type") else { return false };
    match &types.value {
        NodeValue::Array(items) => !items.iter().any(|item| item.as_str() == Some("null")),
        _ => types.as_str().is_some_and(|name| name != "null"),
    }
}

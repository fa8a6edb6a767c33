//! Readers that ignore what they do not know: schemas without what refuses unknown members.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use walnats_codegen::model::Annotations;
use walnats_schema::{Schema, SchemaId, SchemaSet};

use crate::opinion::Files;
use crate::side::Side;

/// The set as readers apply it that ignore members which their schema does not know: `additionalProperties` and
/// `unevaluatedProperties` that refuse everything are gone.
///
/// Alternatives of a `oneOf` that only differed in that are alternatives of an `anyOf`, and what stands below a `not` or an
/// `if` stays as it is: ignoring a member never makes a reader refuse more.
pub fn tolerant(set: &SchemaSet) -> SchemaSet {
    let changes = Changes::of(set);
    let mut tolerant = set.clone();
    for &id in &changes.opened {
        let object = &mut tolerant.schemas[id.0 as usize].object;
        open(set, &mut object.additional_properties);
        open(set, &mut object.unevaluated_properties);
    }
    for &id in &changes.loosened {
        let choice = SchemaId(u32::try_from(tolerant.schemas.len()).unwrap_or(u32::MAX));
        let schema = &mut tolerant.schemas[id.0 as usize];
        let any_of = std::mem::take(&mut schema.one_of);
        schema.all_of.push(choice);
        let resource = schema.resource;
        tolerant.schemas.push(Schema { any_of, resource, ..Schema::default() });
    }
    tolerant
}

fn open(set: &SchemaSet, slot: &mut Option<SchemaId>) {
    if slot.is_some_and(|id| set.get(id).never) {
        *slot = None;
    }
}

/// The same change in the files of one root, for the independent validator.
pub(crate) fn open_files(side: &Side, root: SchemaId, files: &mut Files) {
    let set = &side.model.schemas;
    let changes = Changes::of(set);
    let mut notes: Vec<(SchemaId, &Annotations)> =
        reached(set, [root]).into_iter().filter_map(|id| Some((id, side.note(id)?))).collect();
    // Inner schemas first: the way to them leads through the outer ones, as they were.
    notes.sort_by_key(|(_, note)| std::cmp::Reverse(note.path.len()));
    for (id, note) in notes {
        let Some(content) = side.document(note).and_then(|document| files.content(&document.name)) else { continue };
        let Some(Value::Object(schema)) = content.pointer_mut(&crate::opinion::pointer(&note.path)) else { continue };
        if changes.opened.contains(&id) {
            schema.retain(|name, value| {
                !(matches!(name.as_str(), "additionalProperties" | "unevaluatedProperties") && *value == json!(false))
            });
        }
        if changes.loosened.contains(&id)
            && let Some(one_of) = schema.remove("oneOf")
        {
            let part = json!({ "anyOf": one_of });
            match schema.get_mut("allOf").and_then(Value::as_array_mut) {
                Some(all_of) => all_of.push(part),
                None => drop(schema.insert("allOf".to_owned(), json!([part]))),
            }
        }
    }
}

struct Changes {
    /// Schemas that refuse unknown members, and need not.
    opened: BTreeSet<SchemaId>,
    /// Schemas with a `oneOf` whose alternatives reach one of those at the same place.
    loosened: BTreeSet<SchemaId>,
}

impl Changes {
    fn of(set: &SchemaSet) -> Self {
        let ids = (0..).map(SchemaId).zip(&set.schemas);
        let asked = ids.clone().flat_map(|(_, schema)| {
            schema.not.into_iter().chain(schema.condition.as_ref().map(|condition| condition.if_))
        });
        let asked = reached(set, asked);
        let is_never = |id: Option<SchemaId>| id.is_some_and(|id| set.get(id).never);
        let refuses = |schema: &Schema| {
            is_never(schema.object.additional_properties) || is_never(schema.object.unevaluated_properties)
        };
        let opened: BTreeSet<SchemaId> =
            ids.clone().filter(|(id, schema)| refuses(schema) && !asked.contains(id)).map(|(id, _)| id).collect();
        let differs = |branch: &SchemaId| reached(set, [*branch]).iter().any(|id| opened.contains(id));
        let loosened = ids.filter(|(id, schema)| !asked.contains(id) && schema.one_of.iter().any(differs));
        let loosened = loosened.map(|(id, _)| id).collect();
        Self { opened, loosened }
    }
}

/// The schemas at `roots`, and all that they reach.
pub(crate) fn reached(set: &SchemaSet, roots: impl IntoIterator<Item = SchemaId>) -> BTreeSet<SchemaId> {
    let (mut waiting, mut seen) = (roots.into_iter().collect::<Vec<_>>(), BTreeSet::new());
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            waiting.extend(set.get(id).children());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use walnats_codegen::Package;

    use super::*;

    fn side(schema: &str) -> Side {
        let files = [("schemas/a.json".to_owned(), schema.as_bytes().to_vec())];
        Side::new(Package::from_sources(&walnats_codegen::configure(), &files.into()))
    }

    /// By the set, and by the files.
    fn accepts(schema: &str, instance: &Value) -> bool {
        let side = side(schema);
        let root = side.model.schemas.roots["a"];
        let ours = tolerant(&side.model.schemas).is_valid(root, instance);
        let mut files = Files::new(&side.package.sources.documents, &side.model.notes, &side.package.settings);
        open_files(&side, root, &mut files);
        let theirs = files.opinion().unwrap().validator_at("a.json", &[]).unwrap().is_valid(instance);
        assert_eq!(ours, theirs, "{schema} {instance}");
        ours
    }

    #[test]
    fn unknown_members_are_ignored_and_known_ones_are_not() {
        let closed = r#"{"properties": {"a": {"type": "string"}}, "additionalProperties": false}"#;
        assert!(accepts(closed, &json!({"b": 1})));
        assert!(!accepts(closed, &json!({"a": 1})));
        let typed = r#"{"additionalProperties": {"type": "string"}}"#;
        assert!(!accepts(typed, &json!({"b": 1})), "a map is no unknown member");
        let named = r#"{"properties": {"additionalProperties": {"const": false}}, "unevaluatedProperties": false}"#;
        assert!(accepts(named, &json!({"b": 1})));
        assert!(!accepts(named, &json!({"additionalProperties": 1})));
    }

    #[test]
    fn tolerance_never_refuses_more() {
        let one_of = r#"{"oneOf": [
            {"properties": {"a": {}}, "additionalProperties": false, "required": ["a"]},
            {"properties": {"a": {}, "b": {}}, "additionalProperties": false, "required": ["a", "b"]}]}"#;
        assert!(accepts(one_of, &json!({"a": 1, "b": 1})));
        assert!(accepts(one_of, &json!({"a": 1, "c": 1})));
        assert!(!accepts(one_of, &json!({"c": 1})));
        let not = r#"{"not": {"properties": {"a": {}}, "additionalProperties": false}}"#;
        assert!(accepts(not, &json!({"b": 1})));
    }
}

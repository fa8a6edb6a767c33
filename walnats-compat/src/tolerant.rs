//! Readers that ignore or keep what they do not know, as the settings say of them.

use serde_json::{Map, Value, json};
use walnats_codegen::model::{Annotations, Event, ReadMode};
use walnats_codegen::settings::{BreakingSettings, UnknownMembersName};
use walnats_schema::{Kept, SchemaId, SchemaSet, Tolerance, has_own_alternatives, reached, tolerant};

use crate::opinion::Files;
use crate::side::Side;

/// What readers of an event do with what their schema does not know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// They refuse what the schema refuses.
    Strict,
    /// They ignore unknown members: any readers, of which no more is known.
    IgnoringMembers,
    /// They also keep unknown values of enumerations and unknown variants, as generated code does.
    Tolerant,
}

impl Reading {
    /// Of the readers on a side: what `[breaking]` says of them; otherwise what `read` says there of the event and of all
    /// services that consume it.
    pub(crate) fn of(side: &Side, event: &Event, breaking: &BreakingSettings) -> Self {
        match breaking.unknown_members {
            Some(UnknownMembersName::Strict) => Self::Strict,
            None if is_read_tolerantly(side, event) => Self::Tolerant,
            None => Self::Strict,
            Some(UnknownMembersName::Tolerant) if is_read_tolerantly(side, event) => Self::Tolerant,
            Some(UnknownMembersName::Tolerant) => Self::IgnoringMembers,
        }
    }

    /// The schemas of a side, as these readers apply them.
    pub(crate) fn schemas(self, side: &Side) -> SchemaSet {
        let set = &side.model.schemas;
        match self {
            Self::Strict => set.clone(),
            Self::IgnoringMembers => tolerant(&without_kept(set)),
            Self::Tolerant => tolerant(set),
        }
    }
}

fn without_kept(set: &SchemaSet) -> SchemaSet {
    let mut set = set.clone();
    set.kept.clear();
    set
}

fn is_read_tolerantly(side: &Side, event: &Event) -> bool {
    let mode = |read: Option<ReadMode>| read.unwrap_or(event.read) == ReadMode::Tolerant;
    let mut consumers = side.consumers(&event.name).peekable();
    if consumers.peek().is_none() { mode(None) } else { consumers.all(|service| mode(service.read)) }
}

/// The same change in the files of one root, for the independent validator.
pub(crate) fn open_files(side: &Side, root: SchemaId, reading: Reading, files: &mut Files) {
    let set = &side.model.schemas;
    let changes = match reading {
        Reading::Tolerant => Tolerance::of(set),
        Reading::Strict | Reading::IgnoringMembers => Tolerance::of(&without_kept(set)),
    };
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
        match changes.kept.get(&id) {
            Some(Kept::Value { types, range }) => {
                *schema = Map::from_iter([("type".to_owned(), json!(types))]);
                for (keyword, limit) in ["minimum", "maximum"].into_iter().zip(range.iter().flatten()) {
                    schema.insert(keyword.to_owned(), json!(limit));
                }
            }
            Some(Kept::Variant { tag, known }) => {
                let unknown =
                    json!({ "type": "object", "required": [tag], "properties": { tag: other_string(known) } });
                keep_variants(schema, set, id, vec![unknown]);
            }
            Some(Kept::Member { known, strings }) => {
                let known: Map<String, Value> = known.iter().map(|name| (name.clone(), json!({ "not": {} }))).collect();
                let object = json!({ "type": "object", "properties": known, "minProperties": 1, "maxProperties": 1 });
                let string = (!strings.is_empty()).then(|| other_string(strings));
                keep_variants(schema, set, id, [object].into_iter().chain(string).collect());
            }
            None => {}
        }
        if changes.alternatives.contains(&id)
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

/// Any string but those that are known.
fn other_string(known: &[String]) -> Value {
    json!({ "type": "string", "not": { "enum": known } })
}

/// Adds alternatives: what is unknown.
fn keep_variants(schema: &mut Map<String, Value>, set: &SchemaSet, id: SchemaId, unknown: Vec<Value>) {
    let own = if set.get(id).one_of.is_empty() { "anyOf" } else { "oneOf" };
    match schema.get_mut(own).and_then(Value::as_array_mut) {
        Some(alternatives) if has_own_alternatives(set.get(id)) => alternatives.extend(unknown),
        _ => {
            let known = Value::Object(std::mem::take(schema));
            let alternatives: Vec<Value> = [known].into_iter().chain(unknown).collect();
            schema.insert("anyOf".to_owned(), alternatives.into());
        }
    }
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
        open_files(&side, root, Reading::IgnoringMembers, &mut files);
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

//! Whether the independent validator confirms a break, on the files as they stand.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};
use walnats_codegen::model::{Annotations, Event, Payload};
use walnats_schema::{SchemaId, reached};

use super::Pair;
use crate::finding::Revision;
use crate::opinion::{Files, pointer};
use crate::side::Side;
use crate::tolerant::{self, open_files};
use crate::unreadable::{Reading, without_parts};

/// The validators of an event: of both revisions, as they stand, with unknown members ignored, and with parts that have no
/// meaning and accept nothing. Each is made when it is first asked, for most comparisons find no difference, and serves both
/// directions.
#[derive(Default)]
pub(crate) struct Judge([[OnceCell<Result<Validator, String>>; 4]; 2]);

/// How a validator is made of files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    /// As they stand.
    Strict,
    /// What is unknown is ignored or kept, as the settings say.
    Tolerant,
    /// What has no meaning accepts nothing.
    Refusing,
    /// The same, but for the first alternatives without a meaning.
    AcceptingFirst,
}

/// What the independent validator says of a break.
pub(super) enum Confirmation {
    /// The writer's files accept the payload, and the reader's refuse it.
    Confirmed,
    /// It says something else.
    Denied,
    /// It cannot read the schemas of this revision, for this reason.
    Unable(Revision, String),
}

impl Judge {
    /// Whether the writer's files, read in this way, accept the payload, and the reader's refuse it.
    pub(super) fn confirms(&self, pair: &Pair<'_>, reading: Reading, payload: &Value) -> Confirmation {
        let accepts = |(side, revision): (&Side, Revision), event: &Event, made: Made| {
            let known = &self.0[usize::from(revision == Revision::New)][made as usize];
            let validator = known.get_or_init(|| validator(side, event, made, pair.reading()));
            let validator = validator.as_ref().map_err(|reason| Confirmation::Unable(revision, reason.clone()))?;
            Ok(validator.is_valid(payload))
        };
        let of_writer = match reading {
            Reading::Anything => Made::Strict,
            Reading::Nothing => Made::Refusing,
            Reading::First => Made::AcceptingFirst,
        };
        let of_reader = if pair.is_tolerant() { Made::Tolerant } else { Made::Strict };
        let written = accepts(pair.writer, pair.written, of_writer);
        let read = accepts(pair.reader, pair.read, of_reader);
        match (written, read) {
            (Err(unable), _) | (_, Err(unable)) => unable,
            (Ok(true), Ok(false)) => Confirmation::Confirmed,
            _ => Confirmation::Denied,
        }
    }
}

/// By the files that the event reaches. Where those are of no use to `jsonschema`, by the same without the definitions that
/// the event does not reach, which may refer to nothing; then by the schema that walnats made of them to stand alone.
fn validator(side: &Side, event: &Event, made: Made, reader: tolerant::Reading) -> Result<Validator, String> {
    let Payload::Json(root) = event.payload else { return Err("not JSON".to_owned()) };
    let settings = &side.package.settings;
    let ids = reached(&side.model.schemas, [root]);
    let reached: Vec<&Annotations> = ids.iter().filter_map(|id| side.note(*id)).collect();
    let by_files = |is_pruned: bool| {
        let note = side.note(root).ok_or("no place")?;
        let document = side.document(note).ok_or("no file")?;
        let documents: BTreeSet<_> = reached.iter().map(|note| note.document).collect();
        let documents = documents.iter().filter_map(|id| side.package.sources.documents.get(id.0));
        let mut files = Files::new(documents, &side.model.notes, settings);
        let reading = match made {
            Made::Strict | Made::Tolerant => Reading::Anything,
            Made::Refusing => Reading::Nothing,
            Made::AcceptingFirst => Reading::First,
        };
        without_parts(side, event, reading, &mut files);
        bounds_for_formats(side, &ids, &mut files);
        if is_pruned {
            prune(side, &reached, &mut files);
        }
        if made == Made::Tolerant {
            open_files(side, root, reader, &mut files);
        }
        files.opinion()?.validator(document, note)
    };
    let alone = |reason: String| {
        let text = event.json_schema.as_deref().filter(|_| made == Made::Strict).ok_or_else(|| reason.clone())?;
        let schema = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let files = Files::alone("event.json", schema, settings);
        let opinion = files.opinion().map_err(|_| reason.clone())?;
        // What is wrong with the files says more than what is wrong with what was made of them.
        opinion.validator_at("event.json", &[]).map_err(|_| reason)
    };
    by_files(false).or_else(|reason| by_files(true).or_else(|_| alone(reason)))
}

/// Says by `minimum` and `maximum` what `int8` to `uint64` ask of integers: `jsonschema` does not know these formats.
fn bounds_for_formats(side: &Side, ids: &BTreeSet<SchemaId>, files: &mut Files) {
    for id in ids {
        let Some(format) = side.model.schemas.get(*id).number.format else { continue };
        let Some(note) = side.note(*id) else { continue };
        let Some(content) = side.document(note).and_then(|document| files.content(&document.name)) else { continue };
        let Some(Value::Object(schema)) = content.pointer_mut(&pointer(&note.path)) else { continue };
        let (least, most) = format.range();
        let number = |bound: i128| serde_json::from_str::<Value>(&bound.to_string()).unwrap_or_default();
        let part = json!({ "minimum": number(least), "maximum": number(most) });
        match schema.get_mut("allOf").and_then(Value::as_array_mut) {
            Some(all_of) => all_of.push(part),
            None => drop(schema.insert("allOf".to_owned(), json!([part]))),
        }
    }
}

/// Removes the definitions of files and schemas in which nothing is reached.
fn prune(side: &Side, reached: &[&Annotations], files: &mut Files) {
    for document in reached.iter().map(|note| note.document).collect::<BTreeSet<_>>() {
        let paths: BTreeSet<&[String]> =
            reached.iter().filter(|note| note.document == document).map(|note| note.path.as_slice()).collect();
        let Some(document) = side.package.sources.documents.get(document.0) else { continue };
        let Some(content) = files.content(&document.name) else { continue };
        // Definitions stand in schemas; a property may have the same name.
        for schema in paths.iter().copied().chain([&[][..]]) {
            for keyword in ["$defs", "definitions"] {
                let place = [schema, &[keyword.to_owned()]].concat();
                if paths.contains(place.as_slice()) {
                    continue;
                }
                let is_used = |name: &String| {
                    let definition = [place.as_slice(), std::slice::from_ref(name)].concat();
                    // What begins with the definition comes right after it.
                    paths.range(definition.as_slice()..).next().is_some_and(|path| path.starts_with(&definition))
                };
                if let Some(Value::Object(definitions)) = content.pointer_mut(&pointer(&place)) {
                    definitions.retain(|name, _| is_used(name));
                }
            }
        }
    }
}

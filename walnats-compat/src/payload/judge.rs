//! Whether the independent validator confirms a break, on the files as they stand.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::Value;
use walnats_codegen::model::{Event, Payload};

use super::Pair;
use crate::opinion::Files;
use crate::side::Side;
use crate::tolerant::{open_files, reached};

/// The validators of both sides; made when first asked, for most comparisons find no difference.
pub(super) struct Judge<'p> {
    pair: &'p Pair<'p>,
    validators: OnceCell<Result<[Validator; 2], String>>,
}

impl<'p> Judge<'p> {
    pub(super) fn new(pair: &'p Pair<'p>) -> Self {
        Self { pair, validators: OnceCell::new() }
    }

    /// Whether the writer's files accept the payload, and the reader's refuse it.
    pub(super) fn confirms(&self, payload: &Value) -> bool {
        let validators = self.validators.get_or_init(|| {
            let writer = validator(self.pair.writer.0, self.pair.written, false)?;
            Ok([writer, validator(self.pair.reader.0, self.pair.read, self.pair.is_tolerant())?])
        });
        validators.as_ref().is_ok_and(|[writer, reader]| writer.is_valid(payload) && !reader.is_valid(payload))
    }
}

/// By the files that the event reaches; where those are of no use to `jsonschema`, by the schema that walnats made of them
/// to stand alone.
fn validator(side: &Side, event: &Event, is_tolerant: bool) -> Result<Validator, String> {
    let Payload::Json(root) = event.payload else { return Err("not JSON".to_owned()) };
    let settings = &side.package.settings;
    let by_files = || {
        let note = side.note(root).ok_or("no place")?;
        let document = side.document(note).ok_or("no file")?;
        let notes = reached(&side.model.schemas, [root]).into_iter().filter_map(|id| side.note(id));
        let documents: BTreeSet<_> = notes.map(|note| note.document).collect();
        let documents = documents.iter().filter_map(|id| side.package.sources.documents.get(id.0));
        let mut files = Files::new(documents, settings);
        if is_tolerant {
            open_files(side, root, &mut files);
        }
        files.opinion()?.validator(document, note)
    };
    let alone = |reason: String| {
        let text = event.json_schema.as_deref().filter(|_| !is_tolerant).ok_or(reason)?;
        let schema = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Files::alone("event.json", schema, settings).opinion()?.validator_at("event.json", &[])
    };
    by_files().or_else(alone)
}

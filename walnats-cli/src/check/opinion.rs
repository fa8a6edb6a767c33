//! A second opinion on every example: the independent crate `jsonschema` validates it against the files themselves.

use std::collections::BTreeMap;

use jsonschema::{Draft, Registry, Validator};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use walnats_codegen::load::{Document, SourceSet};
use walnats_codegen::model::{Annotations, EventModel};
use walnats_codegen::settings::{DraftName, Formats, Settings};
use walnats_codegen::{Diagnostic, Report};
use walnats_schema::SchemaId;

/// The result of the comparison.
#[derive(Default)]
pub struct Opinion {
    /// Examples that one validator accepts and the other rejects.
    pub disagreements: Report,
    /// The number of examples.
    pub examples: usize,
    /// Schemas that `jsonschema` cannot use, each with its error.
    pub unjudged: BTreeMap<String, String>,
}

/// Validates every example of the model with both.
pub fn compare(model: &EventModel, sources: &SourceSet, settings: &Settings) -> Opinion {
    let mut opinion = Opinion::default();
    let with_examples = (0..).map(SchemaId).zip(&model.notes).filter(|(_, note)| !note.examples.is_empty());
    let documents: Vec<(String, Value)> =
        sources.documents.iter().map(|document| (uri(document), document.root.to_json())).collect();
    let registry = registry(&documents, settings);
    for (id, note) in with_examples {
        opinion.examples += note.examples.len();
        let Some(document) = sources.documents.get(note.document.0) else { continue };
        let validator = match &registry {
            Ok(registry) => validator(registry, document, note, settings),
            Err(reason) => Err(reason.clone()),
        };
        match validator {
            Ok(validator) => {
                for (index, example) in note.examples.iter().enumerate() {
                    let ours = model.schemas.validate(id, example).is_empty();
                    let theirs = validator.is_valid(example);
                    if ours != theirs {
                        opinion.disagreements.push(disagreement(note, index, ours));
                    }
                }
            }
            Err(reason) => {
                opinion.unjudged.insert(format!("{}#{}", document.file.path, pointer(&note.path)), reason);
            }
        }
    }
    opinion
}

fn disagreement(note: &Annotations, index: usize, ours: bool) -> Diagnostic {
    let place = note.example_places.get(index).unwrap_or(&note.place).clone();
    let (walnats, jsonschema) = if ours { ("accepts", "rejects") } else { ("rejects", "accepts") };
    let message = format!("walnats {walnats} this example, but the validator jsonschema {jsonschema} it");
    Diagnostic::warning("WN0790", place, message).help("one of the two is wrong; please report it, with the schema")
}

/// All files, so that references between them resolve. Nothing is fetched: the crate is built without that.
fn registry<'a>(documents: &'a [(String, Value)], settings: &Settings) -> Result<Registry<'a>, String> {
    let mut registry = Registry::new().draft(draft(settings));
    for (uri, document) in documents {
        registry = registry.add(uri.as_str(), document).map_err(|error| error.to_string())?;
    }
    registry.prepare().map_err(|error| error.to_string())
}

fn validator(
    registry: &Registry<'_>,
    document: &Document,
    note: &Annotations,
    settings: &Settings,
) -> Result<Validator, String> {
    let reference = json!({ "$ref": format!("{}#{}", uri(document), percent_encode(&pointer(&note.path))) });
    jsonschema::options()
        .with_draft(draft(settings))
        .with_registry(registry)
        .should_validate_formats(settings.schemas.formats.unwrap_or_default() == Formats::Assert)
        .build(&reference)
        .map_err(|error| error.to_string())
}

/// The draft of files without `$schema`.
fn draft(settings: &Settings) -> Draft {
    match settings.schemas.draft.unwrap_or_default() {
        DraftName::Draft4 => Draft::Draft4,
        DraftName::Draft6 => Draft::Draft6,
        DraftName::Draft7 => Draft::Draft7,
        DraftName::Draft201909 => Draft::Draft201909,
        DraftName::Draft202012 => Draft::Draft202012,
    }
}

/// The base URI of the file's relative references, unless it has an `$id`.
fn uri(document: &Document) -> String {
    format!("walnats:///{}", percent_encode(&document.name))
}

/// A [JSON Pointer](https://www.rfc-editor.org/rfc/rfc6901).
fn pointer(path: &[String]) -> String {
    path.iter().map(|name| format!("/{}", walnats_schema::pointer::escape(name))).collect()
}

/// For the path or the fragment of a URI.
fn percent_encode(text: &str) -> String {
    /// All but the unreserved characters (RFC 3986, section 2.3) and `/`.
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use walnats_codegen::Package;

    use super::*;

    fn package(schema: &str) -> Package {
        let files = [("schemas/a b.json".to_owned(), schema.as_bytes().to_vec())];
        Package::from_sources(&walnats_codegen::configure(), &files.into())
    }

    fn opinion(model: &str, files: &str) -> Opinion {
        let model = package(model).model().unwrap();
        let Package { sources, settings, .. } = package(files);
        compare(&model, &sources, &settings)
    }

    const MODEL: &str = r#"{"properties": {"x/y": {"type": "string", "examples": ["a", 1]}}}"#;

    #[test]
    fn agreement_is_silent() {
        let opinion = opinion(MODEL, MODEL);
        assert_eq!(opinion.examples, 2);
        assert!(opinion.disagreements.diagnostics.is_empty() && opinion.unjudged.is_empty());
    }

    /// The two validate against different files here, as if one of them had a bug.
    #[test]
    fn disagreement_asks_for_a_report() {
        let opinion = opinion(MODEL, &MODEL.replace("string", "integer"));
        let messages: Vec<&str> =
            opinion.disagreements.diagnostics.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "walnats accepts this example, but the validator jsonschema rejects it",
                "walnats rejects this example, but the validator jsonschema accepts it",
            ]
        );
    }

    #[test]
    fn a_missing_opinion_is_reported() {
        let opinion = opinion(MODEL, r#"{"properties": {"x/y": {"type": "text", "$ref": "gone.json"}}}"#);
        assert_eq!(opinion.unjudged.keys().collect::<Vec<_>>(), ["schemas/a b.json#/properties/x~1y"]);
    }
}

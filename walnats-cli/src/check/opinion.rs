//! A second opinion on every example: the independent crate `jsonschema` validates it against the files themselves.

use std::collections::BTreeMap;

use walnats_codegen::load::SourceSet;
use walnats_codegen::model::{Annotations, EventModel};
use walnats_codegen::settings::Settings;
use walnats_codegen::{Diagnostic, Report};
use walnats_compat::opinion::{Files, breaks_meta_schema, pointer};
use walnats_samples::comparable::is_comparable;
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
    let files = Files::new(&sources.documents, &model.notes, settings);
    let schemas = files.opinion();
    for (id, note) in with_examples {
        opinion.examples += note.examples.len();
        let Some(document) = sources.documents.get(note.document.0) else { continue };
        let validator = match &schemas {
            Ok(schemas) => schemas.validator(document, note),
            Err(reason) => Err(reason.clone()),
        };
        match validator {
            Ok(validator) => {
                for (index, example) in note.examples.iter().enumerate() {
                    let ours = model.schemas.validate(id, example).is_empty();
                    let theirs = validator.is_valid(example);
                    if ours != theirs && is_comparable(id, model, sources) {
                        opinion.disagreements.push(disagreement(note, index, ours));
                    }
                }
            }
            Err(reason) => {
                opinion.unjudged.insert(format!("{}#{}", document.file.path, pointer(&note.path)), reason);
            }
        }
    }
    if !opinion.disagreements.diagnostics.is_empty() && breaks_meta_schema(&sources.documents, &model.notes) {
        // What is wrong with the schemas has findings of its own.
        opinion.disagreements = Report::default();
    }
    opinion
}

fn disagreement(note: &Annotations, index: usize, ours: bool) -> Diagnostic {
    let place = note.example_places.get(index).unwrap_or(&note.place).clone();
    let (walnats, jsonschema) = if ours { ("accepts", "rejects") } else { ("rejects", "accepts") };
    let message = format!("walnats {walnats} this example, but the validator jsonschema {jsonschema} it");
    Diagnostic::warning("WN0790", place, message).help("one of the two is wrong; please report it, with the schema")
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

    /// Formats of integers are annotations to the other validator, and it heeds what stands next to a `$ref`.
    #[test]
    fn known_differences_are_not_disagreements() {
        for schema in [
            r#"{"type": "object", "properties": {"n": {"type": "integer", "format": "int32"}}, "examples": [{"n": 3000000000}]}"#,
            r#"{"type": "integer", "format": "uint64", "examples": [-1]}"#,
            r##"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "examples": [{"s": "longer"}],
                 "properties": {"s": {"$ref": "#/definitions/s", "maxLength": 3}}, "definitions": {"s": {"type": "string"}}}"##,
            r##"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
                 "properties": {"s": {"$ref": "#/definitions/s", "maxLength": 3, "examples": ["longer"]}},
                 "definitions": {"s": {"type": "string", "examples": ["longest"]}}}"##,
        ] {
            let opinion = opinion(schema, schema);
            assert!(opinion.examples > 0 || schema.contains("longest"), "{schema}");
            assert!(opinion.disagreements.diagnostics.is_empty(), "{schema}: {:?}", opinion.disagreements);
        }
    }

    #[test]
    fn a_missing_opinion_is_reported() {
        let opinion = opinion(MODEL, r#"{"properties": {"x/y": {"type": "text", "$ref": "gone.json"}}}"#);
        assert_eq!(opinion.unjudged.keys().collect::<Vec<_>>(), ["schemas/a b.json#/properties/x~1y"]);
    }
}

//! Walnats: lowered by codegen, judged by `walnats_schema`.

use std::sync::Arc;

use serde_json::Value;
use walnats_schema::read::{
    Diagnostic, Document, LowerOptions, Report, SchemaRoot, Severity, SourceFile, UnknownKeywords, lower, parse_json,
};
use walnats_schema::{SchemaId, SchemaSet};

use super::TestSchema;

/// The document that holds the schema itself.
const NAME: &str = "schema.json";

pub(super) struct Ours {
    pub(super) set: SchemaSet,
    pub(super) root: SchemaId,
}

impl Ours {
    pub(super) fn new(test_schema: &TestSchema) -> Result<Self, String> {
        let mut report = Report::default();
        let mut documents = Vec::new();
        let mut remotes = Vec::new();
        documents.extend(document(NAME, &test_schema.schema, &mut report));
        for (index, (uri, schema)) in test_schema.remotes.iter().enumerate() {
            let name = format!("remotes/{index}.json");
            documents.extend(document(&name, schema, &mut report));
            remotes.push((uri.clone(), name));
        }
        let options = LowerOptions {
            default_draft: test_schema.draft,
            assert_formats: true,
            remotes,
            unknown_keywords: UnknownKeywords::Ignore,
            ..LowerOptions::default()
        };
        let root = SchemaRoot { document: NAME.to_owned(), ..SchemaRoot::default() };
        let lowered = lower(&documents, &[root], &options, &mut report);
        match lowered.roots.first() {
            Some(Some(root)) if !report.diagnostics.iter().any(refuses) => {
                Ok(Self { set: lowered.schemas, root: *root })
            }
            _ => Err(report.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")),
        }
    }

    pub(super) fn accepts(&self, instance: &Value) -> bool {
        let accepts = self.set.is_valid(self.root, instance);
        let violations = self.set.validate(self.root, instance);
        assert_eq!(accepts, violations.is_empty(), "both ways to validate must agree: {violations:?}");
        accepts
    }
}

/// Whether the schema cannot be used. One that accepts nothing can be, although nobody means it.
fn refuses(found: &Diagnostic) -> bool {
    found.severity == Severity::Error && !["WN0310", "WN0315"].contains(&found.code)
}

fn document(name: &str, schema: &Value, report: &mut Report) -> Option<Document> {
    let file = SourceFile { path: name.to_owned(), text: schema.to_string() };
    parse_json(Arc::new(file), name, report)
}

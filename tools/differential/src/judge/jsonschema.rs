//! The crate `jsonschema`.

use std::sync::Arc;

use jsonschema::{Retrieve, Uri, Validator};
use serde_json::Value;
use walnats_schema::read::Draft;

use super::TestSchema;

pub(super) fn compile(test_schema: &TestSchema) -> Result<Validator, String> {
    let draft = match test_schema.draft {
        Draft::Draft4 => jsonschema::Draft::Draft4,
        Draft::Draft6 => jsonschema::Draft::Draft6,
        Draft::Draft7 => jsonschema::Draft::Draft7,
        Draft::Draft201909 => jsonschema::Draft::Draft201909,
        Draft::Draft202012 => jsonschema::Draft::Draft202012,
    };
    // A draft that is asked for would win over the one that the schema names.
    let mut options = jsonschema::options();
    if test_schema.schema.get("$schema").is_none() {
        options = options.with_draft(draft);
    }
    options
        .should_validate_formats(true)
        .with_retriever(Remotes(Arc::clone(&test_schema.remotes)))
        .build(&test_schema.schema)
        .map_err(|error| error.to_string())
}

struct Remotes(Arc<Vec<(String, Value)>>);

impl Retrieve for Remotes {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let wanted = uri.as_str().trim_end_matches('#');
        match self.0.iter().find(|(uri, _)| uri == wanted) {
            Some((_, schema)) => Ok(schema.clone()),
            None => Err(format!("there is no `{wanted}`").into()),
        }
    }
}

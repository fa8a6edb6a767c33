//! The crate `jsonschema`.

use std::sync::Arc;

use jsonschema::{Retrieve, Uri, Validator};
use serde_json::Value;
use walnats_schema::read::Draft;

use super::Subject;

pub(super) fn compile(subject: &Subject) -> Result<Validator, String> {
    let draft = match subject.draft {
        Draft::Draft4 => jsonschema::Draft::Draft4,
        Draft::Draft6 => jsonschema::Draft::Draft6,
        Draft::Draft7 => jsonschema::Draft::Draft7,
        Draft::Draft201909 => jsonschema::Draft::Draft201909,
        Draft::Draft202012 => jsonschema::Draft::Draft202012,
    };
    // A draft that is asked for would win over the one that the schema names.
    let mut options = jsonschema::options();
    if subject.schema.get("$schema").is_none() {
        options = options.with_draft(draft);
    }
    options
        .should_validate_formats(true)
        .with_retriever(Remotes(Arc::clone(&subject.remotes)))
        .build(&subject.schema)
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

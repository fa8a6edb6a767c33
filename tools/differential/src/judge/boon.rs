//! The crate `boon`.

use std::error::Error;
use std::sync::Arc;

use boon::{Compiler, SchemaIndex, Schemas, UrlLoader};
use serde_json::Value;
use walnats_schema::read::Draft;

use super::TestSchema;

/// The address of a schema without an identifier.
const URL: &str = "https://example.com/schema.json";

pub(super) struct Boon {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Boon {
    pub(super) fn new(test_schema: &TestSchema) -> Result<Self, String> {
        let mut compiler = Compiler::new();
        compiler.set_default_draft(match test_schema.draft {
            Draft::Draft4 => boon::Draft::V4,
            Draft::Draft6 => boon::Draft::V6,
            Draft::Draft7 => boon::Draft::V7,
            Draft::Draft201909 => boon::Draft::V2019_09,
            Draft::Draft202012 => boon::Draft::V2020_12,
        });
        compiler.enable_format_assertions();
        compiler.use_loader(Box::new(Remotes(Arc::clone(&test_schema.remotes))));
        compiler.add_resource(URL, test_schema.schema.clone()).map_err(|error| error.to_string())?;
        let mut schemas = Schemas::new();
        let index = compiler.compile(URL, &mut schemas).map_err(|error| format!("{error:#}"))?;
        Ok(Self { schemas, index })
    }

    pub(super) fn accepts(&self, instance: &Value) -> bool {
        self.schemas.validate(instance, self.index).is_ok()
    }

    /// Where in the schema the rules stand that the instance breaks.
    pub(super) fn reasons(&self, instance: &Value) -> Vec<String> {
        let mut reasons = Vec::new();
        let mut waiting: Vec<_> = self.schemas.validate(instance, self.index).err().into_iter().collect();
        while let Some(error) = waiting.pop() {
            if error.causes.is_empty() {
                let kind = format!("{:?}", error.kind);
                let kind: String = kind.chars().take_while(|character| character.is_alphanumeric()).collect();
                reasons.push(format!("{kind} {}", error.schema_url));
            }
            waiting.extend(error.causes);
        }
        reasons
    }
}

struct Remotes(Arc<Vec<(String, Value)>>);

impl UrlLoader for Remotes {
    fn load(&self, url: &str) -> Result<Value, Box<dyn Error>> {
        match self.0.iter().find(|(uri, _)| uri == url) {
            Some((_, schema)) => Ok(schema.clone()),
            None => Err(format!("there is no `{url}`").into()),
        }
    }
}

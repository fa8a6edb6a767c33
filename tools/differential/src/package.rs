//! Random packages: events whose names are alike, with members of the same types, some of them with a mistake.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};
use walnats_codegen::model::Payload;
use walnats_codegen::{EventModel, GeneratedFile, Package, Report, Severity};

use crate::run::DRAFTS;
use crate::schema::{Slip, event_schema};
use crate::{Random, TestSchema};

/// Names of events: of which one is the method for many of another, one a type in another, one a word of generated code.
const NAMES: [&str; 9] =
    ["read", "read-all", "read-all-all", "read-status", "read-size", "events", "option", "proto", "shared"];

/// Types that events share.
const SHARED: &str = r#"{ "type": "object", "properties": { "size": { "type": ["number", "string"] } } }"#;

/// Schemas of several events.
#[derive(Debug)]
pub struct RandomPackage {
    /// By their names, which are those of the files.
    pub events: BTreeMap<&'static str, RandomEvent>,
    /// Whether `[schemas] foreign` lists all files.
    pub is_foreign: bool,
}

/// The schema of one event.
#[derive(Debug)]
pub struct RandomEvent {
    /// The schema, without what is added for the package.
    pub test_schema: TestSchema,
    /// What was done wrong, and the word that it is about.
    pub wrong: Option<(Slip, String)>,
    /// Whether it refers to the file that all share.
    pub refers: bool,
}

/// What came of a package.
pub struct Outcome {
    /// The model and the files, if there are any.
    pub generated: Option<(EventModel, Vec<GeneratedFile>)>,
    /// All findings.
    pub report: Report,
}

impl RandomPackage {
    /// Two to four events.
    pub fn new(random: &mut Random) -> Self {
        let is_foreign = random.chance(50);
        let mut events = BTreeMap::new();
        for _ in 0..2 + random.below(3) {
            let name = *random.pick(&NAMES);
            let slip = *random.pick(&[Slip::Required, Slip::LaterKeyword, Slip::Keyword]);
            let slip = random.chance(25).then_some(slip);
            let draft = *random.pick(&DRAFTS);
            let (schema, word) = event_schema(random, draft, slip);
            let wrong = slip.zip(word);
            let refers = random.chance(20) && schema["properties"].is_object();
            events.insert(name, RandomEvent { test_schema: TestSchema::new("package", schema, draft), wrong, refers });
        }
        Self { events, is_foreign }
    }

    /// Generates the events that are `wanted`, or says with what they panicked.
    pub fn generate(&self, wanted: impl Fn(&str) -> bool) -> Result<Outcome, String> {
        let wanted: Vec<_> = self.events.iter().filter(|(name, _)| wanted(name)).collect();
        let mut files = BTreeMap::from([("schemas/_shared.json".to_owned(), SHARED.into())]);
        let mut config = String::new();
        if self.is_foreign {
            config += "[schemas]\nforeign = [\"*\"]\n\n";
        }
        for (name, event) in wanted {
            files.insert(event.path(name), event.schema().to_string().into());
            config += &format!("[events.{name}]\nschema = \"{name}.json#\"\n\n");
        }
        files.insert("walnats.toml".to_owned(), config.into());
        let generate = || {
            let mut package = Package::from_sources(&walnats_codegen::configure(), &files);
            // Lints, too, must not panic.
            let model = package.check();
            let generated = package.generate();
            Outcome { generated: model.ok().zip(generated.ok()), report: package.report }
        };
        catch_unwind(AssertUnwindSafe(generate)).map_err(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
        })
    }
}

impl RandomEvent {
    /// The file of the event `name`.
    pub fn path(&self, name: &str) -> String {
        format!("schemas/{name}.json")
    }

    /// The schema as it stands in the package.
    pub fn schema(&self) -> Value {
        let mut schema = self.test_schema.schema.clone();
        if self.refers {
            schema["properties"]["shared"] = json!({ "$ref": "_shared.json" });
        }
        schema
    }
}

impl Outcome {
    /// Whether a finding in the file names the word.
    pub fn names(&self, path: &str, word: &str) -> bool {
        let word = format!("`{word}`");
        self.report.diagnostics.iter().any(|found| found.place.file.path == path && found.message.contains(&word))
    }

    /// The code and file of each error.
    pub fn errors(&self) -> Vec<(&'static str, &str)> {
        let errors = self.report.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        errors.map(|found| (found.code, found.place.file.path.as_str())).collect()
    }

    /// The file of the event `name`: its types, and how it is read.
    pub fn module(&self, name: &str) -> Option<&GeneratedFile> {
        let (_, files) = self.generated.as_ref()?;
        let descriptor = format!("        name: \"{name}\",\n");
        files.iter().find(|file| file.content.contains(&descriptor))
    }

    /// The schema of the event `name` in the model.
    pub fn root(&self, name: &str) -> Option<(&EventModel, walnats_schema::SchemaId)> {
        let (model, _) = self.generated.as_ref()?;
        let event = model.events.iter().find(|event| event.name == name)?;
        match event.payload {
            Payload::Json(root) => Some((model, root)),
            _ => None,
        }
    }
}

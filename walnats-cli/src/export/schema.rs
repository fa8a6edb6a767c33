//! `walnats export schema`

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use walnats_codegen::diagnostic::{Diagnostic, SourceFile};
use walnats_codegen::load::{Node, parse_json};
use walnats_codegen::model::{Event, EventModel, Payload};
use walnats_codegen::{Package, Report};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::Run;
use crate::{finish, named, output, root};

use super::strip::strip;

/// Print the JSON Schema of an event
///
/// As it stands in its file, as JSON, in its draft. Without EVENT, prints one object with the schemas of all events by name.
/// Protobuf events have no JSON Schema.
#[derive(Args)]
pub struct Options {
    /// The event's name
    event: Option<String>,
    /// Leave out `x-walnats`
    #[arg(long)]
    strip: bool,
    /// Bring along what the schema refers to in other files, so that it stands alone
    #[arg(long)]
    bundle: bool,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    let folder = root::folder(global)?;
    let mut package = Package::load(&walnats_codegen::configure().root(&folder));
    let Ok(model) = package.model() else {
        // A package with errors is what `walnats check` is for.
        return finish::aside(&Run::of("export schema", &package.report).at(folder), global);
    };
    let mut report = package.report.clone();
    report.diagnostics.clear();
    let text = match &options.event {
        Some(name) => {
            let event = named::event(&model, name)?;
            schema(&package, &model, event, options, &mut report).map(|node| serde_json::to_string_pretty(&node))
        }
        None => {
            let json = model.events.iter().filter(|event| matches!(event.payload, Payload::Json(_)));
            let schemas: BTreeMap<&str, Node> = json
                .filter_map(|event| Some((event.name.as_str(), schema(&package, &model, event, options, &mut report)?)))
                .collect();
            Some(serde_json::to_string_pretty(&schemas))
        }
    };
    if let Some(text) = text {
        output::print(&(text? + "\n"))?;
    }
    finish::aside(&Run::of("export schema", &report).at(folder), global)
}

/// The schema of an event; `None` after a finding.
fn schema(
    package: &Package,
    model: &EventModel,
    event: &Event,
    options: &Options,
    report: &mut Report,
) -> Option<Node> {
    let mut refuse = |message: String, help: &str| {
        report.push(Diagnostic::error(CODE, event.place.clone(), message).help(help));
    };
    let Payload::Json(id) = event.payload else {
        let message = format!("`{}` is a protobuf event, which has no JSON Schema", event.name);
        refuse(message, "`walnats export proto` writes what protoc and buf need");
        return None;
    };
    let mut node = if options.bundle {
        let bundled = event.json_schema.as_deref().and_then(read);
        if bundled.is_none() {
            let message = format!("the schema of `{}` cannot be written as one text", event.name);
            refuse(
                message,
                "`$dynamicRef`, and references to files of another draft, depend on the files; export it without `--bundle`",
            );
        }
        bundled?
    } else {
        let note = model.notes.get(id.0 as usize)?;
        package.sources.documents.get(note.document.0)?.root.descendant(&note.path)?.clone()
    };
    if options.strip {
        strip(&mut node);
    }
    Some(node)
}

/// The code of schemas that cannot be exported.
const CODE: &str = "WN1118";

fn read(text: &str) -> Option<Node> {
    let file = Arc::new(SourceFile { path: String::new(), text: text.to_owned() });
    parse_json(file, "", &mut Report::default()).map(|document| document.root)
}

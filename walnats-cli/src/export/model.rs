//! `walnats export model`

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde_json::{Map, Value, json};
use walnats_codegen::Package;
use walnats_codegen::model::{
    Discard, Event, EventModel, Payload, ProtobufEncoding, ReadMode, Retention, Service, Storage, Stream,
    UnknownMembers,
};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::report::Run;
use crate::{finish, output, root};

/// The JSON Schema of what is printed.
const SCHEMA: &str = include_str!("model.schema.json");

/// The version of the form; it changes when members are removed or mean something else, not when members are added.
const VERSION: u32 = 1;

/// Print events, subjects, streams, services and payload schemas as JSON, for other tools
///
/// `--json-schema` describes the form. Its `version` changes when a member is removed or means something else.
#[derive(Args)]
pub struct Options {
    /// Print the JSON Schema of the output, and do nothing else
    #[arg(long)]
    json_schema: bool,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    if options.json_schema {
        output::print(SCHEMA)?;
        return Ok(Outcome::Clean);
    }
    let folder = root::folder(global)?;
    let mut package = Package::load(&walnats_codegen::configure().root(&folder));
    let Ok(model) = package.model() else {
        // A package with errors is what `walnats check` is for.
        return finish::aside(&Run::of("export model", &package.report).at(folder), global);
    };
    output::print(&(serde_json::to_string_pretty(&value(&package, &model))? + "\n"))?;
    Ok(Outcome::Clean)
}

fn value(package: &Package, model: &EventModel) -> Value {
    let descriptors = package.descriptors().map(|bytes| STANDARD.encode(bytes));
    json!({
        "version": VERSION,
        "events": model.events.iter().map(event).collect::<Vec<_>>(),
        "streams": model.streams.iter().map(stream).collect::<Vec<_>>(),
        "services": model.services.iter().map(service).collect::<Vec<_>>(),
        "protobuf": descriptors.map(|descriptors| json!({ "descriptors_base64": descriptors })),
    })
}

fn event(event: &Event) -> Value {
    let (line, column) = event.place.line_column();
    let payload = match &event.payload {
        Payload::Json(_) => {
            let schema = event.json_schema.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
            json!({ "encoding": "json", "schema": schema })
        }
        Payload::Protobuf(message) => match event.protobuf_encoding {
            ProtobufEncoding::Binary => json!({ "encoding": "protobuf", "message": message }),
            ProtobufEncoding::Json(unknown_members) => {
                let unknown_members = match unknown_members {
                    UnknownMembers::Strict => "strict",
                    UnknownMembers::Tolerant => "tolerant",
                };
                json!({ "encoding": "protobuf-json", "message": message, "unknown_members": unknown_members })
            }
        },
    };
    let once = event.once.as_ref().map(|once| once.key.to_string());
    json!({
        "name": event.name,
        "description": event.description,
        "type": event.event_type,
        "subject": event.subject.to_string(),
        "filter": event.filter(),
        "stream": event.stream,
        "message_id": event.message_id(),
        "once": once,
        "deprecated": event.deprecated,
        "owner": event.owner,
        "read": read_mode(event.read),
        "payload": payload,
        "source": { "file": event.place.file.path, "line": line, "column": column },
    })
}

/// Settings that are not stated are left out; a limit of 0 states that there is none.
fn stream(stream: &Stream) -> Value {
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
    let retention = stream.retention.map(|retention| match retention {
        Retention::Limits => "limits",
        Retention::Interest => "interest",
        Retention::WorkQueue => "workqueue",
    });
    let storage = stream.storage.map(|storage| match storage {
        Storage::File => "file",
        Storage::Memory => "memory",
    });
    let discard = stream.discard.map(|discard| match discard {
        Discard::Old => "old",
        Discard::New => "new",
    });
    let further: Map<String, Value> = stream
        .settings
        .iter()
        .map(|(name, text)| (name.clone(), serde_json::from_str(text).unwrap_or(Value::Null)))
        .collect();
    let settings = json!({
        "retention": retention,
        "storage": storage,
        "replicas": stream.replicas,
        "max_age_seconds": seconds(stream.max_age),
        "max_bytes": stream.max_bytes,
        "max_messages": stream.max_messages,
        "max_messages_per_subject": stream.max_messages_per_subject,
        "max_message_size": stream.max_message_size,
        "max_consumers": stream.max_consumers,
        "discard": discard,
        "discard_new_per_subject": stream.discard_new_per_subject.then_some(true),
        "duplicate_window_seconds": seconds(stream.duplicate_window),
        "message_ttl": stream.message_ttl.then_some(true),
        "schedules": stream.schedules.then_some(true),
        "atomic": stream.atomic.then_some(true),
        "further": (!further.is_empty()).then_some(further),
    });
    let stated = match settings {
        Value::Object(settings) => settings.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    };
    json!({
        "name": stream.name,
        "description": stream.description.as_ref().or(stream.first_description.as_ref()),
        "subjects": stream.subjects,
        "external": stream.is_external,
        "settings": stated,
    })
}

fn service(service: &Service) -> Value {
    json!({
        "name": service.name,
        "description": service.description,
        "emits": service.emits,
        "consumes": service.consumes,
        "read": service.read.map(read_mode),
    })
}

fn read_mode(read: ReadMode) -> &'static str {
    match read {
        ReadMode::Strict => "strict",
        ReadMode::Tolerant => "tolerant",
    }
}

//! Which event a message is, where nobody says it.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use walnats_codegen::Diagnostic;
use walnats_codegen::diagnostic::{Place, SourceFile};
use walnats_codegen::load::Node;
use walnats_codegen::model::{Event, Payload as Carried};
use walnats_samples::Judge;
use walnats_samples::payload::{Content, Payload};

use super::capture::{self, Body, Captured, Unreadable};
use crate::message::{self, Envelope, INCOMPLETE, Part, REQUIRED};

/// A payload, and the event that it is to be.
pub struct Found<'j> {
    pub event: &'j Event,
    pub payload: Payload,
    /// What is wrong with the message around it.
    pub faults: Vec<Diagnostic>,
}

/// Finds out what `node`, a value of `file`, is: a captured message, or a structured CloudEvent.
///
/// # Errors
/// A finding.
pub fn find<'j>(judge: &Judge<'j>, file: &Arc<SourceFile>, node: &Node) -> Result<Found<'j>, Box<Diagnostic>> {
    let finder = Finder { judge, file, span: node.span.clone() };
    match capture::read(node) {
        Some(Ok(captured)) => finder.message(&captured),
        Some(Err(problem)) => Err(finder.unreadable(problem)),
        None if is_structured(node) => finder.structured(node, None),
        None => {
            Err(Box::new(Diagnostic::error("WN1115", finder.place(), "nothing says which event this payload is").help(
                "name the event, `walnats validate EVENT FILE`; or give captured messages, \
                 {\"subject\": ..., \"headers\": {...}, \"payload\": ...}, or structured CloudEvents",
            )))
        }
    }
}

/// The payload of a captured message that is to be `event`.
///
/// # Errors
/// A finding.
pub fn payload_of(
    judge: &Judge<'_>,
    event: &Event,
    (file, node): (&Arc<SourceFile>, &Node),
    captured: &Captured,
) -> Result<Payload, Box<Diagnostic>> {
    let finder = Finder { judge, file, span: node.span.clone() };
    finder.body(event, &captured.body)
}

/// What is wrong with a message of a capture beside its payload.
pub fn faults(
    judge: &Judge<'_>,
    (file, span): (&Arc<SourceFile>, &Range<usize>),
    captured: &Captured,
) -> Vec<Diagnostic> {
    // The environment that the messages are from is not known.
    let envelope =
        Envelope { subject: captured.subject.as_deref(), header: &|name| captured.header(name), prefix: None };
    let found = message::faults(judge.model, &envelope).into_iter().map(|fault| {
        let at = match fault.part {
            Part::Subject => &captured.subject_at,
            Part::Headers => &captured.headers_at,
        };
        let place = Place { file: Arc::clone(file), span: at.clone().unwrap_or_else(|| span.clone()) };
        Diagnostic::error(fault.code, place, fault.message).help(fault.help)
    });
    found.collect()
}

/// Whether a value is a CloudEvent with its attributes.
pub fn is_structured(node: &Node) -> bool {
    ["specversion", "type"].into_iter().all(|name| node.get(name).is_some_and(|value| value.as_str().is_some()))
}

struct Finder<'a, 'j> {
    judge: &'a Judge<'j>,
    file: &'a Arc<SourceFile>,
    span: Range<usize>,
}

impl<'j> Finder<'_, 'j> {
    fn message(&self, captured: &Captured) -> Result<Found<'j>, Box<Diagnostic>> {
        let events = &self.judge.model.events;
        let faults = faults(self.judge, (self.file, &self.span), captured);
        let named = captured.header("walnats-event").filter(|_| !captured.is_structured());
        if let Some(event) = named.and_then(|name| events.iter().find(|event| event.name == name)) {
            return Ok(Found { event, payload: self.body(event, &captured.body)?, faults });
        }
        if let Some(name) = captured.cloud_event_type() {
            let event = self.by_type(&name, self.place())?;
            return Ok(Found { event, payload: self.body(event, &captured.body)?, faults });
        }
        if captured.is_structured() {
            let payload = capture::as_json(&captured.body, self.file).map_err(|problem| self.unreadable(problem))?;
            if let Content::Value(node) = &payload.content {
                let found = self.structured(node, payload.encoded_at.as_ref())?;
                return Ok(Found { faults: [faults, found.faults].concat(), ..found });
            }
        }
        let Some(subject) = &captured.subject else {
            let finding =
                Diagnostic::error("WN1115", self.place(), "the message has neither a subject nor a `ce-type`");
            return Err(Box::new(finding.help("capture messages with their subjects, or name the event")));
        };
        let event = self.by_subject(subject)?;
        Ok(Found { event, payload: self.body(event, &captured.body)?, faults })
    }

    /// A CloudEvent in structured mode: attributes, with the payload as `data` or `data_base64`.
    fn structured(&self, node: &Node, encoded_at: Option<&Range<usize>>) -> Result<Found<'j>, Box<Diagnostic>> {
        let place = |node: &Node| {
            let span = encoded_at.cloned().unwrap_or_else(|| node.span.clone());
            Place { file: Arc::clone(self.file), span }
        };
        let Some((kind, name)) = node.get("type").and_then(|kind| Some((kind, kind.as_str()?))) else {
            return Err(Box::new(Diagnostic::error("WN1114", place(node), "the CloudEvent has no `type`")));
        };
        let event = self.by_type(name, place(kind))?;
        let body = match (node.get("data"), node.get("data_base64")) {
            (Some(data), _) => Body::Value(data.clone()),
            (None, Some(data)) => match data.as_str().and_then(|text| STANDARD.decode(text).ok()) {
                Some(bytes) => Body::Bytes(bytes, place(data).span),
                None => {
                    return Err(Box::new(Diagnostic::error("WN1114", place(data), "`data_base64` must be base64")));
                }
            },
            (None, None) => {
                return Err(Box::new(Diagnostic::error("WN1114", place(node), "the CloudEvent has no `data`")));
            }
        };
        let payload = self.body(event, &body)?;
        let is_missing = |name: &&str| node.get(name).is_none_or(|value| value.as_str().is_none_or(str::is_empty));
        let missing: Vec<String> = REQUIRED.into_iter().filter(is_missing).map(|name| format!("`{name}`")).collect();
        let fault = (!missing.is_empty()).then(|| {
            Diagnostic::error(INCOMPLETE, place(node), format!("the CloudEvent has no {}", missing.join(" and no ")))
                .help("a CloudEvent has `specversion`, `id`, `source` and `type`: texts, none of them empty")
        });
        let encoded_at = encoded_at.cloned().or(payload.encoded_at);
        Ok(Found { event, payload: Payload { encoded_at, ..payload }, faults: fault.into_iter().collect() })
    }

    fn body(&self, event: &Event, body: &Body) -> Result<Payload, Box<Diagnostic>> {
        let read = match event.payload {
            Carried::Json(_) => capture::as_json(body, self.file),
            Carried::Protobuf(_) => capture::as_message(body, self.file),
        };
        read.map_err(|problem| self.unreadable(problem))
    }

    fn by_type(&self, name: &str, place: Place) -> Result<&'j Event, Box<Diagnostic>> {
        let events = &self.judge.model.events;
        events.iter().find(|event| event.event_type == name).ok_or_else(|| {
            let types = events.iter().map(|event| event.event_type.as_str());
            let finding = Diagnostic::error("WN1103", place, format!("no event has the CloudEvents type `{name}`"));
            Box::new(finding.help("the type is the event's name, unless its schema sets another").suggest(name, types))
        })
    }

    fn by_subject(&self, subject: &str) -> Result<&'j Event, Box<Diagnostic>> {
        let events = self.judge.model.events.iter();
        let matching: Vec<&Event> = events.filter(|event| walnats_subject::covers(&event.filter(), subject)).collect();
        match matching[..] {
            [only] => Ok(only),
            [] => Err(Box::new(
                Diagnostic::error("WN1115", self.place(), format!("no event is published on the subject `{subject}`"))
                    .help("`walnats check --verbose` lists the subjects of all events"),
            )),
            [..] => {
                let names: Vec<String> = matching.iter().map(|event| format!("`{}`", event.name)).collect();
                let message = format!("the subject `{subject}` is that of {}", names.join(" and "));
                let help = "name the event, or capture the header `ce-type`";
                Err(Box::new(Diagnostic::error("WN1116", self.place(), message).help(help)))
            }
        }
    }

    fn unreadable(&self, problem: Unreadable) -> Box<Diagnostic> {
        let place = Place { file: Arc::clone(self.file), span: problem.span };
        Box::new(Diagnostic::error("WN1114", place, problem.problem))
    }

    fn place(&self) -> Place {
        Place { file: Arc::clone(self.file), span: self.span.clone() }
    }
}

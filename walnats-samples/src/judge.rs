//! Whether payloads are events.

use std::collections::HashMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use walnats_codegen::Package;
use walnats_codegen::model::Payload as Carried;
use walnats_codegen::model::{Event, EventModel, ProtobufRules};
use walnats_compat::message::rules;
use walnats_compat::opinion::{Files, breaks_meta_schema};
use walnats_schema::{Cut, Violation, Violations};

use crate::comparable::is_comparable;
use crate::payload::{Content, Payload};
use crate::protobuf;

/// The events of a package, to judge payloads by.
#[derive(Debug)]
pub struct Judge<'p> {
    /// The package.
    pub package: &'p Package,
    /// Its events.
    pub model: &'p EventModel,
    pool: Option<DescriptorPool>,
}

/// What was found in a payload.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// What its schema refuses; empty for a valid payload.
    pub violations: Violations,
    /// What is worth mentioning in a valid payload: fields of an encoded message that its descriptor does not have.
    pub remarks: Vec<Violation>,
    /// Whether it cannot be judged at all, because the event takes other payloads: JSON schemas have no binary form.
    pub is_of_another_kind: bool,
}

impl Verdict {
    /// Whether the payload is valid.
    pub fn is_valid(&self) -> bool {
        self.violations.is_empty() && !self.is_of_another_kind
    }
}

impl<'p> Judge<'p> {
    /// For the events of `model`, which was made of `package`.
    pub fn new(package: &'p Package, model: &'p EventModel) -> Self {
        // Descriptors take time to compile; most packages have none.
        let has_messages = model.events.iter().any(|event| matches!(event.payload, Carried::Protobuf(_)));
        let descriptors = if has_messages { package.descriptors() } else { None };
        let pool = descriptors.and_then(|bytes| DescriptorPool::decode(bytes.as_slice()).ok());
        Self { package, model, pool }
    }

    /// The event of this name.
    pub fn event(&self, name: &str) -> Option<&'p Event> {
        self.model.events.iter().find(|event| event.name == name)
    }

    /// The message that an event carries; `None` for JSON events.
    pub fn message(&self, event: &Event) -> Option<MessageDescriptor> {
        match &event.payload {
            Carried::Protobuf(name) => self.pool.as_ref()?.get_message_by_name(name),
            Carried::Json(_) => None,
        }
    }

    /// Judges a payload by the schema of `event`.
    pub fn judge(&self, event: &Event, payload: &Payload) -> Verdict {
        match (&event.payload, &payload.content) {
            (Carried::Json(schema), Content::Value(node)) => {
                let violations = self.model.schemas.validate(*schema, &node.to_json());
                Verdict { violations, ..Verdict::default() }
            }
            (Carried::Json(_), Content::Binary(_)) => Verdict { is_of_another_kind: true, ..Verdict::default() },
            (Carried::Protobuf(_), content) => {
                let Some(message) = self.message(event) else {
                    return Verdict { is_of_another_kind: true, ..Verdict::default() };
                };
                match content {
                    Content::Value(node) => {
                        let violations = protobuf::judge_json(&message, node, event.protobuf_encoding, self.rules());
                        Verdict { violations, ..Verdict::default() }
                    }
                    Content::Binary(bytes) => self.binary(message, bytes),
                }
            }
        }
    }
}

impl Judge<'_> {
    /// The rules of `buf.validate` that messages have.
    pub(crate) fn rules(&self) -> Option<&ProtobufRules> {
        self.model.protobuf.as_ref().map(|protobuf| &protobuf.rules)
    }

    /// Whether a message keeps its rules.
    pub(crate) fn keeps_rules(&self, message: &DynamicMessage) -> bool {
        self.rules().is_none_or(|rules| rules::violations(rules, message, None).is_empty())
    }

    fn binary(&self, message: MessageDescriptor, bytes: &[u8]) -> Verdict {
        match DynamicMessage::decode(message, bytes) {
            Ok(message) => {
                let missing = protobuf::missing(&message);
                let violations = match self.rules() {
                    Some(rules) if missing.is_empty() => rules::violations(rules, &message, None),
                    _ => missing.into(),
                };
                Verdict { violations, remarks: protobuf::unknown_fields(&message), is_of_another_kind: false }
            }
            Err(error) => {
                let expected = format!("an encoded message of this type, but {error}");
                let list = vec![Violation { pointer: String::new(), keyword: "wire", expected }];
                Verdict { violations: list.into(), ..Verdict::default() }
            }
        }
    }
}

/// What the independent validator `jsonschema` says of events, compiled once for each.
#[derive(Debug, Default)]
pub struct SecondOpinion {
    validators: HashMap<String, Validator>,
    /// Whether the schemas are such that both have to agree; found when it is asked for.
    is_sound: OnceLock<bool>,
}

impl SecondOpinion {
    /// Asks about `events`; what the other validator cannot use is left out.
    pub fn new<'e>(judge: &Judge<'_>, events: impl IntoIterator<Item = &'e Event>) -> Self {
        let (sources, settings) = (&judge.package.sources, &judge.package.settings);
        let files = Files::new(&sources.documents, &judge.model.notes, settings);
        let Ok(opinion) = files.opinion() else { return Self::default() };
        let mut validators = HashMap::new();
        for event in events {
            let Carried::Json(schema) = event.payload else { continue };
            let Some(note) = judge.model.notes.get(schema.0 as usize) else { continue };
            let Some(document) = sources.documents.get(note.document.0) else { continue };
            if let Ok(validator) = opinion.validator(document, note) {
                validators.insert(event.name.clone(), validator);
            }
        }
        Self { validators, is_sound: OnceLock::new() }
    }

    /// Whether the other validator accepts the payload; `None` where it has no opinion.
    pub fn accepts(&self, event: &Event, payload: &Payload) -> Option<bool> {
        let Content::Value(node) = &payload.content else { return None };
        Some(self.validators.get(&event.name)?.is_valid(&node.to_json()))
    }
}

impl SecondOpinion {
    /// Whether a disagreement is a fault of one of the two: not where the schemas break the meta-schemas of their drafts, or use
    /// what the other validator is known to judge in another way.
    pub(crate) fn has_to_agree(&self, judge: &Judge<'_>, event: &Event) -> bool {
        let documents = &judge.package.sources.documents;
        let is_comparable = match event.payload {
            Carried::Json(schema) => is_comparable(schema, judge.model, &judge.package.sources),
            Carried::Protobuf(_) => true,
        };
        is_comparable && *self.is_sound.get_or_init(|| !breaks_meta_schema(documents, &judge.model.notes))
    }
}

/// A violation as a sentence: place, expectation, keyword; never the value.
pub fn sentence(violation: &Violation) -> String {
    let Violation { pointer, keyword, expected } = violation;
    let at = if pointer.is_empty() { "the payload".to_owned() } else { format!("`{pointer}`") };
    format!("{at}: expected {expected} ({keyword})")
}

/// Why there may be more violations than are listed, as a sentence.
pub fn cut(cut: &Cut) -> String {
    match cut {
        Cut::TooMany => {
            format!("there are more violations than the {} that are listed", walnats_schema::MAX_VIOLATIONS)
        }
        Cut::TooDeep { .. } => cut.to_string(),
    }
}

/// The same, where so many violations that were found are not listed.
pub fn unlisted(cut: &Cut, number: usize) -> String {
    match cut {
        Cut::TooMany => format!(
            "there are {number} more violations, and perhaps others: counting ended at {}",
            walnats_schema::MAX_VIOLATIONS
        ),
        Cut::TooDeep { .. } => format!("there are {number} more violations; {cut}"),
    }
}

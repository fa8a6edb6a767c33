//! What is wrong with a message beside its payload: headers that contradict its subject or each other, and CloudEvents without
//! their required attributes.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use walnats_codegen::EventModel;
use walnats_codegen::diagnostic::did_you_mean;
use walnats_codegen::model::Event;
use walnats_subject::covers;

/// A message without its payload.
pub struct Envelope<'a> {
    /// Where it was published.
    pub subject: Option<&'a str>,
    /// The first value of a header, whatever the case of its name.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// What comes before the subjects of the package on this server; `None` if that is not known.
    pub prefix: Option<&'a str>,
}

/// Something that is wrong with a message.
pub struct Fault {
    /// The code of the finding.
    pub code: &'static str,
    /// Where in the message.
    pub part: Part,
    /// What is wrong.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Subject,
    Headers,
}

/// The code of messages that say two things.
const CONTRADICTION: &str = "WN1119";
/// The code of CloudEvents without an attribute that they must have.
pub const INCOMPLETE: &str = "WN1120";

/// The attributes that every CloudEvent has.
pub const REQUIRED: [&str; 4] = ["specversion", "id", "source", "type"];

/// The type that the header `ce-type` says, without its percent-encoding.
pub fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

/// What is wrong with a message.
pub fn faults(model: &EventModel, envelope: &Envelope<'_>) -> Vec<Fault> {
    let mut found: Vec<Fault> = incomplete(envelope).into_iter().collect();
    let named = (envelope.header)("Walnats-Event");
    let typed = (envelope.header)("ce-type").map(decoded);
    let by_name = named.and_then(|name| model.events.iter().find(|event| event.name == name));
    let by_type = typed.as_deref().and_then(|name| model.events.iter().find(|event| event.event_type == name));
    if let (Some(name), Some(event)) = (named, by_type)
        && event.name != name
    {
        found.push(Fault {
            code: CONTRADICTION,
            part: Part::Headers,
            message: format!(
                "the header `Walnats-Event` is `{name}`, and `ce-type` is `{}`, the type of `{}`",
                event.event_type, event.name
            ),
            help: "a message is one event: correct the publisher".to_owned(),
        });
        return found;
    }
    // Where a scheduled message goes, and where one came from that a stream has republished, is in a header.
    let moved = (envelope.header)("Nats-Schedule-Target").or_else(|| (envelope.header)("Nats-Subject"));
    if let Some(subject) = moved.or(envelope.subject) {
        let said = match (named, &typed) {
            (Some(name), _) => Some(("Walnats-Event", name, by_name)),
            // That no event has a type is found where it is looked up.
            (None, Some(name)) => by_type.map(|event| ("ce-type", name.as_ref(), Some(event))),
            (None, None) => None,
        };
        found.extend(said.and_then(|said| elsewhere(model, envelope, subject, said)));
    }
    found
}

/// That the header says another event than the subject.
fn elsewhere(
    model: &EventModel,
    envelope: &Envelope<'_>,
    subject: &str,
    (header, name, event): (&str, &str, Option<&Event>),
) -> Option<Fault> {
    let fits = |event: &Event| match envelope.prefix {
        Some(prefix) => covers(&format!("{prefix}{}", event.filter()), subject),
        // An environment puts its name before all subjects.
        None => suffixes(subject).any(|rest| covers(&event.filter(), rest)),
    };
    if event.is_some_and(fits) {
        return None;
    }
    let of: Vec<String> =
        model.events.iter().filter(|other| fits(other)).map(|event| format!("`{}`", event.name)).collect();
    let of = if of.is_empty() { "of no event".to_owned() } else { format!("that of {}", of.join(" and ")) };
    let help = match event {
        Some(event) => format!("`{name}` is published on `{}`: correct the header or the subject", event.filter()),
        None => {
            let names = model.events.iter().map(|event| event.name.as_str());
            let near = did_you_mean(name, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("the package has no event `{name}`{near}")
        }
    };
    Some(Fault {
        code: CONTRADICTION,
        part: Part::Subject,
        message: format!("the header `{header}` is `{name}`, and the subject `{subject}` is {of}"),
        help,
    })
}

/// A subject without its first tokens: none, one, two.
fn suffixes(subject: &str) -> impl Iterator<Item = &str> {
    let starts = std::iter::once(0).chain(subject.match_indices('.').map(|(at, _)| at + 1));
    starts.filter_map(|start| subject.get(start..))
}

/// The attributes that are missing in a CloudEvent in binary mode.
fn incomplete(envelope: &Envelope<'_>) -> Option<Fault> {
    let value = |attribute: &&str| (envelope.header)(&format!("ce-{attribute}"));
    let present: Vec<&str> = REQUIRED.into_iter().filter(|attribute| value(attribute).is_some()).collect();
    let lacks = |attribute: &&str| value(attribute).is_none_or(|value| value.trim().is_empty());
    let missing: Vec<String> = REQUIRED.into_iter().filter(lacks).map(|name| format!("`ce-{name}`")).collect();
    let first = present.first().filter(|_| !missing.is_empty())?;
    Some(Fault {
        code: INCOMPLETE,
        part: Part::Headers,
        message: format!("the message has `ce-{first}`, as a CloudEvent, and no {}", missing.join(" and no ")),
        help: "a CloudEvent has `ce-specversion`, `ce-id`, `ce-source` and `ce-type`, none of them empty".to_owned(),
    })
}

//! Deleted, renamed and redirected events.

use serde_json::{Value, json};
use walnats_codegen::model::{Event, Payload, ProtobufEncoding};

use super::Sides;
use crate::finding::{About, Finding};

/// An event that is gone; `None` where the new side could not be read there.
pub(super) fn deleted(sides: &Sides<'_>, event: &Event) -> Option<Finding> {
    if sides.new.loss(event).is_some() {
        return None;
    }
    let about = About::Event(event.name.clone());
    let message = format!("the event `{}` is gone", event.name);
    let finding = sides.finding("WN0841", about, message, [&json!(event.name), &Value::Null])?;
    let help = if event.deprecated {
        "it was deprecated: accept it when nobody reads it any more"
    } else {
        "keep it with `\"deprecated\": true` in `x-walnats`, and delete it when nobody reads it any more"
    };
    let marks = vec![sides.old_place(&event.place, &format!("event `{}`", event.name), "was here")];
    Some(Finding { marks, help: Some(help.to_owned()), readers: sides.readers(&event.name), ..finding })
}

/// What is different about an event that is there in both revisions, perhaps by another name.
pub(super) fn changed(sides: &Sides<'_>, old: &Event, new: &Event) -> Vec<Finding> {
    [renamed, encoding, subject, stream, uid, once, event_type]
        .iter()
        .filter_map(|rule| rule(sides, old, new))
        .collect()
}

fn renamed(sides: &Sides<'_>, old: &Event, new: &Event) -> Option<Finding> {
    let finding = different(sides, "WN0842", (old, new), "name", [&old.name, &new.name])?;
    let help = format!("keep the name: `\"x-walnats\": {{ \"name\": \"{}\" }}`", old.name);
    Some(Finding { help: Some(help), ..finding })
}

fn encoding(sides: &Sides<'_>, old: &Event, new: &Event) -> Option<Finding> {
    let name = |event: &Event| match event.payload {
        Payload::Json(_) => "JSON",
        Payload::Protobuf(_) => match event.protobuf_encoding {
            ProtobufEncoding::Binary => "protobuf",
            ProtobufEncoding::Json(_) => "protobuf as JSON",
        },
    };
    let finding = different(sides, "WN0847", (old, new), "encoding", [name(old), name(new)])?;
    Some(Finding { help: Some("publish an event of another name instead".to_owned()), ..finding })
}

/// Readers listen to a filter: that a field has another name there, they do not see.
fn subject(sides: &Sides<'_>, old: &Event, new: &Event) -> Option<Finding> {
    if old.filter() == new.filter() {
        let fields = |event: &Event| event.subject.fields().map(|field| field.names.clone()).collect::<Vec<_>>();
        if fields(old) == fields(new) {
            return None;
        }
        let finding =
            different(sides, "WN0843", (old, new), "subject", [&old.subject.to_string(), &new.subject.to_string()])?;
        let help = format!("keep the subject `{}`: readers that filter by a field get other events", old.subject);
        return Some(Finding { help: Some(help), ..finding });
    }
    // A key that is the last token is a part of the filter, and of no template.
    let shown = |event: &Event| match event.once.as_ref().filter(|once| once.is_last_token) {
        Some(once) => format!("{}.{}", event.subject, once.key),
        None => event.subject.to_string(),
    };
    let finding = different(sides, "WN0843", (old, new), "subject", [&shown(old), &shown(new)])?;
    let help = format!("keep the subject `{}`; or publish a second event, until the readers have moved", old.subject);
    Some(Finding { help: Some(help), ..finding })
}

fn stream(sides: &Sides<'_>, old: &Event, new: &Event) -> Option<Finding> {
    let finding = different(sides, "WN0844", (old, new), "stream", [&old.stream, &new.stream])?;
    let help = format!("keep the stream `{}`: consumers stay behind on it, and its messages do not move", old.stream);
    Some(Finding { help: Some(help), ..finding })
}

fn uid(sides: &Sides<'_>, old: &Event, new: &Event) -> Option<Finding> {
    // The name is a part of the id, and a rename says so already.
    let text = |event: &Event| event.uid.as_ref().map_or_else(|| "none".to_owned(), |uid| uid.template.to_string());
    // Without a template ids are random: nothing is repeated that was recognised before.
    old.uid.as_ref()?;
    let finding = different(sides, "WN0845", (old, new), "uid", [&text(old), &text(new)])?;
    let help = format!("keep `\"uid\": \"{}\"`, or change it when no emit is repeated across the change", text(old));
    Some(Finding { help: Some(help), ..finding })
}

fn once(sides: &Sides<'_>, old: &Event, new: &Event) -> Option<Finding> {
    let text = |event: &Event| event.once.as_ref().map_or_else(|| "none".to_owned(), |once| once.key.to_string());
    let finding = different(sides, "WN0846", (old, new), "once", [&text(old), &text(new)])?;
    let help = match &old.once {
        Some(once) => format!("keep `\"once\": \"{}\"`", once.key),
        None => "what is stored already has no key: start with a stream of another name".to_owned(),
    };
    Some(Finding { help: Some(help), ..finding })
}

fn event_type(sides: &Sides<'_>, old: &Event, new: &Event) -> Option<Finding> {
    // Named after the event, it changes with the name, which is a finding already.
    if old.event_type == old.name && new.event_type == new.name {
        return None;
    }
    let finding = different(sides, "WN0848", (old, new), "CloudEvents type", [&old.event_type, &new.event_type])?;
    Some(Finding { help: Some(format!("keep `\"type\": \"{}\"` in `x-walnats`", old.event_type)), ..finding })
}

fn different(
    sides: &Sides<'_>,
    code: &str,
    events: (&Event, &Event),
    what: &str,
    values: [&str; 2],
) -> Option<Finding> {
    if values[0] == values[1] { None } else { sides.of_event(code, events, what, values) }
}

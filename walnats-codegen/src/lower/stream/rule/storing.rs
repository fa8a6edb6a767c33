//! Settings with which a stream cannot store or acknowledge the events that it is to store.

use super::{Fault, Sections};
use crate::lower::event::LocatedEvent;
use crate::model::Stream;

pub(super) fn faults(stream: &Stream, at: &Sections, stored: &[&LocatedEvent]) -> Vec<Fault> {
    let Some(first) = stored.first() else { return Vec::new() };
    let settings = [
        (
            at.is_on(|settings| settings.no_ack),
            "WN0475",
            "no_ack",
            "acknowledges nothing",
            "no emit could be confirmed; remove it, or set it to `false`",
        ),
        (
            at.is_on(|settings| settings.sealed),
            "WN0476",
            "sealed",
            "takes no messages",
            "seal a stream once nothing emits to it any more",
        ),
        (
            at.is_on(|settings| settings.allow_msg_counter),
            "WN0477",
            "allow_msg_counter",
            "takes increments only",
            "count in a stream of its own",
        ),
        (
            at.get(|settings| settings.mirror.as_ref()).is_some(),
            "WN0478",
            "mirror",
            "takes the messages of another stream only",
            "declare the mirror as a stream of its own, or copy messages into this stream with `sources`",
        ),
    ];
    let present = settings.into_iter().filter(|(is_present, ..)| *is_present);
    present
        .map(|(_, code, key, what, help)| {
            let (name, event) = (&stream.name, &first.event.name);
            let message = format!("the stream `{name}` stores `{event}`, and with `{key}` it {what}");
            Fault { code, key, message, help }
        })
        .collect()
}

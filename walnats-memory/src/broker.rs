//! The broker: subscriptions and JetStream behind one entrance. Pure, like both.

use bytes::Bytes;
use serde_json::json;

use crate::headers::Headers;
use crate::jetstream::JetStream;
use crate::message::{Inbound, Outbound};
use crate::router::{ConnectionId, Router};
use crate::time::Moment;

/// What connections are sent.
pub(crate) type Frames = Vec<(ConnectionId, Bytes)>;

/// Subscriptions and streams.
#[derive(Debug, Default)]
pub(crate) struct Broker {
    pub(crate) router: Router,
    pub(crate) jetstream: JetStream,
}

impl Broker {
    /// Takes a message that a client published: subscribers get it, and so does JetStream.
    pub(crate) fn publish(&mut self, message: Inbound, moment: Moment) -> Frames {
        if let Some(traced) = self.traced(&message) {
            return self.router.route(&traced);
        }
        let reply = message.reply.clone();
        let mut frames = self.router.route(&Outbound {
            to: message.subject.clone(),
            subject: message.subject.clone(),
            reply: reply.clone(),
            headers: message.headers.wire(),
            payload: message.payload.clone(),
        });
        let out = if self.jetstream.receives(&message.subject) {
            self.jetstream.take(message, moment)
        } else {
            let reply = reply.filter(|_| frames.is_empty());
            reply.map(|reply| Outbound::status(&reply, "503", &Headers::default())).into_iter().collect()
        };
        self.send(out, &mut frames);
        frames.extend(self.run(moment));
        frames
    }

    /// Does everything that is due.
    pub(crate) fn run(&mut self, moment: Moment) -> Frames {
        let mut frames = Frames::new();
        let router = &self.router;
        let out = self.jetstream.run(moment, &|subject| router.is_awaited(subject));
        self.send(out, &mut frames);
        frames
    }

    /// Ends the pulls of this inbox, as when their time is up.
    pub(crate) fn end_pulls(&mut self, inbox: &str) -> Frames {
        let mut frames = Frames::new();
        let out = self.jetstream.end_pulls(inbox);
        self.send(out, &mut frames);
        frames
    }

    fn send(&mut self, out: Vec<Outbound>, frames: &mut Frames) {
        frames.extend(out.iter().flat_map(|message| self.router.route(message)));
    }

    /// The report about a message that is traced and goes nowhere (ADR-41).
    fn traced(&self, message: &Inbound) -> Option<Outbound> {
        let destination = message.headers.get("Nats-Trace-Dest")?;
        message.headers.get("Nats-Trace-Only").filter(|only| ["1", "true", "on"].contains(only))?;
        let mut events = vec![json!({"type": "in", "kind": 0, "name": "", "subj": message.subject})];
        events.extend(self.jetstream.stream_of(&message.subject).map(|stream| json!({"type": "js", "stream": stream})));
        let report = json!({"server": {"name": crate::NAME}, "hops": 0, "events": events});
        Some(Outbound::answer(destination, report.to_string()))
    }
}

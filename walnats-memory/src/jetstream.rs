//! JetStream: streams, and the requests of its API. A pure state machine: what it is told, and when, decides what it says.

mod api;
mod batch;
mod config;
mod consumer;
mod duplicates;
mod expectation;
mod limits;
mod schedule;
mod store;
mod stream;

use std::collections::BTreeMap;

use self::config::Config;
use self::consumer::Said;
use self::stream::Stream;
use crate::fault::Faults;
use crate::journal::Record;
use crate::message::{Inbound, Outbound};
use crate::time::{Moment, Nanos};

/// The subjects of the API, after the domain, if one is named.
const API: &str = "API.";

/// The subjects of acknowledgements.
const ACK: &str = "$JS.ACK.";

/// The streams of one account.
#[derive(Debug, Default)]
pub(crate) struct JetStream {
    streams: BTreeMap<String, Stream>,
    pub(crate) faults: Faults,
    pub(crate) journal: Vec<Record>,
}

impl JetStream {
    /// Whether it receives a message on this subject.
    pub(crate) fn receives(&self, subject: &str) -> bool {
        operation(subject).is_some() || subject.starts_with(ACK) || self.stream_of(subject).is_some()
    }

    /// The stream that stores a subject.
    pub(crate) fn stream_of(&self, subject: &str) -> Option<&str> {
        self.streams.values().find(|stream| stream.config.takes(subject)).map(|stream| stream.config.name.as_str())
    }

    /// Takes a message, and returns what it says.
    pub(crate) fn take(&mut self, message: Inbound, moment: Moment) -> Vec<Outbound> {
        if let Some(operation) = operation(&message.subject) {
            return self.answer(operation, &message, moment);
        }
        if let Some(place) = message.subject.strip_prefix(ACK) {
            return self.acknowledge(place, &message, moment);
        }
        let stream = self.streams.values_mut().find(|stream| stream.config.takes(&message.subject));
        let Some(stream) = stream else { return Vec::new() };
        let published = stream.publish(message, moment, &mut self.faults);
        self.journal.extend(published.records);
        published.answer.into_iter().collect()
    }

    /// Takes an acknowledgement: `<stream>.<consumer>.<attempt>.<sequence>.<delivery>.<time>.<pending>`.
    fn acknowledge(&mut self, place: &str, message: &Inbound, moment: Moment) -> Vec<Outbound> {
        let mut tokens = place.split('.');
        let (Some(name), Some(consumer)) = (tokens.next(), tokens.next()) else { return Vec::new() };
        let Some(sequence) = tokens.nth(1).and_then(|token| token.parse().ok()) else { return Vec::new() };
        let (Some(stream), Some(said)) = (self.streams.get_mut(name), Said::read(&message.payload)) else {
            return Vec::new();
        };
        let Some(own) = stream.consumers.get_mut(consumer) else { return Vec::new() };
        let settled = own.acknowledge(sequence, &said, moment.now);
        stream.drop_settled(&settled);
        let mut out = Vec::new();
        if let (Said::DoneAndNext(body), Some(reply)) = (&said, &message.reply) {
            out.extend(stream.pull(consumer, body, reply, moment));
        } else if let Some(reply) = &message.reply {
            out.push(Outbound::answer(reply, ""));
        }
        out
    }

    /// Does everything that is due, and serves pulls. `is_awaited` says whether anybody subscribes to a subject.
    pub(crate) fn run(&mut self, moment: Moment, is_awaited: &dyn Fn(&str) -> bool) -> Vec<Outbound> {
        let mut out = Vec::new();
        for stream in self.streams.values_mut() {
            stream.run(moment);
            out.extend(stream.serve(moment, is_awaited));
        }
        out
    }

    /// When something is due next, by the clock of the test.
    pub(crate) fn due(&self) -> Option<Nanos> {
        self.streams.values().filter_map(Stream::due).min()
    }

    /// When a pull needs something, by the clock of the machine.
    pub(crate) fn pulls_due(&self) -> Option<Nanos> {
        self.streams.values().filter_map(Stream::pulls_due).min()
    }

    /// Ends the pulls whose reply subjects begin like this, as when their time is up.
    pub(crate) fn end_pulls(&mut self, prefix: &str) -> Vec<Outbound> {
        let consumers = self.streams.values_mut().flat_map(|stream| stream.consumers.values_mut());
        consumers.flat_map(|consumer| consumer.end_pulls(prefix, "408 Request Timeout")).collect()
    }

    /// Whether somebody reads from the consumers of this name and has settled everything; all consumers, without a name. `false` if
    /// there are none.
    pub(crate) fn is_settled(&self, consumer: Option<&str>) -> bool {
        let all = self.streams.values().flat_map(|stream| stream.consumers.iter().map(move |own| (stream, own)));
        let mut chosen = all.filter(|(_, (name, _))| consumer.is_none_or(|wanted| wanted == *name)).peekable();
        chosen.peek().is_some() && chosen.all(|(stream, (_, own))| own.is_settled(stream.store()))
    }
}

/// The request of the API that a subject is. Every domain is this one: `$JS.API.INFO`, `$JS.hub.API.INFO`.
fn operation(subject: &str) -> Option<&str> {
    let rest = subject.strip_prefix("$JS.")?;
    rest.strip_prefix(API).or_else(|| rest.split_once('.')?.1.strip_prefix(API))
}

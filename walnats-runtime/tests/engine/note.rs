//! An event written by hand, streams for it, and a look at what a stream holds.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use futures_util::StreamExt;
use walnats_runtime::private::Subject;
use walnats_runtime::{
    DecodeError, EncodeError, Event, EventDescriptor, Options, Publisher, StreamDescriptor, SubjectError,
    ValidateError, Violation,
};
use walnats_server::NatsServer;

pub type TestResult = Result<(), Box<dyn Error>>;

/// `notes.{topic}`, stored in `notes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub topic: String,
    pub text: String,
}

/// As generated code would say it, with everything on.
pub static STREAMS: &[StreamDescriptor] = &[StreamDescriptor {
    subjects: &["notes.*"],
    message_ttl: true,
    schedules: true,
    atomic: true,
    ..StreamDescriptor::new("notes")
}];

/// A stream with the defaults.
pub static PLAIN: &[StreamDescriptor] =
    &[StreamDescriptor { subjects: &["notes.*"], ..StreamDescriptor::new("notes") }];

pub fn note(text: impl Into<String>) -> Note {
    Note { topic: "home".into(), text: text.into() }
}

/// A publisher with its stream.
pub async fn ready(server: &NatsServer, streams: &'static [StreamDescriptor]) -> Result<Publisher, Box<dyn Error>> {
    ready_with(server, streams, Options::new()).await
}

pub async fn ready_with(
    server: &NatsServer,
    streams: &'static [StreamDescriptor],
    options: Options,
) -> Result<Publisher, Box<dyn Error>> {
    let publisher = Publisher::connect(server.url(), streams, options).await?;
    publisher.register(streams).await?;
    Ok(publisher)
}

/// Freezes the server. The signal is under way for a moment; what arrives before it does is still answered.
pub async fn suspend(server: &mut NatsServer) {
    server.suspend();
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// The node that leads a stream, as soon as one does.
pub async fn leader(publisher: &Publisher, stream: &str) -> Result<String, Box<dyn Error>> {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let stream = publisher.jetstream().get_stream(stream).await;
        let leader = stream.ok().and_then(|stream| stream.cached_info().cluster.clone()?.leader);
        match leader {
            Some(leader) => return Ok(leader),
            None if Instant::now() > until => return Err("the stream has no leader".into()),
            None => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// A message of a stream.
#[derive(Debug, PartialEq, Eq)]
pub struct Stored {
    pub subject: String,
    pub headers: BTreeMap<String, String>,
    pub text: String,
}

/// Everything that a stream holds, in order. In a cluster, a consumer that was just made has no leader for a while, nor has a
/// stream whose leader was killed.
pub async fn stored(publisher: &Publisher, stream: &str) -> Result<Vec<Stored>, Box<dyn Error>> {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        match look_at(publisher, stream).await {
            Err(_) if Instant::now() < until => tokio::time::sleep(Duration::from_millis(100)).await,
            end => return end,
        }
    }
}

async fn look_at(publisher: &Publisher, stream: &str) -> Result<Vec<Stored>, Box<dyn Error>> {
    let mut stream = publisher.jetstream().get_stream(stream).await?;
    let count = usize::try_from(stream.info().await?.state.messages)?;
    let config = pull::Config { ack_policy: AckPolicy::None, deliver_policy: DeliverPolicy::All, ..Default::default() };
    let consumer = stream.create_consumer(config).await?;
    let mut messages = consumer.messages().await?.take(count);
    let mut found = Vec::with_capacity(count);
    while let Some(message) = messages.next().await {
        let message = message?;
        let headers = message.headers.iter().flat_map(|headers| headers.iter());
        found.push(Stored {
            subject: message.subject.to_string(),
            headers: headers.map(|(name, values)| (name.to_string(), values[0].to_string())).collect(),
            text: Note::decode(&message.payload)?.text,
        });
    }
    Ok(found)
}

/// An error with everything that led to it, each level once.
pub fn whole(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        assert!(!text.contains(&error.to_string()), "{text}: {error}");
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

impl Event for Note {
    const DESCRIPTOR: &'static EventDescriptor = &EventDescriptor {
        name: "note-taken",
        event_type: "note-taken",
        stream: "notes",
        subject: "notes.{topic}",
        content_type: "text/plain",
        description: "Somebody took a note.",
        message_name: None,
    };

    fn subject(&self) -> Result<String, SubjectError> {
        Subject::new("note-taken").literal("notes.").field("topic", &self.topic).finish()
    }

    fn uid(&self) -> Option<String> {
        self.text.strip_prefix("once ").map(str::to_owned)
    }

    fn validate(&self) -> Result<(), ValidateError> {
        if self.text != "invalid" {
            return Ok(());
        }
        Err(ValidateError::new(vec![Violation {
            pointer: "/text".into(),
            keyword: "not",
            expected: "another text".into(),
        }]))
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        Ok(self.text.clone().into_bytes())
    }

    fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        Ok(note(String::from_utf8_lossy(payload)))
    }
}

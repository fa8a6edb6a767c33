//! How a publisher behaves.

mod api;
mod connection;
mod in_memory;
mod names;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use self::api::ApiPlace;
use self::connection::Connection;
#[cfg(feature = "testing")]
pub(crate) use self::in_memory::InMemory;
use crate::cloud_event::CloudEvent;
use crate::error::{ConfigError, EmitError};
use crate::message::OutboundMessage;
use crate::placement::Naming;

/// How a publisher behaves. The defaults suit a service that emits some thousand events a second.
#[derive(Clone)]
pub struct Options {
    pub(crate) window_messages: usize,
    pub(crate) window_bytes: usize,
    pub(crate) buffer_messages: usize,
    pub(crate) buffer_bytes: usize,
    pub(crate) full: Full,
    pub(crate) ack_timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) buffered_deadline: Option<Duration>,
    pub(crate) connect_timeout: Duration,
    pub(crate) strict: bool,
    pub(crate) cloud_events: Option<CloudEvent>,
    pub(crate) api: ApiPlace,
    pub(crate) names: Naming,
    pub(crate) connection: Connection,
    pub(crate) on_lost: Option<Callback<Lost>>,
    pub(crate) on_nats_event: Option<Callback<async_nats::Event>>,
    #[cfg(feature = "testing")]
    pub(crate) in_memory: Option<InMemory>,
}

/// The maximum added to the current time, so that it cannot overflow: 30 years.
const LONGEST: Duration = Duration::from_secs(30 * 365 * 86_400);

pub(crate) type Callback<T> = Arc<dyn Fn(T) + Send + Sync>;

/// What `.buffered()` does when the buffer is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Full {
    /// Waits for space.
    #[default]
    Wait,
    /// Fails immediately with [`Reason::BufferFull`](crate::Reason::BufferFull).
    Refuse,
}

/// A failed message that no caller awaits: its `Pending`, or the future of its emit, was dropped.
#[derive(Debug)]
pub struct Lost {
    /// The message.
    pub message: OutboundMessage,
    /// Why it failed.
    pub error: EmitError,
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The maximum number of messages in flight, sent and not acknowledged. Default 1,024; at least 1. With 1, the stream
    /// always has the order of emits; with more, resent messages can be reordered.
    ///
    /// A resent message must arrive while the stream remembers its id. Therefore, after a lost connection or a missing
    /// acknowledgement, the publisher first sends a probe that no stream can store (other subscribers of the subject see it),
    /// and resends only after the answer, with at most 32 messages or 64 KiB in flight. Known gap: if the connection stalls
    /// right after the answer until the duplicate window has passed, those messages may be stored twice.
    /// [`Emit::once`](crate::Emit::once) closes the gap.
    pub fn window_messages(mut self, messages: usize) -> Self {
        self.window_messages = messages.max(1);
        self
    }

    /// The maximum number of bytes in flight, headers and payloads. Default 8 MiB. One message is always accepted.
    pub fn window_bytes(mut self, bytes: usize) -> Self {
        self.window_bytes = bytes;
        self
    }

    /// The maximum number of pending messages, including those in flight. Default 65,536; at least 1.
    pub fn buffer_messages(mut self, messages: usize) -> Self {
        self.buffer_messages = messages.max(1);
        self
    }

    /// The maximum number of pending bytes. Default 64 MiB. One message is always accepted.
    pub fn buffer_bytes(mut self, bytes: usize) -> Self {
        self.buffer_bytes = bytes.max(1);
        self
    }

    /// What `.buffered()` does when the buffer is full. Default: [`Full::Wait`].
    pub fn full(mut self, full: Full) -> Self {
        self.full = full;
        self
    }

    /// How long an attempt waits for its acknowledgement after sending. Default 5 s.
    pub fn ack_timeout(mut self, timeout: Duration) -> Self {
        self.ack_timeout = timeout.clamp(Duration::from_millis(1), LONGEST);
        self
    }

    /// The deadline of a confirmed emit, including all attempts and waiting. Default 30 s.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline.min(LONGEST);
        self
    }

    /// The deadline of a buffered emit, from the time it is in the buffer. Default: none; a message that was sent still fails
    /// at the end of the stream's duplicate window.
    ///
    /// While a stream temporarily rejects messages (its disk is full, error 10023; it has no leader; it is overloaded), buffered
    /// messages are kept and resent at least every three seconds. Only this deadline ends that: an operator can free the disk,
    /// and giving up would lose accepted messages. It is logged through `tracing` and counted by
    /// [`Stats::refusing_streams`](crate::Stats::refusing_streams); the buffer fills in the meantime.
    pub fn buffered_deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.buffered_deadline = deadline.into();
        self
    }

    /// The timeout of `connect`. Default 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Turns warnings into errors: streams with one replica, memory storage, interest retention, or asynchronous persistence.
    /// They make `connect` and `register` fail and, with [`Publisher::new`](crate::Publisher::new), each emit.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Sends every event as a CloudEvent with this source and these extensions, unless an emit sets its own.
    pub fn cloud_events(mut self, cloud_event: CloudEvent) -> Self {
        self.cloud_events = Some(cloud_event);
        self
    }

    /// Called when a message failed and no caller awaits it, for example to write it to a dead-letter store. It runs on the
    /// publisher's own task, or where a [`Pending`](crate::Pending) is dropped, and must not block. A panic in it is caught, logged once
    /// and counted ([`Stats::callback_panics`](crate::Stats::callback_panics)).
    pub fn on_lost(mut self, callback: impl Fn(Lost) + Send + Sync + 'static) -> Self {
        self.on_lost = Some(Arc::new(callback));
        self
    }

    /// Called for every event of the connection, in place of async-nats's `event_callback`. It must not block. A panic in it is
    /// caught, like in [`Options::on_lost`].
    pub fn on_nats_event(mut self, callback: impl Fn(async_nats::Event) + Send + Sync + 'static) -> Self {
        self.on_nats_event = Some(Arc::new(callback));
        self
    }

    /// Validates the options.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.check_api()?;
        self.check_connection()?;
        self.names().map(drop)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            window_messages: 1_024,
            window_bytes: 8 << 20,
            buffer_messages: 65_536,
            buffer_bytes: 64 << 20,
            full: Full::Wait,
            ack_timeout: Duration::from_secs(5),
            deadline: Duration::from_secs(30),
            buffered_deadline: None,
            connect_timeout: Duration::from_secs(10),
            strict: false,
            cloud_events: None,
            api: ApiPlace::default(),
            names: Naming::default(),
            connection: Connection::default(),
            on_lost: None,
            on_nats_event: None,
            #[cfg(feature = "testing")]
            in_memory: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("window_messages", &self.window_messages)
            .field("window_bytes", &self.window_bytes)
            .field("buffer_messages", &self.buffer_messages)
            .field("buffer_bytes", &self.buffer_bytes)
            .field("full", &self.full)
            .field("ack_timeout", &self.ack_timeout)
            .field("deadline", &self.deadline)
            .field("buffered_deadline", &self.buffered_deadline)
            .field("connect_timeout", &self.connect_timeout)
            .field("strict", &self.strict)
            .field("api", &self.api)
            .field("names", &self.names)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

//! How a publisher behaves.

mod api;
mod connection;
mod names;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use self::api::ApiPlace;
use self::connection::Connection;
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
}

/// What is added to the present time, which must not overflow: 30 years.
const LONGEST: Duration = Duration::from_secs(30 * 365 * 86_400);

pub(crate) type Callback<T> = Arc<dyn Fn(T) + Send + Sync>;

/// What `.buffered()` does when the buffer is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Full {
    /// Waits for a place.
    #[default]
    Wait,
    /// Ends at once with [`Reason::BufferFull`](crate::Reason::BufferFull).
    Refuse,
}

/// A failed message that no caller awaits: its `Pending`, or the future of its emit, was dropped.
#[derive(Debug)]
pub struct Lost {
    /// The message.
    pub message: OutboundMessage,
    /// How it ended.
    pub error: EmitError,
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The maximum number of messages in flight, sent and not acknowledged. Default 1,024; at least 1. With 1, the order of emits is
    /// the order in the stream whatever happens; with more, messages that have to be sent again can change places.
    ///
    /// What is sent again must arrive while the stream remembers its id. So nothing is sent again, after a lost connection or
    /// an acknowledgement that did not come, before the stream has answered a question that no stream stores; whoever listens
    /// to the subject beside the stream can see it. Of what is sent again, 32 messages or 64 KiB are under way at a time. What
    /// remains: where the connection is lost, or stops, in the moment after the answer, and is back after the duplicate window,
    /// those may arrive then and be stored twice. An event that is stored once ([`Emit::once`](crate::Emit::once)) never is.
    pub fn window_messages(mut self, messages: usize) -> Self {
        self.window_messages = messages.max(1);
        self
    }

    /// The maximum number of bytes in flight, headers and payloads. Default 8 MiB. One message is always accepted.
    pub fn window_bytes(mut self, bytes: usize) -> Self {
        self.window_bytes = bytes;
        self
    }

    /// Messages accepted and not ended, at most; the window's are among them. Default 65,536; at least 1.
    pub fn buffer_messages(mut self, messages: usize) -> Self {
        self.buffer_messages = messages.max(1);
        self
    }

    /// Bytes accepted and not ended, at most. Default 64 MiB. One message is always accepted.
    pub fn buffer_bytes(mut self, bytes: usize) -> Self {
        self.buffer_bytes = bytes.max(1);
        self
    }

    /// What `.buffered()` does when the buffer is full. Default: [`Full::Wait`].
    pub fn full(mut self, full: Full) -> Self {
        self.full = full;
        self
    }

    /// How long one attempt waits for its acknowledgement, from the moment of sending. Default 5 s.
    pub fn ack_timeout(mut self, timeout: Duration) -> Self {
        self.ack_timeout = timeout.clamp(Duration::from_millis(1), LONGEST);
        self
    }

    /// How long a confirmed emit may take in all, attempts and waiting included. Default 30 s.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline.min(LONGEST);
        self
    }

    /// How long a buffered emit may take in all, from the moment it has a place in the buffer. Default: as long as it
    /// needs; a message that was sent still ends with the stream's duplicate window.
    ///
    /// While a stream refuses for the time being (its disk is full, error 10023; it has no leader; it is overloaded), what
    /// is buffered is kept and sent again, every two to three seconds at the longest. Nothing ends it but this deadline: a
    /// full disk is mended by somebody, and giving up would lose what was accepted. It is said through `tracing`, and
    /// counted by [`Stats::refusing_streams`](crate::Stats::refusing_streams); the buffer fills meanwhile.
    pub fn buffered_deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.buffered_deadline = deadline.into();
        self
    }

    /// How long `connect` may take in all. Default 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Turns warnings into errors: streams of one replica, storage in memory, interest retention, persistence that
    /// does not wait for the disk. `connect` and `register` fail then, and over a connection that was there already each
    /// emit does.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Sends every event as a CloudEvent, of this source and with these extensions, unless an emit brings its own.
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
    /// caught, as in [`Options::on_lost`].
    pub fn on_nats_event(mut self, callback: impl Fn(async_nats::Event) + Send + Sync + 'static) -> Self {
        self.on_nats_event = Some(Arc::new(callback));
        self
    }

    /// Whether the options can be used.
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

//! The connection as the engine sees it: up or down, since when, and room to send.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, PublishError, Statistics, message::OutboundMessage as Wire};
use futures_util::Sink;
use tokio::time::Instant;

/// How long a connection counts as new.
const NEW: Duration = Duration::from_millis(100);

/// Why nothing is sent, where nothing else is known.
pub(super) const NO_CONNECTION: &str = "there was no connection";

/// A client, and which of its connections is the current one.
pub(super) struct Link {
    client: Client,
    statistics: Arc<Statistics>,
    connection: u64,
    up: bool,
    /// Since when.
    since: Instant,
}

/// What has happened since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    None,
    /// The connection of this number, from 1, is gone, or it is another one now: what was sent and not answered may be lost.
    Lost(u64),
}

impl Link {
    pub(super) fn new(client: Client) -> Self {
        let statistics = client.statistics();
        Self { client, statistics, connection: 0, up: false, since: Instant::now() }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn is_up(&self) -> bool {
        self.up
    }

    /// The number of the connection, from 1.
    pub(super) fn connection(&self) -> u64 {
        self.connection
    }

    /// Whether the connection has just been made.
    pub(super) fn is_new(&self) -> bool {
        self.since.elapsed() < NEW
    }

    /// The version of the server that we are connected to; empty before the first connection.
    pub(super) fn server_version(&self) -> String {
        self.client.server_info().version
    }

    /// Whether the server belongs to a JetStream domain: others may be behind it.
    pub(super) fn has_domain(&self) -> bool {
        self.client.server_info().domain.is_some_and(|domain| !domain.is_empty())
    }

    /// Looks at the connection. It counts its connections, so that none can come and go unseen.
    pub(super) fn look(&mut self) -> Change {
        let connection = self.statistics.connects.load(Ordering::Relaxed);
        let up = self.client.connection_state() == State::Connected;
        let lost = connection != self.connection || (self.up && !up);
        let change = if lost { Change::Lost(self.connection) } else { Change::None };
        if lost || up != self.up {
            self.since = Instant::now();
        }
        (self.connection, self.up) = (connection, up);
        change
    }

    /// The same connection is still up, as far as anybody can tell without asking the server.
    pub(super) fn is_same(&self) -> bool {
        self.statistics.connects.load(Ordering::Relaxed) == self.connection
            && self.client.connection_state() == State::Connected
    }

    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), PublishError>> {
        Pin::new(&mut self.client).poll_ready(cx)
    }

    /// Only after `poll_ready`.
    pub(super) fn send(&mut self, message: Wire) -> Result<(), PublishError> {
        Pin::new(&mut self.client).start_send(message)
    }
}

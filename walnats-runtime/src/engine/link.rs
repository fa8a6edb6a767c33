//! The connection as the engine sees it: whether it is up, which one it is, and whether there is room to send.

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

/// The default reason for not sending.
pub(super) const NO_CONNECTION: &str = "there was no connection";

/// A client and the number of its current connection.
pub(super) struct Link {
    client: Client,
    statistics: Arc<Statistics>,
    connection: u64,
    up: bool,
    /// When it was established.
    since: Instant,
}

/// What has changed since the last check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    None,
    /// The connection with this number, counted from 1, is gone or was replaced: whatever is unanswered may be lost.
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

    /// The number of the connection, counted from 1.
    pub(super) fn connection(&self) -> u64 {
        self.connection
    }

    /// Whether the connection is new.
    pub(super) fn is_new(&self) -> bool {
        self.since.elapsed() < NEW
    }

    /// The connected server's version; empty before the first connection.
    pub(super) fn server_version(&self) -> String {
        self.client.server_info().version
    }

    /// Whether the server belongs to a JetStream domain, so that there may be others behind it.
    pub(super) fn has_domain(&self) -> bool {
        self.client.server_info().domain.is_some_and(|domain| !domain.is_empty())
    }

    /// Checks the connection. Connections are counted, so that none is missed.
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

    /// Whether the same connection is still up, as far as can be known without a request.
    pub(super) fn is_same(&self) -> bool {
        self.statistics.connects.load(Ordering::Relaxed) == self.connection
            && self.client.connection_state() == State::Connected
    }

    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), PublishError>> {
        Pin::new(&mut self.client).poll_ready(cx)
    }

    /// Call only after `poll_ready`.
    pub(super) fn send(&mut self, message: Wire) -> Result<(), PublishError> {
        Pin::new(&mut self.client).start_send(message)
    }
}

//! The last observed health of a publisher.

/// The last observed health of a publisher's connection and streams, for a readiness probe: see
/// [`Publisher::health`](crate::Publisher::health). Reading it makes no request.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// Whether the publisher is connected to a NATS server.
    pub connected: bool,
    /// Whether the publisher accepts nothing more: it was shut down, or the Tokio runtime that it was made on was.
    pub closed: bool,
    /// Whether the NATS client was drained or closed, or has given up reconnecting. It does not connect again.
    pub client_closed: bool,
    /// Whether the server denies the subscription that acknowledgements come to, so that no emit can be confirmed. Always `false`
    /// over a connection that was handed to [`Publisher::new`](crate::Publisher::new), which does not learn of it.
    pub inbox_denied: bool,
    /// How full the buffer is, by messages or by bytes, whichever is higher: 0 to 1.
    pub buffer_fill: f64,
    /// How many streams refuse events: missing, full, without a leader, out of storage, or configured with `no_ack`.
    ///
    /// A stream counts from its first event that failed for such a reason, or once it has refused for some seconds, and across
    /// reconnects, until it stores an event. A service that is not ready may emit nothing, so a stream is also looked at from time to
    /// time, every 15 s at the longest, and stops counting when `STREAM.INFO` shows that the problem is gone. Where the credentials do
    /// not allow that request, or it cannot show the problem, the stream stops counting 60 s after its last refusal.
    pub refusing_streams: u64,
    /// How many streams do not answer: neither to messages nor to the probes that precede sending them again.
    pub silent_streams: u64,
}

impl Health {
    /// Whether an event that is emitted now is likely to be stored without delay: connected, open, with room in the buffer, an
    /// inbox, and no stream that refuses or is silent.
    pub fn is_healthy(&self) -> bool {
        self.connected
            && !self.closed
            && !self.client_closed
            && !self.inbox_denied
            && self.buffer_fill < 1.0
            && self.refusing_streams == 0
            && self.silent_streams == 0
    }
}

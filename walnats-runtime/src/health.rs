//! The last observed health of a publisher.

/// The last observed health of a publisher's connection and streams, for a readiness probe: see
/// [`Publisher::health`](crate::Publisher::health). Reading it makes no request.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// Whether the publisher is connected to a NATS server.
    pub connected: bool,
    /// Whether the publisher accepts nothing more: it was shut down, or the Tokio runtime on which it was created was.
    pub closed: bool,
    /// Whether the NATS client was drained or closed, or has given up reconnecting. This is final.
    pub client_closed: bool,
    /// Whether the server denies the subscription that receives acknowledgements, so that no emit can be confirmed. Always
    /// `false` over a connection that was passed to [`Publisher::new`](crate::Publisher::new), which is not informed of it.
    pub inbox_denied: bool,
    /// How full the buffer is, by messages or by bytes, whichever is higher: 0 to 1.
    pub buffer_fill: f64,
    /// How many streams refuse events: missing, full, without a leader, out of storage, or configured with `no_ack`.
    ///
    /// A stream counts once an event has failed for such a reason, or once it has refused events for some seconds. It counts
    /// across reconnects, until it stores an event. Because a service that is not ready may emit nothing, such streams are
    /// also inspected at least every 15 s, and stop counting when `STREAM.INFO` shows that the problem is gone. If the
    /// credentials do not permit that request, or it cannot show the problem, a stream stops counting 60 s after its last
    /// refusal.
    pub refusing_streams: u64,
    /// How many streams answer neither messages nor the probes that precede resending.
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

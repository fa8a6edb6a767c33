//! Whether events get through.

/// What a publisher's connection and streams are like at the moment, for a readiness probe: see
/// [`Publisher::health`](crate::Publisher::health). Nothing is asked of the server for it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// Whether the connection stands, as far as is known.
    pub connected: bool,
    /// Whether it is shut down.
    pub closed: bool,
    /// How much of the buffer is in use, in messages or in bytes, whichever is more: 0 to 1.
    pub buffer_fill: f64,
    /// Streams that refuse for the time being: no leader, no space left, no stream.
    pub refusing_streams: u64,
    /// Streams that leave messages and questions without an answer.
    pub silent_streams: u64,
}

impl Health {
    /// Whether an emit of now is likely to get through at once.
    pub fn is_healthy(&self) -> bool {
        self.connected
            && !self.closed
            && self.buffer_fill < 1.0
            && self.refusing_streams == 0
            && self.silent_streams == 0
    }
}

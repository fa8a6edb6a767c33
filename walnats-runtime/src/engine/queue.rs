//! What was sent again and may still be in async-nats's queue. A connection that is lost leaves the queue to the next one,
//! however late that comes, so little is put there at a time.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_nats::Client;

const MESSAGES: usize = 32;
/// The client takes nothing from its queue while it has this much to write.
const BYTES: usize = 64 << 10;

/// Counts what is sent again since the client has last written everything that it was given.
#[derive(Default)]
pub(super) struct Queue {
    messages: usize,
    bytes: usize,
    writing: Option<Writing>,
}

type Writing = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Queue {
    /// Something was sent again, of so many bytes.
    pub(super) fn count(&mut self, client: &Client, bytes: usize) {
        self.messages += 1;
        self.bytes += bytes;
        if self.writing.is_none() && (self.messages >= MESSAGES || self.bytes >= BYTES) {
            let client = client.clone();
            // An error is that the client is gone, which is noticed elsewhere.
            self.writing = Some(Box::pin(async move { drop(client.flush().await) }));
        }
    }

    /// Whether the client has to write before anything more is sent again.
    pub(super) fn is_full(&self) -> bool {
        self.writing.is_some()
    }

    /// Waits until it has written, if it has to.
    pub(super) fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(writing) = &mut self.writing {
            ready!(writing.as_mut().poll(cx));
            *self = Self::default();
        }
        Poll::Ready(())
    }
}

//! The bound of what is accepted and has not ended, in messages and in bytes.

use std::sync::Arc;

use tokio::sync::{Semaphore, TryAcquireError};

/// Places for messages. A message takes one, and as many bytes as it has; it gives both back when it ends.
#[derive(Debug)]
pub(crate) struct Buffer {
    messages: Semaphore,
    bytes: Semaphore,
    capacity_messages: u32,
    capacity_bytes: u32,
}

/// What a message holds of a [`Buffer`]; given back on drop.
#[derive(Debug)]
pub(crate) struct Place {
    buffer: Arc<Buffer>,
    messages: u32,
    bytes: u32,
}

/// The publisher is shut down.
#[derive(Debug)]
pub(crate) struct Closed;

impl Buffer {
    pub(crate) fn new(messages: usize, bytes: usize) -> Self {
        let capacity = |wanted: usize| u32::try_from(wanted).unwrap_or(u32::MAX).min(Semaphore::MAX_PERMITS as u32);
        let (capacity_messages, capacity_bytes) = (capacity(messages), capacity(bytes));
        Self {
            messages: Semaphore::new(capacity_messages as usize),
            bytes: Semaphore::new(capacity_bytes as usize),
            capacity_messages,
            capacity_bytes,
        }
    }

    /// Waits for a place, first come, first served. Dropping the future takes nothing.
    pub(crate) async fn place(self: &Arc<Self>, messages: usize, bytes: usize) -> Result<Place, Closed> {
        let (messages, bytes) = self.asked(messages, bytes);
        let message_permits = self.messages.acquire_many(messages).await.map_err(|_| Closed)?;
        let byte_permits = self.bytes.acquire_many(bytes).await.map_err(|_| Closed)?;
        message_permits.forget();
        byte_permits.forget();
        Ok(Place { buffer: Arc::clone(self), messages, bytes })
    }

    /// A place at once, or `None`.
    pub(crate) fn try_place(self: &Arc<Self>, messages: usize, bytes: usize) -> Result<Option<Place>, Closed> {
        let (messages, bytes) = self.asked(messages, bytes);
        let permits = self.messages.try_acquire_many(messages).and_then(|message_permits| {
            let byte_permits = self.bytes.try_acquire_many(bytes)?;
            message_permits.forget();
            byte_permits.forget();
            Ok(())
        });
        match permits {
            Ok(()) => Ok(Some(Place { buffer: Arc::clone(self), messages, bytes })),
            Err(TryAcquireError::NoPermits) => Ok(None),
            Err(TryAcquireError::Closed) => Err(Closed),
        }
    }

    /// Nobody gets a place any more.
    pub(crate) fn close(&self) {
        self.messages.close();
        self.bytes.close();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.messages.is_closed()
    }

    /// How much is in use, in messages or in bytes, whichever is more: 0 to 1.
    pub(crate) fn fill(&self) -> f64 {
        let part = |places: &Semaphore, capacity: u32| 1.0 - places.available_permits() as f64 / f64::from(capacity);
        part(&self.messages, self.capacity_messages).max(part(&self.bytes, self.capacity_bytes))
    }

    /// What is larger than the whole buffer is admitted when the buffer is empty.
    fn asked(&self, messages: usize, bytes: usize) -> (u32, u32) {
        let bounded = |wanted: usize, capacity: u32| u32::try_from(wanted).unwrap_or(u32::MAX).min(capacity);
        (bounded(messages, self.capacity_messages), bounded(bytes, self.capacity_bytes))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.buffer.messages.add_permits(self.messages as usize);
        self.buffer.bytes.add_permits(self.bytes as usize);
    }
}

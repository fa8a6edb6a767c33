//! The limit on unfinished messages, in messages and in bytes.

use std::sync::Arc;

use tokio::sync::{Semaphore, TryAcquireError};

/// Room for messages. A message takes one slot and its size in bytes, and returns both when it ends.
#[derive(Debug)]
pub(crate) struct Buffer {
    messages: Semaphore,
    bytes: Semaphore,
    capacity_messages: u32,
    capacity_bytes: u32,
}

/// A message's share of a [`Buffer`]; returned on drop.
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

    /// Waits for room, first come, first served. Cancel safe.
    pub(crate) async fn place(self: &Arc<Self>, messages: usize, bytes: usize) -> Result<Place, Closed> {
        let (messages, bytes) = self.asked(messages, bytes);
        let message_permits = self.messages.acquire_many(messages).await.map_err(|_| Closed)?;
        let byte_permits = self.bytes.acquire_many(bytes).await.map_err(|_| Closed)?;
        message_permits.forget();
        byte_permits.forget();
        Ok(Place { buffer: Arc::clone(self), messages, bytes })
    }

    /// Reserves room without waiting; `None` if there is none.
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

    /// Refuses all further reservations.
    pub(crate) fn close(&self) {
        self.messages.close();
        self.bytes.close();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.messages.is_closed()
    }

    /// The fraction in use, by messages or bytes, whichever is larger: 0 to 1.
    pub(crate) fn fill(&self) -> f64 {
        let part = |places: &Semaphore, capacity: u32| 1.0 - places.available_permits() as f64 / f64::from(capacity);
        part(&self.messages, self.capacity_messages).max(part(&self.bytes, self.capacity_bytes))
    }

    /// A message larger than the whole buffer is accepted when the buffer is empty.
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

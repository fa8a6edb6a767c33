//! What is in hand of one stream, and saying "in progress" for it, so that the server does not deliver it again: in a task of its own,
//! because a handler may block its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::{Client, Message, Subject};
use tokio::sync::Notify;
use tokio::time::{Instant, interval};

/// What is in hand of one stream.
#[derive(Debug, Default)]
pub(super) struct InHand {
    places: Mutex<Places>,
    /// One was said.
    said: Notify,
}

/// Places of messages; those that are free are taken again, so that there are as many as were ever in hand together.
#[derive(Debug, Default)]
struct Places {
    all: Vec<Option<Held>>,
    free: Vec<usize>,
}

#[derive(Debug)]
struct Held {
    since: Instant,
    /// Itself, with the subject of its acknowledgement, while the server should be told that it is in progress.
    message: Option<Arc<Message>>,
    said: Instant,
    /// A handler that neither ends nor can be cancelled does not keep its event for ever.
    until: Option<Instant>,
    /// Nothing is settled meanwhile: said after a negative acknowledgement, it would undo the pause.
    is_being_said: bool,
}

/// A message in hand, until this is dropped.
pub(super) struct InHandGuard {
    in_hand: Arc<InHand>,
    place: usize,
}

impl InHand {
    /// Takes a message in hand. With the message, the server is told that it is in progress, for `limit` at most.
    pub(super) fn take(self: &Arc<Self>, message: Option<Arc<Message>>, limit: Option<Duration>) -> InHandGuard {
        let now = Instant::now();
        let until = limit.and_then(|limit| now.checked_add(limit));
        let held = Some(Held { since: now, message, said: now, until, is_being_said: false });
        let mut places = self.places();
        let place = places.free.pop();
        let place = place.unwrap_or(places.all.len());
        match places.all.get_mut(place) {
            Some(free) => *free = held,
            None => places.all.push(held),
        }
        InHandGuard { in_hand: self.clone(), place }
    }

    /// How many are in hand, and since when the oldest is.
    pub(super) fn seen(&self) -> (usize, Option<Instant>) {
        let places = self.places();
        let held = || places.all.iter().flatten();
        (held().count(), held().map(|held| held.since).min())
    }

    /// Says it for all that is in hand, three times in `ack_wait`; never ends.
    pub(super) async fn keep(self: Arc<Self>, client: Client, ack_wait: Duration) {
        let every = ack_wait / 3;
        let mut ticks = interval((every / 4).max(Duration::from_millis(50)));
        loop {
            ticks.tick().await;
            let places = self.places().all.len();
            for place in 0..places {
                let Some(reply) = self.places().due(place, every) else { continue };
                // Without a connection, nothing can be said; the event comes again.
                let _ = client.publish(reply, "+WPI".into()).await;
                if let Some(held) = self.places().at(place) {
                    held.is_being_said = false;
                }
                self.said.notify_waiters();
            }
        }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Places {
    fn at(&mut self, place: usize) -> Option<&mut Held> {
        self.all.get_mut(place)?.as_mut()
    }

    /// The subject to say it on, if it is due.
    fn due(&mut self, place: usize, every: Duration) -> Option<Subject> {
        let now = Instant::now();
        let held = self.at(place)?;
        let is_due = held.until.is_none_or(|until| now < until) && now.duration_since(held.said) >= every;
        let reply = held.message.as_ref()?.reply.clone().filter(|_| is_due)?;
        (held.said, held.is_being_said) = (now, true);
        Some(reply)
    }
}

impl InHandGuard {
    /// Stops saying it after this time at the latest.
    pub(super) fn for_at_most(&self, limit: Duration) {
        if let Some(held) = self.in_hand.places().at(self.place) {
            held.until = Instant::now().checked_add(limit);
        }
    }

    /// Stops saying it: whatever is sent over the connection from now on comes after it.
    pub(super) async fn is_settled(&self) {
        loop {
            let said = self.in_hand.said.notified();
            match self.in_hand.places().at(self.place) {
                Some(held) if held.is_being_said => {}
                Some(held) => {
                    held.message = None;
                    return;
                }
                None => return,
            }
            said.await;
        }
    }
}

impl Drop for InHandGuard {
    fn drop(&mut self) {
        let mut places = self.in_hand.places();
        if let Some(held) = places.all.get_mut(self.place) {
            *held = None;
            places.free.push(self.place);
        }
    }
}

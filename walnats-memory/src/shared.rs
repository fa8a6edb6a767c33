//! What the tasks of a server share: the broker behind a lock, its clock, and the connections.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::sync::{Notify, mpsc, watch};

use crate::broker::{Broker, Frames};
use crate::protocol::{Command, MAX_PAYLOAD};
use crate::router::ConnectionId;
use crate::time::{self, Moment, Nanos, SECOND};
use crate::{NAME, VERSION};

/// No test moves the clock further: to the year 2259.
const LATEST: Nanos = 290 * 365 * 86_400 * SECOND;

/// What the tasks share.
#[derive(Debug)]
pub(crate) struct Shared {
    broker: Mutex<Broker>,
    connections: Mutex<HashMap<ConnectionId, mpsc::UnboundedSender<Bytes>>>,
    pub(crate) port: u16,
    /// How far the clock was moved.
    moved: AtomicI64,
    offline: AtomicBool,
    /// Something may be due at another time now.
    changed: Notify,
    /// Counts what happened, for those who wait for it.
    progress: watch::Sender<u64>,
}

impl Shared {
    pub(crate) fn new(port: u16) -> Self {
        Self {
            broker: Mutex::default(),
            connections: Mutex::default(),
            port,
            moved: AtomicI64::new(0),
            offline: AtomicBool::new(false),
            changed: Notify::new(),
            progress: watch::Sender::new(0),
        }
    }

    /// A test that panicked leaves the broker as it was.
    pub(crate) fn broker(&self) -> MutexGuard<'_, Broker> {
        self.broker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<ConnectionId, mpsc::UnboundedSender<Bytes>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn moment(&self) -> Moment {
        let real = time::real();
        let now = real.saturating_add(self.moved.load(Ordering::SeqCst));
        Moment { now, real, until: now }
    }

    pub(crate) fn moved(&self) -> Nanos {
        self.moved.load(Ordering::SeqCst)
    }

    /// What a client hears first.
    pub(crate) fn info(&self, id: ConnectionId) -> Bytes {
        let info = json!({
            "server_id": NAME, "server_name": NAME, "version": VERSION, "proto": 1, "host": "127.0.0.1", "port": self.port,
            "headers": true, "max_payload": MAX_PAYLOAD, "jetstream": true, "client_id": id, "client_ip": "127.0.0.1",
            // Streams may have replicas, which are all here.
            "cluster": NAME,
        });
        Bytes::from(format!("INFO {info}\r\n"))
    }

    pub(crate) fn connect(&self, id: ConnectionId, sender: mpsc::UnboundedSender<Bytes>) {
        self.connections().insert(id, sender);
    }

    pub(crate) fn disconnect(&self, id: ConnectionId) {
        self.broker().router.disconnect(id);
        self.connections().remove(&id);
        self.progressed();
    }

    /// Closes a connection, with an error if there is one.
    pub(crate) fn close(&self, id: ConnectionId, why: Option<&str>) {
        let error = why.map(|why| (id, Bytes::from(format!("-ERR {why}\r\n"))));
        self.send(error.into_iter().chain([(id, Bytes::new())]).collect());
    }

    pub(crate) fn close_all(&self) {
        let all: Vec<ConnectionId> = self.connections().keys().copied().collect();
        all.into_iter().for_each(|id| self.close(id, None));
    }

    pub(crate) fn set_offline(&self, offline: bool) {
        self.offline.store(offline, Ordering::SeqCst);
    }

    /// Changes whenever something happened.
    pub(crate) fn watched(&self) -> watch::Receiver<u64> {
        self.progress.subscribe()
    }

    pub(crate) fn is_offline(&self) -> bool {
        self.offline.load(Ordering::SeqCst)
    }

    /// Does what a client says.
    pub(crate) fn take(&self, id: ConnectionId, command: Command) {
        let mut broker = self.broker();
        let frames = match command {
            Command::Ping => vec![(id, Bytes::from_static(b"PONG\r\n"))],
            Command::Publish(message) => broker.publish(message, self.moment()),
            Command::Subscribe { subject, queue, id: subscription } => {
                broker.router.subscribe(id, subscription, subject, queue);
                Frames::new()
            }
            Command::Unsubscribe { id: subscription, after } => {
                broker.router.unsubscribe(id, subscription, after);
                Frames::new()
            }
            Command::Other => Frames::new(),
        };
        // Under the lock, so that messages keep their order.
        self.send(frames);
    }

    pub(crate) fn send(&self, frames: Frames) {
        let connections = self.connections();
        for (id, frame) in frames {
            if let Some(connection) = connections.get(&id) {
                // A connection that was just closed needs nothing.
                let _ = connection.send(frame);
            }
        }
    }

    /// Does what is due.
    pub(crate) fn run(&self) {
        let mut broker = self.broker();
        let frames = broker.run(self.moment());
        self.send(frames);
        drop(broker);
        self.progress.send_modify(|progress| *progress = progress.wrapping_add(1));
    }

    pub(crate) fn advance(&self, by: Nanos) {
        let mut broker = self.broker();
        let Moment { now, real, .. } = self.moment();
        let target = now.saturating_add(by).min(LATEST);
        let mut last = now;
        let frames = broker.run(Moment { now, real, until: target });
        self.send(frames);
        while let Some(due) = broker.jetstream.due().filter(|due| *due > last && *due <= target) {
            last = due;
            let frames = broker.run(Moment { now: due, real, until: target });
            self.send(frames);
        }
        self.moved.store(target.saturating_sub(real), Ordering::SeqCst);
        let frames = broker.run(self.moment());
        self.send(frames);
        drop(broker);
        self.progressed();
    }

    /// How long until something is due.
    pub(crate) fn due(&self) -> Option<Duration> {
        let Moment { now, real, .. } = self.moment();
        let jetstream = &self.broker().jetstream;
        let due = jetstream.due().map(|due| due.saturating_sub(now));
        let pulls = jetstream.pulls_due().map(|due| due.saturating_sub(real));
        let due = [due, pulls].into_iter().flatten().min()?;
        Some(Duration::from_nanos(u64::try_from(due).unwrap_or_default()))
    }

    /// Ends when something may be due at another time than before.
    pub(crate) fn changed(self: &Arc<Self>) -> impl Future<Output = ()> + use<> {
        let shared = Arc::downgrade(self);
        async move {
            if let Some(shared) = shared.upgrade() {
                shared.changed.notified().await;
            }
        }
    }

    /// Something happened: what is due may have changed, and somebody may wait for it.
    pub(crate) fn progressed(&self) {
        self.changed.notify_one();
        self.progress.send_modify(|progress| *progress = progress.wrapping_add(1));
    }
}

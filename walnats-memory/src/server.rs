//! The server: a broker behind a lock, its clock, and the tasks that serve it.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

use crate::broker::{Broker, Frames};
use crate::fault::{Fault, Matches};
use crate::jetstream::ApiError;
use crate::journal::Record;
use crate::protocol::{Command, MAX_PAYLOAD};
use crate::router::ConnectionId;
use crate::time::{self, Moment, Nanos};
use crate::{NAME, VERSION, front};

/// A JetStream in this process, for clients that connect to [`Memory::url`]. Clones are cheap and are the same server; it ends
/// with the last one.
#[derive(Clone, Debug)]
pub struct Memory {
    shared: Arc<Shared>,
    _tasks: Arc<Tasks>,
}

/// Ends the tasks of a server.
#[derive(Debug)]
struct Tasks([JoinHandle<()>; 2]);

/// What the tasks share.
#[derive(Debug)]
pub(crate) struct Shared {
    broker: Mutex<Broker>,
    connections: Mutex<HashMap<ConnectionId, mpsc::UnboundedSender<Bytes>>>,
    port: u16,
    /// How far the clock was moved.
    moved: AtomicI64,
    offline: AtomicBool,
    /// Something may be due at another time now.
    changed: Notify,
    /// Counts what happened, for those who wait for it.
    progress: watch::Sender<u64>,
}

impl Memory {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// No port could be opened.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let shared = Arc::new(Shared {
            broker: Mutex::default(),
            connections: Mutex::default(),
            port: listener.local_addr()?.port(),
            moved: AtomicI64::new(0),
            offline: AtomicBool::new(false),
            changed: Notify::new(),
            progress: watch::Sender::new(0),
        });
        let listening = tokio::spawn(front::listen(listener, Arc::downgrade(&shared)));
        let timing = tokio::spawn(front::keep_time(Arc::downgrade(&shared)));
        Ok(Self { shared, _tasks: Arc::new(Tasks([listening, timing])) })
    }

    /// Where clients connect: `nats://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.shared.port)
    }

    /// The time of the server: that of the machine, and as much more as it was moved.
    pub fn now(&self) -> SystemTime {
        time::system(self.shared.moment().now)
    }

    /// Moves the clock forward. Everything that becomes due on the way happens, in order and each at its time: schedules, ages,
    /// times to live, duplicate windows, and messages whose acknowledgement did not come.
    pub fn advance(&self, by: Duration) {
        self.shared.advance(time::nanos(by));
    }

    /// What streams took since the start, or since [`Memory::clear`], in order; without duplicates.
    pub fn records(&self) -> Vec<Record> {
        self.shared.broker().jetstream.journal.clone()
    }

    /// Forgets what streams took; the messages stay in the streams.
    pub fn clear(&self) {
        self.shared.broker().jetstream.journal.clear();
    }

    /// The next messages that match are not stored: the stream refuses them with this error of JetStream.
    pub fn refuse(&self, times: usize, matches: Matches, status: u64, code: u64, description: &str) {
        let fault = Fault::Refused(ApiError::new(status, code, description));
        self.shared.broker().jetstream.faults.plan(fault, times, matches);
    }

    /// The next messages that match are stored, and their acknowledgement is withheld: clients hear the status
    /// [`WITHHELD`](crate::WITHHELD) instead.
    pub fn withhold(&self, times: usize, matches: Matches) {
        self.shared.broker().jetstream.faults.plan(Fault::Withheld, times, matches);
    }

    /// How many planned faults have not happened.
    pub fn faults_left(&self) -> usize {
        self.shared.broker().jetstream.faults.left()
    }

    /// Forgets planned faults.
    pub fn clear_faults(&self) {
        self.shared.broker().jetstream.faults.clear();
    }

    /// Closes all connections. Clients may connect again at once.
    pub fn disconnect(&self) {
        self.shared.close_all();
    }

    /// Closes all connections, and any new one, until [`Memory::go_online`].
    pub fn go_offline(&self) {
        self.shared.offline.store(true, Ordering::SeqCst);
        self.shared.close_all();
    }

    /// Accepts connections again.
    pub fn go_online(&self) {
        self.shared.offline.store(false, Ordering::SeqCst);
    }

    /// Waits until the consumers of this name have delivered everything that they match, and all of it is settled; all
    /// consumers, without a name. A message that comes again later is not settled.
    pub async fn settled(&self, consumer: Option<&str>) {
        let mut progress = self.shared.progress.subscribe();
        while !self.shared.broker().jetstream.is_settled(consumer) {
            // The sender lives as long as the server.
            if progress.changed().await.is_err() {
                return;
            }
        }
    }

    /// Ends the pulls whose reply subjects begin with `inbox`, as when their time is up.
    pub fn end_pulls(&self, inbox: &str) {
        let frames = self.shared.broker().end_pulls(inbox);
        self.shared.send(frames);
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

impl Shared {
    /// A test that panicked leaves the broker as it was.
    fn broker(&self) -> MutexGuard<'_, Broker> {
        self.broker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<ConnectionId, mpsc::UnboundedSender<Bytes>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moment(&self) -> Moment {
        let real = time::real();
        Moment { now: real.saturating_add(self.moved.load(Ordering::SeqCst)), real }
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

    fn close_all(&self) {
        let all: Vec<ConnectionId> = self.connections().keys().copied().collect();
        all.into_iter().for_each(|id| self.close(id, None));
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

    fn send(&self, frames: Frames) {
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

    fn advance(&self, by: Nanos) {
        let mut broker = self.broker();
        let Moment { now, real } = self.moment();
        let target = now.saturating_add(by);
        let mut last = now;
        let frames = broker.run(Moment { now, real });
        self.send(frames);
        while let Some(due) = broker.jetstream.due().filter(|due| *due > last && *due <= target) {
            last = due;
            let frames = broker.run(Moment { now: due, real });
            self.send(frames);
        }
        self.moved.fetch_add(by, Ordering::SeqCst);
        let frames = broker.run(self.moment());
        self.send(frames);
        drop(broker);
        self.progressed();
    }

    /// How long until something is due.
    pub(crate) fn due(&self) -> Option<Duration> {
        let Moment { now, real } = self.moment();
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

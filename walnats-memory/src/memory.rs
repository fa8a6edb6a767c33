//! The server's handle: what tests do with it.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::error::ApiError;
use crate::fault::{Fault, Matches};
use crate::front;
use crate::journal::Record;
use crate::shared::Shared;
use crate::time;

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

impl Memory {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// No port could be opened.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let shared = Arc::new(Shared::new(listener.local_addr()?.port()));
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

    /// How far the clock was moved.
    pub fn moved(&self) -> Duration {
        Duration::from_nanos(u64::try_from(self.shared.moved()).unwrap_or_default())
    }

    /// Waits for this time by the clock of the server: it passes by itself, and when the clock is moved.
    pub async fn sleep(&self, time: Duration) {
        let due = self.shared.moment().now.saturating_add(time::nanos(time));
        let mut progress = self.shared.watched();
        loop {
            let rest = due.saturating_sub(self.shared.moment().now);
            let Some(rest) = u64::try_from(rest).ok().filter(|rest| *rest > 0) else { return };
            tokio::select! {
                () = tokio::time::sleep(Duration::from_nanos(rest)) => {}
                // The sender lives as long as the server.
                changed = progress.changed() => if changed.is_err() { return },
            }
        }
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
        self.shared.set_offline(true);
        self.shared.close_all();
    }

    /// Accepts connections again.
    pub fn go_online(&self) {
        self.shared.set_offline(false);
    }

    /// Waits until somebody waits for messages of the consumers of this name, and everything that they match was delivered and
    /// settled; all consumers, without a name. A message that comes again later is not settled.
    pub async fn settled(&self, consumer: Option<&str>) {
        let mut progress = self.shared.watched();
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

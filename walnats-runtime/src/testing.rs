//! Tests without a server: a publisher whose JetStream is in memory, what it emitted, and what goes wrong.

mod assertion;
mod emitted;
mod fault;
mod with_schema;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

pub use self::assertion::assert_emitted;
pub use self::emitted::{Emitted, EmittedMessage};
pub use self::fault::Fault;
pub use self::with_schema::{EventSchema, WithSchema};
use crate::chain::Chain;
use crate::event::Event;
use crate::options::{InMemory, Options};
use crate::publisher::Publisher;
use crate::stream::StreamDescriptor;

/// The JetStream in memory of `Events::in_memory()`: what was emitted, its clock, and faults on demand. Clones are cheap and are
/// the same.
#[derive(Clone)]
pub struct Memory {
    in_memory: InMemory,
    /// How the names of consumers begin: with the environment, if there is one.
    prefix: String,
}

impl Publisher {
    /// A publisher whose JetStream is in memory, with these streams registered.
    ///
    /// # Panics
    ///
    /// No loopback port can be opened, the options are invalid, or a stream cannot be registered.
    pub async fn in_memory(streams: &'static [StreamDescriptor]) -> Self {
        Self::in_memory_with(streams, Options::new()).await
    }

    /// Like [`Publisher::in_memory`], with options. Credentials are not used; an `api_prefix` leads nowhere.
    ///
    /// # Panics
    ///
    /// Like [`Publisher::in_memory`].
    pub async fn in_memory_with(streams: &'static [StreamDescriptor], mut options: Options) -> Self {
        let server = match walnats_memory::Memory::start().await {
            Ok(server) => server,
            Err(error) => panic!("no port of the loopback interface can be opened: {error}"),
        };
        let url = server.url();
        (options.connection.credentials, options.connection.tls_first) = (None, false);
        options.in_memory = Some(InMemory { server, full: Arc::new(AtomicUsize::new(0)) });
        let publisher = match Self::connect(url, streams, options).await {
            Ok(publisher) => publisher,
            Err(error) => panic!("the publisher cannot connect to the JetStream in memory: {}", Chain(&error)),
        };
        if let Err(error) = publisher.register(streams).await {
            panic!("the streams cannot be registered in memory: {}", Chain(&error));
        }
        publisher
    }

    /// The JetStream in memory, if the publisher has one.
    pub fn memory(&self) -> Option<Memory> {
        let prefix = self.server_subject(String::new()).replace('.', "-");
        self.options().in_memory.clone().map(|in_memory| Memory { in_memory, prefix })
    }
}

impl Memory {
    /// The events of this type that streams took, in order. Duplicates, refused events and dead letters are not among them;
    /// delayed events are, from the moment they were emitted.
    ///
    /// # Panics
    ///
    /// One of them cannot be decoded, because another program than the generated emitter sent it.
    #[track_caller]
    pub fn emitted<E: Event>(&self) -> Vec<Emitted<E>> {
        self.emitted_all().iter().filter(|message| message.is::<E>()).map(EmittedMessage::decoded).collect()
    }

    /// Everything that was emitted, in order, without types.
    pub fn emitted_all(&self) -> Vec<EmittedMessage> {
        self.in_memory.server.records().into_iter().filter_map(EmittedMessage::of).collect()
    }

    /// Forgets what was emitted so far. Streams keep it, and so do their readers and their duplicate windows.
    pub fn clear(&self) {
        self.in_memory.server.clear();
    }

    /// The next emit ends like this.
    pub fn next_emit(&self, fault: Fault) {
        self.next_emits(1, fault);
    }

    /// The next `times` emits end like this.
    pub fn next_emits(&self, times: usize, fault: Fault) {
        fault.plan(&self.in_memory, times, Arc::new(emitted::is_event));
    }

    /// The next `times` emits of this event end like this. The buffer is full for any event.
    pub fn next_emits_of<E: Event + 'static>(&self, times: usize, fault: Fault) {
        fault.plan(&self.in_memory, times, Arc::new(emitted::is::<E>));
    }

    /// Nothing goes wrong any more.
    pub fn clear_faults(&self) {
        self.in_memory.full.store(0, Ordering::SeqCst);
        self.in_memory.server.clear_faults();
    }

    /// The number of planned faults that have not happened.
    pub fn faults_left(&self) -> usize {
        self.in_memory.full.load(Ordering::SeqCst) + self.in_memory.server.faults_left()
    }

    /// The connection is lost. The publisher connects again by itself and resends what was not acknowledged.
    pub fn disconnect(&self) {
        self.in_memory.server.disconnect();
    }

    /// The connection is lost and cannot be established again until [`Memory::go_online`].
    pub fn go_offline(&self) {
        self.in_memory.server.go_offline();
    }

    /// Connections are possible again.
    pub fn go_online(&self) {
        self.in_memory.server.go_online();
    }

    /// Moves the clock forward. Everything that becomes due on the way happens: delayed events are published, retries of readers
    /// come, and messages end by their age or time to live, as do duplicate windows.
    ///
    /// The clock also runs by itself. It is that of JetStream, of `.delay` and of readers' delays, not that of Tokio: timeouts and
    /// deadlines take their time.
    pub fn advance(&self, by: Duration) {
        self.in_memory.server.advance(by);
    }

    /// The time by this clock.
    pub fn now(&self) -> SystemTime {
        self.in_memory.server.now()
    }

    /// Waits until the reader of this service has settled all events that it consumes. An event that waits for its next attempt,
    /// or until it is due, is not settled: [`Memory::advance`] brings it. Waits for ever if no reader runs.
    pub async fn settled(&self, service: &str) {
        self.in_memory.server.settled(Some(&format!("{}{service}", self.prefix))).await;
    }

    /// Where other NATS clients connect.
    pub fn url(&self) -> String {
        self.in_memory.server.url()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("url", &self.url()).finish_non_exhaustive()
    }
}

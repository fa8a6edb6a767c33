//! How a server shall run.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::cluster::NatsCluster;
use crate::config::Ports;
use crate::error::StartError;
use crate::port;
use crate::server::NatsServer;

/// How often other free ports are tried when somebody else was faster.
const PORT_ATTEMPTS: usize = 10;

/// How a server shall run; see [`NatsServer::builder`]. Without any call: JetStream on, a free port, a store directory
/// of its own.
#[derive(Clone)]
pub struct Builder {
    pub(crate) program: Option<PathBuf>,
    pub(crate) name: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) store: Option<PathBuf>,
    /// What stands in the block `jetstream`, if there is to be one.
    pub(crate) jetstream: Option<String>,
    pub(crate) config: String,
    pub(crate) deadline: Duration,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            program: None,
            name: None,
            port: None,
            store: None,
            jetstream: Some(String::new()),
            config: String::new(),
            deadline: Duration::from_secs(30),
        }
    }
}

impl Builder {
    /// Runs this program and looks for no other.
    #[must_use]
    pub fn program(mut self, path: impl Into<PathBuf>) -> Self {
        self.program = Some(path.into());
        self
    }

    /// The server's name; default: one of its own.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The port for clients, on loopback; default: a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Where JetStream stores; made if it is not there, and kept when the server is dropped. Default: a temporary
    /// folder, removed when the server is dropped.
    #[must_use]
    pub fn store_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.store = Some(folder.into());
        self
    }

    /// Whether JetStream is on; default: yes.
    #[must_use]
    pub fn jetstream(mut self, on: bool) -> Self {
        self.jetstream = on.then(|| self.jetstream.unwrap_or_default());
        self
    }

    /// Turns JetStream on and adds lines to its block of the configuration, such as `max_file_store: 10MB` or
    /// `sync_interval: always`.
    #[must_use]
    pub fn jetstream_config(mut self, lines: &str) -> Self {
        self.jetstream = Some(joined(self.jetstream.unwrap_or_default(), lines));
        self
    }

    /// Adds lines to the [configuration](https://docs.nats.io/running-a-nats-service/configuration), such as
    /// `authorization { token: "t" }`, a block `tls` or `max_payload: 2MB`. Name, ports and JetStream have methods of
    /// their own here, and must not be set in these lines.
    #[must_use]
    pub fn config(mut self, lines: &str) -> Self {
        self.config = joined(self.config, lines);
        self
    }

    /// How long the server may take until it is ready, at each start; default: 30 seconds.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Starts a server and waits until it is ready.
    ///
    /// # Errors
    ///
    /// If there is no nats-server to run, or it does not become ready: [`StartError`] has the end of its log.
    pub fn start(&self) -> Result<NatsServer, StartError> {
        let attempts = if self.port.is_some() { 1 } else { PORT_ATTEMPTS };
        with_free_ports(attempts, || {
            let client = self.port.unwrap_or_else(port::free);
            NatsServer::launch(self, Ports { client, monitor: port::free(), routes: None })
        })
    }

    /// Starts a cluster of `size` servers, each as this says, and waits until they have elected a leader. Names are
    /// `node-1` and so on, ports are free ones, and each has a folder of its own under [`Builder::store_dir`].
    ///
    /// # Errors
    ///
    /// If there is no nats-server to run, or one does not become ready: [`StartError`] has the end of its log.
    pub fn start_cluster(&self, size: usize) -> Result<NatsCluster, StartError> {
        with_free_ports(PORT_ATTEMPTS, || NatsCluster::launch(self, size))
    }
}

/// Does not show the configuration, which may hold secrets.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { program, name, port, store, deadline, .. } = self;
        f.debug_struct("Builder")
            .field("program", program)
            .field("name", name)
            .field("port", port)
            .field("store", store)
            .field("deadline", deadline)
            .finish_non_exhaustive()
    }
}

/// Between choosing a free port and listening on it, somebody else can take it.
fn with_free_ports<T>(attempts: usize, mut start: impl FnMut() -> Result<T, StartError>) -> Result<T, StartError> {
    for _ in 1..attempts {
        match start() {
            Err(error) if error.is_port_taken() => {}
            result => return result,
        }
    }
    start()
}

fn joined(text: String, lines: &str) -> String {
    if text.is_empty() { lines.to_owned() } else { format!("{text}\n{lines}") }
}

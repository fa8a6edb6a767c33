//! One server.

mod log;
mod start;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::builder::Builder;
use crate::config::Ports;
use crate::error::StartError;
use crate::escape::encoded;
use crate::leaf::Remote;
use crate::locate::{nats_server, nats_server_of};
use crate::port::{PORT_ATTEMPTS, local, with_free_ports};
use crate::probe;
use crate::process::{Process, Signal};

/// How often a starting server is polled for readiness.
const POLL: Duration = Duration::from_millis(10);

/// How long a server may take to stop before it is killed.
const STOP: Duration = Duration::from_secs(10);

/// A nats-server on loopback. Dropping it ends the process and removes temporary files, even if this process is killed (except on
/// Windows).
pub struct NatsServer {
    builder: Builder,
    program: PathBuf,
    name: String,
    ports: Ports,
    store: PathBuf,
    // Declared before its folder, so that it is dropped first.
    process: Option<Process>,
    folder: TempDir,
    /// The offset in the log where the current run begins, in bytes.
    log_start: u64,
}

impl Builder {
    /// Starts a server and waits until it is ready.
    ///
    /// # Errors
    ///
    /// No nats-server was found, or it did not become ready: [`StartError`] includes the end of its log.
    pub fn start(&self) -> Result<NatsServer, StartError> {
        let attempts = if self.port.is_some() { 1 } else { PORT_ATTEMPTS };
        with_free_ports(attempts, || {
            let server = NatsServer::launch(self, Ports::free(self))?;
            server.wait_for_leafnodes(self.remotes.len())?;
            Ok(server)
        })
    }
}

impl NatsServer {
    /// Starts a server with JetStream on a free port, with its own store directory.
    ///
    /// # Errors
    ///
    /// No nats-server was found, or it did not become ready: [`StartError`] includes the end of its log.
    pub fn start() -> Result<Self, StartError> {
        Self::builder().start()
    }

    /// Configures a server.
    ///
    /// ```no_run
    /// let server = walnats_server::NatsServer::builder()
    ///     .config(r#"authorization { user: "shop", password: "s3cr3t" }"#)
    ///     .jetstream_config("max_file_store: 10MB")
    ///     .start()?;
    /// # Ok::<(), walnats_server::StartError>(())
    /// ```
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn launch(builder: &Builder, ports: Ports) -> Result<Self, StartError> {
        if builder.remotes.iter().any(|remote| remote.address.is_none()) {
            return Err(StartError::NoLeafnodes);
        }
        let program = match (&builder.program, builder.release) {
            (Some(program), _) => program.clone(),
            (None, Some(release)) => nats_server_of(release)?,
            (None, None) => nats_server()?,
        };
        let folder = tempfile::Builder::new().prefix("walnats-server-").tempdir();
        let folder = folder.map_err(|source| StartError::Prepare { path: std::env::temp_dir(), source })?;
        let own_name = || folder.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = builder.name.clone().unwrap_or_else(own_name);
        let store = builder.store.clone().unwrap_or_else(|| folder.path().join("store"));
        let builder = builder.clone();
        let mut server = Self { builder, program, name, ports, store, process: None, folder, log_start: 0 };
        server.run()?;
        Ok(server)
    }

    /// The client URL: `nats://127.0.0.1:<port>`. A server with TLS makes its clients use it.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address())
    }

    /// The client URL with this user: `nats://<user>:<password>@127.0.0.1:<port>`.
    pub fn url_as(&self, user: &str, password: &str) -> String {
        format!("nats://{}:{}@{}", encoded(user), encoded(password), self.address())
    }

    /// The URL of WebSocket clients, with [`Builder::websocket`].
    pub fn websocket_url(&self) -> Option<String> {
        self.ports.websocket.map(|port| format!("ws://{}", local(port)))
    }

    /// The address for leaf nodes, with [`Builder::leafnodes`].
    pub fn leafnodes_address(&self) -> Option<SocketAddr> {
        self.ports.leafnodes.map(local)
    }

    /// The client address.
    pub fn address(&self) -> SocketAddr {
        local(self.ports.client)
    }

    /// The URL of the HTTP monitoring endpoint, as in `http://127.0.0.1:<port>/jsz`.
    pub fn monitor_url(&self) -> String {
        format!("http://{}", self.monitor())
    }

    /// The server's name, as shown in JetStream's lists of replicas.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// JetStream's store directory.
    pub fn store_dir(&self) -> &Path {
        &self.store
    }

    /// The process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// Whether the process is running.
    pub fn is_running(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| process.ended().is_none())
    }

    /// Kills the process, like `kill -9`. The store is kept.
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// Shuts down the process cleanly; kills it if that takes more than 10 seconds. The store is kept.
    pub fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop(STOP);
        }
    }

    /// Suspends the process: connections stay open, but nothing answers. On Linux, every thread is stopped when this
    /// returns.
    #[cfg(unix)]
    pub fn suspend(&mut self) {
        if let Some(process) = &mut self.process {
            process.signal(Signal::Suspend);
        }
        #[cfg(target_os = "linux")]
        for _ in 0..1_000 {
            if self.pid().is_none_or(stands_still) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    /// Resumes a suspended process.
    #[cfg(unix)]
    pub fn resume(&mut self) {
        if let Some(process) = &mut self.process {
            process.signal(Signal::Continue);
        }
    }

    /// Restarts the server on the same port and store, and waits until it is ready; stops it first if it is running.
    /// A server in a cluster is ready when it answers, which may be before the cluster is: see
    /// [`NatsCluster::wait_until_ready`](crate::NatsCluster::wait_until_ready).
    ///
    /// # Errors
    ///
    /// It did not become ready: [`StartError`] includes the end of its log.
    pub fn restart(&mut self) -> Result<(), StartError> {
        self.stop();
        let started = Instant::now();
        loop {
            match self.run() {
                // Another process may hold the port for a while, such as a client that uses it for an outgoing connection.
                Err(error) if error.is_port_taken() && started.elapsed() < self.builder.deadline => sleep(POLL * 10),
                result => return result,
            }
        }
    }

    /// Waits for at least this many connections to leaf nodes or hubs, for instance after a restart.
    ///
    /// # Errors
    ///
    /// [`StartError::NotReady`] if this takes longer than [`Builder::deadline`].
    pub fn wait_for_leafnodes(&self, count: usize) -> Result<(), StartError> {
        let started = Instant::now();
        loop {
            let found = probe::leafnodes(self.monitor());
            let waiting_for = match found {
                Ok(found) if found >= count => return Ok(()),
                Ok(found) => format!("{found} of {count} connections to leaf nodes or hubs exist"),
                Err(error) => format!("cannot read the leaf nodes of `{}` ({error})", self.name),
            };
            let deadline = self.builder.deadline;
            if started.elapsed() >= deadline {
                return Err(StartError::NotReady { deadline, waiting_for, log: self.last_lines() });
            }
            sleep(POLL);
        }
    }

    pub(crate) fn monitor(&self) -> SocketAddr {
        local(self.ports.monitor)
    }
}

/// The hub's address for leaf nodes, with [`Builder::leafnodes`].
impl From<&NatsServer> for Remote {
    fn from(hub: &NatsServer) -> Self {
        let mut remote = Self::to(hub.address());
        remote.address = hub.leafnodes_address();
        remote
    }
}

impl fmt::Debug for NatsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsServer")
            .field("name", &self.name)
            .field("url", &self.url())
            .field("pid", &self.pid())
            .field("store_dir", &self.store)
            .finish_non_exhaustive()
    }
}

/// Whether every thread of the process is stopped or gone.
#[cfg(target_os = "linux")]
fn stands_still(pid: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return true };
    threads.flatten().all(|thread| {
        // The state follows the name in parentheses, which can contain anything.
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['T', 't', 'Z', 'X']))
    })
}

//! The configuration of a server.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::account::Account;
use crate::leaf::Remote;
use crate::release::Release;

/// The configuration of a server; see [`NatsServer::builder`](crate::NatsServer::builder). Defaults: JetStream enabled, a free
/// port, and its own store directory.
#[derive(Clone)]
pub struct Builder {
    pub(crate) program: Option<PathBuf>,
    pub(crate) release: Option<Release>,
    pub(crate) name: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) store: Option<PathBuf>,
    /// The lines of the block `jetstream`; `None` disables JetStream.
    pub(crate) jetstream: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) leafnodes: bool,
    pub(crate) remotes: Vec<Remote>,
    pub(crate) websocket: bool,
    /// Files with the certificate and its key.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    pub(crate) tls_first: bool,
    pub(crate) config: String,
    pub(crate) deadline: Duration,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            program: None,
            release: None,
            name: None,
            port: None,
            store: None,
            jetstream: Some(String::new()),
            domain: None,
            accounts: Vec::new(),
            leafnodes: false,
            remotes: Vec::new(),
            websocket: false,
            tls: None,
            tls_first: false,
            config: String::new(),
            deadline: Duration::from_secs(30),
        }
    }
}

impl Builder {
    /// Runs this program instead of searching for one.
    #[must_use]
    pub fn program(mut self, path: impl Into<PathBuf>) -> Self {
        self.program = Some(path.into());
        self
    }

    /// Runs this release, cached or downloaded, whatever is installed; default: see the [crate].
    /// [`Builder::program`] takes precedence.
    #[must_use]
    pub fn release(mut self, release: Release) -> Self {
        self.release = Some(release);
        self
    }

    /// The server's name; default: a unique one.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The client port on loopback; default: a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// JetStream's store directory, created if missing and kept when the server is dropped. Default: a temporary directory,
    /// removed when the server is dropped.
    #[must_use]
    pub fn store_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.store = Some(folder.into());
        self
    }

    /// Enables or disables JetStream; default: enabled.
    #[must_use]
    pub fn jetstream(mut self, on: bool) -> Self {
        self.jetstream = on.then(|| self.jetstream.unwrap_or_default());
        self
    }

    /// Enables JetStream and adds lines to its configuration block, such as `max_file_store: 10MB` or
    /// `sync_interval: always`. Streams may reserve 1 TB in all unless `max_file_store` says otherwise, however little disk
    /// space is free.
    #[must_use]
    pub fn jetstream_config(mut self, lines: &str) -> Self {
        self.jetstream = Some(joined(self.jetstream.unwrap_or_default(), lines));
        self
    }

    /// Enables JetStream in this domain; default: no domain.
    #[must_use]
    pub fn domain(mut self, name: impl Into<String>) -> Self {
        self.domain = Some(name.into());
        self.jetstream(true)
    }

    /// Adds an account. Only accounts that enable JetStream can then use it.
    #[must_use]
    pub fn account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// Uses the operator's accounts and users, by JWT.
    #[cfg(feature = "jwt")]
    #[must_use]
    pub fn operator(self, operator: &crate::Operator) -> Self {
        self.config(&operator.text())
    }

    /// Listens for leaf nodes, at [`NatsServer::leafnodes_address`](crate::NatsServer::leafnodes_address).
    #[must_use]
    pub fn leafnodes(mut self) -> Self {
        self.leafnodes = true;
        self
    }

    /// Connects as a leaf node to a hub: a server, a [`Link`](crate::Link) to one, or a [`Remote`] with credentials. The first
    /// start waits for the connection.
    ///
    /// ```no_run
    /// use walnats_server::NatsServer;
    ///
    /// let hub = NatsServer::builder().domain("hub").leafnodes().start()?;
    /// let leaf = NatsServer::builder().domain("leaf").leaf_of(&hub).start()?;
    /// # Ok::<(), walnats_server::StartError>(())
    /// ```
    #[must_use]
    pub fn leaf_of(mut self, hub: impl Into<Remote>) -> Self {
        self.remotes.push(hub.into());
        self
    }

    /// Listens for WebSocket clients, without TLS, at [`NatsServer::websocket_url`](crate::NatsServer::websocket_url).
    #[must_use]
    pub fn websocket(mut self) -> Self {
        self.websocket = true;
        self
    }

    /// Serves clients over TLS, with the certificate and key in these PEM files. The protocol starts in plain text.
    #[must_use]
    pub fn tls(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.tls = Some((certificate.into(), key.into()));
        self
    }

    /// Like [`Builder::tls`], but expects the TLS handshake first (`handshake_first`).
    #[must_use]
    pub fn tls_first(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.tls_first = true;
        self.tls(certificate, key)
    }

    /// Adds lines to the [configuration](https://docs.nats.io/running-a-nats-service/configuration), such as
    /// `authorization { token: "t" }` or `max_payload: 2MB`. Do not set here what has its own method, such as the
    /// name, ports and JetStream.
    #[must_use]
    pub fn config(mut self, lines: &str) -> Self {
        self.config = joined(self.config, lines);
        self
    }

    /// The time limit for the server to become ready, at each start; default: 30 seconds.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

/// Hides the configuration, which may contain secrets.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { program, release, name, port, store, deadline, .. } = self;
        f.debug_struct("Builder")
            .field("program", program)
            .field("release", release)
            .field("name", name)
            .field("port", port)
            .field("store", store)
            .field("deadline", deadline)
            .finish_non_exhaustive()
    }
}

fn joined(text: String, lines: &str) -> String {
    if text.is_empty() { lines.to_owned() } else { format!("{text}\n{lines}") }
}

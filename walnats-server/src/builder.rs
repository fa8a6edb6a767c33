//! How a server shall run.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::account::Account;
use crate::leaf::Remote;
use crate::release::Release;

/// How a server shall run; see [`NatsServer::builder`](crate::NatsServer::builder). Without any call: JetStream on, a free port, a store directory
/// of its own.
#[derive(Clone)]
pub struct Builder {
    pub(crate) program: Option<PathBuf>,
    pub(crate) release: Option<Release>,
    pub(crate) name: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) store: Option<PathBuf>,
    /// What stands in the block `jetstream`, if there is to be one.
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
    /// Runs this program and looks for no other.
    #[must_use]
    pub fn program(mut self, path: impl Into<PathBuf>) -> Self {
        self.program = Some(path.into());
        self
    }

    /// Runs this release, from the cache or fetched, whatever is installed; default: see the [crate].
    /// [`Builder::program`] takes precedence.
    #[must_use]
    pub fn release(mut self, release: Release) -> Self {
        self.release = Some(release);
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

    /// Turns JetStream on, in a domain of this name; default: in none.
    #[must_use]
    pub fn domain(mut self, name: impl Into<String>) -> Self {
        self.domain = Some(name.into());
        self.jetstream(true)
    }

    /// Adds an account. JetStream then belongs to the accounts that turn it on.
    #[must_use]
    pub fn account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// Takes accounts and users from the operator, by JWT.
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

    /// Connects as a leaf node to a hub: a server, a [`Link`](crate::Link) to one, or a [`Remote`] that says as whom.
    /// The first start waits until that connection exists.
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

    /// Listens for clients that speak WebSocket, without TLS, at [`NatsServer::websocket_url`](crate::NatsServer::websocket_url).
    #[must_use]
    pub fn websocket(mut self) -> Self {
        self.websocket = true;
        self
    }

    /// Serves clients over TLS, with the certificate and the key in these PEM files. The protocol begins in plain text.
    #[must_use]
    pub fn tls(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.tls = Some((certificate.into(), key.into()));
        self
    }

    /// As [`Builder::tls`], and expects the TLS handshake before anything else (`handshake_first`).
    #[must_use]
    pub fn tls_first(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.tls_first = true;
        self.tls(certificate, key)
    }

    /// Adds lines to the [configuration](https://docs.nats.io/running-a-nats-service/configuration), such as
    /// `authorization { token: "t" }` or `max_payload: 2MB`. What has a method of its own here, such as the name, ports
    /// and JetStream, must not be set in these lines as well.
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
}

/// Does not show the configuration, which may hold secrets.
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

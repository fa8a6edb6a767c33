//! Options of the connection.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use async_nats::ConnectOptions;

use super::Options;
use crate::credentials::{Credentials, Source};
use crate::error::ConfigError;

type Configure = Arc<dyn Fn(ConnectOptions) -> ConnectOptions + Send + Sync>;

/// Options of the connection.
#[derive(Clone, Default)]
pub(crate) struct Connection {
    /// Replaces walnats' options.
    pub(crate) nats: Option<ConnectOptions>,
    pub(crate) configure: Vec<Configure>,
    pub(crate) credentials: Option<Source>,
    pub(crate) tls_first: bool,
    pub(crate) lazily: bool,
}

impl Options {
    /// async-nats's own options in place of those of walnats: TLS, user and password, token, nkey, name, ping interval, and so
    /// on. To change some of walnats' own, use [`Options::configure_nats`].
    ///
    /// Its `event_callback` is replaced, see [`Options::on_nats_event`]. Without this call, the connection pings every
    /// 10 s and queues at most 256 commands, so that a dead connection is noticed within half a minute. Together with
    /// [`Options::credentials`] or a credentials file it is a [`ConfigError`]: async-nats accepts a callback for
    /// credentials only when its options are created.
    pub fn nats(mut self, options: ConnectOptions) -> Self {
        self.connection.nats = Some(options);
        self
    }

    /// Changes async-nats's options before connecting: `|nats| nats.name("shop").require_tls(true)`. May be called
    /// several times.
    pub fn configure_nats(
        mut self,
        configure: impl Fn(ConnectOptions) -> ConnectOptions + Send + Sync + 'static,
    ) -> Self {
        self.connection.configure.push(Arc::new(configure));
        self
    }

    /// Authenticates with a credentials file (`.creds`), which is read again for each connection: a replaced file takes effect
    /// at the next reconnect, which an expired or revoked JWT triggers. If it cannot be read then, it is retried at least every
    /// four seconds.
    pub fn credentials_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.connection.credentials = Some(Source::Creds(path.into()));
        self
    }

    /// Authenticates with a file that contains an nkey seed, which is read again for each connection.
    pub fn nkey_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.connection.credentials = Some(Source::Nkey(path.into()));
        self
    }

    /// Calls back for credentials for each connection: a JWT from a vault, or a password from a file that is rotated. The
    /// callback must answer within the timeout of one connection attempt, 5 s by default in async-nats; an error fails the
    /// attempt, and the next one calls again.
    ///
    /// ```no_run
    /// # use walnats_runtime::{Credentials, Options};
    /// let options = Options::new().credentials(|| async {
    ///     let password = tokio::task::spawn_blocking(|| std::fs::read_to_string("/run/secrets/nats")).await??;
    ///     Ok(Credentials::user("shop", password.trim()))
    /// });
    /// ```
    pub fn credentials<F, Fut>(mut self, callback: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Credentials, Box<dyn Error + Send + Sync>>> + Send + 'static,
    {
        self.connection.credentials = Some(Source::callback(callback));
        self
    }

    /// Starts the TLS handshake immediately: for a server whose block `tls` has `handshake_first`.
    pub fn tls_first(mut self) -> Self {
        self.connection.tls_first = true;
        self
    }

    /// Connects in the background without a time limit: `connect` returns immediately, so a service can start without NATS.
    ///
    /// Events are accepted in the meantime: buffered ones wait in the buffer, confirmed ones until their deadline.
    /// [`Health::connected`](crate::Health::connected) is `false` until the connection is up. An invalid URL or option is still
    /// an error of `connect`. Everything else, including rejected credentials, is retried at least every four seconds, and
    /// reported through `tracing` and [`Options::on_nats_event`].
    pub fn connect_lazily(mut self) -> Self {
        self.connection.lazily = true;
        self
    }

    pub(super) fn check_connection(&self) -> Result<(), ConfigError> {
        let rotates = self.connection.credentials.as_ref().is_some_and(|source| !matches!(source, Source::Fixed(_)));
        if rotates && self.connection.nats.is_some() { Err(ConfigError::NatsAndCredentials) } else { Ok(()) }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("credentials", &self.credentials)
            .field("tls_first", &self.tls_first)
            .field("lazily", &self.lazily)
            .finish_non_exhaustive()
    }
}

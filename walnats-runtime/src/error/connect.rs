//! Errors of connecting.

use std::time::SystemTime;

use async_nats::ConnectErrorKind;

use super::{ConfigError, CredentialsError, EnvironmentError, NatsError};
use crate::warning::Warning;

/// The connection failed. Servers are named only by host and port, because a URL can contain a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Not a list of NATS URLs: `nats://host:port`, separated by commas.
    #[error("not a list of NATS URLs such as `nats://127.0.0.1:4222,nats://127.0.0.1:4223`: {0}")]
    Url(&'static str),
    /// `ws://` and `wss://` need the feature `websockets` of walnats-runtime.
    #[error("URLs that start with `ws://` or `wss://` need the feature `websockets` of walnats-runtime")]
    Websockets,
    /// An option is invalid.
    #[error("the publisher's options are invalid")]
    Options(#[from] ConfigError),
    /// The environment, or a context of the program `nats`, does not say how to connect.
    #[error("the environment does not say how to connect")]
    Environment(#[from] EnvironmentError),
    /// A stream is declared in a way that may lose events, and [`Options::strict`](crate::Options::strict) allows none.
    #[error("stream `{stream}` may lose events: {}", list(.warnings))]
    Strict {
        /// The stream.
        stream: String,
        /// Why.
        warnings: Vec<Warning>,
    },
    /// No server answers.
    #[error("no NATS server answers at {servers}")]
    Unreachable {
        /// Host and port of each.
        servers: String,
        /// The error of the last server that was tried.
        source: NatsError<ConnectErrorKind>,
    },
    /// A server accepted the connection but sent nothing, or name resolution took too long.
    #[error("no NATS server at {servers} answered in time")]
    TimedOut {
        /// Host and port of each.
        servers: String,
    },
    /// The port speaks HTTP, not NATS or WebSocket: it is the server's monitoring port, or that of another program.
    #[error("{servers} speaks HTTP, not NATS: is it the client port?")]
    Http {
        /// Host and port.
        servers: String,
    },
    /// The port is the server's WebSocket port.
    #[error("{servers} is a WebSocket port: use a `ws://` URL")]
    WebsocketPort {
        /// Host and port.
        servers: String,
    },
    /// The server expects the TLS handshake first.
    #[error("{servers} expects the TLS handshake first: use `Options::tls_first`, or a `wss://` URL")]
    TlsFirst {
        /// Host and port.
        servers: String,
    },
    /// The server or the account has reached its limit of connections.
    #[error("the NATS server at {servers} allows no more connections: {said}")]
    ConnectionLimit {
        /// Host and port of each.
        servers: String,
        /// The server's words.
        said: String,
    },
    /// The server refused the connection for another reason.
    #[error("the NATS server at {servers} refused the connection: {said}")]
    Rejected {
        /// Host and port of each.
        servers: String,
        /// The server's words.
        said: String,
    },
    /// No credentials are available.
    #[error("no credentials are available for {servers}")]
    Credentials {
        /// Host and port of each.
        servers: String,
        /// Why.
        source: CredentialsError,
    },
    /// The server refused the user and password, token, nkey or credentials.
    #[error("the NATS server at {servers} refused the credentials")]
    Refused {
        /// Host and port of each.
        servers: String,
        /// The server's error.
        source: NatsError<ConnectErrorKind>,
    },
    /// The server refused the credentials, whose JWT has expired.
    #[error("the credentials for {servers} expired{}", at(.since))]
    Expired {
        /// Host and port of each.
        servers: String,
        /// The time of expiry.
        since: SystemTime,
    },
    /// No TLS connection: a certificate is untrusted or unreadable, its name does not match, or the server does not offer TLS.
    #[error("no TLS connection with {servers}")]
    Tls {
        /// Host and port of each.
        servers: String,
        /// The cause.
        source: NatsError<ConnectErrorKind>,
    },
}

fn at(since: &SystemTime) -> String {
    jiff::Timestamp::try_from(*since).map(|since| format!(" at {since}")).unwrap_or_default()
}

fn list(warnings: &[Warning]) -> String {
    warnings.iter().map(Warning::to_string).collect::<Vec<_>>().join("; ")
}

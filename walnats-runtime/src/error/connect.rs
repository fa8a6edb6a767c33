//! No connection.

use super::ConfigError;
use crate::register::Warning;

/// The connection could not be made. Servers are named by host and port alone: a URL can hold a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Not a list of NATS URLs: `nats://host:port`, parted by commas.
    #[error("not a list of NATS URLs such as `nats://127.0.0.1:4222,nats://127.0.0.1:4223`: {0}")]
    Url(&'static str),
    /// An option cannot be used.
    #[error("the publisher's options cannot be used")]
    Options(#[from] ConfigError),
    /// A stream is declared in a way that may lose events, and [`Options::strict`](crate::Options::strict) admits none.
    #[error("stream `{stream}` may lose events: {}", list(.warnings))]
    Strict {
        /// The stream.
        stream: String,
        /// What there is to say of it.
        warnings: Vec<Warning>,
    },
    /// Nobody answers there.
    #[error("no NATS server answers at {servers}")]
    Unreachable {
        /// Host and port of each.
        servers: String,
        /// What the last one tried said.
        source: async_nats::ConnectError,
    },
    /// Somebody took the connection and then said nothing, or name resolution takes too long.
    #[error("no NATS server at {servers} answered in time")]
    TimedOut {
        /// Host and port of each.
        servers: String,
    },
    /// The server refused the user and password, token, nkey or credentials.
    #[error("the NATS server at {servers} refused the credentials")]
    Refused {
        /// Host and port of each.
        servers: String,
        /// What it said.
        source: async_nats::ConnectError,
    },
    /// No secure connection: a certificate that is not trusted or not readable, or a name that does not match.
    #[error("no TLS connection with {servers}")]
    Tls {
        /// Host and port of each.
        servers: String,
        /// What failed.
        source: async_nats::ConnectError,
    },
}

fn list(warnings: &[Warning]) -> String {
    warnings.iter().map(Warning::to_string).collect::<Vec<_>>().join("; ")
}

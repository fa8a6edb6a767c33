//! Free ports on loopback.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::error::StartError;

/// How many times to retry with other ports if another process takes one.
pub const PORT_ATTEMPTS: usize = 10;

/// A loopback address.
pub fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// A port that is free now; another process may still take it.
///
/// The system chooses port 0 from the range of outgoing connections, where a client that reconnects to a stopped server can take
/// the server's port, or even connect to itself. These ports are below that range.
pub fn free() -> u16 {
    loop {
        let random = RandomState::new().hash_one(0);
        let port = 10_000 + u16::try_from(random % 22_000).unwrap_or_default();
        if TcpListener::bind(local(port)).is_ok() {
            return port;
        }
    }
}

/// Retries when another process takes a port between choosing it and listening on it.
pub fn with_free_ports<T>(attempts: usize, mut start: impl FnMut() -> Result<T, StartError>) -> Result<T, StartError> {
    for _ in 1..attempts {
        match start() {
            Err(error) if error.is_port_taken() => {}
            result => return result,
        }
    }
    start()
}

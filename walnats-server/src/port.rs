//! Free ports on loopback.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::error::StartError;

/// How often other free ports are tried when somebody else was faster.
pub const PORT_ATTEMPTS: usize = 10;

/// A loopback address.
pub fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// A port that is free now. Whoever uses it must be ready to find it taken.
///
/// The system's own choice, port 0, comes from the range of outgoing connections. There a client that tries to
/// reconnect to a stopped server can take the server's port, or even connect to itself. So these are below that range.
pub fn free() -> u16 {
    loop {
        let random = RandomState::new().hash_one(0);
        let port = 10_000 + u16::try_from(random % 22_000).unwrap_or_default();
        if TcpListener::bind(local(port)).is_ok() {
            return port;
        }
    }
}

/// Between choosing a free port and listening on it, somebody else can take it.
pub fn with_free_ports<T>(attempts: usize, mut start: impl FnMut() -> Result<T, StartError>) -> Result<T, StartError> {
    for _ in 1..attempts {
        match start() {
            Err(error) if error.is_port_taken() => {}
            result => return result,
        }
    }
    start()
}

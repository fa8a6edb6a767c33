//! A connection between two servers that can be cut.

use std::fmt;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::port::{self, local};

/// A loopback port that forwards to another one until it is cut, for instance between a leaf node and its hub.
///
/// ```no_run
/// use walnats_server::{Link, NatsServer};
///
/// let hub = NatsServer::builder().domain("hub").leafnodes().start()?;
/// let link = Link::to(hub.leafnodes_address().expect("the hub listens for leaf nodes"))?;
/// let leaf = NatsServer::builder().domain("leaf").leaf_of(&link).start()?;
/// link.cut();
/// link.restore();
/// leaf.wait_for_leafnodes(1)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Link {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    target: SocketAddr,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    cut: bool,
    closed: bool,
    /// The two sockets of each connection.
    open: Vec<[TcpStream; 2]>,
}

impl Link {
    /// Listens on a free port and forwards to `target`, which need not be listening yet.
    ///
    /// # Errors
    ///
    /// No port can be opened.
    pub fn to(target: SocketAddr) -> io::Result<Self> {
        let listener = listen()?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { target, state: Mutex::default() });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                if accepting.state().closed {
                    break;
                }
                // If the link is cut, or the target is gone, new connections are closed immediately.
                let _ = client.and_then(|client| accepting.connect(client));
            }
        });
        Ok(Self { address, shared })
    }

    /// The address to connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes all connections, and new ones immediately.
    pub fn cut(&self) {
        let mut state = self.shared.state();
        state.cut = true;
        state.end();
    }

    /// Forwards new connections again.
    pub fn restore(&self) {
        self.shared.state().cut = false;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.closed = true;
        state.end();
        drop(state);
        // Wakes the accepting thread, which then ends.
        let _ = TcpStream::connect(self.address);
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("address", &self.address)
            .field("target", &self.shared.target)
            .finish_non_exhaustive()
    }
}

impl State {
    fn end(&mut self) {
        for stream in self.open.drain(..).flatten() {
            // It may have been closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self, client: TcpStream) -> io::Result<()> {
        if self.state().cut {
            return Ok(());
        }
        let server = TcpStream::connect(self.target)?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let mut state = self.state();
        if state.cut || state.closed {
            return Ok(());
        }
        pump(client.try_clone()?, server.try_clone()?);
        pump(server.try_clone()?, client.try_clone()?);
        // Connections that closed by themselves are forgotten.
        state.open.retain(|[client, _]| client.peer_addr().is_ok());
        state.open.push([client, server]);
        Ok(())
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    });
}

/// A port below the range of outgoing connections; see [`port::free`].
fn listen() -> io::Result<TcpListener> {
    let mut attempts_left = 10;
    loop {
        match TcpListener::bind(local(port::free())) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && attempts_left > 0 => attempts_left -= 1,
            result => return result,
        }
    }
}

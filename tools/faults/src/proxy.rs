//! A TCP proxy that cuts connections, delays or drops traffic, and stops at a point of the protocol.

mod frame;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, oneshot, watch};

use crate::copies::Copies;
use crate::fact::Fact;
use frame::{Frame, Frames, Speech};

/// A proxy between a client and a server. By default, everything passes.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: tokio::task::JoinHandle<()>,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// What happens to the traffic of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It passes.
    Pass,
    /// It passes with this delay.
    Late(Duration),
    /// It waits until the flow changes.
    Hold,
    /// It is dropped, message by message, while the connection stays open.
    Swallow,
    /// This percentage of publishes and of settlements by readers, or of answers to an inbox and of deliveries to readers, is
    /// dropped; everything else passes.
    Lose(u8),
}

/// A moment in the protocol, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// The n-th publish has arrived from the client and was not forwarded.
    BeforePublish(usize),
    /// The n-th answer has arrived from the server and was not forwarded.
    BeforeAnswer(usize),
    /// The n-th answer was just forwarded to the client.
    AfterAnswer(usize),
}

#[derive(Debug)]
struct Shared {
    target: SocketAddr,
    speech: Speech,
    /// Indexed by [`Way`].
    flows: watch::Sender<[Flow; 2]>,
    deeds: broadcast::Sender<Deed>,
    refusing: watch::Sender<bool>,
    trap: Mutex<Trap>,
    copies: Mutex<Copies>,
    /// The number of connections that were cut on purpose.
    ended: AtomicU64,
    rng: Mutex<Rng>,
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Reset,
    HalfClose,
}

#[derive(Debug, Default)]
struct Trap {
    publishes: usize,
    answers: usize,
    set: Option<(Point, oneshot::Sender<()>)>,
}

impl Proxy {
    /// Listens at `address` for clients of `target`.
    ///
    /// # Errors
    ///
    /// No port is free.
    pub async fn start(address: Ipv4Addr, target: SocketAddr, seed: u64) -> io::Result<Self> {
        Self::listen(address, target, seed, Speech::Client).await
    }

    /// Listens on loopback for other servers of `target`'s cluster. Their messages are not parsed.
    ///
    /// # Errors
    ///
    /// No port is free.
    pub async fn start_route(target: SocketAddr) -> io::Result<Self> {
        Self::listen(Ipv4Addr::LOCALHOST, target, 0, Speech::Route).await
    }

    async fn listen(address: Ipv4Addr, target: SocketAddr, seed: u64, speech: Speech) -> io::Result<Self> {
        let listener = TcpListener::bind((address, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            target,
            speech,
            flows: watch::Sender::new([Flow::Pass; 2]),
            deeds: broadcast::Sender::new(16),
            refusing: watch::Sender::new(false),
            trap: Mutex::default(),
            copies: Mutex::default(),
            ended: AtomicU64::new(0),
            rng: Mutex::new(Rng::with_seed(seed)),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, accepting })
    }

    /// The address for clients.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets what happens to the traffic in direction `way`, on existing and new connections.
    pub fn flow(&self, way: Way, flow: Flow) {
        self.shared.flows.send_modify(|flows| flows[way as usize] = flow);
    }

    /// Sets the same for both directions.
    pub fn flow_both(&self, flow: Flow) {
        self.shared.flows.send_replace([flow; 2]);
    }

    /// Resets both ends of every connection; data in flight is lost.
    pub fn reset(&self) {
        self.shared.ended.fetch_add(1, Ordering::Relaxed);
        // Without connections, nobody receives it.
        let _ = self.shared.deeds.send(Deed::Reset);
    }

    /// Closes every connection to the server while the connections of the clients stay open.
    pub fn half_close(&self) {
        self.shared.ended.fetch_add(1, Ordering::Relaxed);
        let _ = self.shared.deeds.send(Deed::HalfClose);
    }

    /// Sets whether new connections are reset immediately.
    pub fn refuse(&self, refuse: bool) {
        self.shared.refusing.send_replace(refuse);
    }

    /// How often connections were cut on purpose.
    pub fn ended(&self) -> u64 {
        self.shared.ended.load(Ordering::Relaxed)
    }

    /// The maximum number of times that clients sent the same event within a second.
    pub fn copies_a_second(&self) -> f64 {
        self.shared.copies.lock().unwrap_or_else(PoisonError::into_inner).a_second()
    }

    /// Waits until a point is reached for the `nth` time. There, all traffic of that direction stops on this connection, for
    /// good.
    pub fn stop_at(&self, nth: usize, point: fn(usize) -> Point) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut trap = self.shared.trap();
        let before = if matches!(point(0), Point::BeforePublish(_)) { trap.publishes } else { trap.answers };
        trap.set = Some((point(before + nth), sender));
        receiver
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.reset();
    }
}

impl Shared {
    fn trap(&self) -> MutexGuard<'_, Trap> {
        self.trap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chance(&self, percent: u8) -> bool {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).u8(..100) < percent
    }

    /// Counts a message; returns whether the trap stops the traffic before it, or after it was forwarded.
    fn count(&self, way: Way, frame: &Frame) -> (bool, bool) {
        let mut trap = self.trap();
        let (before, after) = match way {
            Way::ToServer if frame.is_publish() => {
                trap.publishes += 1;
                (Point::BeforePublish(trap.publishes), None)
            }
            Way::ToClient if frame.is_answer() => {
                trap.answers += 1;
                (Point::BeforeAnswer(trap.answers), Some(Point::AfterAnswer(trap.answers)))
            }
            _ => return (false, false),
        };
        let set = trap.set.as_ref().map(|(point, _)| *point);
        (set == Some(before), set.is_some() && set == after)
    }

    fn snap(&self) {
        if let Some((_, reached)) = self.trap().set.take() {
            // The waiting side may have ended.
            let _ = reached.send(());
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        tokio::spawn(serve(client, Arc::clone(&shared)));
    }
}

async fn serve(mut client: TcpStream, shared: Arc<Shared>) {
    let mut deeds = shared.deeds.subscribe();
    if *shared.refusing.borrow() {
        return reset(client);
    }
    let Ok(mut server) = TcpStream::connect(shared.target).await else { return reset(client) };
    // Small messages must not wait for each other (Nagle).
    let _ = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
    let deed = {
        let (client_read, client_write) = client.split();
        let (server_read, server_write) = server.split();
        tokio::select! {
            deed = deeds.recv() => deed.ok(),
            _ = pump(Way::ToServer, client_read, server_write, &shared) => None,
            _ = pump(Way::ToClient, server_read, client_write, &shared) => None,
        }
    };
    match deed {
        Some(Deed::Reset) => {
            reset(client);
            reset(server);
        }
        Some(Deed::HalfClose) => {
            drop(server);
            let mut lost = vec![0; 4096];
            loop {
                tokio::select! {
                    read = client.read(&mut lost) => if !matches!(read, Ok(1..)) { return },
                    deed = deeds.recv() => if !matches!(deed, Ok(Deed::HalfClose)) { return reset(client) },
                }
            }
        }
        None => {}
    }
}

fn reset(connection: TcpStream) {
    // With a linger time of zero, closing sends a reset.
    let _ = connection.set_zero_linger();
}

async fn pump(way: Way, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, shared: &Shared) -> io::Result<()> {
    let mut frames = Frames::new(shared.speech);
    let mut flows = shared.flows.subscribe();
    while from.read_buf(&mut frames.buffer).await? > 0 {
        let flow = flows.borrow()[way as usize];
        if let Flow::Late(delay) = flow {
            tokio::time::sleep(delay).await;
        }
        while let Some(frame) = frames.next() {
            let flow = match flows.wait_for(|flows| flows[way as usize] != Flow::Hold).await {
                Ok(flows) => flows[way as usize],
                Err(_) => return Ok(()),
            };
            if way == Way::ToServer
                && let Some((number, _)) = frame.event().and_then(Fact::read)
            {
                shared.copies.lock().unwrap_or_else(PoisonError::into_inner).note(number, Instant::now());
            }
            let (stop_before, stop_after) = shared.count(way, &frame);
            if stop_before {
                shared.snap();
                std::future::pending::<()>().await;
            }
            let of_a_publisher = frame.is_publish() || frame.is_answer();
            let matters = of_a_publisher || frame.is_delivery() || frame.is_settlement();
            match flow {
                Flow::Swallow => continue,
                Flow::Lose(percent) if matters && shared.chance(percent) => continue,
                _ => to.write_all(&frame.bytes).await?,
            }
            if stop_after {
                shared.snap();
            }
        }
    }
    Ok(())
}

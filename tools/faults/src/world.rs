//! What a fault can strike: the servers, the connections to them, and the publisher.

mod access;
mod process;

use std::net::Ipv4Addr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::jetstream::stream;
use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, ChildStdin};
use tokio::sync::watch;
use tokio::time::timeout;
use walnats_server::NatsServer;

use crate::Result;
use crate::clock::Clock;
use crate::cluster::ApartCluster;
use crate::credentials::Credentials;
use crate::gate;
use crate::ledger::Ledger;
use crate::machine::Machine;
use crate::proxy::Proxy;
use crate::servers::Servers;
use crate::setup::{Place, Setup};
use crate::store::TrialDatabase;

/// A running trial.
#[derive(Debug)]
pub struct World {
    /// What runs.
    pub(crate) setup: Setup,
    /// Random numbers from the trial's seed.
    pub rng: Rng,
    seed: u64,
    servers: Servers,
    credentials: Option<Credentials>,
    proxy: Option<Proxy>,
    clock: Option<Clock>,
    machine: Option<Machine>,
    database: Option<TrialDatabase>,
    program: PathBuf,
    publisher: Option<Child>,
    /// The publisher's input; see [`crate::gate`].
    gate: Option<ChildStdin>,
    relays: Vec<Child>,
    ledger: Arc<Mutex<Ledger>>,
    progress: watch::Receiver<Progress>,
    progress_sender: watch::Sender<Progress>,
    /// How often a server was manipulated.
    deeds: u64,
    /// Plain subscriptions, kept until the trial ends.
    listeners: Vec<tokio::task::JoinHandle<()>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    began: usize,
    /// Whether the publisher's process has ended.
    ended: bool,
}

impl World {
    pub(crate) async fn start(program: &Path, setup: Setup, seed: u64, emits: usize) -> Result<Self> {
        let credentials = if setup.jwt { Some(Credentials::make()?) } else { None };
        let servers = Servers::start(&setup, credentials.as_ref()).await?;
        let machine = if setup.machine { Some(Machine::make()?) } else { None };
        let address = machine.as_ref().map_or(Ipv4Addr::LOCALHOST, Machine::address);
        let proxy = match (setup.place, servers.nodes().as_slice()) {
            (Place::One | Place::OneOnDisk(_), [server]) | (Place::Leaf(_), [server, _]) => {
                Some(Proxy::start(address, server.address(), seed).await?)
            }
            _ => None,
        };
        let (progress_sender, progress) = watch::channel(Progress::default());
        // Different numbers from those of the workload.
        let rng = Rng::with_seed(!seed);
        let ledger = Arc::new(Mutex::new(Ledger::new(emits)));
        let clock = if setup.clock { Some(Clock::make()?) } else { None };
        let database = match setup.outbox {
            Some(relays) => Some(TrialDatabase::start(relays.base, clock.as_ref()).await?),
            None => None,
        };
        let world = Self {
            setup,
            rng,
            seed,
            servers,
            credentials,
            proxy,
            clock,
            machine,
            database,
            program: program.to_owned(),
            publisher: None,
            gate: None,
            relays: Vec::new(),
            ledger,
            progress,
            progress_sender,
            deeds: 0,
            listeners: Vec::new(),
        };
        for other in setup.others {
            let subjects = vec![other.subject.to_owned()];
            let config = stream::Config { name: other.name.to_owned(), subjects, ..stream::Config::default() };
            world.other(other).await?.create_stream(config).await?;
        }
        if setup.registered {
            world.register().await?;
        }
        if setup.registered && matches!(setup.place, Place::Leaf(_)) {
            world.interest().await?;
        }
        Ok(world)
    }

    /// The reports of the publisher so far.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a random percentage of the emits, in this range, have begun, or the publisher has ended.
    ///
    /// # Errors
    ///
    /// It takes longer than a minute.
    pub async fn reach(&mut self, percent: Range<usize>) -> Result<()> {
        let percent = self.rng.usize(percent);
        if percent + 5 > gate::PERCENT {
            self.gate = None;
        }
        let emits = self.ledger().entries.len() * percent / 100;
        let reached = self.progress.wait_for(|progress| progress.began >= emits || progress.ended);
        timeout(Duration::from_secs(60), reached).await.map_err(|_| "the publisher makes no progress")??;
        self.gate = None;
        Ok(())
    }

    /// Waits until the publisher has ended; returns whether it has.
    pub async fn ended(&mut self, limit: Duration) -> bool {
        self.gate = None;
        timeout(limit, self.progress.wait_for(|progress| progress.ended)).await.is_ok_and(|ended| ended.is_ok())
    }

    /// Waits for a random number of milliseconds in this range.
    pub async fn wait(&mut self, millis: Range<u64>) {
        self.gate = None;
        let millis = self.rng.u64(millis);
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    /// The outbox's database.
    ///
    /// # Errors
    ///
    /// The row has none.
    pub fn database(&self) -> Result<&TrialDatabase> {
        self.database.as_ref().ok_or_else(|| "there is no database".into())
    }

    /// The clock of the publisher, the relays and their database.
    ///
    /// # Errors
    ///
    /// The row has none.
    pub fn clock(&self) -> Result<&Clock> {
        self.clock.as_ref().ok_or_else(|| "there is no clock that can be set".into())
    }

    /// The publisher's machine.
    ///
    /// # Errors
    ///
    /// The row has none.
    pub fn machine(&self) -> Result<&Machine> {
        self.machine.as_ref().ok_or_else(|| "the publisher has no separate machine".into())
    }

    /// The proxy between the publisher and the one server.
    ///
    /// # Errors
    ///
    /// The row has a cluster.
    pub fn proxy(&self) -> Result<&Proxy> {
        self.proxy.as_ref().ok_or_else(|| "a cluster has no proxy for clients".into())
    }

    /// The proxy between a leaf node and its hub.
    ///
    /// # Errors
    ///
    /// The row has none.
    pub fn link(&self) -> Result<&Proxy> {
        self.servers.link().ok_or_else(|| "there is no leaf node".into())
    }

    /// How many connections of the publisher the fault itself may have ended.
    pub(crate) fn forced_reconnects(&self) -> u64 {
        self.deeds + self.proxy.as_ref().map_or(0, Proxy::ended)
    }

    /// The maximum number of times that the same event was sent within a second; 0 if no proxy counts that.
    pub(crate) fn copies_a_second(&self) -> f64 {
        self.proxy.as_ref().map_or(0.0, Proxy::copies_a_second)
    }

    /// Runs a blocking operation on a server: kill, suspend, restart.
    pub fn server<T>(&mut self, index: usize, act: impl FnOnce(&mut NatsServer) -> T) -> T {
        self.deeds += 1;
        let mut nodes = self.servers.nodes_mut();
        tokio::task::block_in_place(|| act(nodes.swap_remove(index)))
    }

    /// The number of servers.
    pub fn size(&self) -> usize {
        self.servers.nodes().len()
    }

    /// The servers, if they can be partitioned.
    ///
    /// # Errors
    ///
    /// They cannot.
    pub fn apart(&self) -> Result<&ApartCluster> {
        match &self.servers {
            Servers::Apart(cluster) => Ok(cluster),
            _ => Err("these servers cannot be partitioned".into()),
        }
    }

    /// Enlarges the file system of the store to this many bytes.
    ///
    /// # Errors
    ///
    /// There is none, or it cannot be enlarged.
    pub fn enlarge_disk(&self, bytes: u64) -> Result<()> {
        self.servers.disk().ok_or("the store has no separate file system")?.enlarge(bytes)
    }

    /// Changes the configuration of the one server while it runs.
    ///
    /// # Errors
    ///
    /// The text to change is missing, or the server cannot reload.
    pub fn reconfigure(&mut self, from: &str, to: &str) -> Result<()> {
        self.server(0, |server| {
            let path = server.log_path().with_file_name("nats.conf");
            let text = std::fs::read_to_string(&path)?;
            if !text.contains(from) {
                return Err("the configuration does not contain the text to change".into());
            }
            std::fs::write(&path, text.replace(from, to))?;
            let pid = server.pid().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
            kill_process(pid.ok_or("the server is not running")?, Signal::HUP)?;
            Ok(())
        })
    }

    /// Undoes every fault that can be undone.
    pub(crate) async fn mend(&mut self) -> Result<()> {
        if let Some(machine) = &self.machine {
            machine.plug()?;
        }
        if let Some(proxy) = &self.proxy {
            proxy.refuse(false);
            proxy.flow_both(crate::proxy::Flow::Pass);
        }
        let servers = &mut self.servers;
        tokio::task::block_in_place(|| servers.mend())
    }

    fn urls(&self, user: &str) -> String {
        let urls: Vec<String> =
            self.servers.nodes().into_iter().map(|node| url(user, &node.address().to_string())).collect();
        urls.join(",")
    }
}

fn url(user: &str, address: &str) -> String {
    if user.is_empty() { format!("nats://{address}") } else { format!("nats://{user}@{address}") }
}

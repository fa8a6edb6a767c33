//! What a fault can strike: the servers, the way to them, and the publisher.

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

/// A trial while it runs.
#[derive(Debug)]
pub struct World {
    /// What runs.
    pub(crate) setup: Setup,
    /// Chance, from the trial's seed.
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
    /// How often something was done to a server.
    deeds: u64,
    /// Plain subscriptions, until the trial ends.
    listeners: Vec<tokio::task::JoinHandle<()>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    began: usize,
    /// The publisher's process is gone.
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
        // Other numbers than those of the workload.
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

    /// What the publisher has told so far.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a part of the emits have begun, by chance between these percents, or the publisher has ended.
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
        timeout(Duration::from_secs(60), reached).await.map_err(|_| "the publisher does not get on")??;
        self.gate = None;
        Ok(())
    }

    /// Waits until the publisher has ended; says whether it has.
    pub async fn ended(&mut self, limit: Duration) -> bool {
        self.gate = None;
        timeout(limit, self.progress.wait_for(|progress| progress.ended)).await.is_ok_and(|ended| ended.is_ok())
    }

    /// Waits, by chance between these milliseconds.
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
    /// They go by the system's.
    pub fn clock(&self) -> Result<&Clock> {
        self.clock.as_ref().ok_or_else(|| "there is no clock to be set".into())
    }

    /// The publisher's machine.
    ///
    /// # Errors
    ///
    /// It is everybody's.
    pub fn machine(&self) -> Result<&Machine> {
        self.machine.as_ref().ok_or_else(|| "the publisher has no machine of its own".into())
    }

    /// The way from the publisher to the one server.
    ///
    /// # Errors
    ///
    /// The row has a cluster.
    pub fn proxy(&self) -> Result<&Proxy> {
        self.proxy.as_ref().ok_or_else(|| "a cluster has no proxy for clients".into())
    }

    /// The way from a leaf node to its hub.
    ///
    /// # Errors
    ///
    /// The row has none.
    pub fn link(&self) -> Result<&Proxy> {
        self.servers.link().ok_or_else(|| "there is no leaf node".into())
    }

    /// How many connections of the publisher may have ended because of the fault itself.
    pub(crate) fn forced_reconnects(&self) -> u64 {
        self.deeds + self.proxy.as_ref().map_or(0, Proxy::ended)
    }

    /// How often the same event was sent within a second at most; 0 where no proxy sees that.
    pub(crate) fn copies_a_second(&self) -> f64 {
        self.proxy.as_ref().map_or(0.0, Proxy::copies_a_second)
    }

    /// Does something to a server that takes its time: kill, suspend, restart.
    pub fn server<T>(&mut self, index: usize, act: impl FnOnce(&mut NatsServer) -> T) -> T {
        self.deeds += 1;
        let mut nodes = self.servers.nodes_mut();
        tokio::task::block_in_place(|| act(nodes.swap_remove(index)))
    }

    /// How many servers there are.
    pub fn size(&self) -> usize {
        self.servers.nodes().len()
    }

    /// The servers, if they can be parted.
    ///
    /// # Errors
    ///
    /// The row has others.
    pub fn apart(&self) -> Result<&ApartCluster> {
        match &self.servers {
            Servers::Apart(cluster) => Ok(cluster),
            _ => Err("these servers cannot be parted".into()),
        }
    }

    /// Gives the file system of the store so many bytes.
    ///
    /// # Errors
    ///
    /// There is none, or it cannot be enlarged.
    pub fn enlarge_disk(&self, bytes: u64) -> Result<()> {
        self.servers.disk().ok_or("the store has no file system of its own")?.enlarge(bytes)
    }

    /// Changes the configuration of the one server while it runs.
    ///
    /// # Errors
    ///
    /// What is to be changed is not there, or the server cannot be told.
    pub fn reconfigure(&mut self, from: &str, to: &str) -> Result<()> {
        self.server(0, |server| {
            let path = server.log_path().with_file_name("nats.conf");
            let text = std::fs::read_to_string(&path)?;
            if !text.contains(from) {
                return Err("the configuration has nothing of the kind".into());
            }
            std::fs::write(&path, text.replace(from, to))?;
            let pid = server.pid().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
            kill_process(pid.ok_or("the server does not run")?, Signal::HUP)?;
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

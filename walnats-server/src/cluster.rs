//! A cluster of servers.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::builder::Builder;
use crate::config::Ports;
use crate::error::StartError;
use crate::port::{self, PORT_ATTEMPTS, with_free_ports};
use crate::probe::{self, Group};
use crate::server::NatsServer;

/// How often a starting cluster is polled for readiness.
const POLL: Duration = Duration::from_millis(20);

/// A cluster on loopback, for replicated streams. Dropping it ends its processes and removes temporary files.
///
/// ```no_run
/// let mut cluster = walnats_server::NatsCluster::start(3)?;
/// println!("{}", cluster.urls().join(","));
/// cluster.nodes_mut()[0].kill();
/// cluster.nodes_mut()[0].restart()?;
/// cluster.wait_until_ready()?;
/// # Ok::<(), walnats_server::StartError>(())
/// ```
#[derive(Debug)]
pub struct NatsCluster {
    nodes: Vec<NatsServer>,
    deadline: Duration,
}

impl Builder {
    /// Starts a cluster of `size` servers with this configuration, and waits until they have elected a leader. They are named
    /// `node-1` and so on, use free ports, and have their own folders in [`Builder::store_dir`].
    ///
    /// # Errors
    ///
    /// No nats-server was found, or one did not become ready: [`StartError`] includes the end of its log.
    pub fn start_cluster(&self, size: usize) -> Result<NatsCluster, StartError> {
        with_free_ports(PORT_ATTEMPTS, || NatsCluster::launch(self, size))
    }
}

impl NatsCluster {
    /// Starts `size` servers and waits until they have elected a leader.
    ///
    /// # Errors
    ///
    /// No nats-server was found, or one did not become ready: [`StartError`] includes the end of its log.
    pub fn start(size: usize) -> Result<Self, StartError> {
        Builder::default().start_cluster(size)
    }

    pub(crate) fn launch(builder: &Builder, size: usize) -> Result<Self, StartError> {
        let routes: Vec<u16> = (0..size).map(|_| port::free()).collect();
        let mut cluster = Self { nodes: Vec::with_capacity(size), deadline: builder.deadline };
        for (index, own) in routes.iter().enumerate() {
            let name = format!("node-{}", index + 1);
            let mut builder = builder.clone().name(&name);
            builder.store = builder.store.map(|store| store.join(&name));
            builder.port = None;
            let ports = Ports { routes: Some((*own, routes.clone())), ..Ports::free(&builder) };
            cluster.nodes.push(NatsServer::launch(&builder, ports)?);
        }
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// The servers, ordered by name.
    pub fn nodes(&self) -> &[NatsServer] {
        &self.nodes
    }

    /// The servers, to kill, suspend or restart one.
    pub fn nodes_mut(&mut self) -> &mut [NatsServer] {
        &mut self.nodes
    }

    /// The client URL of each server.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(NatsServer::url).collect()
    }

    /// Waits until the running servers are healthy and agree on a leader that reaches them all, and every stream has a leader,
    /// too. After a kill, an election takes 4 to 10 seconds.
    ///
    /// # Errors
    ///
    /// [`StartError::NotReady`] if this takes longer than [`Builder::deadline`].
    pub fn wait_until_ready(&mut self) -> Result<(), StartError> {
        let started = Instant::now();
        loop {
            let Err(waiting_for) = self.readiness() else { return Ok(()) };
            if started.elapsed() >= self.deadline {
                let logs: Vec<String> = self.nodes.iter().map(NatsServer::last_lines).collect();
                return Err(StartError::NotReady { deadline: self.deadline, waiting_for, log: logs.join("\n\n") });
            }
            sleep(POLL);
        }
    }

    /// Checks whether streams can be created; the error is what is missing.
    fn readiness(&mut self) -> Result<(), String> {
        let size = self.nodes.len();
        let running: Vec<&NatsServer> =
            self.nodes.iter_mut().filter_map(|node| node.is_running().then_some(&*node)).collect();
        let names: Vec<String> = running.iter().map(|node| node.name().to_owned()).collect();
        let mut leaders = Vec::new();
        let mut reached = 0;
        for node in &running {
            node.health()?;
            let jetstream = probe::jetstream(node.monitor()).unwrap_or_default();
            if let Some(stream) = jetstream.stream_without_leader(&names) {
                return Err(format!("stream `{stream}` has no leader"));
            }
            let group = jetstream.meta_cluster;
            if group.cluster_size != size {
                return Err(format!("`{}` knows {} of {size} servers", node.name(), group.cluster_size));
            }
            if group.leader == node.name() {
                reached = 1 + followers(&group);
            }
            leaders.push(group.leader);
        }
        leaders.dedup();
        match leaders.as_slice() {
            [leader] if reached < running.len() => {
                Err(format!("the leader `{leader}` reaches {reached} of {} servers", running.len()))
            }
            [leader] if names.contains(leader) => Ok(()),
            _ => Err("no leader is elected".to_owned()),
        }
    }
}

fn followers(group: &Group) -> usize {
    group.replicas.iter().filter(|replica| replica.current && !replica.offline).count()
}

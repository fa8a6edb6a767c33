//! Servers that replicate.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::builder::Builder;
use crate::config::Ports;
use crate::error::StartError;
use crate::port;
use crate::probe::{self, MetaGroup};
use crate::server::NatsServer;

/// How often a starting cluster is asked whether it is ready.
const POLL: Duration = Duration::from_millis(20);

/// A cluster on loopback, for streams with replicas. Dropping it ends and removes all of it.
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

impl NatsCluster {
    /// Starts `size` servers and waits until they have elected a leader.
    ///
    /// # Errors
    ///
    /// If there is no nats-server to run, or one does not become ready: [`StartError`] has the end of its log.
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
            let routes = Some((*own, routes.clone()));
            let ports = Ports { client: port::free(), monitor: port::free(), routes };
            cluster.nodes.push(NatsServer::launch(&builder, ports)?);
        }
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// The servers, in the order of their names.
    pub fn nodes(&self) -> &[NatsServer] {
        &self.nodes
    }

    /// The servers, to kill, suspend or restart one.
    pub fn nodes_mut(&mut self) -> &mut [NatsServer] {
        &mut self.nodes
    }

    /// What clients connect to, one URL per server.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(NatsServer::url).collect()
    }

    /// Waits until the servers that run agree on a leader, are healthy, and the leader reaches each of them.
    ///
    /// # Errors
    ///
    /// [`StartError::NotReady`] if that takes longer than [`Builder::deadline`].
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

    /// What is missing until streams can be made, if anything is.
    fn readiness(&mut self) -> Result<(), String> {
        let size = self.nodes.len();
        let mut leader = String::new();
        let mut reached = 0;
        let mut running = 0;
        for node in &mut self.nodes {
            if !node.is_running() {
                continue;
            }
            running += 1;
            node.health()?;
            let group = probe::meta_group(node.monitor()).unwrap_or_default();
            if group.leader.is_empty() || (!leader.is_empty() && leader != group.leader) {
                return Err("no leader is elected".to_owned());
            }
            if group.cluster_size != size {
                return Err(format!("`{}` knows {} of {size} servers", node.name(), group.cluster_size));
            }
            if group.leader == node.name() {
                reached = 1 + followers(&group);
            }
            leader = group.leader;
        }
        if running == 0 {
            return Err("no server runs".to_owned());
        }
        if reached < running {
            return Err(format!("the leader `{leader}` reaches {reached} of {running} servers"));
        }
        Ok(())
    }
}

fn followers(group: &MetaGroup) -> usize {
    group.replicas.iter().filter(|replica| replica.current && !replica.offline).count()
}

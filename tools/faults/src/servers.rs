//! The servers of a trial.

use walnats_server::{Builder, NatsCluster, NatsServer, Remote};

use crate::Result;
use crate::cluster::ApartCluster;
use crate::credentials::Credentials;
use crate::disk::Disk;
use crate::proxy::{Flow, Proxy};
use crate::setup::{Place, Setup};

/// What runs.
#[derive(Debug)]
pub enum Servers {
    /// One server, possibly with a separate file system for its store.
    One(Box<NatsServer>, Option<Disk>),
    /// A cluster.
    Three(NatsCluster),
    /// A cluster that can be partitioned.
    Apart(ApartCluster),
    /// A leaf node and its hub, and the proxy between them.
    Leaf(Box<[NatsServer; 2]>, Proxy),
}

impl Servers {
    /// Starts the servers of a row.
    pub async fn start(setup: &Setup, credentials: Option<&Credentials>) -> Result<Self> {
        let mut builder = NatsServer::builder().config(setup.config).jetstream_config(setup.jetstream);
        if let Some(credentials) = credentials {
            builder = builder.operator(&credentials.operator);
        }
        let accounts = |builder: Builder| (setup.accounts)().into_iter().fold(builder, Builder::account);
        Ok(match setup.place {
            Place::One => Self::One(Box::new(tokio::task::block_in_place(|| accounts(builder).start())?), None),
            Place::Leaf(hub) => {
                let hub = accounts(NatsServer::builder().domain("hub").leafnodes().config(hub));
                let hub = tokio::task::block_in_place(|| hub.start())?;
                let link = Proxy::start_route(hub.leafnodes_address().ok_or("the hub does not listen")?).await?;
                let leaf = builder.domain("leaf").leaf_of(Remote::to(link.address()));
                let leaf = tokio::task::block_in_place(|| leaf.start())?;
                Self::Leaf(Box::new([leaf, hub]), link)
            }
            Place::OneOnDisk(bytes) => {
                let disk = Disk::mount(bytes)?;
                let builder = builder.store_dir(disk.path().join("store"));
                Self::One(Box::new(tokio::task::block_in_place(|| builder.start())?), Some(disk))
            }
            Place::Three => Self::Three(tokio::task::block_in_place(|| builder.start_cluster(3))?),
            Place::ThreeApart => Self::Apart(ApartCluster::start().await?),
        })
    }

    /// Each server.
    pub fn nodes(&self) -> Vec<&NatsServer> {
        match self {
            Self::One(server, _) => vec![server],
            Self::Three(cluster) => cluster.nodes().iter().collect(),
            Self::Apart(cluster) => cluster.nodes.iter().collect(),
            Self::Leaf(nodes, _) => nodes.iter().collect(),
        }
    }

    /// Each server, mutable.
    pub fn nodes_mut(&mut self) -> Vec<&mut NatsServer> {
        match self {
            Self::One(server, _) => vec![server],
            Self::Three(cluster) => cluster.nodes_mut().iter_mut().collect(),
            Self::Apart(cluster) => cluster.nodes.iter_mut().collect(),
            Self::Leaf(nodes, _) => nodes.iter_mut().collect(),
        }
    }

    /// The file system of the store.
    pub fn disk(&self) -> Option<&Disk> {
        match self {
            Self::One(_, disk) => disk.as_ref(),
            _ => None,
        }
    }

    /// The proxy between a leaf node and its hub.
    pub fn link(&self) -> Option<&Proxy> {
        match self {
            Self::Leaf(_, link) => Some(link),
            _ => None,
        }
    }

    /// Resumes or restarts every server, and waits until they are ready.
    pub fn mend(&mut self) -> Result<()> {
        if let Self::Apart(cluster) = self {
            cluster.join();
        }
        for node in self.nodes_mut() {
            node.resume();
            if !node.is_running() {
                node.restart()?;
            }
        }
        match self {
            Self::Three(cluster) => cluster.wait_until_ready()?,
            Self::Leaf(nodes, link) => {
                link.refuse(false);
                link.flow_both(Flow::Pass);
                nodes[0].wait_for_leafnodes(1)?;
            }
            _ => {}
        }
        Ok(())
    }
}

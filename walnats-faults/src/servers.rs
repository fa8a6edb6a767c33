//! The servers of a trial.

use walnats_server::{NatsCluster, NatsServer};

use crate::Result;
use crate::cluster::ApartCluster;
use crate::disk::Disk;
use crate::row::{Place, Row};

/// What runs.
#[derive(Debug)]
pub enum Servers {
    /// One server; its store is on a file system of its own, perhaps.
    One(Box<NatsServer>, Option<Disk>),
    /// A cluster.
    Three(NatsCluster),
    /// A cluster that can be parted.
    Apart(ApartCluster),
}

impl Servers {
    /// Starts what a row asks for.
    pub async fn start(row: &Row) -> Result<Self> {
        let builder = NatsServer::builder().config(row.config).jetstream_config(row.jetstream);
        Ok(match row.place {
            Place::One => Self::One(Box::new(tokio::task::block_in_place(|| builder.start())?), None),
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
        }
    }

    /// Each server, to kill it.
    pub fn nodes_mut(&mut self) -> Vec<&mut NatsServer> {
        match self {
            Self::One(server, _) => vec![server],
            Self::Three(cluster) => cluster.nodes_mut().iter_mut().collect(),
            Self::Apart(cluster) => cluster.nodes.iter_mut().collect(),
        }
    }

    /// The file system of the store.
    pub fn disk(&self) -> Option<&Disk> {
        match self {
            Self::One(_, disk) => disk.as_ref(),
            _ => None,
        }
    }

    /// Lets every server run, and waits until they serve.
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
        if let Self::Three(cluster) = self {
            cluster.wait_until_ready()?;
        }
        Ok(())
    }
}

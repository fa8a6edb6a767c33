//! The servers of a trial.

use std::ffi::CString;
use std::path::Path;

use rustix::mount::{MountFlags, UnmountFlags, unmount};
use walnats_server::{NatsCluster, NatsServer};

use crate::Result;
use crate::cluster::ApartCluster;
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

/// A file system in memory, of a fixed size.
#[derive(Debug)]
pub struct Disk(tempfile::TempDir);

impl Disk {
    fn mount(bytes: u64) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let size = CString::new(format!("size={bytes}"))?;
        rustix::mount::mount("none", folder.path(), "tmpfs", MountFlags::empty(), size.as_c_str())?;
        Ok(Self(folder))
    }

    /// Gives it so many bytes.
    pub fn enlarge(&self, bytes: u64) -> Result<()> {
        let size = CString::new(format!("size={bytes}"))?;
        Ok(rustix::mount::mount_remount(self.path(), MountFlags::empty(), size.as_c_str())?)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The server is gone by now; at worst a small file system in memory stays until the machine restarts.
        let _ = unmount(self.0.path(), UnmountFlags::DETACH);
    }
}

//! A small disk that fills up.

use std::path::Path;

use tempfile::TempDir;

use crate::Result;

/// A file system in memory, of a fixed size.
#[derive(Debug)]
pub struct Disk(TempDir);

impl Disk {
    /// Whether it can be mounted here: on Linux, as root.
    pub fn is_possible() -> bool {
        cfg!(target_os = "linux") && rustix::process::geteuid().is_root()
    }

    /// Mounts one of this size in bytes.
    pub fn mount(bytes: u64) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        system::mount(folder.path(), bytes)?;
        Ok(Self(folder))
    }

    /// Resizes it to this many bytes.
    pub fn enlarge(&self, bytes: u64) -> Result<()> {
        system::enlarge(self.path(), bytes)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Its users have ended by now; at worst, some memory stays in use until the machine restarts.
        let _ = system::unmount(self.path());
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::ffi::CString;
    use std::path::Path;

    use rustix::mount::{MountFlags, UnmountFlags};

    use crate::Result;

    pub fn mount(path: &Path, bytes: u64) -> Result<()> {
        let size = CString::new(format!("size={bytes}"))?;
        Ok(rustix::mount::mount("none", path, "tmpfs", MountFlags::empty(), size.as_c_str())?)
    }

    pub fn enlarge(path: &Path, bytes: u64) -> Result<()> {
        let size = CString::new(format!("size={bytes}"))?;
        Ok(rustix::mount::mount_remount(path, MountFlags::empty(), size.as_c_str())?)
    }

    pub fn unmount(path: &Path) -> Result<()> {
        Ok(rustix::mount::unmount(path, UnmountFlags::DETACH)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::path::Path;

    use crate::Result;

    const NOWHERE: &str = "a file system in memory can be mounted only on Linux";

    pub fn mount(_: &Path, _: u64) -> Result<()> {
        Err(NOWHERE.into())
    }

    pub fn enlarge(_: &Path, _: u64) -> Result<()> {
        Err(NOWHERE.into())
    }

    pub fn unmount(_: &Path) -> Result<()> {
        Err(NOWHERE.into())
    }
}

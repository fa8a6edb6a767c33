//! A disk that is soon full.

use std::path::Path;

use tempfile::TempDir;

use crate::Result;

/// A file system in memory, of a fixed size.
#[derive(Debug)]
pub struct Disk(TempDir);

impl Disk {
    /// Whether one can be mounted here: on Linux, by root.
    pub fn is_possible() -> bool {
        cfg!(target_os = "linux") && rustix::process::geteuid().is_root()
    }

    /// Mounts one of so many bytes.
    pub fn mount(bytes: u64) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        system::mount(folder.path(), bytes)?;
        Ok(Self(folder))
    }

    /// Gives it so many bytes.
    pub fn enlarge(&self, bytes: u64) -> Result<()> {
        system::enlarge(self.path(), bytes)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever used it is gone by now; at worst some memory stays in use until the machine restarts.
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

    const NOWHERE: &str = "a file system in memory is mounted on Linux alone";

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

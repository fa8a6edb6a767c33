//! The cache of downloaded nats-servers: `<folder>/nats-server/<version>/<platform>/`.

use std::env::consts::{ARCH, EXE_SUFFIX, OS};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::program;
use crate::error::Problem;
use crate::release::Version;

/// The server of one version for this platform. Its length is stored next to it, and written first: if the length is missing
/// or differs, the program was not written by [`Cache::put`], or was truncated.
pub struct Cache {
    version: Version,
    folder: PathBuf,
}

impl Cache {
    /// In the `folder` of walnats' caches.
    pub fn new(folder: &Path, version: Version) -> Self {
        let folder = folder.join("nats-server").join(version.to_string()).join(format!("{OS}-{ARCH}"));
        Self { version, folder }
    }

    /// The path of the program.
    pub fn program(&self) -> PathBuf {
        self.folder.join(format!("nats-server{EXE_SUFFIX}"))
    }

    /// The program, if it is complete and runs.
    pub fn get(&self) -> Result<PathBuf, Problem> {
        let program = self.program();
        let Ok(file) = program.metadata() else { return Err(Problem::Missing) };
        let length = fs::read_to_string(self.length()).ok().and_then(|length| length.parse().ok());
        if length != Some(file.len()) {
            return Err(Problem::Damaged);
        }
        if program::version(&program)? == self.version { Ok(program) } else { Err(Problem::Damaged) }
    }

    /// Stores the program atomically.
    pub fn put(&self, program: &[u8]) -> Result<(), Problem> {
        self.replace(&self.length(), program.len().to_string().as_bytes())?;
        self.replace(&self.program(), program)
    }

    /// Locks the cache against other processes until the file is dropped.
    pub fn lock(&self) -> Result<File, Problem> {
        let path = self.folder.join("lock");
        let opened = fs::create_dir_all(&self.folder).and_then(|()| File::create(&path));
        let file = opened.map_err(Problem::io(format!("write to `{}`", self.folder.display())))?;
        // Some network file systems cannot lock; the worst is then a second download.
        let _ = file.lock();
        Ok(file)
    }

    fn length(&self) -> PathBuf {
        self.folder.join("length")
    }

    fn replace(&self, path: &Path, content: &[u8]) -> Result<(), Problem> {
        let written = || {
            fs::create_dir_all(&self.folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(content)?;
            make_program(file.as_file())?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)
        };
        written().map(drop).map_err(Problem::io(format!("write `{}`", path.display())))
    }
}

#[cfg(unix)]
fn make_program(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_program(_: &File) -> std::io::Result<()> {
    Ok(())
}

//! Clocks that can be set, for single processes of a trial instead of the whole system.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use tempfile::TempDir;

use crate::Result;

const SOURCE: &str = include_str!("clock.c");

/// A wall clock and a monotonic clock, for the processes that are started with [`Clock::environment`].
#[derive(Debug)]
pub struct Clock {
    folder: TempDir,
    /// How far ahead each clock is, in nanoseconds.
    ahead: Mutex<[i64; 2]>,
}

impl Clock {
    /// Whether such clocks are possible here: they replace the functions of the C library, which needs Linux and a C compiler.
    pub fn is_possible() -> bool {
        cfg!(target_os = "linux")
    }

    /// Creates clocks that show the right time.
    pub fn make() -> Result<Self> {
        // Postgres must be able to read it, and does not run as root.
        let open = fs::Permissions::from_mode(0o755);
        let folder = tempfile::Builder::new().prefix("walnats-clock-").permissions(open).tempdir()?;
        let source = folder.path().join("clock.c");
        fs::write(&source, SOURCE)?;
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let compiled = Command::new(&compiler)
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([folder.path().join("clock.so"), source])
            .output()
            .map_err(|error| format!("no C compiler ({}): {error}; set CC", compiler.display()))?;
        if !compiled.status.success() {
            return Err(format!("cannot compile the clock: {}", String::from_utf8_lossy(&compiled.stderr)).into());
        }
        let clock = Self { folder, ahead: Mutex::new([0; 2]) };
        clock.write([0; 2])?;
        Ok(clock)
    }

    /// The environment of a process that uses these clocks.
    pub fn environment(&self) -> [(&'static str, OsString); 2] {
        let program = self.folder.path().join("clock.so");
        [("LD_PRELOAD", program.into()), ("WALNATS_CLOCK", self.file().into())]
    }

    /// Sets the wall clock ahead.
    pub fn ahead(&self, time: Duration) -> Result<()> {
        self.change(0, nanos(time))
    }

    /// Sets the wall clock back.
    pub fn back(&self, time: Duration) -> Result<()> {
        self.change(0, -nanos(time))
    }

    /// Subtracts this time from the monotonic clock, as if the machine had slept.
    pub fn not_counted(&self, time: Duration) -> Result<()> {
        self.change(1, -nanos(time))
    }

    fn change(&self, which: usize, nanos: i64) -> Result<()> {
        let mut ahead = self.ahead.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        ahead[which] += nanos;
        self.write(*ahead)
    }

    /// Writes in place, because the processes have mapped the file.
    fn write(&self, ahead: [i64; 2]) -> Result<()> {
        use std::io::Write;
        let mut file = fs::OpenOptions::new().create(true).write(true).truncate(false).open(self.file())?;
        Ok(file.write_all(&ahead.map(i64::to_ne_bytes).concat())?)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ahead")
    }
}

fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

//! Programs on this machine, and which version of nats-server they are.

use std::env::consts::EXE_SUFFIX;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::error::Problem;

/// The version of a nats-server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Changes on what breaks.
    pub major: u32,
    /// Changes on new features.
    pub minor: u32,
    /// Changes on repairs.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor, patch } = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl Version {
    /// Reads `nats-server: v2.15.1`; what follows the numbers, as in `2.12.0-RC.1`, is dropped.
    fn read(text: &str) -> Option<Self> {
        let numbers = text.trim().strip_prefix("nats-server: v")?;
        let mut numbers = numbers.split(['.', '-']).map(|number| number.parse().ok());
        Some(Self { major: numbers.next()??, minor: numbers.next()??, patch: numbers.next()?? })
    }
}

/// Every program `name` in `folders`, in their order.
pub fn on_path(name: &str, folders: &[PathBuf]) -> impl Iterator<Item = PathBuf> {
    let file = format!("{name}{EXE_SUFFIX}");
    folders.iter().map(move |folder| folder.join(&file)).filter(|path| is_program(path))
}

/// Runs `program --version`.
pub fn version(program: &Path) -> Result<Version, Problem> {
    let output = match output(Command::new(program).arg("--version")) {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Problem::Missing),
        Err(source) => return Err(Problem::Io { what: "run it".to_owned(), source }),
    };
    Version::read(&String::from_utf8_lossy(&output.stdout)).ok_or(Problem::NoVersion)
}

/// Runs a program to its end.
///
/// A file that was just written counts as busy while any thread of this process is starting another program, because
/// the child holds the open file until it has become that program. That lasts milliseconds.
pub fn output(command: &mut Command) -> io::Result<Output> {
    let mut attempts_left = 100;
    loop {
        match command.stdin(Stdio::null()).output() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && attempts_left > 0 => {
                attempts_left -= 1;
                sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_read_and_ordered() {
        let version = |major, minor, patch| Some(Version { major, minor, patch });
        assert_eq!(Version::read("nats-server: v2.15.1\n"), version(2, 15, 1));
        assert_eq!(Version::read("nats-server: v2.12.0-RC.1\n"), version(2, 12, 0));
        assert_eq!(Version::read("gnatsd: v1.0.0"), None);
        assert_eq!(Version::read("nats-server: v2"), None);
        assert!(version(2, 9, 10) < version(2, 12, 0));
    }
}

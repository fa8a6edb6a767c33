//! Programs on this machine, and their nats-server version.

use std::env::consts::EXE_SUFFIX;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::error::Problem;
use crate::release::Version;

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

/// Runs a program to completion.
///
/// A newly written program counts as busy while another thread of this process starts a program, because that child inherits
/// the open file until it calls `exec`. That takes milliseconds.
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

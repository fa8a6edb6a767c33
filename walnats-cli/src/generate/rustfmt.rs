//! Formats generated files with the user's own rustfmt, as `cargo fmt` of the crate that includes them would.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use walnats_codegen::GeneratedFile;

use crate::manifest;

/// What rustfmt formats for where no manifest says anything else, and what generated code is written for.
const EDITION: &str = "2024";

/// Formats the Rust files among `files`, which belong into `folder`, with the rustfmt.toml that applies there. Returns a
/// note for people if rustfmt is missing or refuses a file; what it did not format stays as it is.
pub fn format(folder: &Path, files: &mut [GeneratedFile]) -> Option<String> {
    let program = std::env::var_os("RUSTFMT").unwrap_or_else(|| OsString::from("rustfmt"));
    // The proxy of rustup exists even if the component does not.
    let version = Command::new(&program).arg("--version").stdin(Stdio::null()).output();
    if !version.is_ok_and(|output| output.status.success()) {
        return Some("rustfmt was not found: the files may differ from what `cargo fmt` writes\n".to_owned());
    }
    let place = existing(folder);
    let rustfmt = Rustfmt { program, edition: edition(&place), place };
    let failures = Mutex::new(Vec::new());
    let queue = Mutex::new(files.iter_mut().filter(|file| file.path.ends_with(".rs")));
    let work = || {
        loop {
            let Some(file) = queue.lock().ok().and_then(|mut queue| queue.next()) else { return };
            match rustfmt.format(&file.content) {
                Ok(content) => file.content = content,
                Err(error) => {
                    failures.lock().into_iter().for_each(|mut all| all.push((file.path.clone(), error.to_string())))
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut failures = failures.into_inner().unwrap_or_default();
    failures.sort();
    let (path, error) = failures.first()?;
    Some(format!("rustfmt left {} of {} files as they are; `{path}`: {error}\n", failures.len(), files.len()))
}

struct Rustfmt {
    program: OsString,
    edition: String,
    /// Where it looks for rustfmt.toml, and upwards from there.
    place: PathBuf,
}

impl Rustfmt {
    fn format(&self, code: &str) -> io::Result<String> {
        let mut child = Command::new(&self.program)
            .args(["--edition", &self.edition, "--emit", "stdout"])
            .current_dir(&self.place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take();
        // It reads everything before it writes; what it says about a broken pipe is in its output.
        let sent = stdin.map_or(Ok(()), |mut stdin| stdin.write_all(code.as_bytes()));
        let output = child.wait_with_output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(said.lines().next().unwrap_or("it failed").to_owned()));
        }
        sent?;
        String::from_utf8(output.stdout).map_err(io::Error::other)
    }
}

/// The folder, or what exists of it.
fn existing(folder: &Path) -> PathBuf {
    let full = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    full.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new(".")).to_owned()
}

/// The edition of the crate that `folder` is in: `cargo fmt` passes it to rustfmt.
fn edition(folder: &Path) -> String {
    let own = folder.ancestors().find(|folder| folder.join("Cargo.toml").is_file());
    let edition = own.and_then(|own| {
        let packages = manifest::workspace(&own.join("Cargo.toml"))?.packages;
        let own = own.canonicalize().ok()?;
        let is_own = |package: &manifest::Package| package.folder.canonicalize().is_ok_and(|folder| folder == own);
        packages.into_iter().find(is_own).map(|package| package.edition)
    });
    edition.unwrap_or_else(|| EDITION.to_owned())
}

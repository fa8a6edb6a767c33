//! What Cargo says of the packages of a manifest.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A package of a workspace.
pub struct Package {
    /// Its folder.
    pub folder: PathBuf,
    pub edition: String,
}

/// A workspace, or a package alone.
pub struct Workspace {
    pub folder: PathBuf,
    pub packages: Vec<Package>,
}

/// The workspace of the manifest; `None` if there is no Cargo, or it cannot read it.
pub fn workspace(manifest: &Path) -> Option<Workspace> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"]).arg(manifest);
    let output = command.stdin(Stdio::null()).output().ok()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).ok()?;
    let package = |package: &Value| {
        let folder = Path::new(package["manifest_path"].as_str()?).parent()?.to_owned();
        Some(Package { folder, edition: package["edition"].as_str()?.to_owned() })
    };
    let packages = metadata["packages"].as_array()?.iter().filter_map(package).collect();
    Some(Workspace { folder: PathBuf::from(metadata["workspace_root"].as_str()?), packages })
}

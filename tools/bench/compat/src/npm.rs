//! Packages of npm, each fetched once, in a version that is written here.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

#[derive(Clone, Copy, Debug)]
pub struct Package {
    pub name: &'static str,
    pub version: &'static str,
}

impl Package {
    /// The folder of the package, fetched below `cache` unless it is there.
    pub fn fetch(self, cache: &Path) -> Result<PathBuf> {
        let root = cache.join(format!("{}-{}", self.name.replace('/', "-"), self.version));
        let package = root.join("node_modules").join(self.name);
        if package.is_dir() {
            return Ok(package);
        }
        std::fs::create_dir_all(&root)?;
        let wanted = format!("{}@{}", self.name, self.version);
        println!("fetching {wanted}");
        let npm = Command::new("npm")
            .args([
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "--no-save",
                "--ignore-scripts",
                "--legacy-peer-deps",
            ])
            .arg("--prefix")
            .arg(&root)
            .arg(&wanted)
            .status()
            .map_err(|error| format!("cannot run `npm`, which fetches what is measured beside walnats: {error}"))?;
        if !npm.success() || !package.is_dir() {
            return Err(format!("npm cannot fetch {wanted}").into());
        }
        Ok(package)
    }
}

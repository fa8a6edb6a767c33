//! Packages of npm.

use std::path::PathBuf;
use std::process::Command;

use crate::python::run;

/// The folder of a package of npm, fetched on first use and kept under `target/`. None of its scripts run.
pub fn package(name: &str, version: &str) -> Result<PathBuf, String> {
    let directory = crate::nested::scratch().join(format!("npm-{}-{version}", name.replace(['@', '/'], "_")));
    let package = directory.join("node_modules").join(name);
    if package.join("package.json").is_file() {
        return Ok(package);
    }
    // Into a folder of its own first, so that tests that run concurrently do not see half of it.
    let unfinished = directory.with_extension(format!("{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&unfinished);
    std::fs::create_dir_all(&unfinished).map_err(|error| error.to_string())?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut install = Command::new(npm);
    install.args(["install", "--silent", "--no-save", "--no-audit", "--ignore-scripts", "--prefix"]);
    run(install.arg(&unfinished).arg(format!("{name}@{version}")))?;
    // Another test was faster, if this fails.
    let _ = std::fs::rename(&unfinished, &directory);
    let _ = std::fs::remove_dir_all(&unfinished);
    Ok(package)
}

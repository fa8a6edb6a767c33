//! Pythons with packages of PyPI: walnats, and Google's protobuf with its compiler.

use std::path::PathBuf;
use std::process::Command;

/// The interpreter of a virtual environment that has walnats 1.2.6 from PyPI, made on first use and kept under `target/`.
pub fn python_environment() -> Result<PathBuf, String> {
    environment("walnats-1.2.6-py", "walnats", "walnats==1.2.6")
}

/// The interpreter of a virtual environment that has protoc and protobuf's JSON mapping (`grpc_tools`, `google.protobuf`), made on
/// first use and kept under `target/`.
pub fn protobuf_environment() -> Result<PathBuf, String> {
    environment("grpcio-tools-1.85.1-py", "grpc_tools.protoc", "grpcio-tools==1.85.1")
}

fn environment(folder: &str, module: &str, package: &str) -> Result<PathBuf, String> {
    let directory = crate::nested::scratch().join(folder);
    let python = directory.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if run(Command::new(&python).args(["-c", &format!("import {module}")])).is_ok() {
        return Ok(python);
    }
    let _ = std::fs::remove_dir_all(&directory);
    run(Command::new("python3").args(["-m", "venv"]).arg(&directory))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", package]))?;
    Ok(python)
}

/// The interpreter of a virtual environment with packages of PyPI, as pip takes them (`junitparser==5.0.3`), made on first use
/// and kept under `target/`.
pub fn python_with(packages: &[&str]) -> Result<PathBuf, String> {
    let name = packages.join("-").replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.', "-");
    let directory = crate::nested::scratch().join(format!("py-{name}"));
    let python =
        |folder: &std::path::Path| folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // Written last, so that tests that run concurrently do not use half of it.
    let is_ready = || directory.join("ready").is_file();
    if is_ready() {
        return Ok(python(&directory));
    }
    std::fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
    let lock = std::fs::File::create(directory.join("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    if !is_ready() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&directory))?;
        run(Command::new(python(&directory)).args(["-m", "pip", "install", "--quiet"]).args(packages))?;
        std::fs::write(directory.join("ready"), "").map_err(|error| error.to_string())?;
    }
    Ok(python(&directory))
}

pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

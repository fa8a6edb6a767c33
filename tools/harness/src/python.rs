//! A Python with the walnats of PyPI.

use std::path::PathBuf;
use std::process::Command;

/// The interpreter of a virtual environment that has walnats 1.2.6 from PyPI, made on first use and kept under `target/`.
pub fn python_environment() -> Result<PathBuf, String> {
    let directory = crate::nested::scratch().join("walnats-1.2.6-py");
    let python = directory.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if run(Command::new(&python).args(["-c", "import walnats"])).is_ok() {
        return Ok(python);
    }
    let _ = std::fs::remove_dir_all(&directory);
    run(Command::new("python3").args(["-m", "venv"]).arg(&directory))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "walnats==1.2.6"]))?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

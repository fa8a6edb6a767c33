//! A crate of events that a test writes and builds, as a user would.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program of a crate whose events it compares with their schemas, for payloads on its input.
pub const DIFFERENTIAL: &str = include_str!("../programs/differential.rs");
/// The program of a crate of GitHub's webhooks.
pub const GITHUB_WEBHOOKS: &str = include_str!("../programs/github_webhooks.rs");
/// The settings of that crate, its `walnats.toml`.
pub const GITHUB_WEBHOOKS_SETTINGS: &str = include_str!("../programs/github_webhooks.toml");
/// The program of a crate that runs the official test suite of JSON Schema.
pub const OFFICIAL_SUITE: &str = include_str!("../programs/official_suite.rs");

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A crate in a folder of its own under `target/`, kept between runs so that only what changed is built again.
pub struct NestedCrate {
    name: &'static str,
    dir: PathBuf,
}

impl NestedCrate {
    /// An events crate without schemas: `build.rs`, `src/lib.rs`, and `main` as its program.
    /// Every one has the same features of walnats-codegen and walnats-runtime, so that these are built once.
    pub fn new(name: &'static str, main: &str) -> Result<Self> {
        let workspace = workspace();
        let nested = Self { name, dir: scratch().join(name) };
        fs::create_dir_all(nested.dir.join("src"))?;
        let _ = fs::remove_dir_all(nested.dir.join("schemas"));
        nested.write("Cargo.lock", &fs::read_to_string(workspace.join("Cargo.lock"))?)?;
        nested.write("build.rs", include_str!("../programs/build.rs"))?;
        nested.write("src/lib.rs", "//! Generated.\n#![deny(warnings)]\nwalnats_runtime::include_events!();\n")?;
        nested.write("src/main.rs", main)?;
        nested.write(
            "Cargo.toml",
            &format!(
                r#"[package]
name = {name:?}
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
serde_json = {{ version = "1", features = ["raw_value"] }}
tokio = {{ version = "1", features = ["rt", "macros"] }}
walnats-runtime = {{ path = {runtime:?}, features = ["protobuf"] }}

[build-dependencies]
walnats-codegen = {{ path = {codegen:?}, features = ["protobuf"] }}

[profile.dev]
debug = false

[workspace]
"#,
                runtime = workspace.join("walnats-runtime"),
                codegen = workspace.join("walnats-codegen"),
            ),
        )?;
        Ok(nested)
    }

    /// The crate's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes a file of the crate; one that is the same already keeps its time.
    pub fn write(&self, path: &str, text: &str) -> Result<()> {
        let path = self.dir.join(path);
        fs::create_dir_all(path.parent().ok_or("a file has a folder")?)?;
        if fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
            return Ok(());
        }
        Ok(fs::write(path, text)?)
    }

    /// Whether the program links the crate `name`.
    pub fn depends_on(&self, name: &str) -> Result<bool> {
        let tree = Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--edges", "normal", "--prefix", "none"])
            .current_dir(&self.dir)
            .output()?;
        if !tree.status.success() {
            return Err(String::from_utf8_lossy(&tree.stderr).into());
        }
        Ok(String::from_utf8_lossy(&tree.stdout).lines().any(|line| line.split(' ').next() == Some(name)))
    }

    /// Builds it, without the network, and gives the path of its program.
    pub fn build(&self) -> Result<PathBuf> {
        if !self.cargo("build").status()?.success() {
            return Err(format!("the generated code in {} does not compile, see above", self.dir.display()).into());
        }
        Ok(target().join("debug").join(format!("{}{}", self.name, std::env::consts::EXE_SUFFIX)))
    }

    /// Cargo's `command` for it, without the network.
    pub fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([command, "--quiet", "--offline"]).current_dir(&self.dir).env("CARGO_TARGET_DIR", target());
        cargo
    }
}

/// One target folder for all nested crates: their dependencies are the same.
fn target() -> PathBuf {
    scratch().join("nested")
}

/// Where Cargo, too, has the temporary files of tests.
pub(crate) fn scratch() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from).join("tmp")
}

/// The folder of the workspace, whichever of its packages the test belongs to.
pub fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap_or(package)
}

/// A folder of the corpora: beside the project, or where `WALNATS_CORPORA` says; `None`, said in a line, where it is not there.
pub fn corpus(name: &str) -> Option<PathBuf> {
    let corpora =
        std::env::var_os("WALNATS_CORPORA").map_or_else(|| workspace().join("../shared/corpora"), PathBuf::from);
    let corpus = corpora.join(name);
    if !corpus.is_dir() {
        println!("the corpus {} is not there: nothing is tested", corpus.display());
        return None;
    }
    Some(corpus)
}

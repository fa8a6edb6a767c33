//! `walnats breaking` and `walnats accept`, on real repositories.

mod accepted;
mod baselines;
mod folders;
mod git;
mod moved;
mod protobuf;
mod shown;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const OLD: &str = r#"{
  "type": "object",
  "required": ["order_id", "total"],
  "properties": {
    "order_id": { "type": "string" },
    "total": { "type": "integer", "minimum": 0 }
  }
}
"#;

const TOML: &str =
    "[services.billing]\nconsumes = [\"order-placed\"]\n\n[services.warehouse]\nconsumes = [\"order-*\"]\n";

fn narrowed() -> String {
    OLD.replace("\"minimum\": 0", "\"exclusiveMinimum\": 0")
}

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
}

fn walnats(folder: &Path, arguments: &[&str]) -> Ran {
    ran(Command::new(env!("CARGO_BIN_EXE_walnats")).args(arguments).current_dir(folder))
}

fn breaking(folder: &Path, against: &str) -> Ran {
    walnats(folder, &["breaking", "--against", against])
}

/// Runs git without the settings of whoever runs the tests.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let settings = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
    let more = ["-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"];
    let mut command = Command::new("git");
    command.args(settings).args(more).args(arguments).current_dir(folder);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let ran = ran(&mut command);
    assert_eq!(ran.code, 0, "git {arguments:?}: {}", ran.stderr);
    ran.stdout
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn commit(folder: &Path) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "--allow-empty", "-m", "x"]);
}

/// A repository with one commit, whose package stands in `package`.
fn repository(package: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "."]);
    let package = folder.path().join(package);
    write(&package, "schemas/order_placed.json", OLD);
    write(&package, "walnats.toml", TOML);
    commit(folder.path());
    (folder, package)
}

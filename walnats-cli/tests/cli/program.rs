//! The program, and packages to run it on.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

pub const USER_CREATED: &str = r#"{
  "description": "A user signed up.",
  "type": "object", "required": ["user_id"],
  "properties": { "user_id": { "type": "string", "minLength": 1 } },
  "examples": [ { "user_id": "u1" } ],
  "x-walnats": { "subject": "users.{user_id}.created", "stream": "users" }
}"#;

/// A package with these files.
pub fn package(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

pub fn sound() -> TempDir {
    package(&[("schemas/user_created.json", USER_CREATED)])
}

pub fn broken() -> TempDir {
    package(&[("schemas/user_created.json", &USER_CREATED.replace("\"u1\"", "1"))])
}

/// A package with a warning and no errors.
pub fn undescribed() -> TempDir {
    package(&[("schemas/a.json", r#"{"type": "object"}"#)])
}

pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn walnats(folder: &Path, arguments: &[&str]) -> Ran {
    ran(Command::new(env!("CARGO_BIN_EXE_walnats")).args(arguments).current_dir(folder))
}

pub fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
}

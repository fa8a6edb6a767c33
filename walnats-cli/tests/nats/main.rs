//! The commands that talk to a server, as seen from a shell, on a real nats-server.
#![cfg(feature = "nats")]

mod contexts;
mod dead;
mod emit;
mod fixtures;
mod js;
mod limits;
mod matrix;
mod plan;
mod tail;

/// As `build.rs` would have written it, format included.
#[rustfmt::skip]
#[path = "../../../walnats-codegen/fixtures/generate/readers/expected/events.rs"]
mod reader_events;

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

type TestResult = Result<(), Box<dyn Error>>;

/// A folder with a package, which is also the home of its user.
struct Package(tempfile::TempDir);

/// What a command said.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Package {
    /// A package with this `walnats.toml`, and the event `thing-happened` on `things.<id>.happened` in the stream `things`.
    fn new(settings: &str) -> Self {
        let package = Self::empty(settings);
        package.write("schemas/thing_happened.json", THING);
        package
    }

    /// A package without events.
    fn empty(settings: &str) -> Self {
        let package = Self(tempfile::tempdir().expect("a temporary folder"));
        package.write("walnats.toml", settings);
        package.write("schemas/_none.json", "{\"$defs\": {}}");
        package
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(&path, text).expect("a file can be written");
        path
    }

    /// A command in the package's folder, without anything of the environment that concerns NATS.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_walnats"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NATS_") && name != "NATS_SERVER_BIN") {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(self.path()).env("HOME", self.path()).env_remove("XDG_CONFIG_HOME");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).spawn().expect("the program starts"))
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the program starts");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("the program reads");
        Ran::of(child)
    }
}

impl Ran {
    fn of(child: Child) -> Self {
        let output = child.wait_with_output().expect("the program ends");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let (out, err) = (text(output.stdout), text(output.stderr));
        Self { code: output.status.code().expect("an exit code"), out, err }
    }

    #[track_caller]
    fn assert(self, code: i32, parts: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        for part in parts {
            assert!(self.out.contains(part) || self.err.contains(part), "no {part:?} in:\n{}{}", self.out, self.err);
        }
        self
    }

    #[track_caller]
    fn without(self, part: &str) -> Self {
        assert!(!self.out.contains(part) && !self.err.contains(part), "{part:?} in:\n{}{}", self.out, self.err);
        self
    }
}

const THING: &str = r#"{
  "description": "Something happened to a thing.",
  "type": "object",
  "required": ["id", "size"],
  "properties": {
    "id": { "type": "string", "pattern": "^[a-z0-9]+$" },
    "size": { "type": "integer", "minimum": 0 },
    "note": { "type": "string" }
  },
  "x-walnats": { "subject": "things.{id}.happened", "stream": "things", "uid": "{id}-{size}", "owner": "us" }
}"#;

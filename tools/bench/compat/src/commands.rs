//! Whole commands: what `walnats` does with a package, beside what buf does with a hundred protobuf files.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Result;
use crate::changes::plant;
use crate::clock::{cpu_of_children, median};
use crate::protos;

/// How often each command runs. All take turns, so that whatever else the machine does hits all of them.
const ROUNDS: usize = 7;

/// A command that is measured.
pub struct Measured {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<&'static str>,
    folder: PathBuf,
    /// What it ends with when it has found what there is.
    code: i32,
    spent: Vec<f64>,
    passed: Vec<f64>,
}

impl Measured {
    fn run(&mut self) -> Result<()> {
        let (cpu, start) = (cpu_of_children(), Instant::now());
        let status = self.command().stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        self.passed.push(start.elapsed().as_secs_f64());
        self.spent.push((cpu_of_children() - cpu).as_secs_f64());
        if status.code() == Some(self.code) {
            return Ok(());
        }
        let output = self.command().output()?;
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        Err(format!("`{}` ends with {status} instead of {}:\n{said}", self.name, self.code).into())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder).env("BUF_CACHE_DIR", self.folder.join("buf-cache"));
        command
    }
}

/// What is measured in its own folder.
struct Programs {
    walnats: PathBuf,
    buf: PathBuf,
}

impl Programs {
    fn of(&self, name: &'static str, arguments: &[&'static str], folder: &Path, code: i32) -> Measured {
        let (program, arguments) = match name {
            "buf" => (self.buf.clone(), arguments.to_vec()),
            // This program is walnats, too.
            _ => (self.walnats.clone(), [&["walnats"], arguments].concat()),
        };
        let name: &'static str = Box::leak(arguments_name(name, &arguments).into_boxed_str());
        Measured { name, program, arguments, folder: folder.to_owned(), code, spent: Vec::new(), passed: Vec::new() }
    }
}

fn arguments_name(name: &str, arguments: &[&str]) -> String {
    let shown = arguments.iter().copied().filter(|argument| *argument != name);
    [name].into_iter().chain(shown).collect::<Vec<_>>().join(" ")
}

/// Runs all of them below `scratch`, and prints what they took.
pub fn compare(scratch: &Path, buf: PathBuf, github: &Value) -> Result<()> {
    let programs = Programs { walnats: std::env::current_exe()?, buf };
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    let protos = scratch.join("protos");
    protos::write(&protos)?;
    let webhooks = scratch.join("github");
    write_github(&webhooks, github)?;

    // What they end with: both find the one change.
    let mut measured = vec![
        programs.of("buf", &["breaking", "--against", "old"], &protos, 100),
        programs.of("walnats", &["breaking", "--against", "./old"], &protos, 1),
        programs.of("buf", &["breaking", "--against", ".git#ref=HEAD"], &protos, 100),
        programs.of("walnats", &["breaking", "--against", "HEAD"], &protos, 1),
        programs.of("buf", &["lint"], &protos, 0),
        programs.of("walnats", &["check"], &protos, 0),
        programs.of("walnats", &["breaking", "--against", "HEAD"], &webhooks, 1),
    ];
    let mut pairs = vec![(1, 0), (3, 2), (5, 4), (6, 2)];
    let fmt = programs.of("walnats", &["fmt", "--check"], &protos, 0);
    if has_command(&fmt.program, "fmt")? {
        measured.extend([programs.of("buf", &["format", "-d", "--exit-code"], &protos, 0), fmt]);
        pairs.push((8, 7));
    } else {
        println!("`walnats fmt` does not exist yet: `buf format -d --exit-code` is not measured");
    }
    for _ in 0..ROUNDS {
        measured.iter_mut().try_for_each(Measured::run)?;
    }
    println!(
        "\ncommands over a hundred protobuf files, and over GitHub's 600 KB of JSON Schema with one event changed:"
    );
    for (own, other) in pairs {
        let (own, other) = (&measured[own], &measured[other]);
        let ratio = |of: fn(&Measured) -> &Vec<f64>| median(of(own).clone()) / median(of(other).clone());
        let over = if own.folder == webhooks { "GitHub's schema, " } else { "" };
        println!(
            "  {over}{}: {:.2} of the CPU time of {} ({:.2} of the time that passes)",
            own.name,
            ratio(|measured| &measured.spent),
            other.name,
            ratio(|measured| &measured.passed)
        );
    }
    println!("medians of {ROUNDS} runs:");
    for command in &measured {
        let shown = |times: &Vec<f64>| format!("{:.1?}", Duration::from_secs_f64(median(times.clone())));
        let over = if command.folder == webhooks { " (GitHub's schema)" } else { "" };
        println!("  {}{over}: {} of CPU, {} pass", command.name, shown(&command.spent), shown(&command.passed));
    }
    Ok(())
}

fn has_command(program: &Path, name: &str) -> Result<bool> {
    let mut help = Command::new(program);
    let status = help.args(["walnats", name, "--help"]).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    Ok(status.success())
}

/// GitHub's webhooks as a package, committed; then one event is changed.
fn write_github(folder: &Path, schema: &Value) -> Result<()> {
    fs::create_dir_all(folder.join("schemas"))?;
    fs::write(folder.join("walnats.toml"), include_str!("../../events/walnats.toml"))?;
    let path = folder.join("schemas/github.json");
    fs::write(&path, serde_json::to_string_pretty(schema)?)?;
    commit(folder)?;
    let mut new = schema.clone();
    let name = "star$created";
    let event = &mut new["definitions"][name];
    if event.is_null() {
        return Err(format!("GitHub's schema has no `{name}`").into());
    }
    let mut alone = serde_json::json!({ "definitions": { name: event.take() } });
    plant(&mut alone, &mut 1);
    new["definitions"][name] = alone["definitions"][name].take();
    new["definitions"][name]["properties"]["starred_at"] = serde_json::json!({"type": "string", "minLength": 30});
    fs::write(&path, serde_json::to_string_pretty(&new)?)?;
    Ok(())
}

/// Makes a repository of the folder, with one commit of all that is in it.
pub fn commit(folder: &Path) -> Result<()> {
    let identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false"];
    git(folder, ["init", "-q", "."])?;
    git(folder, ["add", "-A"])?;
    git(folder, identity.into_iter().chain(["commit", "-q", "-m", "old"]))
}

fn git<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let arguments: Vec<&OsStr> = arguments.into_iter().map(OsStr::new).collect();
    let status = Command::new("git").args(&arguments).current_dir(folder).status()?;
    if status.success() { Ok(()) } else { Err(format!("`git {arguments:?}` failed").into()) }
}

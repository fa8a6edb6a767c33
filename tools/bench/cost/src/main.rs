//! What it costs to build GitHub's 600 KB of schema, beside typify, and a hundred protobuf files, beside prost-build, in
//! processor time: running the unoptimised build script, and `cargo check` of what came out. Also: lines, and how many crates a
//! user's build script needs.
//!
//! `cargo run --manifest-path tools/bench/Cargo.toml -p cost`; `-- json`, `-- protobuf` or `-- crates` runs one part.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const ROUNDS: usize = 5;

/// A package with a build script that generates, and its name.
struct Candidate {
    package: &'static str,
    /// As Cargo built it: `.../build/<package>-<hash>/out`.
    out: PathBuf,
    script: PathBuf,
}

fn main() -> Result<()> {
    let part = env::args().nth(1);
    if !matches!(part.as_deref(), None | Some("json" | "protobuf" | "crates")) {
        return Err("the parts are `json`, `protobuf` and `crates`".into());
    }
    let runs = |name: &str| part.as_deref().is_none_or(|part| part == name);
    if runs("json") {
        beside("typify", ["bench-events", "bench-typify"], [0.5, 0.5, 1.0])?;
    }
    if runs("protobuf") {
        // prost's own code is a part of ours.
        beside("prost-build", ["bench-messages", "bench-prost"], [0.0; 3])?;
    }
    if runs("crates") {
        println!("{:<44} {:>8} {:>10}", "crates that a JSON-only build script needs", "<= 40", crates()?);
    }
    Ok(())
}

/// What two packages cost: that of walnats, and that of another. A goal of 0 is none.
fn beside(other: &str, packages: [&'static str; 2], goals: [f64; 3]) -> Result<()> {
    let [ours, theirs] = packages.map(Candidate::prepare);
    let candidates = [ours?, theirs?];
    let (mut generate, mut check) = ([f64::INFINITY; 2], [f64::INFINITY; 2]);
    for _ in 0..ROUNDS {
        for (index, candidate) in candidates.iter().enumerate() {
            generate[index] = generate[index].min(candidate.generate()?);
            check[index] = check[index].min(candidate.check()?);
        }
    }
    let lines = [lines(&candidates[0].out)?, lines(&candidates[1].out)?].map(|lines| lines as f64);
    println!("{:<44} {:>8} {:>10} {other:>11} {:>8}", "", "goal", "walnats", "ratio");
    let rows = [
        ("generating, seconds of processor time", generate),
        ("cargo check, seconds of processor time", check),
        ("lines generated", lines),
    ];
    for ((name, [ours, theirs]), goal) in rows.into_iter().zip(goals) {
        let ratio = ours / theirs;
        let missed = if ratio <= goal || goal == 0.0 { "" } else { "  missed" };
        let bound = if goal == 0.0 { String::new() } else { format!("<= {goal}") };
        println!("{name:<44} {bound:>8} {ours:>10.2} {theirs:>11.2} {ratio:>8.2}{missed}");
    }
    Ok(())
}

impl Candidate {
    /// Builds the package and everything it needs, so that what is measured later is the package alone.
    fn prepare(package: &'static str) -> Result<Self> {
        cargo(&["check", "--package", package])?;
        let output = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--message-format=json", "--manifest-path"])
            .arg(manifest())
            .args(["--package", package])
            .stderr(Stdio::inherit())
            .output()?;
        let messages = String::from_utf8(output.stdout)?;
        let message = messages
            .lines()
            .find(|line| line.contains("\"build-script-executed\"") && line.contains(&format!("/build/{package}-")))
            .ok_or("a build script")?;
        let out = message.split_once("\"out_dir\":\"").and_then(|(_, rest)| rest.split_once('"')).ok_or("out_dir")?.0;
        // The script was built into another folder of the same name.
        let script = messages
            .lines()
            .filter(|line| line.contains("\"custom-build\""))
            .flat_map(|line| line.split('"'))
            .find(|text| text.contains(&format!("/build/{package}-")) && text.ends_with("/build-script-build"))
            .ok_or("an executable")?;
        Ok(Self { package, out: PathBuf::from(out), script: PathBuf::from(script) })
    }

    /// Seconds of processor time that the build script takes.
    fn generate(&self) -> Result<f64> {
        let dir = manifest().with_file_name(self.package.trim_start_matches("bench-"));
        let scratch = env::temp_dir().join(format!("walnats-bench-{}-{}", std::process::id(), self.package));
        fs::create_dir_all(&scratch)?;
        let before = processor_time()?;
        let status = Command::new(&self.script)
            .current_dir(&dir)
            .env("CARGO_MANIFEST_DIR", &dir)
            .env("OUT_DIR", &scratch)
            .stdout(Stdio::null())
            .status()?;
        let time = processor_time()? - before;
        fs::remove_dir_all(&scratch)?;
        if status.success() { Ok(time) } else { Err(format!("the build script of {} failed", self.package).into()) }
    }

    /// Seconds of processor time that `cargo check` of the generated code takes, with all dependencies there.
    fn check(&self) -> Result<f64> {
        let lib = manifest().with_file_name(self.package.trim_start_matches("bench-")).join("src/lib.rs");
        fs::File::options().append(true).open(lib)?.set_modified(std::time::SystemTime::now())?;
        let before = processor_time()?;
        cargo(&["check", "--package", self.package])?;
        Ok(processor_time()? - before)
    }
}

fn manifest() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("Cargo.toml")
}

fn cargo(arguments: &[&str]) -> Result<()> {
    let (command, arguments) = arguments.split_first().ok_or("a command")?;
    let status = Command::new(env!("CARGO"))
        .args([command, "--quiet", "--manifest-path"])
        .arg(manifest())
        .args(arguments)
        // Incremental builds would measure what was there before.
        .env("CARGO_INCREMENTAL", "0")
        .status()?;
    if status.success() { Ok(()) } else { Err(format!("cargo {command} failed").into()) }
}

/// Seconds of processor time of all children that ended (proc(5): `cutime` and `cstime` of `stat`, in hundredths).
fn processor_time() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit_once(')').ok_or("stat")?.1.split_whitespace().collect();
    Ok((fields[13].parse::<f64>()? + fields[14].parse::<f64>()?) / 100.0)
}

/// Lines of Rust in a folder.
fn lines(folder: &Path) -> Result<usize> {
    let mut lines = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            lines += self::lines(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            lines += fs::read_to_string(&path)?.lines().count();
        }
    }
    Ok(lines)
}

/// The crates that `walnats-codegen` needs with its default features, itself included.
fn crates() -> Result<usize> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--quiet", "--edges", "normal,build", "--prefix", "none", "--manifest-path"])
        .arg(manifest())
        .args(["--package", "walnats-codegen"])
        .output()?;
    let tree = String::from_utf8(output.stdout)?;
    let mut names: Vec<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names.len())
}

//! Runs the steps of `action.yml` as a runner does: in a clean environment, with bash, and with the files of a run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;
use walnats_harness::nested::workspace;

use crate::github::{GitHub, TOKEN};
use crate::yaml;

/// A job with one step that uses the action.
pub struct Job<'a> {
    pub github: &'a GitHub,
    /// The action's checkout.
    pub action: PathBuf,
    /// Where the action is from, and of which ref; empty for one in a folder.
    pub origin: (&'a str, &'a str),
    /// The checkout of the repository.
    pub workspace: &'a Path,
    pub event_name: &'a str,
    pub event: Value,
    pub variables: BTreeMap<&'a str, String>,
    pub inputs: BTreeMap<&'a str, &'a str>,
    /// What `actions/cache` keeps; `None` for what all jobs of the tests share.
    pub cache: Option<PathBuf>,
}

/// How the step ended.
pub struct Ended {
    pub code: i32,
    pub log: String,
    pub summary: String,
    pub outputs: BTreeMap<String, String>,
    /// SARIF files by their names.
    pub sarif: BTreeMap<String, Value>,
    /// What was put on the PATH.
    pub path: String,
}

impl Ended {
    /// Lines that the runner takes for annotations.
    pub fn annotations(&self) -> Vec<&str> {
        let is_annotation =
            |line: &&str| ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start));
        self.log.lines().filter(is_annotation).collect()
    }
}

impl<'a> Job<'a> {
    /// A job of which the action comes from a release on `github`.
    pub fn new(github: &'a GitHub, workspace_folder: &'a Path, event_name: &'a str, event: Value) -> Self {
        github.state().files.extend(release().clone());
        Self {
            github,
            action: workspace().to_owned(),
            origin: ("OWNER/walnats", concat!("v", env!("CARGO_PKG_VERSION"))),
            workspace: workspace_folder,
            event_name,
            event,
            variables: BTreeMap::new(),
            inputs: BTreeMap::new(),
            cache: None,
        }
    }

    pub fn run(&self) -> Ended {
        let manifest = yaml::read(&self.action.join("action.yml"));
        let temporary = tempfile::tempdir().unwrap();
        let mut step = Steps {
            job: self,
            manifest: &manifest,
            temporary,
            outputs: BTreeMap::new(),
            log: String::new(),
            path: String::new(),
        };
        let mut code = 0;
        for (number, definition) in manifest["runs"]["steps"].as_array().unwrap().iter().enumerate() {
            code = step.run(number, definition);
            if code != 0 {
                break;
            }
        }
        let mut outputs = BTreeMap::new();
        for (name, output) in manifest["outputs"].as_object().unwrap() {
            outputs.insert(name.clone(), step.expand(output["value"].as_str().unwrap()));
        }
        let sarif =
            outputs.get("sarif").map(PathBuf::from).filter(|folder| folder.is_dir()).map(|folder| logs(&folder));
        let summary = fs::read_to_string(step.file("summary")).unwrap_or_default();
        Ended { code, log: step.log, summary, outputs, sarif: sarif.unwrap_or_default(), path: step.path }
    }
}

struct Steps<'a> {
    job: &'a Job<'a>,
    manifest: &'a Value,
    temporary: TempDir,
    /// By `step.name`.
    outputs: BTreeMap<String, String>,
    log: String,
    path: String,
}

impl Steps<'_> {
    fn run(&mut self, number: usize, definition: &Value) -> i32 {
        if let Some(condition) = definition["if"].as_str() {
            let (left, right) = condition.split_once(" != ").unwrap();
            if self.value(left) == right.trim_matches('\'') {
                return 0;
            }
        }
        let id = definition["id"].as_str().unwrap_or_default();
        if let Some(uses) = definition["uses"].as_str() {
            self.cache(uses, id, &definition["with"]);
            return 0;
        }
        assert_eq!(definition["shell"], "bash");
        let script = self.temporary.path().join(format!("step-{number}.sh"));
        // Nothing of the inputs becomes a part of a script.
        let text = definition["run"].as_str().unwrap();
        assert!(!text.contains("${{"), "{text}");
        fs::write(&script, text).unwrap();
        let output = self.file(&format!("output-{number}"));
        let path = self.file(&format!("path-{number}"));
        fs::write(self.file("event.json"), self.job.event.to_string()).unwrap();
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&script)
            .current_dir(self.job.workspace)
            .env_clear();
        for name in ["PATH", "HOME", "SYSTEMROOT", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            bash.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        bash.env("RUNNER_TEMP", self.temporary.path())
            .env("GITHUB_ACTION_PATH", &self.job.action)
            .env("GITHUB_API_URL", format!("{}/api", self.job.github.url))
            .env("GITHUB_EVENT_NAME", self.job.event_name)
            .env("GITHUB_EVENT_PATH", self.file("event.json"))
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_PATH", &path)
            .env("GITHUB_REPOSITORY", "team/shop")
            .env("GITHUB_RUN_ID", "7")
            .env("GITHUB_SERVER_URL", &self.job.github.url)
            .env("GITHUB_STEP_SUMMARY", self.file("summary"))
            .env("GITHUB_WORKSPACE", self.job.workspace)
            .env("GITHUB_ACTIONS", "true")
            .env("CI", "true");
        bash.envs(&self.job.variables);
        for (name, value) in definition["env"].as_object().into_iter().flatten() {
            bash.env(name, self.expand(value.as_str().unwrap()));
        }
        let ran = bash.output().unwrap();
        self.log += &String::from_utf8_lossy(&ran.stdout);
        self.log += &String::from_utf8_lossy(&ran.stderr);
        let set = outputs(&fs::read_to_string(&output).unwrap_or_default());
        self.outputs.extend(set.into_iter().map(|(name, value)| (format!("{id}.{name}"), value)));
        self.path += &fs::read_to_string(&path).unwrap_or_default();
        ran.status.code().unwrap()
    }

    /// What `actions/cache` does.
    fn cache(&mut self, uses: &str, id: &str, with: &Value) {
        let argument = |name: &str| self.expand(with[name].as_str().unwrap());
        let (folder, key) = (PathBuf::from(argument("path")), argument("key"));
        let kept = self.job.cache.clone().unwrap_or_else(|| shared_cache().to_owned()).join(key);
        let uses = uses.split('@').next().unwrap();
        match uses {
            "actions/cache/restore" => {
                let is_hit = kept.is_dir();
                if is_hit {
                    copy(&kept, &folder);
                }
                self.outputs.insert(format!("{id}.cache-hit"), is_hit.to_string());
            }
            "actions/cache/save" if !kept.is_dir() => {
                // Another job may do the same at the same time.
                let partial = tempfile::tempdir_in(kept.parent().unwrap()).unwrap().keep();
                copy(&folder, &partial);
                let _ = fs::rename(&partial, &kept);
            }
            "actions/cache/save" => {}
            other => panic!("the tests do not know {other}"),
        }
    }

    fn expand(&self, text: &str) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let (expression, after) = after.split_once("}}").unwrap();
            expanded += before;
            expanded += &self.value(expression);
            rest = after;
        }
        expanded + rest
    }

    fn value(&self, expression: &str) -> String {
        let parts: Vec<&str> = expression.trim().split('.').collect();
        match parts[..] {
            ["inputs", name] => match self.job.inputs.get(name) {
                Some(value) => (*value).to_owned(),
                None => self.expand(self.manifest["inputs"][name]["default"].as_str().unwrap()),
            },
            ["github", "token"] => TOKEN.to_owned(),
            ["github", "action_repository"] => self.job.origin.0.to_owned(),
            ["github", "action_ref"] => self.job.origin.1.to_owned(),
            ["steps", id, "outputs", name] => self.outputs.get(&format!("{id}.{name}")).cloned().unwrap_or_default(),
            _ => panic!("the tests do not know {expression}"),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.temporary.path().join(format!("_{name}"))
    }
}

/// `name<<end`, lines, `end`; or `name=value`.
fn outputs(text: &str) -> Vec<(String, String)> {
    let mut outputs = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some((name, end)) = line.split_once("<<") {
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            outputs.push((name.to_owned(), value.join("\n")));
        } else if let Some((name, value)) = line.split_once('=') {
            outputs.push((name.to_owned(), value.to_owned()));
        }
    }
    outputs
}

fn logs(folder: &Path) -> BTreeMap<String, Value> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let log = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
    };
    entries.map(log).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        // The program is large.
        if fs::hard_link(entry.path(), &to).is_err() {
            fs::copy(entry.path(), &to).unwrap();
        }
    }
}

fn shared_cache() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("actions-cache");
        // The program may have changed since.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    })
}

/// A release of this program, as `release.yml` packs it: files by their paths on the server.
pub fn release() -> &'static BTreeMap<String, Vec<u8>> {
    static RELEASE: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    RELEASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let program = env!("CARGO_BIN_EXE_walnats");
        let package = workspace().join("tools/action/package.mjs");
        let packed = Command::new("node").arg(package).args([target(), program]).arg(folder.path()).output().unwrap();
        assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stdout));
        let version = env!("CARGO_PKG_VERSION");
        let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let file = |path: PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (format!("/OWNER/walnats/releases/download/v{version}/{name}"), fs::read(path).unwrap())
        };
        entries.map(file).collect()
    })
}

/// This platform, as releases name it.
pub fn target() -> &'static str {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "x86_64-unknown-linux-musl",
        ("linux", "aarch64") => "aarch64-unknown-linux-musl",
        ("macos", "x86_64") => "x86_64-apple-darwin",
        ("macos", "aarch64") => "aarch64-apple-darwin",
        ("windows", "x86_64") => "x86_64-pc-windows-msvc",
        other => panic!("there are no releases for {other:?}"),
    }
}

//! A team's week: a remote, a package with JSON, YAML and protobuf, and ten pull requests, each with what its team gets to see.
//!
//! `WALNATS_BLESS=1` writes what is expected, `week/expected/*.txt`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use walnats_harness::nested::workspace;

use crate::action::{Ended, Job};
use crate::github::GitHub;
use crate::team::{Depth, Pull, Team, replace};

const COMMANDS: &str = "check\nfmt\nbreaking\ntest\ngenerate --out src/events";

const ORDER: &str = "schemas/order_placed.json";
const USER: &str = "schemas/user_created.yaml";
const SHIPMENT: &str = "schemas/shop/v1/shipment.proto";

/// Exit codes of `check`, `fmt`, `breaking`, `test` and `generate`.
type Codes = [i64; 5];

struct Week {
    team: Team,
    github: GitHub,
}

impl Week {
    fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/places/week/package");
        let mut files = Vec::new();
        collect(&folder, &mut files);
        let files: Vec<(String, String)> = files
            .iter()
            .map(|path| {
                (
                    path.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/"),
                    fs::read_to_string(path).unwrap(),
                )
            })
            .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let team = Team::new(&files);
        generate(&team.work());
        team.push("main", "Generated code");
        Self { team, github: GitHub::start() }
    }

    fn run(&self, pull: &Pull) -> Ended {
        let mut job = Job::new(&self.github, &pull.workspace, "pull_request", pull.event.clone());
        job.inputs.insert("commands", COMMANDS);
        job.run()
    }

    /// What a pull request shows: exit codes first, then everything against the golden file.
    fn shows(&self, name: &str, pull: &Pull, codes: Codes) {
        let ended = self.run(pull);
        let found = exit_codes(&ended);
        assert_eq!(found, codes, "{name}: {}", ended.log);
        let worst = i32::try_from(codes.into_iter().max().unwrap_or_default()).unwrap();
        assert_eq!(ended.code, worst, "{name}");
        let comments = self.github.bodies();
        let text =
            shown(&ended, &comments).replace(&self.github.url, "https://github.example").replace(head(pull), "HEAD");
        is_expected(name, &text);
    }
}

fn head(pull: &Pull) -> &str {
    pull.event["pull_request"]["head"]["sha"].as_str().unwrap()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

fn walnats(folder: &Path, arguments: &[&str]) {
    let ran = Command::new(env!("CARGO_BIN_EXE_walnats")).args(arguments).current_dir(folder).output().unwrap();
    assert!(
        ran.status.success(),
        "walnats {arguments:?}: {}{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
}

fn generate(folder: &Path) {
    walnats(folder, &["generate", "--out", "src/events"]);
}

fn exit_codes(ended: &Ended) -> Codes {
    ["check", "fmt", "breaking", "test", "generate"]
        .map(|name| ended.sarif[name]["runs"][0]["invocations"][0]["exitCode"].as_i64().unwrap_or(-1))
}

/// Everything that the team gets to see.
fn shown(ended: &Ended, comments: &[String]) -> String {
    let mut text = format!("{} ({})\n\n== annotations\n", ended.outputs["conclusion"], ended.code);
    for line in ended.annotations() {
        let _ = writeln!(text, "{line}");
    }
    text += "\n== SARIF\n";
    for (command, log) in &ended.sarif {
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let _ = writeln!(text, "{command}: {}", result_line(result));
        }
    }
    text += "\n== comments\n";
    for comment in comments {
        let _ = writeln!(text, "{}\n", comment.trim_end());
    }
    text.trim_end().to_owned() + "\n"
}

/// `WN0801 error schemas/order_placed.json:14:7 (accepted: why)`
fn result_line(result: &Value) -> String {
    let place = &result["locations"][0]["physicalLocation"];
    let mut line = format!("{} {} ", result["ruleId"].as_str().unwrap(), result["level"].as_str().unwrap());
    line += place["artifactLocation"]["uri"].as_str().unwrap();
    if let Some(region) = place["region"].as_object() {
        let _ = write!(line, ":{}:{}", region["startLine"], region["startColumn"]);
    }
    for given in result["suppressions"].as_array().into_iter().flatten() {
        let _ = write!(line, " ({}: {})", given["status"].as_str().unwrap(), given["justification"].as_str().unwrap());
    }
    line
}

fn is_expected(name: &str, text: &str) {
    let path = workspace().join("walnats-cli/tests/places/week/expected").join(format!("{name}.txt"));
    if std::env::var_os("WALNATS_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{}; WALNATS_BLESS=1 writes it", path.display());
}

#[test]
fn a_misspelt_keyword() {
    let week = Week::start();
    let pull = week.team.pull(1, Depth::Full, |work| {
        replace(work, ORDER, "\"maxLength\": 200", "\"maxLenght\": 200");
    });
    // It is in the way of everything that needs the schema, and said once.
    week.shows("1-misspelt-keyword", &pull, [1, 0, 1, 1, 1]);
}

#[test]
fn a_narrowed_bound() {
    let week = Week::start();
    let pull = week.team.pull(2, Depth::Full, |work| {
        replace(work, ORDER, "\"maxLength\": 40", "\"maxLength\": 36");
        generate(work);
    });
    week.shows("2-narrowed-bound", &pull, [0, 0, 1, 0, 0]);
}

#[test]
fn a_new_optional_member() {
    let week = Week::start();
    let pull = week.team.pull(3, Depth::Full, |work| {
        let member = "format: email\n  referrer:\n    description: Where the user came from.\n    type: string\n    maxLength: 200\n";
        replace(work, USER, "format: email\n", member);
        generate(work);
    });
    week.shows("3-new-optional-member", &pull, [0, 0, 0, 0, 0]);
}

#[test]
fn a_renamed_event() {
    let week = Week::start();
    let pull = week.team.pull(4, Depth::Full, |work| {
        fs::rename(work.join(USER), work.join("schemas/user_registered.yaml")).unwrap();
        replace(work, "schemas/user_registered.yaml", "UserCreated", "UserRegistered");
        generate(work);
    });
    week.shows("4-renamed-event", &pull, [0, 0, 1, 0, 0]);
}

#[test]
fn generated_code_that_is_stale() {
    let week = Week::start();
    let pull = week.team.pull(5, Depth::Full, |work| {
        replace(work, USER, "description: Not verified yet.", "description: Verified within a day.");
    });
    week.shows("5-stale-code", &pull, [0, 0, 0, 0, 1]);
}

#[test]
fn a_stream_that_shrinks() {
    let week = Week::start();
    let pull = week.team.pull(6, Depth::Full, |work| {
        replace(work, "walnats.toml", "max_messages = 1000000", "max_messages = 10000");
        replace(work, "walnats.toml", "max_age = \"365d\"", "max_age = \"30d\"");
        generate(work);
    });
    week.shows("6-shrinking-stream", &pull, [0, 0, 1, 0, 0]);
}

#[test]
fn a_sample_that_no_longer_holds() {
    let week = Week::start();
    let pull = week.team.pull(7, Depth::Full, |work| {
        replace(work, ORDER, "\"maximum\": 1000", "\"maximum\": 5000");
        generate(work);
    });
    week.shows("7-sample", &pull, [1, 0, 0, 1, 0]);
}

#[test]
fn a_field_number_that_is_used_again() {
    let week = Week::start();
    let pull = week.team.pull(8, Depth::Full, |work| {
        replace(work, SHIPMENT, "  // Grams.\n  uint32 weight = 3;\n", "  // Where it is now.\n  string place = 3;\n");
        generate(work);
    });
    week.shows("8-field-number", &pull, [0, 0, 1, 0, 0]);
}

#[test]
fn formatting_only() {
    let week = Week::start();
    let pull = week.team.pull(9, Depth::Full, |work| {
        replace(
            work,
            ORDER,
            "\"required\": [\"order_id\", \"quantity\"]",
            "\"required\":   [\"order_id\",\"quantity\"]",
        );
        replace(work, SHIPMENT, "  string carrier = 2;", "    string carrier=2;");
    });
    week.shows("9-formatting", &pull, [0, 1, 0, 0, 0]);
}

#[test]
fn a_break_that_is_approved() {
    let week = Week::start();
    let pull = week.team.pull(10, Depth::Full, |work| {
        replace(work, ORDER, "\"maxLength\": 40", "\"maxLength\": 36");
        generate(work);
    });
    week.shows("10-before-approval", &pull, [0, 0, 1, 0, 0]);
    // The comment says how.
    let comment = week.github.bodies().remove(0);
    let (_, after) = comment.split_once("walnats accept ").unwrap();
    let fingerprint = &after[..12];
    walnats(&week.team.work(), &["accept", fingerprint, "--reason", "ids are UUIDs since 2024"]);
    let pull = week.team.update_pull(10, Depth::Full);
    week.shows("10-approved", &pull, [0, 0, 0, 0, 0]);
    // The approval is of the change: it holds when the file is laid out differently and lines move.
    week.github.changes();
    replace(&week.team.work(), ORDER, "{\n  \"$schema\"", "{\n  \"$comment\": \"Ids are UUIDs.\",\n  \"$schema\"");
    generate(&week.team.work());
    let pull = week.team.update_pull(10, Depth::Full);
    let ended = week.run(&pull);
    assert_eq!(exit_codes(&ended), [0; 5], "{}", ended.log);
    assert_eq!(week.github.changes(), [""; 0]);
}

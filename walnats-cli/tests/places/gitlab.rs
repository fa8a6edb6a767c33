//! The component for GitLab: its script, run in clones as its runner makes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use walnats_harness::nested::workspace;

use crate::comments::SCHEMA;
use crate::team::{Depth, Team, replace};
use crate::yaml;

const FILE: &str = "schemas/user_created.json";

/// A job of the component.
struct Ran {
    code: i32,
    log: String,
    quality: Value,
    junit: String,
}

/// Runs the job of one command.
fn run(project: &Path, command: &str, inputs: &[(&str, &str)], variables: &[(&str, &str)]) -> Ran {
    let [header, body] = &yaml::documents(&workspace().join("templates/walnats.yml"))[..] else {
        panic!("two documents")
    };
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    for (name, input) in header["spec"]["inputs"].as_object().unwrap() {
        values.insert(name, input["default"].as_str().unwrap_or_default().to_owned());
    }
    values.extend(inputs.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let job = &body["walnats"];
    let expand = |text: &Value| {
        let text = text.as_str().unwrap().to_owned();
        values.iter().fold(text, |text, (name, value)| text.replace(&format!("$[[ inputs.{name} ]]"), value))
    };
    let lines = ["before_script", "script"]
        .map(|part| job[part].as_array().unwrap().iter().map(expand).collect::<Vec<_>>().join("\n"));
    for name in ["walnats-codequality.json", "walnats-junit.xml"] {
        let _ = fs::remove_file(project.join(name));
    }
    let program = Path::new(env!("CARGO_BIN_EXE_walnats")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths([program].into_iter().chain(std::env::split_paths(&path))).unwrap();
    // Runners take bash where it is, and `sh` in images without.
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &lines.join("\n")]).current_dir(project).env_clear();
    shell.env("PATH", path).env("HOME", project).env("CI_PROJECT_DIR", project).env("CI_DEFAULT_BRANCH", "main");
    for (name, value) in job["variables"].as_object().unwrap() {
        shell.env(name, expand(value));
    }
    let ran = shell.env("WALNATS_COMMAND", command).envs(variables.iter().copied()).output().unwrap();
    let quality = fs::read(project.join("walnats-codequality.json")).unwrap_or_default();
    Ran {
        code: ran.status.code().unwrap(),
        log: (String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr)).into_owned(),
        quality: serde_json::from_slice(&quality).unwrap_or_default(),
        junit: fs::read_to_string(project.join("walnats-junit.xml")).unwrap_or_default(),
    }
}

/// What GitLab needs of an issue: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.
fn has_the_shape(issue: &Value) {
    for name in ["description", "check_name", "fingerprint"] {
        assert!(issue[name].as_str().is_some_and(|text| !text.is_empty()), "{issue}");
    }
    assert!(
        ["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()),
        "{issue}"
    );
    let path = issue["location"]["path"].as_str().unwrap();
    assert!(!path.starts_with(['/', '.']), "{issue}");
    assert!(issue["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0), "{issue}");
}

#[test]
fn each_command_writes_both_reports() {
    let team = Team::new(&[(FILE, SCHEMA)]);
    let pull = team.pull(1, Depth::Full, |work| replace(work, FILE, r#""user_id": "u_1""#, r#""user_id":  1"#));
    let base = team.git(&pull.workspace, &["merge-base", "origin/main", "HEAD"]);
    let [header, _] = &yaml::documents(&workspace().join("templates/walnats.yml"))[..] else { panic!("two documents") };
    let commands = header["spec"]["inputs"]["commands"]["default"].as_array().unwrap();
    assert_eq!(commands, &["check", "fmt", "breaking", "test"]);
    let before = fs::read_to_string(pull.workspace.join(FILE)).unwrap();
    for (command, code) in [("check", 1), ("fmt", 1), ("fmt --check", 1), ("test", 0), ("check --verbose", 1)] {
        let ran = run(&pull.workspace, command, &[], &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base)]);
        assert_eq!(ran.code, code, "{command}: {}", ran.log);
        assert_eq!(ran.quality.as_array().unwrap().is_empty(), code == 0, "{command}: {}", ran.quality);
        ran.quality.as_array().unwrap().iter().for_each(has_the_shape);
        assert!(ran.junit.starts_with("<?xml ") && ran.junit.contains("</testsuites>"), "{command}: {}", ran.junit);
    }
    // Nothing is rewritten.
    assert_eq!(fs::read_to_string(pull.workspace.join(FILE)).unwrap(), before);
}

#[test]
fn breaking_is_compared_with_what_the_merge_request_changes() {
    let team = Team::new(&[(FILE, SCHEMA)]);
    let narrow = |work: &Path| replace(work, FILE, r#""minLength": 1"#, r#""minLength": 2"#);
    let pull = team.pull(1, Depth::Full, narrow);
    let first = team.git(&pull.workspace, &["rev-parse", "origin/main"]);
    let base = ("CI_MERGE_REQUEST_DIFF_BASE_SHA", first.as_str());
    let ran = run(&pull.workspace, "breaking", &[], &[base]);
    assert_eq!(ran.code, 1, "{}", ran.log);
    ran.quality.as_array().unwrap().iter().for_each(has_the_shape);

    // The result of a merge is compared with the target: what others have merged since is not in question.
    team.git(&team.work(), &["checkout", "--quiet", "-B", "main", "origin/main"]);
    narrow(&team.work());
    let target = team.push("main", "Narrow");
    let pull = team.pull(2, Depth::Full, |work| fs::write(work.join("notes.txt"), "x").unwrap());
    let merged = [base, ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", target.as_str())];
    assert_eq!(run(&pull.workspace, "breaking", &[], &merged).code, 0);

    // On a branch, with the commit before; a new branch, with where it left the default branch.
    let workspace = team.checkout("refs/heads/main", &target, Depth::Full);
    assert_eq!(run(&workspace, "breaking", &[], &[("CI_COMMIT_BEFORE_SHA", &first)]).code, 1);
    let zeros = "0".repeat(40);
    assert_eq!(run(&workspace, "breaking", &[], &[("CI_COMMIT_BEFORE_SHA", &zeros)]).code, 0);
    assert_eq!(run(&workspace, "breaking", &[("against", &first)], &[("CI_COMMIT_BEFORE_SHA", &zeros)]).code, 1);
    assert_eq!(run(&workspace, &format!("breaking --against {first}"), &[], &[]).code, 1);
}

#[test]
fn a_shallow_clone_is_a_failure_of_the_tool() {
    let team = Team::new(&[(FILE, SCHEMA)]);
    let base = team.git(&team.work(), &["rev-parse", "HEAD"]);
    let pull = team.pull(1, Depth::Shallow, |_| ());
    let ran = run(&pull.workspace, "breaking", &[], &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base)]);
    assert_eq!(ran.code, 2, "{}", ran.log);
    assert!(ran.log.contains("shallow"), "{}", ran.log);
    assert_eq!(ran.quality[0]["severity"], "blocker", "{}", ran.quality);
    assert!(ran.junit.contains("<error "), "{}", ran.junit);
}

#[test]
fn a_package_below_the_root_has_the_paths_of_the_repository() {
    let team = Team::new(&[("services/shop/schemas/user_created.json", SCHEMA)]);
    let pull = team.pull(1, Depth::Full, |work| {
        replace(&work.join("services/shop"), FILE, r#""user_id": "u_1""#, r#""user_id": 1"#);
    });
    let ran = run(&pull.workspace, "check", &[("working-directory", "services/shop")], &[]);
    assert_eq!(ran.code, 1, "{}", ran.log);
    assert_eq!(ran.quality[0]["location"]["path"], "services/shop/schemas/user_created.json");
}

//! The files themselves: valid by the schemas of those who read them, and in step with each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use walnats_harness::nested::workspace;
use walnats_harness::python::python_with;

use crate::yaml;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A tool of the environment for these tests: `pre-commit`, `check-jsonschema`, `lefthook`.
pub fn tool(name: &str) -> PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let packages = ["pre-commit==4.7.0", "check-jsonschema==0.39.0", "lefthook==2.2.2"];
    let python = PYTHON.get_or_init(|| python_with(&packages).unwrap());
    python.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn is_valid(schema: &str, file: &Path) {
    let ran = Command::new(tool("check-jsonschema")).args(["--builtin-schema", schema]).arg(file).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{}: {said}", file.display());
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap()
}

#[test]
fn everything_is_valid_by_the_schemas_of_those_who_read_it() {
    for (schema, path) in [
        ("vendor.github-actions", "action.yml"),
        ("vendor.github-workflows", ".github/workflows/ci.yml"),
        ("vendor.github-workflows", ".github/workflows/release.yml"),
        ("vendor.github-workflows", "examples/ci/github.yml"),
        ("custom.github-workflows-require-timeout", ".github/workflows/ci.yml"),
        ("custom.github-workflows-require-timeout", ".github/workflows/release.yml"),
        ("vendor.gitlab-ci", "examples/ci/gitlab.yml"),
        ("vendor.renovate", "examples/ci/renovate.json"),
    ] {
        is_valid(schema, &workspace().join(path));
    }
    // The schema is one of a document without a header.
    let folder = tempfile::tempdir().unwrap();
    let component = folder.path().join("walnats.yml");
    let text = read("templates/walnats.yml");
    fs::write(&component, text.split_once("\n---\n").unwrap().1).unwrap();
    is_valid("vendor.gitlab-ci", &component);

    for (command, path) in
        [("validate-manifest", ".pre-commit-hooks.yaml"), ("validate-config", "examples/ci/pre-commit-config.yaml")]
    {
        let ran = Command::new(tool("pre-commit")).arg(command).arg(workspace().join(path)).output().unwrap();
        assert!(ran.status.success(), "{path}: {}", String::from_utf8_lossy(&ran.stdout));
    }
}

#[test]
fn the_inputs_of_the_action_are_documented() {
    let manifest = yaml::read(&workspace().join("action.yml"));
    let readme = read("examples/ci/README.md");
    for name in manifest["inputs"].as_object().unwrap().keys() {
        assert!(readme.contains(&format!("| `{name}` |")), "examples/ci/README.md does not say what `{name}` is");
    }
    for name in manifest["outputs"].as_object().unwrap().keys() {
        assert!(readme.contains(&format!("`{name}`")), "examples/ci/README.md does not say what `{name}` is");
    }
}

#[test]
fn examples_and_component_name_this_version() {
    let component = &yaml::documents(&workspace().join("templates/walnats.yml"))[0];
    assert_eq!(component["spec"]["inputs"]["version"]["default"], VERSION);
    for (path, said) in [
        ("examples/ci/github.yml", format!("OWNER/walnats@v{VERSION}")),
        ("examples/ci/gitlab.yml", format!("OWNER/walnats/walnats@{VERSION}")),
        ("examples/ci/pre-commit-config.yaml", format!("rev: v{VERSION}")),
        ("examples/ci/README.md", format!("OWNER/walnats@v{VERSION}")),
    ] {
        assert!(read(path).contains(&said), "{path} does not have `{said}`");
    }
}

#[test]
fn releases_are_made_for_the_platforms_that_the_action_looks_for() {
    let workflow = yaml::read(&workspace().join(".github/workflows/release.yml"));
    let made = workflow["jobs"]["program"]["strategy"]["matrix"]["include"].as_array().unwrap();
    let made: BTreeSet<&str> = made.iter().filter_map(|row| row["target"].as_str()).collect();
    let program = read("tools/action/program.mjs");
    let table = program.split_once("TARGETS = {").unwrap().1.split_once("};").unwrap().0;
    let wanted: BTreeSet<&str> = table.split('"').skip(3).step_by(4).collect();
    assert_eq!(made, wanted);
}

#[test]
fn examples_name_hooks_and_inputs_that_exist() {
    let hooks = yaml::read(&workspace().join(".pre-commit-hooks.yaml"));
    let hooks: BTreeSet<&str> = hooks.as_array().unwrap().iter().filter_map(|hook| hook["id"].as_str()).collect();
    let config = yaml::read(&workspace().join("examples/ci/pre-commit-config.yaml"));
    for hook in config["repos"][0]["hooks"].as_array().unwrap() {
        assert!(hooks.contains(hook["id"].as_str().unwrap()), "{hook}");
    }
    let inputs = &yaml::documents(&workspace().join("templates/walnats.yml"))[0]["spec"]["inputs"];
    let include = yaml::read(&workspace().join("examples/ci/gitlab.yml"));
    for name in include["include"][0]["inputs"].as_object().unwrap().keys() {
        assert!(inputs.get(name).is_some(), "{name}");
    }
    let outputs = yaml::read(&workspace().join("action.yml"))["outputs"].clone();
    let workflow = yaml::read(&workspace().join("examples/ci/github.yml"));
    let steps: Vec<&Value> = workflow["jobs"]["walnats"]["steps"].as_array().unwrap().iter().collect();
    let upload = steps.last().unwrap()["with"]["sarif_file"].as_str().unwrap();
    let output = upload.rsplit_once("outputs.").unwrap().1.trim_end_matches([' ', '}']);
    assert!(outputs.get(output).is_some(), "{upload}");
}

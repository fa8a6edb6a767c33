//! Hooks: pre-commit, with the manifest of this repository, and lefthook.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use walnats_harness::nested::workspace;

use crate::comments::SCHEMA;
use crate::files::tool;
use crate::team::{Team, replace, write};

const FILE: &str = "schemas/user_created.json";

/// A bare repository with the manifest, as pre-commit clones it.
fn hooks(team: &Team) -> PathBuf {
    let folder = team.work().parent().unwrap().to_owned();
    let source = folder.join("hooks");
    // The layout of this repository: at its root is a package with examples and without a program.
    let root = "[workspace]\nmembers = [\"walnats-cli\"]\n\n[package]\nname = \"shop-events\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let manifest = "[package]\nname = \"walnats-cli\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[[bin]]\nname = \"walnats\"\npath = \"src/main.rs\"\n";
    // It does what it is told by the program that the tests have built.
    let main = "fn main() {\n    let program = std::env::var_os(\"WALNATS_OF_THE_TEST\").unwrap();\n    \
                println!(\"built by pre-commit\");\n    \
                let status = std::process::Command::new(program).args(std::env::args_os().skip(1)).status().unwrap();\n    \
                std::process::exit(status.code().unwrap());\n}\n";
    let hooks = fs::read_to_string(workspace().join(".pre-commit-hooks.yaml")).unwrap();
    write(
        &source,
        &[
            (".pre-commit-hooks.yaml", &hooks),
            ("Cargo.toml", root),
            ("src/lib.rs", ""),
            ("examples/quickstart.rs", "fn main() {}\n"),
            ("walnats-cli/Cargo.toml", manifest),
            ("walnats-cli/src/main.rs", main),
        ],
    );
    assert!(
        workspace().join("examples/quickstart.rs").is_file(),
        "Cargo installs nothing at the root only because it has examples"
    );
    team.git(&source, &["init", "--quiet"]);
    team.git(&source, &["add", "--all"]);
    team.git(&source, &["commit", "--quiet", "--message", "Hooks"]);
    team.git(&source, &["tag", "v0.1.0"]);
    team.git(&folder, &["clone", "--quiet", "--bare", "hooks", "hooks.git"]);
    folder.join("hooks.git")
}

fn configure(team: &Team, repository: &Path, hooks: &str) {
    let config = format!("repos:\n  - repo: file://{}\n    rev: v0.1.0\n    hooks:\n{hooks}", repository.display());
    write(&team.work(), &[(".pre-commit-config.yaml", &config)]);
    team.git(&team.work(), &["add", "--all"]);
}

/// The exit code and what was printed.
fn run(team: &Team, tool: &mut Command) -> (i32, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_walnats"));
    let path = std::env::var_os("PATH").unwrap();
    let folders = [program.parent().unwrap().to_owned()].into_iter().chain(std::env::split_paths(&path));
    let ran = tool
        .current_dir(team.work())
        .env("PATH", std::env::join_paths(folders).unwrap())
        .env("PRE_COMMIT_HOME", team.work().parent().unwrap().join("pre-commit"))
        .env("WALNATS_OF_THE_TEST", program)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
    (ran.status.code().unwrap(), said.into_owned())
}

fn pre_commit(team: &Team, arguments: &[&str]) -> (i32, String) {
    run(team, Command::new(tool("pre-commit")).args(["run", "--color=never"]).args(arguments))
}

#[test]
fn pre_commit_checks_formats_and_tests() {
    let team = Team::new(&[(FILE, SCHEMA), ("notes.txt", "x")]);
    let repository = hooks(&team);
    configure(
        &team,
        &repository,
        "      - id: walnats-fmt-system\n      - id: walnats-check-system\n      - id: walnats-test-system\n",
    );
    let (_, said) = pre_commit(&team, &["--all-files"]);
    assert!(said.contains("walnats check"), "{said}");
    team.git(&team.work(), &["add", "--all"]);
    let (code, said) = pre_commit(&team, &["--all-files"]);
    assert_eq!((code, said.matches("Passed").count()), (0, 3), "{said}");

    // What is not formatted is formatted, and has to be added.
    let formatted = fs::read_to_string(team.work().join(FILE)).unwrap();
    fs::write(team.work().join(FILE), formatted.replacen(": ", ":     ", 1)).unwrap();
    let (code, said) = pre_commit(&team, &["--all-files"]);
    assert_eq!((code, said.matches("Failed").count()), (1, 1), "{said}");
    assert!(said.contains("files were modified by this hook"), "{said}");
    assert_eq!(fs::read_to_string(team.work().join(FILE)).unwrap(), formatted);

    replace(&team.work(), FILE, r#""user_id": "u_1""#, r#""user_id": 1"#);
    let (code, said) = pre_commit(&team, &["walnats-check-system", "--all-files"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("schemas/user_created.json:") && said.contains("exit code: 1"), "{said}");

    // A commit without schemas runs nothing.
    let (code, said) = pre_commit(&team, &["--files", "notes.txt"]);
    assert_eq!((code, said.matches("Skipped").count()), (0, 3), "{said}");
}

#[test]
fn pre_commit_finds_generated_code_that_is_stale() {
    let team = Team::new(&[
        (FILE, SCHEMA),
        ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.0.0\"\nedition = \"2024\"\n"),
        ("src/lib.rs", "pub mod events;\n"),
    ]);
    let repository = hooks(&team);
    configure(&team, &repository, "      - id: walnats-generate-system\n        args: [--out, src/events]\n");
    let program = env!("CARGO_BIN_EXE_walnats");
    let (code, said) = run(&team, Command::new(program).args(["generate", "--out", "src/events"]));
    assert_eq!(code, 0, "{said}");
    team.git(&team.work(), &["add", "--all"]);
    assert_eq!(pre_commit(&team, &["--all-files"]).0, 0);
    replace(&team.work(), FILE, r#""minLength": 1"#, r#""minLength": 2"#);
    let (code, said) = pre_commit(&team, &["--all-files"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("src/events/user_created.rs: differs"), "{said}");
}

#[test]
fn pre_commit_builds_the_program_where_there_is_none() {
    let team = Team::new(&[(FILE, SCHEMA)]);
    let repository = hooks(&team);
    configure(&team, &repository, "      - id: walnats-check\n        verbose: true\n");
    let (code, said) = pre_commit(&team, &["--all-files"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("built by pre-commit") && said.contains("1 event in 1 stream"), "{said}");
    replace(&team.work(), FILE, r#""user_id": "u_1""#, r#""user_id": 1"#);
    assert_eq!(pre_commit(&team, &["--all-files"]).0, 1);
}

#[test]
fn lefthook_formats_and_checks_before_a_commit() {
    let team = Team::new(&[(FILE, SCHEMA)]);
    let work = team.work();
    fs::copy(workspace().join("examples/ci/lefthook.yml"), work.join("lefthook.yml")).unwrap();
    let lefthook = |hook: &str| {
        run(&team, Command::new(tool("lefthook")).args(["run", hook, "--no-auto-install", "--colors=off"]))
    };
    replace(&work, FILE, r#""minLength": 1"#, r#""minLength":    2"#);
    team.git(&work, &["add", "--all"]);
    let (code, said) = lefthook("pre-commit");
    assert_eq!(code, 0, "{said}");
    // What was formatted is in the commit.
    assert!(team.git(&work, &["diff", "--name-only"]).is_empty());
    assert!(team.git(&work, &["show", &format!(":{FILE}")]).contains(r#""minLength": 2"#), "{said}");
    team.git(&work, &["commit", "--quiet", "--message", "Narrow"]);
    team.git(&work, &["remote", "set-head", "origin", "main"]);
    let (code, said) = lefthook("pre-push");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("user_id"), "{said}");

    replace(&work, FILE, r#""user_id": "u_1""#, r#""user_id": 1"#);
    team.git(&work, &["add", "--all"]);
    let (code, said) = lefthook("pre-commit");
    assert_eq!(code, 1, "{said}");
}

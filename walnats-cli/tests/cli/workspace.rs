//! `--workspace`: several packages as one run.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::program::{USER_CREATED, package, ran, walnats};

fn git(folder: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args([
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "init.defaultBranch=main",
        "-c",
        "commit.gpgsign=false",
    ]);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let ran = ran(git.args(arguments).current_dir(folder));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn all_packages_below_the_root_are_one_run() {
    let wrong = USER_CREATED.replace("\"u1\"", "1");
    let folder = package(&[
        ("services/shop/schemas/user_created.json", &wrong),
        ("services/users/walnats.toml", "[schemas]\nfolders = [\"events\"]\n"),
        ("services/users/events/user_created.json", USER_CREATED),
        ("services/users/inner/schemas/user_created.json", USER_CREATED),
        // None of these is a package.
        ("docs/schemas/notes.txt", ""),
        ("node_modules/other/schemas/a.json", "{\"type\": \"objekt\"}"),
        ("target/schemas/a.json", "{\"type\": \"objekt\"}"),
        (".hidden/schemas/a.json", "{\"type\": \"objekt\"}"),
        ("build/schemas/a.json", "{\"type\": \"objekt\"}"),
        (".gitignore", "build/\n"),
    ]);
    git(folder.path(), &["init", "-q", "."]);
    let ran = walnats(&folder.path().join("services"), &["check", "--workspace"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("services/shop/schemas/user_created.json:5:17"), "{}", ran.stderr);
    assert_eq!(
        ran.stdout,
        "services/shop: 1 event in 1 stream, 1 example: findings: 1 error, 0 warnings\n\
         services/users: 1 event in 1 stream, 1 example: clean\n\
         services/users/inner: 1 event in 1 stream, 1 example: clean\n\
         3 packages: findings: 1 error, 0 warnings\n"
    );
    let named = walnats(folder.path(), &["check", "--workspace", "--root", "services/users", "--format", "json"]);
    let document: Value = serde_json::from_str(&named.stdout).unwrap();
    assert_eq!((named.code, document["cases"].as_array().unwrap().len()), (0, 2));
    assert_eq!(document["cases"][1]["file"], "inner/schemas/user_created.json");

    let github = walnats(&folder.path().join("services"), &["check", "--workspace", "--format", "github"]);
    assert!(github.stdout.starts_with("::error file=services/shop/schemas/user_created.json,"), "{}", github.stdout);
    let empty = tempfile::tempdir().unwrap();
    let lost = walnats(empty.path(), &["check", "--workspace"]);
    assert!(lost.code == 2 && lost.stderr.contains("has walnats.toml or schemas/"), "{}", lost.stderr);
    let refused = walnats(folder.path(), &["generate", "--workspace", "--out", "x"]);
    assert!(refused.code == 2 && refused.stderr.contains("works on one package"), "{}", refused.stderr);
}

#[test]
fn breaking_compares_each_package_with_itself() {
    let folder = package(&[
        ("a/schemas/user_created.json", USER_CREATED),
        ("b/schemas/user_created.json", USER_CREATED),
        ("b/walnats.toml", ""),
    ]);
    git(folder.path(), &["init", "-q", "."]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "x"]);
    let clean = walnats(folder.path(), &["breaking", "--workspace", "--against", "HEAD"]);
    assert_eq!((clean.code, clean.stderr.as_str()), (0, ""));
    assert!(clean.stdout.ends_with("b: 1 event: 1 compatible; clean\n2 packages: clean\n"), "{}", clean.stdout);
    let old = tempfile::tempdir().unwrap();
    git(old.path(), &["clone", "-q", folder.path().to_str().unwrap(), "."]);
    let narrowed = USER_CREATED.replace("\"minLength\": 1", "\"minLength\": 2");
    fs::write(folder.path().join("b/schemas/user_created.json"), &narrowed).unwrap();
    for against in ["HEAD", old.path().to_str().unwrap()] {
        let ran = walnats(folder.path(), &["breaking", "--workspace", "--against", against]);
        assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("  b/schemas/user_created.json:4:"), "{}", ran.stdout);
        assert!(ran.stdout.ends_with("2 packages: findings: 1 error, 0 warnings\n"), "{}", ran.stdout);
        let ran = walnats(folder.path(), &["breaking", "--workspace", "--against", against, "--json"]);
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(document["findings"][0]["file"], "b/schemas/user_created.json");
        assert_eq!(document["findings"][0]["places"][0]["file"], "b/schemas/user_created.json");
        assert_eq!(document["findings"][0]["package"], "b/");
    }
    // The same break in two packages is two findings, for which each is accepted where it is.
    fs::write(folder.path().join("a/schemas/user_created.json"), &narrowed).unwrap();
    let github = walnats(folder.path(), &["breaking", "--workspace", "--against", "HEAD", "--format", "github"]);
    let accept = |package: &str| github.stdout.contains(&format!(" --root {package} --reason"));
    assert!(accept("a") && accept("b"), "{}", github.stdout);
    let gitlab = walnats(folder.path(), &["breaking", "--workspace", "--against", "HEAD", "--format", "gitlab"]);
    let issues: Value = serde_json::from_str(&gitlab.stdout).unwrap();
    assert_ne!(issues[0]["fingerprint"], issues[1]["fingerprint"]);
    let junit = walnats(folder.path(), &["breaking", "--workspace", "--against", "HEAD", "--format", "junit"]);
    assert!(junit.stdout.contains("tests=\"2\" failures=\"2\" errors=\"0\">"), "{}", junit.stdout);
    // What cannot be compared in one package hides nothing of the others.
    let ran = walnats(folder.path(), &["breaking", "--workspace", "--against", "gone", "--format", "json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, document["failure"]["reasons"].as_array().unwrap().len()), (2, 2));
}

#[test]
fn the_root_says_what_is_no_package() {
    let folder = package(&[
        ("walnats.toml", "[workspace]\nexclude = [\"fixtures\", \"examples/*-old/\"]\n"),
        ("a/schemas/user_created.json", USER_CREATED),
        ("fixtures/x/y/schemas/a.json", "{\"type\": \"objekt\"}"),
        ("examples/shop-old/schemas/a.json", "{\"type\": \"objekt\"}"),
        ("examples/shop/schemas/user_created.json", USER_CREATED),
    ]);
    let ran = walnats(folder.path(), &["check", "--workspace", "--root", "."]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (
            0,
            "a: 1 event in 1 stream, 1 example: clean\n\
             examples/shop: 1 event in 1 stream, 1 example: clean\n2 packages: clean\n"
        ),
        "{}",
        ran.stderr
    );
    // With schemas of its own, the root is a package, too.
    fs::create_dir(folder.path().join("schemas")).unwrap();
    fs::write(folder.path().join("schemas/user_created.json"), USER_CREATED).unwrap();
    let ran = walnats(folder.path(), &["check", "--workspace", "--root", "."]);
    assert!(ran.code == 0 && ran.stdout.starts_with(".: 1 event in 1 stream"), "{}{}", ran.stdout, ran.stderr);
    let wrong = "[workspace]\nexlude = []\n";
    fs::write(folder.path().join("walnats.toml"), wrong).unwrap();
    let ran = walnats(folder.path(), &["check"]);
    assert!(ran.code == 1 && ran.stderr.contains("did you mean `exclude`?"), "{}", ran.stderr);
}

/// What this repository keeps for tests is left out, with the reason next to it.
#[test]
fn this_repository_is_a_clean_workspace() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let ran = walnats(&root, &["check", "--workspace", "--deny-warnings", "--root", "."]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains(".: 6 events in 6 streams"), "{}", ran.stdout);
}

/// Streams that the server would refuse, and events that consumers could not tell apart.
#[test]
fn packages_are_compared_with_each_other() {
    let of = |stream: &str, subject: &str| {
        format!(
            r#"{{ "description": "d", "type": "object", "examples": [{{}}],
                 "x-walnats": {{ "subject": "{subject}", "stream": "{stream}" }} }}"#
        )
    };
    let folder = package(&[
        ("a/schemas/order_placed.json", &of("orders", "orders.placed")),
        ("b/walnats.toml", "[streams.other]\nsubjects = [\"orders.>\"]\n"),
        ("b/schemas/other_made.json", &of("other", "orders.other")),
        ("c/schemas/order_placed.json", &of("orders", "orders.elsewhere")),
        ("d/schemas/fine.json", &of("fine", "fine")),
    ]);
    let ran = walnats(folder.path(), &["check", "--workspace", "--root", ".", "--format", "json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let found: Vec<(&str, &str)> =
        findings.iter().map(|found| (found["code"].as_str().unwrap(), found["file"].as_str().unwrap())).collect();
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert_eq!(
        found,
        [
            ("WN0421", "b/walnats.toml"),
            ("WN0407", "c/schemas/order_placed.json"),
            ("WN0421", "c/schemas/order_placed.json")
        ]
    );
    assert_eq!(findings[0]["related"][0]["file"], "a/schemas/order_placed.json");
}

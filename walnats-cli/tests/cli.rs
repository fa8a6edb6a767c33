//! The program as seen from a shell: exit codes, output, files.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const USER_CREATED: &str = r#"{
  "description": "A user signed up.",
  "type": "object", "required": ["user_id"],
  "properties": { "user_id": { "type": "string" } },
  "examples": [ { "user_id": "u1" } ],
  "x-walnats": { "subject": "users.{user_id}.created", "stream": "users" }
}"#;

/// A schema that generated code cannot check natively as a whole.
const PARTLY: &str = r#"{
  "type": "object",
  "properties": { "text": { "not": { "type": "null" } } }
}"#;

/// A package with these files.
fn package(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn sound() -> TempDir {
    package(&[("schemas/user_created.json", USER_CREATED)])
}

fn broken() -> TempDir {
    package(&[("schemas/user_created.json", &USER_CREATED.replace("\"u1\"", "1"))])
}

/// A package with a warning and no errors.
fn undescribed() -> TempDir {
    package(&[("schemas/a.json", r#"{"type": "object"}"#)])
}

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

fn walnats(folder: &Path, arguments: &[&str]) -> Ran {
    ran(Command::new(env!("CARGO_BIN_EXE_walnats")).args(arguments).current_dir(folder))
}

fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
}

#[test]
fn check_distinguishes_clean_from_broken() {
    let sound = sound();
    let checked = walnats(sound.path(), &["check"]);
    assert_eq!((checked.code, checked.stdout.as_str()), (0, "1 event in 1 stream, 1 example: clean\n"));
    assert_eq!(checked.stderr, "");

    let checked = walnats(sound.path(), &["check", "-v"]);
    assert!(checked.stdout.contains("user-created: subject `users.*.created`, stream `users`"), "{}", checked.stdout);
    assert!(checked.stdout.contains("user-created: checked natively (2 subschemas)\n"), "{}", checked.stdout);
    let partly = package(&[("schemas/a.json", PARTLY)]);
    let checked = walnats(partly.path(), &["check", "-v"]);
    assert!(
        checked.stdout.contains("a: 2 of 3 subschemas validated at run time:\n  a#/properties/text: not\n"),
        "{}",
        checked.stdout
    );

    std::fs::write(sound.path().join("walnats.toml"), "[streams.users]\nmanaged = \"external\"\n").unwrap();
    let checked = walnats(sound.path(), &["check", "-v"]);
    assert!(checked.stdout.contains("users: an external stream, which `register` checks"), "{}", checked.stdout);

    let checked = walnats(broken().path(), &["check"]);
    assert_eq!((checked.code, checked.stdout.as_str()), (1, "1 event in 1 stream, 1 example: 1 error, 0 warnings\n"));
    for text in ["error[WN0701]", "schemas/user_created.json:5:17", r#""examples": [ { "user_id": 1 } ]"#] {
        assert!(checked.stderr.contains(text), "`{text}` is not in:\n{}", checked.stderr);
    }
    assert!(!checked.stderr.contains('\x1b'), "colors in a pipe");
}

#[test]
fn warnings_are_findings_on_request() {
    let folder = undescribed();
    let checked = walnats(folder.path(), &["check"]);
    assert_eq!(checked.code, 0);
    assert!(checked.stderr.contains("warning[WN0713]"), "{}", checked.stderr);
    assert_eq!(walnats(folder.path(), &["check", "--deny-warnings"]).code, 1);
}

#[test]
fn check_prints_json() {
    let checked = walnats(broken().path(), &["check", "--json"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (1, ""));
    let report: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!((&report["errors"], &report["warnings"]), (&1.into(), &0.into()));
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "WN0701");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["file"], "schemas/user_created.json");
    assert_eq!((&finding["line"], &finding["column"]), (&5.into(), &17.into()));

    let checked = walnats(sound().path(), &["check", "--json"]);
    assert_eq!(checked.code, 0);
    assert!(checked.stdout.contains("\"findings\": []"), "{}", checked.stdout);
}

#[test]
fn the_package_is_found_from_below_or_named() {
    let folder = sound();
    let below = folder.path().join("src/deep");
    fs::create_dir_all(&below).unwrap();
    assert_eq!(walnats(&below, &["check"]).code, 0);

    let nowhere = tempfile::tempdir().unwrap();
    let lost = walnats(nowhere.path(), &["check"]);
    assert_eq!(lost.code, 2);
    assert!(lost.stderr.contains("name the package with `--root`"), "{}", lost.stderr);
    let root = folder.path().to_str().unwrap();
    assert_eq!(walnats(nowhere.path(), &["check", "--root", root]).code, 0);
    assert_eq!(walnats(nowhere.path(), &["--root", root, "check"]).code, 0);
    let absent = walnats(nowhere.path(), &["check", "--root", "absent"]);
    assert_eq!(absent.code, 2);
    assert!(absent.stderr.contains("error: cannot read `absent`"), "{}", absent.stderr);
}

#[test]
fn generate_writes_what_check_then_finds() {
    let folder = sound();
    let check = ["generate", "--out", "src/events", "--check"];
    let before = walnats(folder.path(), &check);
    assert_eq!(before.code, 1);
    assert!(before.stdout.contains("src/events/mod.rs: missing\n"), "{}", before.stdout);
    assert!(before.stderr.contains("run `walnats generate --out src/events`"), "{}", before.stderr);
    assert!(!folder.path().join("src").exists(), "--check has written something");

    let generated = walnats(folder.path(), &["generate", "--out", "src/events"]);
    assert_eq!(generated.code, 0, "{}", generated.stderr);
    assert!(generated.stdout.contains("0 unchanged, 0 removed"), "{}", generated.stdout);
    let clean = walnats(folder.path(), &check);
    assert_eq!(clean.code, 0, "{}", clean.stdout);
    assert!(clean.stdout.contains("up to date"), "{}", clean.stdout);

    let event = folder.path().join("src/events/user_created.rs");
    fs::write(&event, fs::read_to_string(&event).unwrap() + "\n").unwrap();
    let edited = walnats(folder.path(), &check);
    assert_eq!((edited.code, edited.stdout.as_str()), (1, "src/events/user_created.rs: differs\n"));
    let again = walnats(folder.path(), &["generate", "--out", "src/events"]);
    assert!(again.stdout.contains("1 written"), "{}", again.stdout);

    fs::rename(folder.path().join("schemas/user_created.json"), folder.path().join("schemas/user_gone.json")).unwrap();
    let renamed = walnats(folder.path(), &check);
    assert!(renamed.stdout.contains("src/events/user_created.rs: no longer generated\n"), "{}", renamed.stdout);
}

#[test]
fn generate_refuses_broken_schemas_and_places() {
    let folder = package(&[("schemas/a.json", r#"{"type": "objekt"}"#), ("file", "")]);
    let refused = walnats(folder.path(), &["generate", "--out", "out"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("nothing generated: 1 error"), "{}", refused.stderr);
    assert!(!folder.path().join("out").exists());

    fs::write(folder.path().join("schemas/a.json"), USER_CREATED).unwrap();
    let refused = walnats(folder.path(), &["generate", "--out", "file/out"]);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(refused.stderr.starts_with("error: cannot "), "{}", refused.stderr);
}

#[test]
fn the_schema_of_the_configuration_is_a_schema_that_holds() {
    let printed = walnats(&std::env::temp_dir(), &["config-schema"]);
    assert_eq!(printed.code, 0);
    let schema: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&serde_json::json!({"streams": {"users": {"retention": "interest"}}})));
    assert!(!validator.is_valid(&serde_json::json!({"streams": {"users": {"retention": "interset"}}})));
    for (setting, is_valid) in [
        (serde_json::json!({"managed": "external", "expected_stream": false}), true),
        (serde_json::json!({"managed": "terraform"}), false),
        (serde_json::json!({"max_age": "unlimited", "max_bytes": "unlimited", "max_messages": "unlimited"}), true),
        (serde_json::json!({"max_age": "7d", "max_bytes": "1GiB", "max_messages": 5}), true),
        (serde_json::json!({"max_age": "no limit"}), false),
        (serde_json::json!({"duplicate_window": "unlimited"}), false),
        (serde_json::json!({"compression": "s2", "placement": {"tags": ["ssd"]}, "metadata": {"team": "a"}}), true),
        (serde_json::json!({"placement": {"tag": "ssd"}}), false),
        (serde_json::json!({"sources": [{"name": "a", "external": {"api": "$JS.hub.API"}}]}), true),
        (serde_json::json!({"sources": [{"filter_subject": "a"}]}), false),
        (serde_json::json!({"republish": {"dest": "copies.>"}}), true),
        (serde_json::json!({"republish": {"src": "a.>"}}), false),
        (serde_json::json!({"persist_mode": "sync"}), false),
        (serde_json::json!({"first_seq": 0}), false),
    ] {
        let document = serde_json::json!({"streams": {"users": setting}});
        assert_eq!(validator.is_valid(&document), is_valid, "{document}");
    }
}

#[test]
fn wrong_usage_is_exit_code_2_and_help_is_0() {
    let folder = sound();
    assert_eq!(walnats(folder.path(), &[]).code, 2);
    assert_eq!(walnats(folder.path(), &["chekc"]).code, 2);
    assert_eq!(walnats(folder.path(), &["generate"]).code, 2);
    let help = walnats(folder.path(), &["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("Exit codes:") && help.stdout.contains("Usage: walnats"), "{}", help.stdout);
}

#[test]
fn cargo_runs_it_too() {
    let folder = sound();
    let cargo = |arguments: &[&str]| {
        ran(Command::new(env!("CARGO_BIN_EXE_cargo-walnats")).args(arguments).current_dir(folder.path()))
    };
    assert_eq!(cargo(&["walnats", "check"]).code, 0);
    assert_eq!(cargo(&["check"]).code, 0);
    let help = cargo(&["walnats", "--help"]);
    assert!(help.stdout.contains("Usage: cargo walnats"), "{}", help.stdout);
}

#[cfg(unix)]
#[test]
fn dev_runs_a_server_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = Command::new(env!("CARGO_BIN_EXE_walnats"))
        .args(["dev", "--port", "0", "--store", "store"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(dev.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.find_map(|line| Some(line.trim().strip_prefix("url")?.trim().to_owned())).unwrap();
    let address = url.strip_prefix("nats://").unwrap();
    let mut info = String::new();
    BufReader::new(TcpStream::connect(address).unwrap()).read_line(&mut info).unwrap();
    assert!(info.starts_with("INFO {") && info.contains("\"jetstream\":true"), "{info}");
    let store = lines.next().unwrap();
    assert!(store.contains("store  /") && store.ends_with("(kept)"), "{store}");

    let port = address.rsplit(':').next().unwrap();
    let second = walnats(folder.path(), &["dev", "--port", port]);
    assert_eq!(second.code, 2);
    assert!(second.stderr.contains(&format!("port {port} is taken")), "{}", second.stderr);

    let kill = Command::new("sh").args(["-c", &format!("kill -INT {}", dev.id())]).status().unwrap();
    assert!(kill.success());
    assert_eq!(dev.wait().unwrap().code(), Some(0));
    let mut log = String::new();
    dev.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("Server Exiting"), "it did not shut down cleanly:\n{log}");
    assert!(TcpStream::connect(address).is_err(), "the server still runs");
    assert!(folder.path().join("store/jetstream").exists());
}

/// Root may read everything, so the file is one that nobody can: a link to itself.
#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_exit_code_2() {
    for path in ["schemas/loop.json", "schemas/gone.json", "walnats.toml"] {
        let folder = sound();
        let target = if path.contains("gone") { "nowhere" } else { "../schemas/loop.json" };
        std::os::unix::fs::symlink(target, folder.path().join(path)).unwrap();
        for arguments in [&["check"][..], &["check", "--json"], &["generate", "--out", "out"]] {
            let ran = walnats(folder.path(), arguments);
            assert_eq!(ran.code, 2, "{path}, {arguments:?}: {}{}", ran.stdout, ran.stderr);
            assert!(format!("{}{}", ran.stdout, ran.stderr).contains("WN0101"), "{path}: {}", ran.stderr);
        }
    }
    let empty = package(&[("walnats.toml", "")]);
    assert_eq!(walnats(empty.path(), &["check"]).code, 2);
}

#[test]
fn a_package_without_events_is_not_clean() {
    for files in [&[("schemas/_shared.json", "{\"type\": \"object\"}")][..], &[("schemas/notes.txt", "")]] {
        let checked = walnats(package(files).path(), &["check"]);
        assert_eq!(checked.code, 0);
        assert!(checked.stderr.contains("warning[WN0114]: there are no events in `schemas`"), "{}", checked.stderr);
    }
}

#[test]
fn members_of_a_workspace_are_found_from_its_root() {
    let member = "[package]\nname = \"NAME\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    let (shop, users, plain) =
        (member.replace("NAME", "shop"), member.replace("NAME", "users"), member.replace("NAME", "plain"));
    let root = ("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n");
    let one = [
        root,
        ("crates/shop/Cargo.toml", shop.as_str()),
        ("crates/shop/src/lib.rs", ""),
        ("crates/shop/schemas/a.json", USER_CREATED),
        ("crates/plain/Cargo.toml", plain.as_str()),
        ("crates/plain/src/lib.rs", ""),
    ];
    let folder = package(&one);
    let checked = walnats(folder.path(), &["check"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (0, "package `crates/shop`\n"), "{}", checked.stdout);
    // A service that has no events itself is not taken for another crate.
    let lost = walnats(&folder.path().join("crates/plain"), &["check"]);
    assert_eq!(lost.code, 2, "{}", lost.stdout);
    assert!(lost.stderr.contains("crates/shop"), "{}", lost.stderr);

    let more = [
        ("crates/users/Cargo.toml", users.as_str()),
        ("crates/users/src/lib.rs", ""),
        ("crates/users/walnats.toml", ""),
    ];
    let folder = package(&[&one[..], &more[..]].concat());
    let lost = walnats(folder.path(), &["check"]);
    assert_eq!(lost.code, 2, "{}", lost.stdout);
    assert!(lost.stderr.contains("--root crates/shop\n  --root crates/users\n"), "{}", lost.stderr);
}

#[test]
fn schemas_beside_the_package_have_a_cure() {
    let folder = package(&[
        ("events/walnats.toml", "[schemas]\nfolders = [\"../schemas\"]\n"),
        ("schemas/user_created.json", USER_CREATED),
    ]);
    let events = folder.path().join("events");
    let refused = walnats(&events, &["check"]);
    assert_eq!(refused.code, 1);
    for cure in ["`configure().root(\"..\")` in build.rs", "`--root ..`"] {
        assert!(refused.stderr.contains(cure), "{}", refused.stderr);
    }
    assert_eq!(walnats(&events, &["check", "--root", ".."]).code, 0);
    assert_eq!(walnats(&events, &["generate", "--root", "..", "--out", "src/events"]).code, 0);
}

#[test]
fn help_is_a_command_too() {
    let folder = sound();
    let (one, other) = (walnats(folder.path(), &["help", "check"]), walnats(folder.path(), &["check", "--help"]));
    assert_eq!((one.code, &one.stdout), (0, &other.stdout));
    assert_eq!(walnats(folder.path(), &["help", "chekc"]).code, 2);
}

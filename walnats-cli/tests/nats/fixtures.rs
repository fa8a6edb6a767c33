//! Every code of plans and emits has a folder `<code>-bad` that provokes it, and `<code>-good` that does not, in
//! `fixtures/plan`: a package, the server's streams before (`server.json`), the command, and what it says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use walnats_codegen::codes;
use walnats_server::NatsServer;

use super::js::Js;
use super::{Package, TestResult};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/plan")
}

#[test]
fn each_code_has_a_bad_and_a_good_fixture() -> TestResult {
    let names: BTreeSet<String> = fs::read_dir(folder())?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, std::io::Error>>()?;
    let rows = codes::all().filter(|code| code.id.starts_with("WN12"));
    let wanted: BTreeSet<String> =
        rows.flat_map(|code| ["bad", "good"].map(|kind| format!("{}-{kind}", code.id))).collect();
    assert_eq!(names, wanted);
    Ok(())
}

#[test]
fn fixtures_say_what_is_expected() -> TestResult {
    let server = NatsServer::start()?;
    let (url, js) = (server.url(), Js::connect(&server.url()));
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder())?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    folders.sort();
    let mut wrong = Vec::new();
    for folder in folders {
        let name = folder.file_name().and_then(|name| name.to_str()).ok_or("a name")?;
        let text = |file: &str| fs::read_to_string(folder.join(file));
        let package = Package::new(&text("walnats.toml")?);
        for file in ["payload.json", "payload.jsonl"] {
            if let Ok(text) = text(file) {
                package.write(file, &text);
            }
        }
        let before: Value = serde_json::from_str(&text("server.json").unwrap_or_else(|_| "{}".to_owned()))?;
        set_up(&js, &before);
        let command = text("command")?;
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let mut command = package.command(&arguments);
        command.env("NATS_URL", &url);
        let ran = super::Ran::of(command.spawn()?);
        let said = format!("{}{}exit {}\n", ran.err, ran.out, ran.code).replace(&url, "nats://server");
        let (code, kind) = name.split_once('-').ok_or("code and kind")?;
        if said.contains(&format!("[{code}]")) != (kind == "bad") {
            wrong.push(format!("{name}: {code} is said or not:\n{said}"));
        }
        let expected = folder.join("expected.txt");
        if std::env::var_os("WALNATS_BLESS").is_some() {
            fs::write(&expected, &said)?;
        }
        if fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{name} says:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Only the streams of a fixture are on the server.
fn set_up(js: &Js, before: &Value) {
    let names = js.ok("STREAM.NAMES", json!({}));
    for name in names["streams"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        js.ok(&format!("STREAM.DELETE.{name}"), json!({}));
    }
    for stream in before["streams"].as_array().into_iter().flatten() {
        js.create(stream.clone(), &json!({}));
    }
    for subject in before["publish"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        js.publish(subject, &[], "{}");
    }
    for consumer in before["consumers"].as_array().into_iter().flatten() {
        let text = |name: &str| consumer[name].as_str().unwrap_or_default();
        js.consumer(text("stream"), text("name"), &json!({"filter_subject": text("filter_subject")}));
    }
}

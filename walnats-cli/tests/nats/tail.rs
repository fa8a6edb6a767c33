//! `walnats tail`

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout};

use serde_json::{Value, json};
use walnats_server::NatsServer;

use super::js::Js;
use super::{Package, TestResult};

/// A tail that runs, and ends with the test.
struct Tail {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Tail {
    fn start(package: &Package, arguments: &[&str]) -> Self {
        let mut child = package.command(arguments).spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        // It says so once it listens.
        let mut err = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        err.read_line(&mut line).expect("the program says that it waits");
        assert!(line.contains("waiting for new events"), "{line}");
        std::thread::spawn(move || std::io::copy(&mut err, &mut std::io::sink()));
        Self { child, out }
    }

    /// The next line; waits for it.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("a line");
        line
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn set_up() -> Result<(NatsServer, Js, Package), Box<dyn std::error::Error>> {
    let server = NatsServer::start()?;
    let js = Js::connect(&server.url());
    let package = Package::new("");
    package.run(&["register", "-s", &server.url()]).assert(0, &[]);
    Ok((server, js, package))
}

#[test]
fn what_is_stored_is_shown_and_the_invalid_marked() -> TestResult {
    let (server, js, package) = set_up()?;
    let url = server.url();
    let event = &[("Walnats-Event", "thing-happened"), ("Nats-Msg-Id", "one")];
    js.publish("things.a.happened", event, r#"{"id": "a", "size": 1.50e1, "note": "\u00e4"}"#);
    js.publish("things.b.happened", &[], r#"{"size": -1}"#);
    js.publish("things.c.happened", &[], "\u{1}not JSON");
    js.publish(
        "things.d.happened",
        &[("ce-type", "thing-happened"), ("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/x")],
        r#"{"id":"d","size":4}"#,
    );
    let envelope = r#"{"specversion":"1.0","id":"1","source":"/x","type":"thing-happened","data":{"id":"E","size":5}}"#;
    js.publish("things.e.happened", &[("Content-Type", "application/cloudevents+json")], envelope);
    let before = js.ok("CONSUMER.LIST.things", json!({}))["total"].take();
    assert_eq!(before, json!(0));

    let stored = |more: &[&str]| package.run(&[&["tail", "-s", &url, "--until", "now"], more].concat());
    stored(&["--from", "first"]).assert(
        1,
        &[
            "things/1 thing-happened things.a.happened id=one\n{\n  \"id\": \"a\",\n  \"size\": 1.50e1,\n",
            "things/2 thing-happened things.b.happened\n",
            "  INVALID: the instance: expected",
            "  INVALID: /size: expected at least 0 (minimum)",
            "  INVALID: the payload is not JSON",
            "things/5 thing-happened things.e.happened",
            "  INVALID: /id: expected a match of",
        ],
    );
    let lines = stored(&["--from", "4", "--format", "concise", "-n", "1"]).assert(0, &["{\"id\":\"d\",\"size\":4}\n"]);
    assert_eq!(lines.out.lines().count(), 1);
    let nothing = stored(&["--from", "first", "--subject", "things.zzz.happened"]).assert(0, &[]);
    assert_eq!(nothing.out, "");
    stored(&["--from", "first", "--subject", "things.d.*", "--format", "concise"])
        .assert(0, &["things/4"])
        .without("things/3");
    stored(&["--from", "1h", "--format", "concise"]).assert(1, &["things/1", "things/5"]);
    stored(&["--from", "2999-01-01T00:00:00Z"]).assert(0, &[]).without("things/");
    stored(&["thing-happend"]).assert(2, &["did you mean `thing-happened`?"]);
    stored(&["--subject", "a..b"]).assert(2, &["--subject"]);
    stored(&["--from", "yesterday"]).assert(2, &["is not `first`"]);

    let captured = stored(&["--from", "first", "--format", "json"]);
    let lines: Vec<Value> = captured.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[0]["payload"]["size"], json!(15.0));
    assert!(
        captured.out.contains("\"payload\":{\"id\":\"a\",\"size\":1.50e1,\"note\":\"\\u00e4\"}}"),
        "{}",
        captured.out
    );
    assert_eq!(lines[0]["headers"], json!({"Nats-Msg-Id": ["one"], "Walnats-Event": ["thing-happened"]}));
    assert_eq!(lines[2]["payload_base64"], json!("AW5vdCBKU09O"));
    assert_eq!(
        (&lines[2]["subject"], &lines[2]["stream"], &lines[2]["sequence"]),
        (&json!("things.c.happened"), &json!("things"), &json!(3))
    );
    assert!(lines[0]["time"].as_str().is_some_and(|time| time.parse::<jiff::Timestamp>().is_ok()));
    Ok(())
}

#[test]
fn new_events_come_across_a_restart() -> TestResult {
    let (mut server, js, package) = set_up()?;
    let url = server.url();
    js.publish("things.old.happened", &[], r#"{"id":"old","size":0}"#);
    let mut tail = Tail::start(&package, &["tail", "thing-happened", "-s", &url, "--format", "concise"]);
    let mut expect = |number: u64| {
        js.publish(&format!("things.t{number}.happened"), &[], &format!(r#"{{"id":"t{number}","size":{number}}}"#));
        let line = tail.line();
        assert!(
            line.contains(&format!("things/{} ", number + 1)) && line.contains(&format!("\"t{number}\"")),
            "{line}"
        );
    };
    // The first line may be written before the consumer exists: events since then are not missed.
    expect(1);
    expect(2);
    drop(js);
    server.kill();
    server.restart()?;
    let js = Js::connect(&url);
    js.publish("things.t3.happened", &[], r#"{"id":"t3","size":3}"#);
    js.publish("things.t4.happened", &[], r#"{"id":"t4","size":4}"#);
    for number in 3..5 {
        let line = tail.line();
        assert!(
            line.contains(&format!("things/{} ", number + 1)) && line.contains(&format!("\"t{number}\"")),
            "{line}"
        );
    }
    Ok(())
}

#[test]
fn a_closed_pipe_ends_it_quietly() -> TestResult {
    let (server, js, package) = set_up()?;
    for number in 0..20 {
        js.publish(&format!("things.t{number}.happened"), &[], r#"{"id":"a","size":0}"#);
    }
    let mut child = package.command(&["tail", "-s", &server.url(), "--from", "first"]).spawn()?;
    drop(child.stdout.take());
    let output = child.wait_with_output()?;
    assert_eq!((output.status.code(), String::from_utf8(output.stderr)?), (Some(0), String::new()));
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_quietly() -> TestResult {
    let (server, _, package) = set_up()?;
    let mut tail = Tail::start(&package, &["tail", "-s", &server.url()]);
    let killed = std::process::Command::new("kill").args(["-INT", &tail.child.id().to_string()]).status()?;
    assert!(killed.success());
    assert_eq!(tail.child.wait()?.code(), Some(0));
    Ok(())
}

/// Waits until the server has no consumer of the stream any more: sooner than it deletes those that nobody uses.
fn wait_for_no_consumer(js: &Js) {
    let start = std::time::Instant::now();
    while js.ok("CONSUMER.LIST.things", json!({}))["total"] != json!(0) {
        assert!(start.elapsed() < std::time::Duration::from_secs(20), "a consumer is left");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[cfg(unix)]
#[test]
fn its_consumer_is_deleted_at_the_end() -> TestResult {
    let (server, js, package) = set_up()?;
    let url = server.url();
    let consumers = || js.ok("CONSUMER.LIST.things", json!({}))["total"].take();
    // By a signal.
    let mut tail = Tail::start(&package, &["tail", "-s", &url]);
    assert_eq!(consumers(), json!(1));
    assert!(std::process::Command::new("kill").args(["-INT", &tail.child.id().to_string()]).status()?.success());
    assert_eq!(tail.child.wait()?.code(), Some(0));
    assert_eq!(consumers(), json!(0), "after a signal");
    // By a number of events, by a time, by a pipe that is closed.
    for number in 0..600 {
        js.publish(&format!("things.t{number}.happened"), &[], r#"{"id":"a","size":0}"#);
    }
    for more in [&["-n", "3"][..], &["--until", "now"]] {
        package.run(&[&["tail", "-s", &url, "--from", "first"], more].concat()).assert(0, &["things/1"]);
        assert_eq!(consumers(), json!(0), "{more:?}");
    }
    let mut child = package.command(&["tail", "-s", &url, "--from", "first"]).spawn()?;
    drop(child.stdout.take());
    assert_eq!(child.wait()?.code(), Some(0));
    wait_for_no_consumer(&js);
    Ok(())
}

#[test]
fn headers_that_contradict_the_subject_are_marked() -> TestResult {
    let (server, js, package) = set_up()?;
    package.write("schemas/thing_lost.json", &super::THING.replace(".happened", ".lost"));
    package.run(&["register", "-s", &server.url()]).assert(0, &[]);
    let payload = r#"{"id":"a","size":0}"#;
    let whole = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/x"), ("ce-type", "thing-lost")];
    js.publish("things.a.happened", &[("Walnats-Event", "thing-lost")], payload);
    js.publish("things.a.happened", &whole, payload);
    js.publish("things.a.happened", &[("ce-type", "thing-happened")], payload);
    js.publish("things.a.lost", &whole, payload);
    let ran = package.run(&["tail", "-s", &server.url(), "--from", "first", "--until", "now", "--format", "concise"]);
    let ran = ran.assert(1, &["that of `thing-happened`", "no `ce-specversion` and no `ce-id` and no `ce-source`"]);
    let marks: Vec<bool> = ran.out.lines().map(|line| line.contains(" INVALID: ")).collect();
    assert_eq!(marks, [true, true, true, false], "{}", ran.out);
    Ok(())
}

/// A consumer would delete the messages of such streams, or keep them alive.
#[test]
fn streams_that_delete_what_is_consumed_are_not_read() -> TestResult {
    for retention in ["interest", "workqueue"] {
        let server = NatsServer::start()?;
        let (url, js) = (server.url(), Js::connect(&server.url()));
        let package = Package::new(&format!("[streams.things]\nretention = \"{retention}\"\n"));
        package.run(&["register", "-s", &url]).assert(0, &[]);
        js.consumer("things", "worker", &json!({}));
        js.publish("things.a.happened", &[], r#"{"id":"a","size":0}"#);
        let arguments = ["tail", "-s", &url, "--from", "first", "--until", "now"];
        package.run(&arguments).assert(0, &["deletes consumed messages"]).without("things/1");
        let mut tail = Tail::start(&package, &["tail", "-s", &url, "--format", "json"]);
        js.publish("things.b.happened", &[], r#"{"id":"b","size":0}"#);
        let line: Value = serde_json::from_str(&tail.line())?;
        assert_eq!((&line["payload"]["id"], line.get("sequence")), (&json!("b"), None));
        assert_eq!(js.messages("things"), 2);
        assert_eq!(js.ok("CONSUMER.LIST.things", json!({}))["total"], json!(1));
    }
    Ok(())
}

/// What services add to names.
#[test]
fn an_environment_precedes_names() -> TestResult {
    let server = NatsServer::start()?;
    let (url, js) = (server.url(), Js::connect(&server.url()));
    let package = Package::new("");
    package.run(&["register", "-s", &url, "--environment", "staging"]).assert(0, &["staging-things: created"]);
    assert_eq!(js.config("staging-things")["subjects"], json!(["staging.things.*.happened"]));
    let input = r#"{"id": "a", "size": 1}"#;
    let arguments = ["emit", "thing-happened", "-", "-s", &url, "--environment", "staging"];
    package.run_with_input(&arguments, input).assert(0, &["`staging.things.a.happened`"]);
    let arguments = ["tail", "-s", &url, "--environment", "staging", "--from", "first", "--until", "now"];
    package.run(&arguments).assert(0, &["staging-things/1 thing-happened"]);
    Ok(())
}

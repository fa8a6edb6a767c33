//! `walnats emit`

use serde_json::{Value, json};
use walnats_server::NatsServer;

use super::js::Js;
use super::{Package, TestResult};

fn stored(js: &Js, stream: &str, sequence: u64) -> Value {
    let mut answer = js.ok(&format!("STREAM.MSG.GET.{stream}"), json!({"seq": sequence}));
    answer["message"].take()
}

#[test]
fn each_line_ends_and_is_counted() -> TestResult {
    let server = NatsServer::start()?;
    let (url, js) = (server.url(), Js::connect(&server.url()));
    let package = Package::new("");
    package.run(&["register", "-s", &url]).assert(0, &[]);
    let lines = [
        r#"{"id": "a", "size": 1}"#,
        r#"{"id": "b", "size": 2, "note": "hunter2"}"#,
        r#"{"id": "hunter2!", "size": 3}"#,
        "",
        r#"{"id": "c", "size": "hunter2"}"#,
        r#"{"id": "a", "size": 1}"#,
        r#"{"id": "d", "size": 4"#,
        r#" {"id":"e","size":5.0} "#,
        r#"{"id": "f", "size": 6, "size": 7}"#,
        r#"{"id": "g", "size": 7}"#,
    ];
    let file = package.write("in.jsonl", &lines.join("\n"));
    let file = file.display().to_string();
    let parts = [
        ":1: stored, stream `things`, sequence 1, subject `things.a.happened`, id `thing-happened:a-1`",
        ":6: duplicate, stream `things`, sequence 1",
        ":8: stored, stream `things`, sequence 3, subject `things.e.happened`, id `thing-happened:e-5`",
        ":10: stored, stream `things`, sequence 4",
        "4 stored, 1 already stored, 4 not stored",
        "in.jsonl:3:1",
        "in.jsonl:5:1",
        "in.jsonl:7:1",
        "in.jsonl:9:1",
        "/size: the member is there twice",
        "/id: expected a match of",
    ];
    package.run(&["emit", "thing-happened", &file, "-s", &url]).assert(1, &parts).without("hunter2");
    assert_eq!(js.messages("things"), 4);
    assert_eq!(
        stored(&js, "things", 3)["data"],
        json!("eyJpZCI6ImUiLCJzaXplIjo1LjB9"),
        "{{\"id\":\"e\",\"size\":5.0}}"
    );

    package.run(&["emit", "thing-happend", &file, "-s", &url]).assert(2, &["did you mean `thing-happened`?"]);
    package.run(&["emit", "thing-happened", "none.json", "-s", &url]).assert(2, &["cannot read `none.json`"]);
    package.run(&["emit", "thing-happened", &file, "-s", &url, "--uid", "x"]).assert(2, &["for a single one"]);
    package.run(&["emit", "thing-happened", &file, "--dry-run"]).assert(1, &["5 valid, not sent", "4 not stored"]);
    assert_eq!(js.messages("things"), 4);
    Ok(())
}

/// Standard input stays open: each event is sent as its line arrives, and a signal ends the reading.
#[cfg(unix)]
#[test]
fn lines_are_sent_as_they_arrive_and_a_signal_loses_none() -> TestResult {
    use std::io::{BufRead, BufReader, Write};

    let server = NatsServer::start()?;
    let package = Package::new("");
    package.run(&["register", "-s", &server.url()]).assert(0, &[]);
    let mut command = package.command(&["emit", "thing-happened", "-", "--lines", "-s", &server.url()]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().ok_or("a pipe")?;
    let mut out = BufReader::new(child.stdout.take().ok_or("a pipe")?);
    for number in 1..3 {
        writeln!(input, r#"{{"id": "t{number}", "size": 0}}"#)?;
        let mut line = String::new();
        out.read_line(&mut line)?;
        assert!(line.contains(&format!(":{number}: stored, stream `things`, sequence {number},")), "{line}");
    }
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status()?.success());
    let output = child.wait_with_output()?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(
        (output.status.code(), said.contains("interrupted: `<stdin>` was not read after line 2")),
        (Some(2), true),
        "{said}"
    );
    Ok(())
}

#[test]
fn options_make_headers() -> TestResult {
    let server = NatsServer::start()?;
    let (url, js) = (server.url(), Js::connect(&server.url()));
    let package = Package::new("");
    package.run(&["register", "-s", &url]).assert(0, &[]);
    let emit = |more: &[&str], size: usize| {
        let arguments = [&["emit", "thing-happened", "-", "-s", &url], more].concat();
        package.run_with_input(&arguments, &format!("{{\n  \"id\": \"a\",\n  \"size\": {size}\n}}\n"))
    };
    let headers = |sequence| -> Result<String, Box<dyn std::error::Error>> {
        use base64::Engine;
        let text = stored(&js, "things", sequence)["hdrs"].as_str().unwrap_or_default().to_owned();
        Ok(String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text)?)?)
    };
    emit(&["--uid", "mine", "--header", "X-Import: 7", "--trace-id", "t"], 1)
        .assert(0, &["<stdin>:1: stored", "id `mine`"]);
    let found = headers(1)?;
    for part in ["Nats-Msg-Id: mine", "X-Import: 7", "Walnats-Trace: t", "Walnats-Event: thing-happened"] {
        assert!(found.contains(part), "{found}");
    }
    emit(&["--cloud-event", "/shop", "--delay", "5m"], 2).assert(0, &["stored"]);
    let found = headers(2)?;
    for part in ["ce-source: /shop", "ce-type: thing-happened", "ce-id: thing-happened:a-2", "Walnats-Delay: "] {
        assert!(found.contains(part), "{found}");
    }
    emit(&["--header", "Nats-Msg-Id: x"], 3).assert(1, &["error[WN1210]", "a header cannot be sent", "1 not stored"]);
    emit(&["--ttl", "5s"], 3).assert(1, &["error[WN1210]", "message_ttl"]);
    emit(&["--header", "nonsense"], 3).assert(2, &["expected NAME:VALUE"]);
    emit(&["--delay", "soon"], 3).assert(2, &["is not a time such as"]);
    assert_eq!(js.messages("things"), 2);
    Ok(())
}

#[test]
fn failures_of_the_server_are_told_from_those_of_the_program() -> TestResult {
    let server = NatsServer::start()?;
    let (url, js) = (server.url(), Js::connect(&server.url()));
    let package = Package::new("");
    let input = r#"{"id": "a", "size": 1}"#;
    let emit =
        |more: &[&str]| package.run_with_input(&[&["emit", "thing-happened", "-", "-s", &url], more].concat(), input);
    emit(&[]).assert(1, &["error[WN1210]", "stream `things` does not exist", "1 not stored"]);
    package
        .run_with_input(&["emit", "thing-happened", "-", "-s", "nats://127.0.0.1:1"], input)
        .assert(2, &["no NATS server answers"]);
    // A stream that stores and never says so.
    js.create(json!({"name": "things", "subjects": ["things.*.happened"]}), &json!({"no_ack": true}));
    emit(&["--deadline", "2"]).assert(1, &["error[WN1211]", "possibly stored", "--uid thing-happened:a-1"]);
    Ok(())
}

/// So many events, one a line.
fn lines(number: usize) -> String {
    (1..=number).map(|number| format!("{{\"id\": \"n{number}\", \"size\": 0}}\n")).collect()
}

#[test]
fn nothing_is_sent_once_the_server_is_gone() -> TestResult {
    use std::io::{BufRead, BufReader};

    let mut server = NatsServer::start()?;
    let package = Package::new("");
    package.run(&["register", "-s", &server.url()]).assert(0, &[]);
    let file = package.write("in.jsonl", &lines(200_000)).display().to_string();
    let arguments = ["emit", "thing-happened", &file, "--deadline", "3", "-s", &server.url(), "--format", "json"];
    let output = package.path().join("out.json").display().to_string();
    let mut child = package.command(&[&arguments[..], &["--output-file", &output]].concat()).spawn()?;
    let mut out = BufReader::new(child.stdout.take().ok_or("a pipe")?);
    let mut line = String::new();
    out.read_line(&mut line)?;
    assert!(line.contains(":1: stored"), "{line}");
    server.kill();
    let rest = std::thread::spawn(move || out.lines().map_while(Result::ok).collect::<Vec<_>>());
    let start = std::time::Instant::now();
    let ended = child.wait_with_output()?;
    let said = String::from_utf8(ended.stderr)?;
    assert_eq!(ended.status.code(), Some(2), "{said}");
    // With a deadline for each window of 256, it would take 13 minutes.
    assert!(start.elapsed() < std::time::Duration::from_secs(120), "{:?}", start.elapsed());
    let stored = 1 + rest.join().map_err(|_| "a thread")?.iter().filter(|line| line.contains(": stored,")).count();
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&output)?)?;
    let summary = document["summary"].as_str().unwrap_or_default();
    let count = |what: &str| -> usize {
        let part = summary.split(", ").find_map(|part| part.strip_suffix(what));
        part.and_then(|number| number.trim().parse().ok()).unwrap_or_default()
    };
    assert_eq!(count(" stored"), stored, "{summary}");
    let tried = stored + count(" possibly stored") + count(" not stored");
    assert_eq!(tried + count(" not tried"), 200_000, "{summary}");
    assert!(count(" not tried") > 100_000, "{summary}");
    let next = format!("go on from line {}", tried + 1);
    let reason = document["failure"]["reasons"][0].as_str().unwrap_or_default();
    assert!(reason.contains("the server is gone") && reason.ends_with(&next), "{reason}; {next}");

    // A single event, and standard input that stays open.
    let one = package.write("one.json", r#"{"id": "a", "size": 1}"#).display().to_string();
    assert_eq!(document["outcome"], json!("failure"));
    package.run(&["emit", "thing-happened", &one, "-s", &server.url()]).assert(2, &["no NATS server answers"]);
    Ok(())
}

#[cfg(unix)]
#[test]
fn input_that_stays_open_is_not_waited_for() -> TestResult {
    stays_open(NatsServer::kill)?;
    stays_open(NatsServer::suspend)
}

#[cfg(unix)]
fn stays_open(fail: fn(&mut NatsServer)) -> TestResult {
    use std::io::{BufRead, BufReader, Write};

    let mut server = NatsServer::start()?;
    let package = Package::new("");
    package.run(&["register", "-s", &server.url()]).assert(0, &[]);
    let arguments = ["emit", "thing-happened", "-", "--lines", "--deadline", "3", "-s", &server.url()];
    let mut child = package.command(&arguments).stdin(std::process::Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().ok_or("a pipe")?;
    let mut out = BufReader::new(child.stdout.take().ok_or("a pipe")?);
    input.write_all(lines(1).as_bytes())?;
    let mut line = String::new();
    out.read_line(&mut line)?;
    fail(&mut server);
    input.write_all(br#"{"id": "late", "size": 1}"#)?;
    input.write_all(b"\n")?;
    let ended = child.wait_with_output()?;
    drop(input);
    let said = String::from_utf8(ended.stderr)?;
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(said.contains("the server is gone; what follows in `<stdin>` was not tried: go on from line 3"), "{said}");
    assert!(!said.contains("|\n"), "no excerpt: {said}");
    Ok(())
}

/// The server is there, and one stream never answers.
#[test]
fn a_stream_that_stays_silent_ends_the_sending() -> TestResult {
    let server = NatsServer::start()?;
    let js = Js::connect(&server.url());
    let package = Package::new("");
    js.create(json!({"name": "things", "subjects": ["things.*.happened"]}), &json!({"no_ack": true}));
    let file = package.write("in.jsonl", &lines(20_000)).display().to_string();
    let ran = package.run(&["emit", "thing-happened", &file, "--deadline", "2", "-s", &server.url()]);
    ran.assert(2, &["error[WN1211]", " not tried", "not answered in time", "go on from line "]);
    Ok(())
}

//! `walnats validate`: payloads and captures from files and pipes.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use walnats_harness::nested::workspace;

use crate::program::{Ran, package, walnats};

const STOCK: &str = r#"{"warehouse":"dub","sku":"TEA-0001","pieces":17}"#;
/// The same in base64.
const STOCK_BASE64: &str = "eyJ3YXJlaG91c2UiOiJkdWIiLCJza3UiOiJURUEtMDAwMSIsInBpZWNlcyI6MTd9";

/// Runs the program with something on its standard input.
fn piped(folder: &Path, arguments: &[&str], input: &[u8]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_walnats"));
    command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn captures_of_all_forms_are_read() {
    let forms = [
        format!(
            r#"{{"subject":"stock.dub.TEA-0001","stream":"stock","sequence":7,"time":"2026-01-02T03:04:05Z","headers":{{"Nats-Msg-Id":["a"]}},"payload":{STOCK}}}"#
        ),
        format!(r#"{{"subject":"stock.dub.TEA-0001","headers":{{}},"payload_base64":"{STOCK_BASE64}"}}"#),
        // `nats sub --dump`.
        format!(
            r#"{{"Subject":"stock.dub.TEA-0001","Reply":"","Header":{{"A":["b"]}},"Data":"{STOCK_BASE64}","Sub":{{}}}}"#
        ),
        // JetStream's API.
        format!(
            r#"{{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{{"subject":"stock.dub.TEA-0001","seq":1,"hdrs":"TkFUUy8xLjANCkE6IGINCg0K","data":"{STOCK_BASE64}","time":"2026-01-02T03:04:05Z"}}}}"#
        ),
        // CloudEvents, binary and structured, and structured in a message.
        format!(
            r#"{{"headers":{{"CE-Type":"stock%2Dchanged","CE-Id":"1","CE-Source":"/x","CE-SpecVersion":"1.0"}},"payload":{STOCK}}}"#
        ),
        format!(
            r#"{{"specversion":"1.0","id":"1","source":"/x","subject":"TEA-0001","type":"stock-changed","data":{STOCK}}}"#
        ),
        format!(
            r#"{{"specversion":"1.0","id":"1","source":"/x","type":"stock-changed","data_base64":"{STOCK_BASE64}"}}"#
        ),
        format!(
            r#"{{"subject":"elsewhere","headers":{{"content-type":["application/cloudevents+json"]}},"payload":{{"specversion":"1.0","id":"1","source":"/x","type":"stock-changed","data":{STOCK}}}}}"#
        ),
        format!(r#"{{"subject":"stock.dub.TEA-0001","data":{STOCK}}}"#),
        format!(r#"{{"subject":"stock.dub.TEA-0001","data":{}}}"#, serde_json::Value::from(STOCK)),
    ];
    for separator in ["\n", "\r\n\r\n", "\0"] {
        let capture = forms.join(separator);
        let validated = piped(workspace(), &["validate", "-"], capture.as_bytes());
        assert_eq!((validated.code, validated.stderr.as_str()), (0, ""), "{separator:?}");
        assert_eq!(validated.stdout, "10 payloads: 10 valid, 0 invalid; clean\n");
    }
    for form in &forms {
        let validated = piped(workspace(), &["validate", "-"], form.as_bytes());
        assert_eq!((validated.code, validated.stderr.as_str()), (0, ""), "{form}");
        let named = piped(workspace(), &["validate", "stock-changed", "-"], form.as_bytes());
        assert_eq!((named.code, named.stderr.as_str()), (0, ""), "{form}");
        let other = piped(workspace(), &["validate", "user-created", "-"], form.as_bytes());
        assert_eq!(
            other.stdout, "0 payloads: 0 valid, 0 invalid; 1 message of other events left out; clean\n",
            "{form}"
        );
    }
}

#[test]
fn payloads_are_read_from_pipes_whatever_they_are() {
    let indented = "{\n  \"warehouse\": \"dub\",\n  \"sku\": \"TEA-0001\",\n  \"pieces\": 17\n}\n";
    for input in [
        STOCK,
        indented,
        "warehouse: dub\nsku: TEA-0001\npieces: 17\n",
        "\u{feff}{\"warehouse\":\"dub\",\"sku\":\"TEA-0001\",\"pieces\":17}",
    ] {
        let validated = piped(workspace(), &["validate", "stock-changed", "-"], input.as_bytes());
        assert_eq!(
            (validated.code, validated.stdout.as_str()),
            (0, "1 payload: 1 valid, 0 invalid; clean\n"),
            "{input}: {}",
            validated.stderr
        );
    }
    let message = b"\x0a\x03s_1\x12\x03dhl\x22\x03\x08\xb0\x09";
    let validated = piped(workspace(), &["validate", "shipment-dispatched", "-"], message);
    assert_eq!(validated.stdout, "1 payload: 1 valid, 0 invalid; clean\n", "{}", validated.stderr);
    let validated = piped(workspace(), &["validate", "-"], b"\xff\xfe");
    assert_eq!(validated.code, 1, "{}", validated.stderr);
    let validated = piped(workspace(), &["validate", "stock-changed", "-"], b"");
    assert_eq!(validated.code, 2, "nothing at all is no payload: {}", validated.stdout);
}

#[test]
fn standard_input_has_no_file_in_the_repository() {
    let run = |format| piped(workspace(), &["validate", "stock-changed", "-", "--format", format], b"{}");
    assert!(run("sarif").stdout.contains("\"uri\": \"stdin\""), "{}", run("sarif").stdout);
    let github = run("github").stdout;
    assert!(github.starts_with("::error title=WN1113") && github.contains("in <stdin>:1:1"), "{github}");
}

#[test]
fn blank_lines_are_nothing_to_validate() {
    let folder = package(&[
        ("schemas/a.json", "{\"description\": \"A.\", \"type\": \"object\"}"),
        ("blank.jsonl", "\n  \n\r\n"),
        ("empty.jsonl", ""),
        ("blank.json", "\n\n"),
        ("one.jsonl", "{}\n"),
    ]);
    let run = |arguments: &[&str]| {
        let ran = walnats(folder.path(), &[&["validate", "a"], arguments].concat());
        (ran.code, ran.stderr)
    };
    for files in [&["blank.jsonl"][..], &["empty.jsonl"], &["blank.json"], &["blank.jsonl", "empty.jsonl"]] {
        let (code, said) = run(files);
        assert!(code == 2 && said.contains("nothing was validated: `") && said.contains(files[0]), "{files:?}: {said}");
    }
    assert_eq!(run(&["one.jsonl", "blank.jsonl"]), (0, String::new()));
    let (code, said) = run(&["one.jsonl", "blank.json"]);
    assert!(code == 1 && said.contains("error[WN0106]"), "{said}");
    assert_eq!(piped(folder.path(), &["validate", "a", "-"], b"\n\n").code, 2);
}

#[test]
fn a_byte_that_is_no_text_concerns_its_line_alone() {
    let line = |bytes: &[u8]| [b"{\"subject\":\"stock.dub.TEA-0001\",\"payload\":", bytes, b"}\n"].concat();
    let capture = [line(STOCK.as_bytes()), line(b"\"\xff\""), line(STOCK.as_bytes()), line(b"1")].concat();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, &capture).unwrap();
        path.display().to_string()
    };
    let (lines, json) = (file("capture.jsonl"), file("capture.json"));
    for source in ["-", &lines, &json] {
        let ran = piped(workspace(), &["validate", source], &capture);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (1, "4 payloads: 2 valid, 1 invalid, 1 not judged; findings: 2 errors, 0 warnings\n"),
            "{source}: {}",
            ran.stderr
        );
        let offset = line(STOCK.as_bytes()).len() + 43;
        let said = format!("not UTF-8: the byte at offset {offset} of the file, 43 of the line,");
        assert!(ran.stderr.contains(&said) && ran.stderr.contains(":2:44"), "{said}: {}", ran.stderr);
    }
}

#[test]
fn values_are_not_in_messages_and_the_rest_goes_on() {
    let secret = "hunter2";
    let lines =
        format!("{{\"warehouse\":\"{secret}\",\"sku\":\"{secret}\",\"pieces\":\"{secret}\"}}\n{{\"x\n{STOCK}\n");
    let validated = piped(workspace(), &["validate", "stock-changed", "-", "--input", "jsonl"], lines.as_bytes());
    assert_eq!(
        (validated.code, validated.stdout.as_str()),
        (1, "3 payloads: 1 valid, 1 invalid, 1 not judged; findings: 4 errors, 0 warnings\n")
    );
    for title in validated.stderr.lines().filter(|line| line.starts_with("error[") || line.contains("help:")) {
        assert!(!title.contains(secret), "{title}");
    }
    assert!(
        validated.stderr.contains("<stdin>:1:14") && validated.stderr.contains("<stdin>:2:"),
        "{}",
        validated.stderr
    );

    let carrier = format!(
        "{{\"carrier\": [\"{secret}\"], \"dispatchedAt\": \"{secret}\", \"parcels\": [{{\"weight\": \"{secret}\"}}]}}"
    );
    let validated = piped(workspace(), &["validate", "shipment-dispatched", "-"], carrier.as_bytes());
    for title in validated.stderr.lines().filter(|line| line.starts_with("error[") || line.contains("help:")) {
        assert!(!title.contains(secret), "{title}");
    }
    assert_eq!(validated.stderr.matches("error[WN1113]").count(), 3, "{}", validated.stderr);
}

#[test]
fn names_and_files_are_told_apart() {
    let folder = package(&[
        ("schemas/a.json", "{\"description\": \"A.\", \"type\": \"object\"}"),
        ("b.json", "{}"),
        ("capture.json", "{\"subject\":\"a\",\"payload\":{}}\n{\"subject\":\"a\",\"payload\":1}\n"),
    ]);
    let run = |arguments: &[&str]| {
        let ran = walnats(folder.path(), &[&["validate"], arguments].concat());
        (ran.code, ran.stdout + &ran.stderr)
    };
    assert_eq!(run(&["a", "b.json"]).0, 0);
    assert_eq!(
        run(&["a"]),
        (2, "error: name a file with payloads of `a`, or `-` for standard input\ncould not run\n".to_owned())
    );
    assert_eq!(run(&["aa", "b.json"]).0, 2);
    let (code, text) = run(&["a", "b.json", "gone.json"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("1 payload: 1 valid, 0 invalid") && text.contains("`gone.json` cannot be read"), "{text}");
    let (code, text) = run(&["capture.json"]);
    assert_eq!(code, 1);
    assert!(
        text.contains("2 payloads: 1 valid, 1 invalid; findings"),
        "JSON Lines, whatever the file is called: {text}"
    );
}

#[test]
fn violations_that_are_not_listed_are_counted() {
    let schema = r#"{"type": "array", "items": {"type": "string"}}"#;
    let payload = format!("[{}1]", "1,".repeat(200));
    let folder = package(&[("schemas/a.json", schema), ("p.json", &payload)]);
    let judged = walnats(folder.path(), &["validate", "a", "p.json"]);
    assert_eq!(judged.code, 1);
    assert!(judged.stderr.contains("there are 90 more violations, and perhaps others"), "{}", judged.stderr);
}

#[test]
fn rules_of_messages_are_judged() {
    // A parcel that weighs nothing.
    let light = b"\x0a\x03s_1\x12\x03dhl\x22\x02\x08\x00";
    let validated = piped(workspace(), &["validate", "shipment-dispatched", "-"], light);
    assert_eq!(validated.code, 1, "{}", validated.stderr);
    for said in ["`/parcels/0/weight`: expected", "(uint32.gt_lte)", "1 payload: 0 valid, 1 invalid"] {
        let all = format!("{}{}", validated.stdout, validated.stderr);
        assert!(all.contains(said), "{said}: {all}");
    }
    // What is emitted is judged in the same way.
    let emitted = piped(
        workspace(),
        &["emit", "shipment-dispatched", "-", "--dry-run"],
        br#"{"shipmentId": "", "carrier": "dhl"}"#,
    );
    assert_eq!(emitted.code, 1, "{}", emitted.stdout);
    assert!(emitted.stderr.contains("(string.min_len)"), "{}", emitted.stderr);
}

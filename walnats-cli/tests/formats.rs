//! What each format says of the same runs: golden files, the schemas of the formats, and programs that read them.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-cli --test formats` writes the golden files anew.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use jiff::civil::date;
use serde_json::{Value, json};
use walnats_cli::report::{Baseline, Case, Format, Run, Suppression};
use walnats_codegen::Package;
use walnats_codegen::diagnostic::{Diagnostic, Place, SourceFile};
use walnats_compat::accepted::Accepted;
use walnats_compat::{Comparison, Side};

const FORMATS: [(Format, &str); 8] = [
    (Format::Human, "human.txt"),
    (Format::Concise, "concise.txt"),
    (Format::Json, "json"),
    (Format::Github, "github.txt"),
    (Format::Gitlab, "gitlab.json"),
    (Format::Sarif, "sarif"),
    (Format::Junit, "junit.xml"),
    (Format::Markdown, "md"),
];

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["order_id", "total"],
  "properties": {
    "order_id": { "type": "string" },
    "total": { "type": "integer", "minimum": 0 }
  }
}
"#;

fn file(path: &str, text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile { path: path.to_owned(), text: text.to_owned() })
}

fn place(file: &Arc<SourceFile>, marked: &str) -> Place {
    let start = file.text.find(marked).unwrap();
    Place { file: Arc::clone(file), span: start..start + marked.len() }
}

/// An error, a warning with a second place and help, and a warning that is suppressed.
fn check() -> Run {
    let schema = file("schemas/order_placed.json", SCHEMA);
    let toml = file("walnats.toml", "[events.order-placed]\nsubject = \"orders\"\n");
    let mut run = Run::new("check").summary("1 event in 1 stream, 2 examples");
    run.add(
        &Diagnostic::error("WN0701", place(&schema, "\"minimum\": 0"), "the example does not fit: `-1` is too small")
            .label("refuses it"),
    );
    let warning = Diagnostic::warning("WN0713", place(&schema, SCHEMA), "the event `order-placed` has no description");
    run.add(
        &warning
            .related(place(&toml, "subject = \"orders\""), "its subject")
            .help("say in `description` what happened"),
    );
    let suppression = Suppression { reason: "named by others".to_owned(), until: Some("2027-01-31".to_owned()) };
    let name = Diagnostic::warning("WN0711", place(&toml, "order-placed"), "`order-placed` is not kebab case");
    run.add_suppressed(&name, suppression);
    let case = |name: &str, file: &str| Case {
        suite: "events".to_owned(),
        name: name.to_owned(),
        file: file.to_owned(),
        entries: Vec::new(),
    };
    run.cases =
        vec![case("order-placed", "schemas/order_placed.json"), case("user-created", "schemas/user_created.json")];
    run
}

fn package(files: &[(&str, &str)]) -> Package {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Package::from_sources(&walnats_codegen::configure(), &files)
}

/// A break with its payload, an accepted one, and one of an event that is gone.
fn breaking() -> Run {
    let old = Side::new(package(&[
        ("schemas/order_placed.json", SCHEMA),
        ("schemas/gone.json", SCHEMA),
        ("walnats.toml", "[services.billing]\nconsumes = [\"*\"]\n"),
    ]));
    let narrowed =
        SCHEMA.replace("\"minimum\": 0", "\"exclusiveMinimum\": 0").replace("\"total\"]", "\"total\", \"currency\"]");
    let new = Side::new(package(&[("schemas/order_placed.json", &narrowed), ("walnats.toml", "")]));
    let mut comparison: Comparison = walnats_compat::compare(&old, &new, &walnats_compat::Options::default());
    let required = comparison.findings.iter().find(|finding| finding.code.id == "WN0804").unwrap();
    let toml = format!("[{}]\nreason = \"billing | is off\"\nuntil = 2027-01-31\n", required.fingerprint);
    let mut report = walnats_codegen::Report::default();
    let accepted = Accepted::parse(file("walnats-accepted.toml", &toml), &mut report);
    accepted.apply(&mut comparison.findings, date(2026, 11, 29));
    let mut run = Run::new("breaking").summary("2 events: 2 breaking");
    let cases = comparison.findings.iter().map(|finding| Case {
        suite: "against main".to_owned(),
        name: format!("{}: {}", finding.about.name(), finding.code.slug),
        file: String::new(),
        entries: vec![finding.fingerprint.clone()],
    });
    run.cases = cases.collect();
    run.compare(Baseline {
        name: "main".to_owned(),
        prefix: "main:".to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        comparison,
        ..Baseline::default()
    });
    run
}

fn failure() -> Run {
    Run::failed("breaking", "there is no revision `main` here: this clone is shallow; fetch the history")
}

fn clean() -> Run {
    Run::new("check").summary("1 event in 1 stream, 0 examples")
}

/// Names and texts that are made to break out of a format.
fn hostile() -> Run {
    let names = [
        "schemas/a b%0A::error::x,y:1.json",
        "schemas/line\nbreak\r::set-output name=x::y.json",
        "schemas/<script>&\"'`|@team.json",
        "schemas/größe/\u{202e}nosj.json",
        "schemas/]]>-->.json",
        "c:schemas/\u{1b}[31m\u{0}.json",
    ];
    let mut run = Run::new("check");
    for name in names {
        let file = file(name, "{\r\n  \"größe\": 1 }\r\n");
        let message = "`%`, `a,b:c` and\n::error::fake `` ` | <img src=x> @team ]]> \u{1b}[31m\u{0}\u{ffff} #1";
        let found = Diagnostic::error("WN0305", place(&file, "\"größe\": 1"), message);
        run.add(&found.help("100% :: yes,\r\nsure | `|` --> ]]>").label("```\n~~~").related(place(&file, "1"), "a\nb"));
    }
    let suppression = Suppression { reason: "a | b\n<b> `".to_owned(), until: None };
    let found = Diagnostic::warning("WN0711", Place { file: file("x.json", ""), span: 0..0 }, "whole file");
    run.add_suppressed(&found, suppression);
    run.fail("cannot read `a\n::error::b`: 100%");
    run
}

fn runs() -> [(&'static str, Run); 5] {
    [("check", check()), ("breaking", breaking()), ("failure", failure()), ("clean", clean()), ("hostile", hostile())]
}

#[test]
fn each_format_is_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    let mut wrong = Vec::new();
    for (name, run) in runs() {
        for (format, extension) in FORMATS {
            let path = folder.join(format!("{name}.{extension}"));
            let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
            let actual = run.render(format).replace(&version, "\"VERSION\"");
            if std::env::var_os("WALNATS_BLESS").is_some() {
                fs::write(&path, &actual).unwrap();
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            if expected != actual {
                wrong.push(format!("{}: expected\n{expected}\nactual\n{actual}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn json_is_as_its_schema_says() {
    let schema: Value = serde_json::from_str(walnats_cli::report::json::SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for (name, run) in runs() {
        let value: Value = serde_json::from_str(&run.render(Format::Json)).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{} {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        assert_eq!(value["outcome"] == "failure", value["failure"].is_object(), "{name}");
    }
    // The schema is not one that accepts everything.
    let value: Value = serde_json::from_str(&breaking().render(Format::Json)).unwrap();
    for (pointer, wrong) in [
        ("/version", json!(2)),
        ("/outcome", json!("fine")),
        ("/failure", json!({ "reasons": ["x"] })),
        ("/findings/0/line", json!(0)),
        ("/findings/0/witness", json!(1)),
        ("/findings/0/places/0/revision", json!("newer")),
        ("/findings/0/suppression", json!({})),
        ("/baselines/0/verdicts/0/verdict", json!("fine")),
    ] {
        let mut changed = value.clone();
        *changed.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&changed), "{pointer}");
    }
}

/// The schema of the format, which an npm package of Microsoft's carries.
fn sarif_schema() -> Value {
    let package = walnats_harness::npm::package("@microsoft/jest-sarif", "1.0.0-beta.0").unwrap();
    let text = fs::read_to_string(package.join("lib/schemas/sarif-2.1.0-rtm.5.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    // A pattern with a bracket too many, for members that walnats does not write.
    for definition in ["run", "toolComponent"] {
        schema["definitions"][definition]["properties"]["language"].as_object_mut().unwrap().remove("pattern");
    }
    schema
}

#[test]
fn sarif_is_valid_and_what_github_wants() {
    let schema = sarif_schema();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for (name, run) in runs() {
        let log: Value = serde_json::from_str(&run.render(Format::Sarif)).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{} {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        let whole = &log["runs"][0];
        let is_failure = ["failure", "hostile"].contains(&name);
        assert_eq!(whole["invocations"][0]["executionSuccessful"], !is_failure, "{name}");
        assert_eq!(whole["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().is_empty(), !is_failure);
        for result in whole["results"].as_array().unwrap() {
            let rule = &whole["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(rule["help"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{rule}");
            assert!(result["partialFingerprints"]["walnats/v1"].is_string());
            let others = result["relatedLocations"].as_array().unwrap().iter();
            for location in std::iter::once(&result["locations"][0]).chain(others) {
                let uri = location["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/@+=%".contains(&byte);
                assert!(!uri.starts_with('/') && uri.bytes().all(is_plain), "{uri}");
            }
        }
    }
    let log: Value = serde_json::from_str(&breaking().render(Format::Sarif)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let accepted = results.iter().find(|result| result["ruleId"] == "WN0804").unwrap();
    assert_eq!(accepted["suppressions"][0]["justification"], "billing | is off (until 2027-01-31)");
    let old = &results.iter().find(|result| result["ruleId"] == "WN0801").unwrap()["relatedLocations"][0];
    assert_eq!(old["physicalLocation"]["artifactLocation"]["uri"], "schemas/order_placed.json");
    assert_eq!(old["physicalLocation"]["region"]["startColumn"], 35);
}

/// Reads the file as test reports of others do: with the package junitparser of PyPI.
const JUNIT: &str = r#"
import json, sys
from junitparser import JUnitXml, Failure, Skipped, Error
report = JUnitXml.fromstring(sys.stdin.buffer.read())
kinds = {Failure: "failure", Skipped: "skipped", Error: "error"}
suites = [{"name": suite.name, "counts": [suite.tests, suite.failures, suite.errors, suite.skipped],
    "cases": [{"name": case.name, "is": [kinds[type(result)] for result in case.result],
        "out": case.system_out or "", "messages": [result.message for result in case.result]} for case in suite]} for suite in report]
before = [report.tests, report.failures, report.errors]
report.update_statistics()
print(json.dumps({"suites": suites, "counts": before, "recounted": [report.tests, report.failures, report.errors]}))
"#;

fn junit(run: &Run) -> Value {
    let python = walnats_harness::python::python_with(&["junitparser==5.0.3"]).unwrap();
    let mut child =
        Command::new(python).args(["-c", JUNIT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(run.render(Format::Junit).as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn junit_is_read_by_others() {
    for (name, run) in runs() {
        let read = junit(&run);
        assert_eq!(read["counts"], read["recounted"], "{name}");
        for suite in read["suites"].as_array().unwrap() {
            let cases = suite["cases"].as_array().unwrap();
            let is = |kind: &str| cases.iter().filter(|case| case["is"] == json!([kind])).count();
            assert_eq!(
                suite["counts"],
                json!([cases.len(), is("failure"), is("error"), is("skipped")]),
                "{name}: {suite}"
            );
        }
    }
    let read = junit(&check());
    let cases = &read["suites"][1]["cases"];
    assert_eq!((&cases[0]["name"], &cases[0]["is"]), (&json!("order-placed"), &json!(["failure"])));
    assert!(cases[0]["out"].as_str().unwrap().contains("WN0713"), "warnings are output: {}", cases[0]);
    assert_eq!(cases[1], json!({"name": "user-created", "is": [], "out": "", "messages": []}));
    let read = junit(&breaking());
    let cases: BTreeMap<&str, &Value> = read["suites"][0]["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| (case["name"].as_str().unwrap(), &case["is"]))
        .collect();
    assert_eq!(cases["order-placed: narrowed"], &json!(["failure"]));
    assert_eq!(cases["order-placed: required-added"], &json!(["skipped"]));
    let read = junit(&failure());
    assert_eq!(read["suites"][0]["cases"][0]["is"], json!(["error"]));
}

#[test]
fn gitlab_gets_what_it_reads() {
    let schema = json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "additionalProperties": false,
            "properties": {
                "description": { "type": "string", "minLength": 1 },
                "check_name": { "type": "string", "minLength": 1 },
                "fingerprint": { "type": "string", "pattern": "^[0-9a-f]+$" },
                "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": { "type": "string", "pattern": "^[^/]" },
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": { "begin": { "type": "integer", "minimum": 1 } }
                        }
                    }
                }
            }
        }
    });
    for (name, run) in runs() {
        let issues: Value = serde_json::from_str(&run.render(Format::Gitlab)).unwrap();
        assert!(jsonschema::is_valid(&schema, &issues), "{name}: {issues}");
        let issues = issues.as_array().unwrap();
        let fingerprints: std::collections::BTreeSet<&str> =
            issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(fingerprints.len(), issues.len(), "GitLab shows one issue for each fingerprint");
    }
}

/// A command as the runner of GitHub Actions reads it: `ActionCommand.TryParseV2` of actions/runner.
fn command(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, data) = rest.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let unescaped = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
    let property = |text: &str| unescaped(text).replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
    let properties = properties.split(',').filter_map(|pair| pair.trim().split_once('='));
    let properties = properties.map(|(name, value)| (name.to_owned(), property(value))).collect();
    Some((name.to_owned(), properties, unescaped(data).replace("%25", "%")))
}

#[test]
fn github_reads_back_what_was_said_whatever_is_in_it() {
    let (run, text) = (hostile(), hostile().render(Format::Github));
    let commands: Vec<_> = text.lines().filter_map(command).collect();
    assert_eq!(
        commands.len(),
        7,
        "six findings and the failure, and nothing that a name or a text has made up:\n{text}"
    );
    for ((name, properties, data), entry) in commands.iter().zip(run.open()) {
        assert_eq!(name, "error");
        assert_eq!(properties.keys().collect::<Vec<_>>(), ["col", "endColumn", "endLine", "file", "line", "title"]);
        let is_shown = |letter: &char| !letter.is_control() && *letter != '\u{202e}';
        let plain: String = entry.place.file.path.chars().filter(is_shown).take(9).collect();
        assert!(properties["file"].starts_with(&plain), "{properties:?}");
        assert_eq!(
            (properties["line"].as_str(), properties["col"].as_str(), properties["endColumn"].as_str()),
            ("2", "3", "13")
        );
        assert!(properties["title"].starts_with("WN0305 "));
        assert!(data.starts_with("`%`, `a,b:c` and ::error::fake"), "{data}");
        assert!(data.contains("\nhelp: 100% :: yes,"), "{data}");
    }
    assert_eq!(commands[0].1["file"], "schemas/a b%0A::error::x,y:1.json");
    assert!(commands[6].2.contains("cannot read `a\n::error::b`: 100%"), "{:?}", commands[6]);
}

#[test]
fn nothing_breaks_out_of_a_line() {
    let run = hostile();
    let human = run.render(Format::Human);
    assert!(!human.lines().any(|line| line.trim_start().starts_with("::error") || line.contains('\r')), "{human}");
    for format in [Format::Human, Format::Concise, Format::Github, Format::Markdown] {
        let text = run.render(format);
        let wrong = |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{202e}';
        assert!(!text.contains(wrong), "{format:?}: {text:?}");
    }
    assert_eq!(run.render(Format::Concise).lines().count(), 8);
    let markdown = run.render(Format::Markdown);
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with("| error")).collect();
    assert_eq!(rows.len(), 6);
    for row in rows {
        let bars = row.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 5, "{row}");
    }
    // Code spans and fences are shown as they are; everything else is escaped.
    let fences = markdown.split("````").step_by(2).collect::<String>();
    let spans = fences.split("``").step_by(2).collect::<String>();
    assert!(!spans.contains("<img") && !spans.contains("<script>"), "{spans}");
}

#[test]
fn a_comment_fits_into_a_comment() {
    let file = file("schemas/a.json", "{}");
    let mut run = Run::new("check");
    for number in 0..5_000 {
        let found = Diagnostic::error("WN0305", place(&file, "{}"), format!("{number} {}", "x".repeat(500)));
        run.add(&found.help("y".repeat(3_000)));
    }
    let text = run.render(Format::Markdown);
    assert!(text.len() < 65_536, "{}", text.len());
    assert!(text.starts_with("<!-- walnats check -->\n### walnats check: findings: 5000 errors, 0 warnings\n"));
    assert!(text.contains("4950 more are not shown"));
}

#[test]
fn fingerprints_stay_when_lines_move_and_differ_for_what_is_alike() {
    let fingerprints = |text: &str| -> Vec<String> {
        let file = file("schemas/a.json", text);
        let mut run = Run::new("check");
        for (at, _) in text.match_indices("nullable") {
            let place = Place { file: Arc::clone(&file), span: at..at + "nullable".len() };
            run.add(&Diagnostic::warning("WN0305", place, "`nullable` is not a keyword"));
        }
        run.entries.iter().map(|entry| entry.fingerprint.clone()).collect()
    };
    let one = fingerprints("{\"nullable\": true, \"b\": {\"nullable\": true}}");
    assert_ne!(one[0], one[1]);
    assert_eq!(one, fingerprints("\n\n{\"x\": 1,\n\"nullable\": true, \"b\": {\n\"nullable\": true}}"));
}

#[test]
fn paths_of_a_package_below_another_folder_are_shifted() {
    let run = breaking().below("services/shop/");
    assert!(
        run.render(Format::Concise).starts_with("services/shop/schemas/order_placed.json:6:"),
        "{}",
        run.render(Format::Concise)
    );
    assert!(
        run.render(Format::Human).contains("  services/shop/schemas/order_placed.json:6:35"),
        "{}",
        run.render(Format::Human)
    );
}

//! Text in a schema is text: whatever it holds, wherever it stands, it changes no code and runs nothing, in `cargo test` and `cargo doc` either.
//!
//! Each of `TEXTS` stands at every place of a schema that takes text, in `walnats.toml` and in the comments of a message. All of that is
//! one crate, which is built without warnings, tested for examples that run, documented, and asked to read what it should be able to read.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use walnats_harness::nested::NestedCrate;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What ends strings, comments and attributes, begins code, hides text or has a meaning to rustc, rustdoc, Markdown, HTML, templates or formats.
const TEXTS: [&str; 48] = [
    "\"#; compile_error!(\"ran\"); r#\"",
    "\"); panic!(\"ran\"); (\"",
    "*/ compile_error!(\"ran\"); /*",
    "/* */ */ compile_error!(\"ran\");",
    "//! compile_error",
    "\n//! # Inner\n#![deny(missing_docs)]\n",
    "\ncompile_error!(\"ran\");\n",
    "\r\ncompile_error!(\"ran\");\r\n",
    "\rcompile_error!(\"ran\");\r",
    "\u{b}\u{c}compile_error!(\"ran\");",
    "\u{85}compile_error!(\"ran\");",
    "\u{2028}compile_error!(\"ran\");\u{2029}compile_error!(\"ran\");",
    "```\npanic!(\"ran\");\n```",
    "```rust\npanic!(\"ran\");\n```",
    "text\n\n```text\n```\n\n```should_panic\nloop {}\n```",
    "~~~\npanic!(\"ran\");\n~~~",
    "````\n```\npanic!(\"ran\");\n````",
    "```text\n~~~\n```\npanic!(\"ran\");\n```",
    "    panic!(\"ran\");",
    "text\n\n\tpanic!(\"ran\");",
    "- item\n\n      panic!(\"ran\");",
    "1. item\n\n       panic!(\"ran\");",
    "1) ```\n   panic!(\"ran\");",
    "> ```\n> panic!(\"ran\");\n> ```",
    "+ > * ```\n      panic!(\"ran\");",
    "[text][link]\n\n[link]: `panic!`",
    "[^1]\n\n[^1]:     panic!(\"ran\");",
    "| a |\n|---|\n| `panic` |",
    "# Heading\n===\n---",
    "<pre><code>panic!(\"ran\");</code></pre><script>alert(1)</script>",
    "<!-- -->]]>&lt;&#96;&#96;&#96;",
    "[self], [crate::Nothing], [`Nothing`], [!NOTE]",
    "http://[nothing <https://nothing",
    "{{ askama }} {% raw %} {0} {} {panic} {{",
    "$crate $x:expr $(,)* ${CARGO_HOME}",
    "\\u{41} \\n \\ \\",
    "\\",
    "'\"'\"`'",
    "`",
    "`` ` ``` ````",
    "\u{0}\u{7}\u{1b}[31m\u{7f}",
    "\u{202e}\u{2066}desrever\u{2069}\u{202c}",
    "\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}",
    "\u{fff9}\u{e0001}\u{e0041}\u{ffff}\u{10ffff}",
    "e\u{301}\u{301}\u{301} 👩‍👩‍👧 𝕱 ſ ﬁ",
    "r#fn self Self crate super _ async",
    " ",
    "",
];

#[test]
fn text_is_text() -> Result<()> {
    let nested = NestedCrate::new("hostile-text", walnats_harness::nested::OFFICIAL_SUITE)?;
    let mut config = String::new();
    for (at, text) in TEXTS.iter().enumerate() {
        nested.write(&format!("schemas/t{at:02}.json"), &schema(text).to_string())?;
        writeln!(
            config,
            "[events.t{at:02}]\nstream = \"s{at:02}\"\n[streams.s{at:02}]\ndescription = {}",
            json!(text.replace(['\u{7f}', '\0'], ""))
        )?;
    }
    nested.write("walnats.toml", &config)?;
    nested.write("schemas/hostile.proto", &proto())?;

    let program = nested.build()?;
    let ran = cargo(nested.dir(), &["test", "--doc"])?;
    assert!(ran.contains("running 0 tests"), "no text is an example that runs: {ran}");
    cargo(nested.dir(), &["doc", "--no-deps"])?;

    let questions: String = TEXTS.iter().enumerate().fold(String::new(), |mut questions, (at, text)| {
        for payload in [payload(text), json!({})] {
            let _ = writeln!(questions, "t{at:02}\t{payload}");
        }
        questions
    });
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut requests = child.stdin.take().ok_or("piped")?;
    let sent = std::thread::spawn(move || requests.write_all(questions.as_bytes()));
    let answers = String::from_utf8(child.wait_with_output()?.stdout)?;
    sent.join().map_err(|_| "the writer panicked")??;
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), 2 * TEXTS.len());
    for (text, answers) in TEXTS.iter().zip(answers.chunks(2)) {
        let read = answers[0].strip_prefix("valid\t").ok_or_else(|| format!("{text:?}: {}", answers[0]))?;
        assert_eq!(serde_json::from_str::<Value>(read)?, payload(text), "{text:?}");
        assert!(answers[1].starts_with("invalid\t"), "{text:?}: {}", answers[1]);
    }
    Ok(())
}

/// An event whose schema has `text` wherever text may stand.
fn schema(text: &str) -> Value {
    // A reference is a URI: what may not stand in one is percent-encoded.
    let fragment: String = walnats_schema::pointer::escape(text).bytes().map(|byte| format!("%{byte:02X}")).collect();
    let exact: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    json!({
        "title": text,
        "description": text,
        "$comment": text,
        "examples": [payload(text)],
        "type": "object",
        "required": [text],
        "properties": {
            text: { "type": "string", "title": text, "description": text, "default": text, "examples": [text] },
            format!("{text}s"): { "enum": [text, format!("{text}{text}!"), 1], "description": text },
            "constant": { "const": text, "title": text },
            "defined": { "$ref": format!("#/$defs/{fragment}") },
            "pattern": { "pattern": format!("^(?:{exact})$"), "type": "string", "description": text },
            "choice": {
                "description": text,
                "oneOf": [
                    { "title": text, "required": ["kind"], "properties": { "kind": { "const": text, "description": text } } },
                    { "title": "other", "required": ["kind"], "properties": { "kind": { "const": "other" } } },
                ],
            },
            "mapped": {
                "type": "object",
                "propertyNames": { "enum": [text] },
                "additionalProperties": { "type": "integer", "description": text },
            },
        },
        "dependentRequired": { text: [text] },
        "$defs": {
            text: {
                "title": text,
                "description": text,
                "type": "object",
                "properties": { text: { "type": "integer", "description": text, "deprecated": true } },
                "additionalProperties": false,
            },
        },
        "x-anything": text,
    })
}

/// What `schema(text)` takes.
fn payload(text: &str) -> Value {
    json!({
        text: text,
        format!("{text}s"): text,
        "constant": text,
        "defined": { text: 1 },
        "pattern": text,
        "choice": { "kind": text },
        "mapped": { text: 2 },
    })
}

/// A message of which everything has comments; line breaks begin new lines of them.
fn proto() -> String {
    let mut proto = "syntax = \"proto3\";\npackage hostile.v1;\nimport \"walnats/options.proto\";\n\n".to_owned();
    let comment = |text: &str| {
        let clean: String = text.chars().map(|c| if c == '\0' { ' ' } else { c }).collect();
        clean.split(['\n', '\r']).map(|line| format!("//{line}\n")).collect::<String>()
    };
    let all: String = TEXTS.iter().map(|text| comment(text) + "//\n").collect();
    let _ = write!(proto, "{all}message Hostile {{\n  option (walnats.event) = {{}};\n");
    for (at, text) in TEXTS.iter().enumerate() {
        let _ = writeln!(proto, "{}  string f{at} = {};", comment(text), at + 1);
    }
    proto + "}\n"
}

/// What Cargo prints; what fails is an error.
fn cargo(dir: &Path, arguments: &[&str]) -> Result<String> {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--quiet", "--offline"])
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("nested"))
        .env("RUSTDOCFLAGS", "-D warnings")
        .output()?;
    let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    if status.success() { Ok(text) } else { Err(text.into()) }
}

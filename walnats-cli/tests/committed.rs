//! Code that `walnats generate` writes into a crate belongs to that crate: its formatter and its lints have nothing to say.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use walnats_harness::nested::{NestedCrate, workspace};

/// Long names and descriptions, so that every kind of line has to be broken.
const SCHEMA: &str = r#"{
  "description": "A customer has placed an order, which is confirmed by mail and will be delivered within the promised number of working days.",
  "type": "object",
  "required": ["order_identifier_of_the_shop", "customer_identifier_of_the_shop", "kind", "lines"],
  "properties": {
    "order_identifier_of_the_shop": { "type": "string", "minLength": 3, "maxLength": 40, "pattern": "^[a-z0-9-]+$" },
    "customer_identifier_of_the_shop": { "type": "string", "format": "uuid" },
    "kind": { "enum": ["delivered-to-the-door", "collected-at-a-station", "collected-in-the-shop"] },
    "lines": { "type": "array", "minItems": 1, "items": { "type": "object", "required": ["sku"], "properties": { "sku": { "type": "string" }, "quantity": { "type": "integer", "minimum": 1 } } } },
    "payment": { "oneOf": [
      { "type": "object", "required": ["type", "iban"], "properties": { "type": { "const": "transfer" }, "iban": { "type": "string" } } },
      { "type": "object", "required": ["type", "token"], "properties": { "type": { "const": "card" }, "token": { "type": "string" } } }
    ] }
  },
  "x-walnats": { "subject": "orders.{order_identifier_of_the_shop}.placed", "stream": "orders" }
}"#;

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn crate_with(edition: &str, rustfmt: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manifest = format!("[package]\nname = \"shop\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n[workspace]\n");
    write(
        folder.path(),
        &[
            ("Cargo.toml", &manifest),
            ("rustfmt.toml", rustfmt),
            ("src/lib.rs", "//! A shop.\n\npub mod events;\n"),
            ("schemas/order_placed.json", SCHEMA),
            ("schemas/order_cancelled.json", &SCHEMA.replace(".placed", ".cancelled")),
        ],
    );
    folder
}

fn walnats(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_walnats"));
    output(command.args(arguments).current_dir(folder))
}

fn output(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn cargo_fmt_changes_nothing_in_generated_files() {
    for (edition, rustfmt) in
        [("2024", ""), ("2024", "max_width = 80\n"), ("2021", "hard_tabs = true\nuse_small_heuristics = \"Max\"\n")]
    {
        let folder = crate_with(edition, rustfmt);
        let generated = walnats(folder.path(), &["generate", "--out", "src/events"]);
        assert_eq!((generated.0, generated.2.as_str()), (0, ""));
        assert!(folder.path().join("src/events/mod.rs").exists());
        let formatted = output(Command::new(env!("CARGO")).args(["fmt", "--check"]).current_dir(folder.path()));
        assert_eq!(formatted, (0, String::new(), String::new()), "{edition}, {rustfmt}");
        let checked = walnats(folder.path(), &["generate", "--out", "src/events", "--check"]);
        assert_eq!(checked.0, 0, "{}", checked.1);
    }
}

#[test]
fn without_rustfmt_a_note_says_so() {
    let folder = crate_with("2024", "");
    let mut command = Command::new(env!("CARGO_BIN_EXE_walnats"));
    command.args(["generate", "--out", "src/events"]).current_dir(folder.path()).env("RUSTFMT", "no-such-rustfmt");
    let (code, _, noted) = output(&mut command);
    assert_eq!((code, noted.matches("rustfmt was not found").count()), (0, 1), "{noted}");
}

#[test]
fn the_root_of_an_earlier_version_is_replaced() {
    let folder = crate_with("2024", "");
    let old = folder.path().join("src/events/events.rs");
    write(folder.path(), &[("src/events/events.rs", walnats_codegen::write::HEADER)]);
    assert_eq!(walnats(folder.path(), &["generate", "--out", "src/events"]).0, 0);
    assert!(!old.exists());
}

/// A program that emits one event of its four, and has a module for each fixture that it never uses.
const MAIN: &str = r#"//! Emits an event.

mod events;

fn main() {
    let event = events::OneCreated::new("1");
    let _ = |emitter: &events::Events| drop(emitter.emit_one_created(&event));
}
"#;

/// The types that the fixture `extern_types` expects of its crate.
const EXTERN_TYPES: &str = r#"
use fixture_shared_types as shared_types;

#[allow(dead_code)]
mod by_hand {
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Money {
        pub amount: String,
        pub currency: Currency,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Currency(pub String);

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct CustomerId(pub String);

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Card {
        pub kind: String,
        pub digits: String,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Anything(pub serde_json::Value);
}
"#;

#[test]
fn clippy_has_nothing_to_say_about_generated_code() -> Result<(), Box<dyn std::error::Error>> {
    let nested = NestedCrate::new("committed", "")?;
    let runtime = workspace().join("walnats-runtime");
    nested.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"committed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             walnats-runtime = {{ path = {runtime:?}, features = [\"chrono\", \"protobuf\", \"time\"] }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n\n[workspace]\n"
        ),
    )?;
    for unused in ["build.rs", "src/lib.rs"] {
        fs::remove_file(nested.dir().join(unused))?;
    }
    for event in ["one", "two", "three", "four"] {
        nested.write(
            &format!("schemas/{event}_created.json"),
            r#"{ "description": "Was created in MyShop:\n\n- first\n    wraps\n  more", "type": "object", "required": ["id"], "properties": { "id": { "type": "string" }, "ratio": { "default": 3.14, "type": "number" } } }"#,
        )?;
    }
    let mut main = MAIN.to_owned();
    let generate = |root: &Path, module: &str| {
        let (root, out) = (root.to_string_lossy(), nested.dir().join("src").join(module));
        let generated = walnats(nested.dir(), &["generate", "--root", &root, "--out", &out.to_string_lossy()]);
        assert_eq!(generated.0, 0, "{root}: {}", generated.2);
    };
    generate(nested.dir(), "events");
    for fixture in fs::read_dir(workspace().join("walnats-codegen/fixtures/generate"))? {
        let fixture = fixture?.path();
        let name = fixture.file_name().unwrap_or_default().to_string_lossy();
        let module = format!("fixture_{}", name.replace('-', "_"));
        generate(&fixture, &module);
        main += &format!("mod {module};\n");
    }
    nested.write("src/main.rs", &(main + EXTERN_TYPES))?;
    let clippy = output(nested.cargo("clippy").args(["--", "-D", "warnings", "-W", "clippy::pedantic"]));
    assert_eq!(clippy.0, 0, "{}", clippy.2);
    Ok(())
}

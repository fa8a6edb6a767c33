//! `walnats fmt`: which files it touches, what it says, and what it leaves alone.
//!
//! `fixtures/fmt` has a folder for each code: a package with such findings, one without, and what is said.
//! `WALNATS_BLESS=1` writes `expected.txt` anew.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use walnats_codegen::codes;

use crate::program::{Ran, package, sound, walnats};

const UGLY: &str = "{\"type\":\"object\"}";
const PRETTY: &str = "{ \"type\": \"object\" }\n";

#[test]
fn findings_are_shown_as_expected() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fmt");
    let mut folders: Vec<PathBuf> = fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut found = BTreeSet::new();
    for folder in &folders {
        let code = folder.file_name().unwrap().to_str().unwrap()[..6].to_owned();
        let bad = walnats(&folder.join("bad"), &["fmt", "--check", "--root", "."]);
        let is_error = codes::by_id(&code).unwrap().level != codes::DefaultLevel::Warn;
        assert_eq!(bad.code, i32::from(is_error), "{code}: {}", bad.stderr);
        assert!(bad.stderr.contains(&code), "{code}: {}", bad.stderr);
        let actual = format!("{}\n{}", bad.stderr, bad.stdout);
        let expected = folder.join("expected.txt");
        if std::env::var_os("WALNATS_BLESS").is_some() {
            fs::write(&expected, &actual).unwrap();
        }
        assert_eq!(fs::read_to_string(expected).unwrap(), actual, "{code}");
        let good = walnats(&folder.join("good"), &["fmt", "--check", "--root", "."]);
        assert_eq!((good.code, good.stderr.as_str()), (0, ""), "{code}: {}", good.stdout);
        found.insert(code);
    }
    let rows: BTreeSet<String> =
        codes::all().map(|code| code.id.to_owned()).filter(|id| id.starts_with("WN10")).collect();
    assert_eq!(found, rows, "folders in fixtures/fmt (left) and rows of the table (right)");
}

#[test]
fn only_what_differs_is_written_and_check_writes_nothing() {
    let folder = package(&[
        ("schemas/a.json", UGLY),
        ("schemas/b.json", PRETTY),
        ("schemas/notes.txt", "a  b"),
        ("x.json", UGLY),
    ]);
    let path = |name: &str| folder.path().join(name);
    let checked = walnats(folder.path(), &["fmt", "--check"]);
    assert_eq!(
        (checked.code, checked.stdout.as_str()),
        (1, "2 files: 1 not formatted, 1 formatted; findings: 1 error, 0 warnings\n"),
        "{}",
        checked.stderr
    );
    assert_eq!(fs::read_to_string(path("schemas/a.json")).unwrap(), UGLY);

    let modified = || fs::metadata(path("schemas/b.json")).unwrap().modified().unwrap();
    let before = modified();
    let formatted = walnats(folder.path(), &["fmt"]);
    assert_eq!(formatted.code, 0, "{}", formatted.stderr);
    assert_eq!(formatted.stdout, "formatted schemas/a.json\n2 files: 1 formatted, 1 unchanged; clean\n");
    assert_eq!(fs::read_to_string(path("schemas/a.json")).unwrap(), PRETTY);
    assert_eq!(modified(), before, "a file that was formatted already has been written");
    assert_eq!(fs::read_to_string(path("schemas/notes.txt")).unwrap(), "a  b");
    assert_eq!(fs::read_to_string(path("x.json")).unwrap(), UGLY, "a file that is not a schema has been written");
    assert_eq!(fs::read_dir(path("schemas")).unwrap().count(), 3, "something was left behind");
    let again = walnats(folder.path(), &["fmt"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, "2 files: 0 formatted, 2 unchanged; clean\n"));

    // Named, it is: from wherever the user is.
    let named = walnats(&path("schemas"), &["fmt", "../x.json"]);
    assert_eq!(
        (named.code, named.stdout.as_str()),
        (0, "formatted x.json\n1 file: 1 formatted, 0 unchanged; clean\n"),
        "{}",
        named.stderr
    );
}

#[test]
fn what_is_not_valid_or_not_text_is_left_alone() {
    let folder = package(&[
        ("schemas/a.json", "{\"a\":1,}"),
        ("schemas/b.yaml", "a:   [1\n"),
        ("schemas/c.proto", "syntax=\"proto3\";message A{string a 1;}"),
        ("walnats-accepted.toml", "a=1\na=2\n"),
        ("schemas/d.json", UGLY),
    ]);
    fs::write(folder.path().join("schemas/e.json"), b"{\"a\":\"\xff\"}").unwrap();
    let ran = walnats(folder.path(), &["fmt"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(
        ran.stdout,
        "formatted schemas/d.json\n6 files: 1 formatted, 0 unchanged, 5 left alone; findings: 5 errors, 0 warnings\n"
    );
    for code in ["WN0102", "WN0103", "WN0502", "WN0401", "WN0105"] {
        assert!(ran.stderr.contains(code), "{code} is missing: {}", ran.stderr);
    }
    assert_eq!(fs::read_to_string(folder.path().join("schemas/a.json")).unwrap(), "{\"a\":1,}");
    assert_eq!(fs::read(folder.path().join("schemas/e.json")).unwrap(), b"{\"a\":\"\xff\"}");
}

#[test]
fn wrong_settings_and_wrong_usage_end_it() {
    let folder = package(&[("walnats.toml", "[fmt]\nline_width = 0\n"), ("schemas/a.json", UGLY), ("a.txt", "")]);
    let refused = walnats(folder.path(), &["fmt"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("expected a whole number from 1 to 65535"), "{}", refused.stderr);
    assert!(refused.stdout.starts_with("nothing formatted"), "{}", refused.stdout);
    fs::write(folder.path().join("walnats.toml"), "").unwrap();
    let outside = sound();
    let outside = outside.path().join("schemas/user_created.json");
    for wrong in ["a.txt", "absent.json", outside.to_str().unwrap()] {
        let ran = walnats(folder.path(), &["fmt", wrong]);
        assert_eq!(ran.code, 2, "{wrong}: {}", ran.stdout);
    }
    for wrong in [&["fmt", "-"][..], &["fmt", "-", "schemas"], &["fmt", "--stdin-filename", "a.json"]] {
        assert_eq!(walnats(folder.path(), wrong).code, 2, "{wrong:?}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("schemas/a.json")).unwrap(), UGLY);
}

#[test]
fn settings_have_a_say() {
    let wide =
        "{ \"type\": \"object\", \"description\": \"A line of more than eighty columns, which is allowed here.\" }\n";
    let folder = package(&[
        ("walnats.toml", "[fmt]\nline_width = 120\n\n[schemas]\nfolders = [\"events\"]\nforeign = [\"vendor/*\"]\n"),
        ("events/a.json", wide),
        ("events/vendor/b.json", UGLY),
        ("schemas/c.json", UGLY),
    ]);
    let ran = walnats(folder.path(), &["fmt"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "2 files: 0 formatted, 2 unchanged; clean\n"), "{}", ran.stderr);
    let named = walnats(folder.path(), &["fmt", "events/vendor/b.json"]);
    assert_eq!(
        named.stdout, "formatted events/vendor/b.json\n1 file: 1 formatted, 0 unchanged; clean\n",
        "{}",
        named.stderr
    );

    fs::write(folder.path().join("events/a.json"), UGLY).unwrap();
    let lints = "\n[lints]\nnot-formatted = \"warn\"\n";
    let settings = fs::read_to_string(folder.path().join("walnats.toml")).unwrap();
    fs::write(folder.path().join("walnats.toml"), settings + lints).unwrap();
    let warned = walnats(folder.path(), &["fmt", "--check"]);
    assert_eq!(warned.code, 0);
    assert!(warned.stderr.contains("warning[WN1001]"), "{}", warned.stderr);
}

#[cfg(unix)]
#[test]
fn links_permissions_and_what_is_outside_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let outside = package(&[("a.json", UGLY)]);
    let folder = package(&[
        ("real/a.json", UGLY),
        ("schemas/b.json", "\u{feff}{\"type\":\"object\"}"),
        ("schemas/c.json", UGLY),
    ]);
    let path = |name: &str| folder.path().join(name);
    symlink("../real/a.json", path("schemas/a.json")).unwrap();
    symlink("a.json", path("schemas/again.json")).unwrap();
    let mode = |name: &str| fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(path("real/a.json"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(path("schemas/c.json"), fs::Permissions::from_mode(0o444)).unwrap();

    let ran = walnats(folder.path(), &["fmt"]);
    assert_eq!(ran.code, 2, "a read-only file cannot be written: {}", ran.stderr);
    assert!(ran.stderr.contains("`schemas/c.json` cannot be written: it is read-only"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "formatted schemas/a.json\nformatted schemas/b.json\n");
    assert!(fs::symlink_metadata(path("schemas/a.json")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(path("real/a.json")).unwrap(), PRETTY);
    assert_eq!(mode("real/a.json"), 0o640);
    assert_eq!(fs::read_to_string(path("schemas/b.json")).unwrap(), format!("\u{feff}{PRETTY}"));
    assert_eq!(fs::read_to_string(path("schemas/c.json")).unwrap(), UGLY);

    fs::set_permissions(path("schemas/c.json"), fs::Permissions::from_mode(0o644)).unwrap();
    symlink(outside.path(), path("schemas/outside")).unwrap();
    symlink(outside.path().join("a.json"), path("schemas/outside.json")).unwrap();
    let ran = walnats(folder.path(), &["fmt"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("leads out of the package").count(), 2, "{}", ran.stderr);
    let named = walnats(folder.path(), &["fmt", "schemas/outside.json"]);
    assert_eq!(named.code, 2, "{}", named.stdout);
    assert_eq!(fs::read_to_string(outside.path().join("a.json")).unwrap(), UGLY);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = package(&[("walnats.toml", "[fmt]\nline_width = 10\n")]);
    let pipe = |arguments: &[&str], text: &str| piped(folder.path(), arguments, text.as_bytes());
    let json = ["fmt", "-", "--stdin-filename", "deep/a.json"];
    let ran = pipe(&json, UGLY);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "{\n  \"type\": \"object\"\n}\n"), "{}", ran.stderr);
    let wrong = pipe(&json, "{");
    assert_eq!((wrong.code, wrong.stdout.as_str()), (1, ""));
    assert!(wrong.stderr.contains("deep/a.json:1"), "{}", wrong.stderr);
    let checked = pipe(&["fmt", "--check", "-", "--stdin-filename", "a.json"], UGLY);
    assert_eq!(
        (checked.code, checked.stdout.as_str()),
        (1, "1 file: 1 not formatted, 0 formatted; findings: 1 error, 0 warnings\n")
    );
    assert!(checked.stderr.contains("WN1001"), "{}", checked.stderr);
    // What cannot be formatted safely is what it was, so that an editor loses nothing.
    let unsafe_text = "a: |\n  x\n    \n  y\n";
    let kept = pipe(&["fmt", "-", "--stdin-filename", "a.yaml"], unsafe_text);
    assert_eq!((kept.code, kept.stdout.as_str()), (0, unsafe_text));
    assert!(kept.stderr.contains("WN1002"), "{}", kept.stderr);
}

/// Runs the program with something on standard input.
fn piped(folder: &Path, arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_walnats"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn standard_input_is_judged_as_a_file_is() {
    let texts: [(&str, &[u8]); 11] = [
        ("a.json", b"{\"a\":1}"),
        ("a.json", b"{ \"a\": 1 }\n"),
        ("a.json", b"{\"a\":1,}"),
        ("a.json", b""),
        ("a.json", b"\xff{}"),
        ("a.json", b"\xef\xbb\xbf{\"a\":1}\r\n"),
        ("a.yaml", b"a:   [1,\n  2]\n"),
        ("a.yaml", b"a: |\n  x\n    \n  y\n"),
        ("a.yaml", b"a: \"\xff\""),
        ("a.proto", b"syntax = \"proto3\"; message { }"),
        ("a.toml", b"a=1"),
    ];
    for settings in ["", "[fmt]\nline_width = 5\n", "[lints]\nnot-formatted = \"warn\"\nleft-unformatted = \"deny\"\n"]
    {
        for (name, text) in texts {
            let folder = package(&[("walnats.toml", settings)]);
            let path = folder.path().join(name);
            let write = || fs::write(&path, text).unwrap();
            write();
            let input = ["fmt", "-", "--stdin-filename", name];
            let checked = |ran: &Ran| (ran.code, ran.stdout.clone(), ran.stderr.clone());
            let file = walnats(folder.path(), &["fmt", "--check", name]);
            let piped_in = piped(folder.path(), &[&input[..], &["--check"]].concat(), text);
            assert_eq!(checked(&file), checked(&piped_in), "{name}: {text:?} with {settings:?}");
            let file = walnats(folder.path(), &["fmt", name]);
            let piped_in = piped(folder.path(), &input, text);
            assert_eq!(
                (file.code, &file.stderr),
                (piped_in.code, &piped_in.stderr),
                "{name}: {text:?} with {settings:?}"
            );
            let written = fs::read(&path).unwrap();
            assert!(piped_in.stdout.is_empty() || piped_in.stdout.as_bytes() == written, "{name}: {text:?}");
        }
    }
}

#[test]
fn generated_code_does_not_depend_on_layout() {
    let folder = sound();
    assert_eq!(walnats(folder.path(), &["generate", "--out", "out"]).code, 0);
    let formatted = walnats(folder.path(), &["fmt"]);
    assert!(formatted.stdout.contains("1 formatted"), "{}", formatted.stdout);
    let checked = walnats(folder.path(), &["generate", "--out", "out", "--check"]);
    // The committed schema is the file itself.
    let differs: Vec<&str> = checked.stdout.lines().filter(|line| !line.contains(".schema.json")).collect();
    assert!(checked.code == 0 || differs.is_empty(), "{}", checked.stdout);
}

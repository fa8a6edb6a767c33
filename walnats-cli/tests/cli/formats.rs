//! `--format` and `--output-file`, how runs end, and the screen.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::program::{Ran, USER_CREATED, broken, package, ran, sound, undescribed, walnats};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_walnats"));
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "GITHUB_STEP_SUMMARY"] {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(folder);
    command
}

#[test]
fn the_last_line_says_how_it_ended() {
    let last = |text: &str| text.lines().last().unwrap_or_default().to_owned();
    let clean = walnats(sound().path(), &["check"]);
    assert_eq!((clean.code, last(&clean.stdout).as_str()), (0, "1 event in 1 stream, 1 example: clean"));
    let warned = walnats(undescribed().path(), &["check"]);
    assert_eq!((warned.code, last(&warned.stdout).as_str()), (0, "1 event in 1 stream, 0 examples: clean, 1 warning"));
    let denied = walnats(undescribed().path(), &["check", "--deny-warnings"]);
    let line = "1 event in 1 stream, 0 examples: findings: 0 errors, 1 warning";
    assert_eq!((denied.code, last(&denied.stdout).as_str()), (1, line));
    for arguments in
        [&["check", "--root", "absent"][..], &["check", "--wrong"], &["chekc"], &["breaking", "--against", "gone"]]
    {
        let failed = walnats(sound().path(), arguments);
        assert_eq!(
            (failed.code, last(&failed.stderr).as_str(), failed.stdout.as_str()),
            (2, "could not run", ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_failure_is_a_document_that_says_so() {
    let folder = sound();
    for arguments in [
        &["check", "--root", "absent"][..],
        &["breaking", "--against", "gone"],
        &["check", "--wrong"],
        &["check", "--root"],
    ] {
        let run = |format: &str| -> String {
            let arguments = [&["--format", format], arguments].concat();
            let Ran { code, stdout, stderr } = walnats(folder.path(), &arguments);
            assert_eq!(code, 2, "{arguments:?}: {stdout}");
            if !["concise", "github"].contains(&format) {
                assert!(stderr.contains("error: ") && stderr.ends_with("could not run\n"), "{arguments:?}: {stderr}");
            }
            stdout
        };
        let document = json(&run("json"));
        assert_eq!((&document["outcome"], &document["findings"]), (&"failure".into(), &Value::Array(Vec::new())));
        assert_eq!(document["command"], arguments[0]);
        let sarif = json(&run("sarif"));
        assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
        assert_eq!(sarif["runs"][0]["results"], Value::Array(Vec::new()));
        assert_eq!(json(&run("gitlab"))[0]["check_name"], "could-not-run");
        assert!(run("junit").contains("<error message="));
        assert!(run("github").starts_with("::error title=walnats could not run::"));
        assert!(run("markdown").contains("could not run"));
        assert!(run("concise").ends_with("could not run\n"));
    }
}

/// What cannot be read is not a finding, even though it has a place.
#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_a_failure_in_every_format() {
    let folder = broken();
    std::os::unix::fs::symlink("loop.json", folder.path().join("schemas/loop.json")).unwrap();
    let ran = walnats(folder.path(), &["check", "--format", "json"]);
    let document = json(&ran.stdout);
    assert_eq!((ran.code, &document["outcome"]), (2, &"failure".into()));
    assert!(document["failure"]["reasons"][0].as_str().unwrap().contains("[WN0101]"), "{document}");
    assert!(document["findings"].as_array().unwrap().iter().all(|finding| finding["code"] != "WN0101"), "{document}");
    let text = walnats(folder.path(), &["check", "--format", "junit"]).stdout;
    assert!(text.contains("errors=\"1\"") && text.contains("type=\"could-not-run\""), "{text}");
}

#[test]
fn formats_go_to_files_in_pairs_and_people_see_theirs() {
    let folder = broken();
    let both =
        ["check", "--format", "sarif", "--output-file", "a.sarif", "--format", "junit", "--output-file", "b.xml"];
    let ran = walnats(folder.path(), &both);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("error[WN0701]") && ran.stdout.ends_with("findings: 1 error, 0 warnings\n"),
        "{}",
        ran.stderr
    );
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(json(&read("a.sarif"))["runs"][0]["results"][0]["ruleId"], "WN0701");
    assert!(read("b.xml").contains("<failure message="));

    // One of them to standard output, wherever it stands.
    for arguments in [
        ["check", "--format", "json", "--output-file", "c.json", "--format", "concise"],
        ["--format", "concise", "--format", "json", "--output-file", "c.json", "check"],
    ] {
        let _ = fs::remove_file(folder.path().join("c.json"));
        let ran = walnats(folder.path(), &arguments);
        assert!(ran.stdout.starts_with("schemas/user_created.json:5:17: WN0701 error "), "{}", ran.stdout);
        assert_eq!((json(&read("c.json"))["errors"].as_u64(), ran.code), (Some(1), 1));
    }
    let one = walnats(folder.path(), &["check", "--output-file", "d.json", "--format", "json"]);
    assert_eq!((one.code, json(&read("d.json"))["errors"].as_u64()), (1, Some(1)));

    for (arguments, why) in [
        (&["check", "--output-file", "x"][..], "needs a `--format` of its own"),
        (&["check", "--format", "json", "--output-file", "x", "--output-file", "y"], "needs a `--format` of its own"),
        (&["check", "--format", "json", "--format", "sarif"], "only one `--format` can go to standard output"),
        (&["check", "--format", "jsno"], "tip: "),
    ] {
        let ran = walnats(folder.path(), arguments);
        assert!(ran.code == 2 && ran.stderr.contains(why), "{arguments:?}: {}", ran.stderr);
    }
    // The findings are shown, and that the file is not there is a failure.
    let ran = walnats(folder.path(), &["check", "--format", "json", "--output-file", "no/such/folder/x.json"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("error[WN0701]") && ran.stderr.contains("error: cannot write `no/such/folder/x.json`"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.ends_with("1 event in 1 stream, 1 example: could not run\n"), "{}", ran.stderr);
}

#[test]
fn github_gets_a_summary() {
    let folder = broken();
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "before\n").unwrap();
    let mut walnats = command(folder.path(), &["check", "--format", "github"]);
    let ran = ran(walnats.env("GITHUB_STEP_SUMMARY", &summary));
    assert!(
        ran.stdout.starts_with("::error file=schemas/user_created.json,line=5,endLine=5,col=17,endColumn="),
        "{}",
        ran.stdout
    );
    let text = fs::read_to_string(&summary).unwrap();
    assert!(
        text.starts_with("before\n<!-- walnats check -->\n### walnats check: findings: 1 error, 0 warnings\n"),
        "{text}"
    );
}

#[test]
fn paths_lead_from_the_root_of_the_repository() {
    let folder = package(&[("services/shop/schemas/user_created.json", &USER_CREATED.replace("\"u1\"", "1"))]);
    fs::create_dir(folder.path().join(".git")).unwrap();
    let package = folder.path().join("services/shop");
    let below = package.join("schemas");
    let path = "services/shop/schemas/user_created.json";
    for here in [folder.path(), &package, &below] {
        let run =
            |format: &str| walnats(here, &["check", "--root", package.to_str().unwrap(), "--format", format]).stdout;
        assert!(run("github").starts_with(&format!("::error file={path},")), "{}", run("github"));
        assert_eq!(json(&run("gitlab"))[0]["location"]["path"], path);
        let result = &json(&run("sarif"))["runs"][0]["results"][0];
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], path);
        assert!(run("markdown").contains(&format!("`{path}:5:17`")));
        assert_eq!(json(&run("json"))["findings"][0]["file"], "schemas/user_created.json");
    }
    // An editor opens what a line names from where it stands.
    let concise =
        |here: &Path| walnats(here, &["check", "--root", package.to_str().unwrap(), "--format", "concise"]).stdout;
    assert!(concise(folder.path()).starts_with("services/shop/schemas/user_created.json:5:17: "));
    assert!(concise(&package).starts_with("schemas/user_created.json:5:17: "));
    assert!(concise(&below).starts_with("../schemas/user_created.json:5:17: "), "{}", concise(&below));
}

#[test]
fn color_follows_the_variables_that_people_know() {
    let folder = broken();
    let has_color = |arguments: &[&str], variables: &[(&str, &str)]| {
        let arguments = [&["check"], arguments].concat();
        let ran = ran(command(folder.path(), &arguments).envs(variables.iter().copied()));
        ran.stderr.contains('\x1b')
    };
    assert!(!has_color(&[], &[]), "not in a pipe");
    assert!(has_color(&["--color", "always"], &[("NO_COLOR", "1"), ("TERM", "dumb")]));
    assert!(has_color(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!has_color(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!has_color(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(has_color(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]), "empty means that it is not set");
    assert!(!has_color(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    let machine =
        ran(command(folder.path(), &["check", "--format", "json", "--color", "always"]).env("CLICOLOR_FORCE", "1"));
    assert!(!machine.stdout.contains('\x1b'));
}

#[cfg(unix)]
#[test]
fn a_terminal_has_color_and_its_own_width() {
    let folder = broken();
    let walnats = env!("CARGO_BIN_EXE_walnats");
    // `script` runs a program on a terminal of its own.
    let on_terminal = |variables: &str, columns: u32| {
        let line = format!("stty rows 40 cols {columns}; {variables} {walnats} check");
        let output = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .env_remove("NO_COLOR")
            .env("TERM", "xterm")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(on_terminal("", 120).contains("\x1b["), "{}", on_terminal("", 120));
    assert!(!on_terminal("NO_COLOR=1", 120).contains("\x1b["));
    assert!(!on_terminal("TERM=dumb", 120).contains("\x1b["));
    let widest = |text: &str| {
        text.lines().filter(|line| line.contains('|')).map(|line| line.trim_end().chars().count()).max().unwrap()
    };
    let long = USER_CREATED.replace("A user signed up.", &"very ".repeat(60)).replace('\n', " ").replace("\"u1\"", "1");
    fs::write(folder.path().join("schemas/user_created.json"), long).unwrap();
    assert!(widest(&on_terminal("NO_COLOR=1", 60)) <= 62, "{}", on_terminal("NO_COLOR=1", 60));
    assert!(widest(&on_terminal("NO_COLOR=1", 200)) > 120, "{}", on_terminal("NO_COLOR=1", 200));
}

/// A baseline that takes long to read: git is called through a script that waits.
#[cfg(unix)]
#[test]
fn what_takes_long_gives_a_sign_of_life_on_a_terminal_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = sound();
    let slow = folder.path().join("bin/git");
    fs::create_dir(slow.parent().unwrap()).unwrap();
    fs::write(&slow, "#!/bin/sh\nsleep 3\nPATH=${PATH#*:} exec git \"$@\"\n").unwrap();
    fs::set_permissions(&slow, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", slow.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let line = format!("{} breaking --against HEAD", env!("CARGO_BIN_EXE_walnats"));
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").stdin(Stdio::null());
    let shown = ran(terminal.env("PATH", &path).current_dir(folder.path())).stdout;
    assert!(shown.contains("\rbreaking ... 1 s") || shown.contains("\x1b[2Kbreaking ... 1 s"), "{shown:?}");
    let piped = ran(command(folder.path(), &["breaking", "--against", "HEAD"]).env("PATH", &path));
    assert!(!piped.stderr.contains("..."), "{}", piped.stderr);
    let quick = Command::new("script")
        .args(["-qec", &format!("{} check", env!("CARGO_BIN_EXE_walnats")), "/dev/null"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!String::from_utf8_lossy(&quick.stdout).contains(" ... 0 s"));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = sound();
    let walnats = env!("CARGO_BIN_EXE_walnats");
    for arguments in ["explain", "check --format sarif", "report-schema", "completions bash", "man", "--help"] {
        let line = format!("{walnats} {arguments} 2>error.txt | true; echo ${{PIPESTATUS[0]}}");
        let output = Command::new("bash").args(["-c", &line]).current_dir(folder.path()).output().unwrap();
        let code = String::from_utf8(output.stdout).unwrap();
        let said = fs::read_to_string(folder.path().join("error.txt")).unwrap();
        assert_eq!((code.trim(), said.as_str()), ("0", ""), "{arguments}");
    }
}

#[test]
fn stale_code_is_a_finding_in_every_format() {
    let folder = sound();
    walnats(folder.path(), &["generate", "--out", "src/events"]);
    fs::write(folder.path().join("src/events/user_created.rs"), "").unwrap();
    let check =
        |format: &str| walnats(folder.path(), &["generate", "--out", "src/events", "--check", "--format", format]);
    let ran = check("json");
    let finding = &json(&ran.stdout)["findings"][0];
    assert_eq!(
        (ran.code, &finding["code"], &finding["file"]),
        (1, &"WN1301".into(), &"src/events/user_created.rs".into())
    );
    assert_eq!(finding["help"], "run `walnats generate --out src/events` and commit the result");
    assert_eq!(
        check("concise").stdout.lines().next().unwrap(),
        "src/events/user_created.rs:1:1: WN1301 error generated code is out of date: differs"
    );
    walnats(folder.path(), &["generate", "--out", "src/events"]);
    let cured = check("json");
    assert_eq!((cured.code, &json(&cured.stdout)["findings"]), (0, &serde_json::json!([])));
}

#[test]
fn what_can_be_fixed_has_its_fix_in_documents() {
    let text = USER_CREATED.replace("\"minLength\"", "\"minLenght\"");
    let folder = package(&[("schemas/user_created.json", &text)]);
    let run = |format| json(&walnats(folder.path(), &["check", "--format", format]).stdout);
    let found = run("json")["findings"][0].clone();
    let edit = &found["fix"]["edits"][0];
    assert!(edit["text"].as_str().unwrap().contains("minLength"), "{found}");
    assert_eq!((&edit["file"], &edit["line"]), (&"schemas/user_created.json".into(), &found["line"]));
    let result = run("sarif")["runs"][0]["results"][0].clone();
    let change = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "schemas/user_created.json");
    let replacement = &change["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], edit["text"]);
    assert_eq!(replacement["deletedRegion"]["startColumn"], edit["column"]);
    assert!(run("json")["findings"].as_array().unwrap().iter().all(|found| found.get("fix").is_some()));
}

#[test]
fn details_that_are_the_same_are_said_once() {
    let folder = package(&[
        ("schemas/a.json", "{\"type\": \"object\"}"),
        ("schemas/b.json", "{\"type\": \"object\"}"),
        ("schemas/c.json", "{\"type\": \"object\"}"),
    ]);
    let markdown = walnats(folder.path(), &["check", "--format", "markdown"]).stdout;
    let mut blocks: Vec<&str> = markdown.split("</summary>").skip(1).collect();
    let all = blocks.len();
    blocks.iter_mut().for_each(|block| *block = block.split("</details>").next().unwrap());
    blocks.sort_unstable();
    blocks.dedup();
    assert_eq!(blocks.len(), all, "{markdown}");
    assert!(markdown.contains("(and 2 more)</summary>"), "{markdown}");
}

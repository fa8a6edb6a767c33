//! Arguments, help, and the schema of `walnats.toml`.

use std::process::Command;

use crate::program::{ran, sound, walnats};

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

#[test]
fn help_is_a_command_too() {
    let folder = sound();
    let (one, other) = (walnats(folder.path(), &["help", "check"]), walnats(folder.path(), &["check", "--help"]));
    assert_eq!((one.code, &one.stdout), (0, &other.stdout));
    assert_eq!(walnats(folder.path(), &["help", "chekc"]).code, 2);
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
fn the_version_says_what_was_built_in() {
    let folder = sound();
    let long = walnats(folder.path(), &["--version"]);
    let lines: Vec<&str> = long.stdout.lines().collect();
    assert_eq!((long.code, lines[0]), (0, concat!("walnats ", env!("CARGO_PKG_VERSION"))));
    for (line, start) in lines[1..].iter().zip([
        "features: protobuf, nats",
        "target: ",
        "formats: report 1, SARIF 2.1.0",
        "nats-server: 2.",
    ]) {
        assert!(line.starts_with(start), "{}", long.stdout);
    }
    assert_eq!(walnats(folder.path(), &["-V"]).stdout, concat!("walnats ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn shells_complete_commands_and_options() {
    let folder = sound();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = walnats(folder.path(), &["completions", shell]);
        assert_eq!(ran.code, 0);
        for word in ["breaking", "deny-warnings", "output-file"] {
            assert!(ran.stdout.contains(word), "{shell}: no `{word}`");
        }
    }
    // Bash itself completes.
    let script = walnats(folder.path(), &["completions", "bash"]).stdout;
    std::fs::write(folder.path().join("walnats.bash"), script).unwrap();
    let line = "source ./walnats.bash; COMP_WORDS=(walnats che); COMP_CWORD=1; _walnats walnats che walnats; echo ${COMPREPLY[*]}";
    let completed = ran(Command::new("bash").args(["-c", line]).current_dir(folder.path()));
    assert_eq!(completed.stdout, "check\n", "{}", completed.stderr);
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let folder = sound();
    let page = walnats(folder.path(), &["man"]);
    assert!(page.code == 0 && page.stdout.contains(".TH walnats 1"), "{}", page.stdout);
    assert_eq!(walnats(folder.path(), &["man", "--out", "man1"]).code, 0);
    let help = walnats(folder.path(), &["--help"]).stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> =
        commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert!(commands.contains(&"check"), "{help}");
    for command in commands {
        let page = std::fs::read_to_string(folder.path().join(format!("man1/walnats-{command}.1"))).unwrap();
        assert!(page.contains(&format!(".TH walnats-{command} 1")), "{page}");
    }
}

#[test]
fn the_schema_of_the_report_is_printed() {
    let folder = sound();
    let printed = walnats(folder.path(), &["report-schema"]);
    assert_eq!(printed.stdout, walnats(folder.path(), &["breaking", "--json-schema"]).stdout);
    let schema: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for arguments in [
        &["check", "--json"][..],
        &["breaking", "--json", "--against", "."],
        &["generate", "--out", "x", "--check", "--format", "json"],
    ] {
        let document = serde_json::from_str(&walnats(folder.path(), arguments).stdout).unwrap();
        assert!(validator.is_valid(&document), "{document}");
    }
}

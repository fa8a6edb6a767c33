//! Which package a command works on.

use std::fs;

use crate::program::{USER_CREATED, package, sound, walnats};

#[test]
fn the_package_is_found_from_below_or_named() {
    let folder = sound();
    let below = folder.path().join("src/deep");
    fs::create_dir_all(&below).unwrap();
    assert_eq!(walnats(&below, &["check"]).code, 0);

    let nowhere = tempfile::tempdir().unwrap();
    let lost = walnats(nowhere.path(), &["check"]);
    assert_eq!(lost.code, 2);
    assert!(lost.stderr.contains("name the package with `--root`"), "{}", lost.stderr);
    let root = folder.path().to_str().unwrap();
    assert_eq!(walnats(nowhere.path(), &["check", "--root", root]).code, 0);
    assert_eq!(walnats(nowhere.path(), &["--root", root, "check"]).code, 0);
    let absent = walnats(nowhere.path(), &["check", "--root", "absent"]);
    assert_eq!(absent.code, 2);
    assert!(absent.stderr.contains("error: cannot read `absent`"), "{}", absent.stderr);
}

#[test]
fn members_of_a_workspace_are_found_from_its_root() {
    let member = "[package]\nname = \"NAME\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    let (shop, users, plain) =
        (member.replace("NAME", "shop"), member.replace("NAME", "users"), member.replace("NAME", "plain"));
    let root = ("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n");
    let one = [
        root,
        ("crates/shop/Cargo.toml", shop.as_str()),
        ("crates/shop/src/lib.rs", ""),
        ("crates/shop/schemas/a.json", USER_CREATED),
        ("crates/plain/Cargo.toml", plain.as_str()),
        ("crates/plain/src/lib.rs", ""),
    ];
    let folder = package(&one);
    let checked = walnats(folder.path(), &["check"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (0, "package `crates/shop`\n"), "{}", checked.stdout);
    // A service that has no events itself is not taken for another crate.
    let lost = walnats(&folder.path().join("crates/plain"), &["check"]);
    assert_eq!(lost.code, 2, "{}", lost.stdout);
    assert!(lost.stderr.contains("crates/shop"), "{}", lost.stderr);

    let more = [
        ("crates/users/Cargo.toml", users.as_str()),
        ("crates/users/src/lib.rs", ""),
        ("crates/users/walnats.toml", ""),
    ];
    let folder = package(&[&one[..], &more[..]].concat());
    let lost = walnats(folder.path(), &["check"]);
    assert_eq!(lost.code, 2, "{}", lost.stdout);
    assert!(lost.stderr.contains("--root crates/shop\n  --root crates/users\n"), "{}", lost.stderr);
}

#[test]
fn schemas_beside_the_package_have_a_cure() {
    let folder = package(&[
        ("events/walnats.toml", "[schemas]\nfolders = [\"../schemas\"]\n"),
        ("schemas/user_created.json", USER_CREATED),
    ]);
    let events = folder.path().join("events");
    let refused = walnats(&events, &["check"]);
    assert_eq!(refused.code, 1);
    for cure in ["`configure().root(\"..\")` in build.rs", "`--root ..`"] {
        assert!(refused.stderr.contains(cure), "{}", refused.stderr);
    }
    assert_eq!(walnats(&events, &["check", "--root", ".."]).code, 0);
    assert_eq!(walnats(&events, &["generate", "--root", "..", "--out", "src/events"]).code, 0);
}

/// Root may read everything, so the file is one that nobody can: a link to itself.
#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_exit_code_2() {
    for path in ["schemas/loop.json", "schemas/gone.json", "walnats.toml"] {
        let folder = sound();
        let target = if path.contains("gone") { "nowhere" } else { "../schemas/loop.json" };
        std::os::unix::fs::symlink(target, folder.path().join(path)).unwrap();
        for arguments in [&["check"][..], &["check", "--json"], &["generate", "--out", "out"]] {
            let ran = walnats(folder.path(), arguments);
            assert_eq!(ran.code, 2, "{path}, {arguments:?}: {}{}", ran.stdout, ran.stderr);
            assert!(format!("{}{}", ran.stdout, ran.stderr).contains("WN0101"), "{path}: {}", ran.stderr);
        }
    }
    let empty = package(&[("walnats.toml", "")]);
    assert_eq!(walnats(empty.path(), &["check"]).code, 2);
}

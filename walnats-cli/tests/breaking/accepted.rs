//! Breaks that were accepted.

use std::fs;

use serde_json::Value;

use super::{OLD, breaking, commit, narrowed, repository, walnats, write};

#[test]
fn what_is_accepted_passes_until_it_expires() {
    let (_folder, package) = repository(".");
    write(&package, "schemas/order_placed.json", &narrowed());
    let fingerprint = "311b2a899f33";
    assert!(breaking(&package, "main").stdout.contains(fingerprint));
    for (arguments, why) in [
        (&["accept", "311b", "--reason", "x"][..], "12 hexadecimal digits"),
        (&["accept", fingerprint], "--reason"),
        (&["accept", fingerprint, "--reason", " "], "say why"),
        (&["accept", fingerprint, "--reason", "x", "--until", "soon"], "not a day"),
        (&["accept", fingerprint, "--reason", "x", "--until", "2020-01-01"], "has passed"),
    ] {
        let ran = walnats(&package, arguments);
        assert!(ran.code == 2 && ran.stderr.contains(why), "{arguments:?}: {}", ran.stderr);
    }
    let ran = walnats(&package, &["accept", fingerprint, "--reason", "billing is off", "--until", "9999-12-31"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.starts_with("accepted 311b2a899f33 in walnats-accepted.toml ("), "{}", ran.stdout);
    assert!(ran.stdout.contains("not compared with a baseline: `--against REV`"), "{}", ran.stdout);
    let ran = breaking(&package, "main");
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("accepted until 9999-12-31: billing is off"), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("1 event: 1 accepted; clean\n"), "{}", ran.stdout);

    // Unrelated commits, reformatting and a rename do not change what was accepted; another break is another one.
    commit(&package);
    write(&package, "schemas/x/order_placed.json", &narrowed().replace('\n', "\n  "));
    fs::remove_file(package.join("schemas/order_placed.json")).unwrap();
    write(&package, "schemas/new.json", "{}");
    assert_eq!(breaking(&package, "HEAD~1").code, 0);
    write(
        &package,
        "schemas/x/order_placed.json",
        &narrowed().replace("\"type\": \"string\"", "\"type\": \"string\", \"minLength\": 1"),
    );
    let ran = breaking(&package, "HEAD~1");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("\"minLength\": 1"), "an accepted break hides no other: {}", ran.stdout);

    write(&package, "schemas/x/order_placed.json", &narrowed());
    write(
        &package,
        "walnats-accepted.toml",
        "[311b2a899f33]\nreason = \"billing is off\"\nuntil = 2020-01-01\n\n[000000000000]\nreason = \"x\"\n",
    );
    let ran = breaking(&package, "HEAD~1");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("was accepted until 2020-01-01, which has passed: billing is off"), "{}", ran.stdout);
    for text in [
        "warning[WN0891]: `311b2a899f33` was accepted until 2020-01-01",
        "warning[WN0892]: nothing needs the acceptance `000000000000`",
    ] {
        assert!(ran.stderr.contains(text), "{}", ran.stderr);
    }
    write(&package, "walnats-accepted.toml", "[311b2a899f33]\n");
    let ran = breaking(&package, "HEAD~1");
    assert!(ran.code == 1 && ran.stderr.contains("error[WN0893]"), "{}", ran.stderr);
    let ran = walnats(&package, &["accept", fingerprint, "--reason", "x"]);
    assert!(ran.code == 1 && ran.stderr.contains("error[WN0893]"), "what cannot be read is not written over");
}

#[test]
fn a_fingerprint_that_no_break_has_is_refused() {
    let (_folder, package) = repository(".");
    let accept = |fingerprint: &str, reason: &str| {
        walnats(&package, &["accept", fingerprint, "--against", "main", "--reason", reason])
    };
    let ran = accept("000000000000", "x");
    assert!(
        ran.code == 2 && ran.stderr.contains("no break against `main` has the fingerprint 000000000000: there is none")
    );
    write(&package, "schemas/order_placed.json", &narrowed());
    let ran = accept("000000000000", "x");
    let said =
        "no break against `main` has the fingerprint 000000000000; there are:\n  311b2a899f33  WN0801 narrowed: ";
    assert!(ran.code == 2 && ran.stderr.contains(said), "{}", ran.stderr);
    assert!(!package.join("walnats-accepted.toml").exists(), "nothing is written");
    let ran = accept("311b2a899f33", "first");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "accepted 311b2a899f33 in walnats-accepted.toml: clean\n"));
    let ran = accept("311b2a899f33", "second");
    assert!(ran.code == 0 && ran.stdout.contains("in place of the entry with the reason \"first\""), "{}", ran.stdout);
    assert_eq!(breaking(&package, "main").code, 0);
    let arguments = ["accept", "311b2a899f33", "--reason", "x", "--format", "json"];
    let document: Value = serde_json::from_str(&walnats(&package, &arguments).stdout).unwrap();
    assert_eq!((&document["command"], &document["outcome"]), (&"accept".into(), &"clean".into()));
}

#[test]
fn check_reads_what_is_accepted() {
    let (_folder, package) = repository(".");
    for (text, code, said) in [
        ("[311b2a899f33]\nreason = \"x\"\nuntil = 9999-12-31\n", 0, ""),
        (
            "[311b2a899f33]\nreason = \"x\"\nuntil = 2020-01-01\n",
            0,
            "warning[WN0891]: `311b2a899f33` was accepted until",
        ),
        ("[311b]\nreason = \"x\"\n", 1, "error[WN0893]: `311b` is not a fingerprint"),
        ("[311b2a899f33\n", 1, "error[WN0893]: not valid TOML"),
        ("[311b2a899f33]\nreason = \"x\"\nuntil = \"soon\"\n", 1, "error[WN0893]: `soon` is not a day"),
    ] {
        write(&package, "walnats-accepted.toml", text);
        let ran = walnats(&package, &["check"]);
        assert!(ran.code == code && ran.stderr.contains(said), "{text}: {}", ran.stderr);
    }
}

/// What an event was in another package of the repository is known when its break is accepted.
#[test]
fn breaks_of_events_that_came_from_another_package_are_known() {
    let (folder, shop) = repository("services/shop");
    let stock = folder.path().join("services/stock");
    write(&stock, "schemas/stock_changed.json", OLD);
    write(&stock, "schemas/other.json", OLD);
    commit(folder.path());
    fs::remove_file(stock.join("schemas/stock_changed.json")).unwrap();
    write(&shop, "schemas/stock_changed.json", &narrowed());
    let compared = || walnats(folder.path(), &["breaking", "--workspace", "--against", "HEAD", "--json"]);
    let ran = compared();
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let said: Value = serde_json::from_str(&ran.stdout).unwrap();
    let mut found = said["findings"].as_array().unwrap().iter();
    let found = found.find(|found| found["code"] == "WN0801").unwrap_or_else(|| panic!("{}", ran.stdout));
    let fingerprint = found["fingerprint"].as_str().unwrap();
    let accept = |fingerprint: &str| {
        walnats(&shop, &["accept", fingerprint, "--reason", "nobody reads it", "--against", "HEAD"])
    };
    let unknown = accept("000000000000");
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains(fingerprint), "{}", unknown.stderr);
    let ran = accept(fingerprint);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let ran = compared();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

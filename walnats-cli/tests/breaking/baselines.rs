//! Baselines without git, and those that cannot be read.

use std::path::Path;

use serde_json::Value;

use super::{OLD, TOML, breaking, commit, git, narrowed, repository, walnats, write};

#[test]
fn folders_and_files_are_baselines_without_git() {
    let (_folder, old) = repository(".");
    let new = tempfile::tempdir().unwrap();
    write(new.path(), "schemas/order_placed.json", &narrowed());
    let ran = breaking(new.path(), old.to_str().unwrap());
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains(&format!("{}/schemas/order_placed.json:6:35", old.display())), "{}", ran.stdout);

    let schema: Value = serde_json::from_str(OLD).unwrap();
    for content in [schema, OLD.into()] {
        let package = serde_json::json!({"walnats.toml": TOML, "schemas/order_placed.json": content});
        write(new.path(), "old.json", &package.to_string());
        let ran = breaking(new.path(), "old.json");
        assert!(ran.code == 1 && ran.stdout.contains("311b2a899f33"), "{}{}", ran.stdout, ran.stderr);
    }
    write(new.path(), "schema.json", OLD);
    let ran = breaking(new.path(), "schema.json");
    assert!(ran.code == 2 && ran.stderr.contains("`schema.json` is not a package"), "{}", ran.stderr);
    let ran = breaking(new.path(), "main");
    assert!(ran.code == 2 && ran.stderr.contains("is not a folder"), "{}", ran.stderr);
    assert_eq!(walnats(new.path(), &["breaking"]).code, 2, "a baseline has to be named");
}

#[test]
fn a_baseline_that_cannot_be_read_is_not_a_finding() {
    let (_folder, package) = repository(".");
    for (toml, why) in
        [("[streams", "not valid TOML"), ("[schemas]\nfolders = [\"gone\"]", "the schema folder `gone` cannot be read")]
    {
        write(&package, "walnats.toml", toml);
        commit(&package);
        write(&package, "walnats.toml", TOML);
        let ran = breaking(&package, "HEAD");
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{toml}");
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        commit(&package);
    }
    // One schema that is wrong there ends nothing.
    write(&package, "schemas/other.json", "{\"$ref\": \"gone.json\"}");
    commit(&package);
    write(&package, "schemas/other.json", "{}");
    write(&package, "schemas/order_placed.json", &narrowed());
    let ran = breaking(&package, "HEAD");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.ends_with("2 events: 1 breaking, 1 undecided (the old schema has an error: `gone.json` leads nowhere: there is no file `gone.json`); findings: 1 error, 1 warning\n"), "{}", ran.stdout);
    assert!(ran.stderr.starts_with("note: HEAD:schemas/other.json:1:10: "), "{}", ran.stderr);
    // The new revision has to be sound.
    write(&package, "schemas/other.json", "{\"type\": \"text\"}");
    let ran = breaking(&package, "HEAD");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, "nothing was compared: findings: 1 error, 0 warnings\n"));
    assert!(ran.stderr.contains("error[WN0"), "{}", ran.stderr);
}

#[test]
fn a_baseline_that_does_not_exist() {
    let (_folder, package) = repository("");
    let gone = package.join("gone");
    let nothing = "there is neither a folder, a file nor a revision";
    for against in [gone.to_str().unwrap(), "./gone", "../gone/old.json", "/gone.json"] {
        let ran = breaking(&package, against);
        let said = format!("{nothing} `{against}`: name a git revision");
        assert!(ran.code == 2 && ran.stderr.contains(&said), "{against}: {}", ran.stderr);
    }
    for against in ["gone", "gone.json", "feature/gone", "schemas/gone.json"] {
        let ran = breaking(&package, against);
        let said = format!("there is no folder or file `{against}` either");
        assert!(ran.code == 2 && ran.stderr.contains(&said), "{against}: {}", ran.stderr);
        assert!(ran.stderr.contains("there is no revision"), "{against}: {}", ran.stderr);
    }
    write(&package, "old.yaml", OLD);
    for against in ["old.yaml", "./old.yaml"] {
        let ran = breaking(&package, against);
        assert!(ran.code == 2 && ran.stderr.contains("is a file, but not a package"), "{against}: {}", ran.stderr);
    }
    // What is there is still found.
    assert_eq!(breaking(&package, "HEAD").code, 0);
    assert_eq!(breaking(&package, "./").code, 0);
}

#[test]
fn further_baselines_are_for_transitive_events() {
    let (_folder, package) = repository(".");
    git(&package, &["tag", "v1"]);
    write(&package, "schemas/order_placed.json", &narrowed());
    commit(&package);
    let both = |package: &Path| walnats(package, &["breaking", "--against", "HEAD", "--against", "v1"]);
    let ran = both(&package);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "against HEAD:\n1 event: 1 compatible\nagainst v1:\n0 events: nothing to compare\n2 baselines: clean\n")
    );
    write(&package, "walnats.toml", &format!("{TOML}\n[breaking]\ntransitive = true\n"));
    let ran = both(&package);
    assert!(ran.code == 1 && ran.stdout.contains("accepted by v1"), "{}", ran.stdout);
}

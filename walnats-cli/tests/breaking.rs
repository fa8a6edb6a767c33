//! `walnats breaking` and `walnats accept`, on real repositories.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const OLD: &str = r#"{
  "type": "object",
  "required": ["order_id", "total"],
  "properties": {
    "order_id": { "type": "string" },
    "total": { "type": "integer", "minimum": 0 }
  }
}
"#;

const TOML: &str =
    "[services.billing]\nconsumes = [\"order-placed\"]\n\n[services.warehouse]\nconsumes = [\"order-*\"]\n";

fn narrowed() -> String {
    OLD.replace("\"minimum\": 0", "\"exclusiveMinimum\": 0")
}

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
}

fn walnats(folder: &Path, arguments: &[&str]) -> Ran {
    ran(Command::new(env!("CARGO_BIN_EXE_walnats")).args(arguments).current_dir(folder))
}

fn breaking(folder: &Path, against: &str) -> Ran {
    walnats(folder, &["breaking", "--against", against])
}

/// Runs git without the settings of whoever runs the tests.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let settings = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
    let more = ["-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"];
    let mut command = Command::new("git");
    command.args(settings).args(more).args(arguments).current_dir(folder);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let ran = ran(&mut command);
    assert_eq!(ran.code, 0, "git {arguments:?}: {}", ran.stderr);
    ran.stdout
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn commit(folder: &Path) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "--allow-empty", "-m", "x"]);
}

/// A repository with one commit, whose package stands in `package`.
fn repository(package: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "."]);
    let package = folder.path().join(package);
    write(&package, "schemas/order_placed.json", OLD);
    write(&package, "walnats.toml", TOML);
    commit(folder.path());
    (folder, package)
}

#[test]
fn a_break_is_shown_with_witness_places_readers_and_help() {
    let (_folder, package) = repository(".");
    assert_eq!(breaking(&package, "main").stdout, "1 event: 1 compatible; clean\n");
    write(&package, "schemas/order_placed.json", &narrowed());
    let ran = breaking(&package, "main");
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    assert_eq!(
        ran.stdout,
        r#"order-placed  breaking: old events -> new readers  [WN0801 narrowed]  311b2a899f33
  {"order_id":"","total":0}   accepted by main, refused now (two validators agree)
  schemas/order_placed.json:6:35        "exclusiveMinimum": 0   refuses /total
  main:schemas/order_placed.json:6:35   "minimum": 0            allows it
  read by: billing, warehouse
  help: keep `"minimum": 0`; or `walnats accept 311b2a899f33 --reason "..."`

1 event: 1 breaking; findings: 1 error, 0 warnings
"#
    );
    let colored = walnats(&package, &["breaking", "--against", "main", "--color", "always"]);
    assert!(colored.stdout.contains("\u{1b}[4m\"exclusiveMinimum\": 0\u{1b}[0m"), "{}", colored.stdout);
    assert_eq!(git(&package, &["status", "--short"]), " M schemas/order_placed.json\n", "the work tree is as it was");
}

#[test]
fn any_revision_is_a_baseline() {
    let (_folder, package) = repository(".");
    git(&package, &["tag", "v1"]);
    git(&package, &["tag", "-a", "v1-annotated", "-m", "x"]);
    git(&package, &["checkout", "-q", "-b", "work"]);
    write(&package, "schemas/order_placed.json", &narrowed());
    commit(&package);
    let head = git(&package, &["rev-parse", "HEAD~1"]);
    for against in [
        "main",
        "v1",
        "v1-annotated",
        "HEAD~1",
        "HEAD^",
        "merge-base:main",
        "refs/heads/main",
        head.trim(),
        "HEAD^{/x}~1",
    ] {
        let ran = breaking(&package, against);
        assert_eq!(ran.code, 1, "{against}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(&format!("{against}:schemas/order_placed.json:6:35")), "{}", ran.stdout);
    }
    assert_eq!(breaking(&package, "HEAD").code, 0);

    // What has happened on main since is not of this branch.
    git(&package, &["checkout", "-q", "main"]);
    write(&package, "schemas/order_placed.json", "{\"type\": \"string\"}");
    commit(&package);
    git(&package, &["checkout", "-q", "work"]);
    let ran = breaking(&package, "merge-base:main");
    assert!(ran.stdout.contains("WN0801") && !ran.stdout.contains("WN0802"), "{}", ran.stdout);
}

#[test]
fn a_package_in_a_subfolder_is_compared_with_itself() {
    let (folder, package) = repository("services/shop");
    write(folder.path(), "schemas/order_placed.json", "{\"type\": \"null\"}");
    commit(folder.path());
    write(&package, "schemas/order_placed.json", &narrowed());
    let ran = breaking(&package, "main");
    assert!(ran.stdout.contains("main:services/shop/schemas/order_placed.json:6:35"), "{}", ran.stdout);
    assert_eq!(ran.code, 1);
    let from_above = walnats(folder.path(), &["breaking", "--against", "main", "--root", "services/shop"]);
    assert_eq!(from_above.stdout, ran.stdout);

    // In a hook, git says where its repository is, from where the hook runs.
    let mut hook = Command::new(env!("CARGO_BIN_EXE_walnats"));
    hook.args(["breaking", "--against", "main", "--root", "services/shop"]).current_dir(folder.path());
    assert_eq!(self::ran(hook.env("GIT_DIR", ".git").env("GIT_INDEX_FILE", ".git/index")).stdout, ran.stdout);

    // The package moves: it is known by its files.
    git(folder.path(), &["mv", "services/shop", "events"]);
    let moved = folder.path().join("events");
    for is_configured in [true, false] {
        if !is_configured {
            git(folder.path(), &["rm", "-q", "--cached", "events/walnats.toml"]);
            fs::remove_file(moved.join("walnats.toml")).unwrap();
        }
        for against in ["main", "main:services/shop"] {
            let ran = breaking(&moved, against);
            assert_eq!(ran.code, 1, "{}", ran.stderr);
            assert!(ran.stdout.contains("main:services/shop/schemas/order_placed.json:6:35"), "{}", ran.stdout);
        }
    }
    // Where nothing says so, the old place has to be named, and the program says which there are.
    fs::rename(moved.join("schemas/order_placed.json"), moved.join("schemas/other.json")).unwrap();
    let ran = breaking(&moved, "main");
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("--against main:services/shop") && ran.stderr.contains("--root"), "{}", ran.stderr);
}

/// What was deleted as a whole has no folder any more that could be found.
#[test]
fn deleted_packages_of_a_workspace_are_compared() {
    let (folder, shop) = repository("services/shop");
    let stock = folder.path().join("services/stock");
    write(&stock, "schemas/stock_changed.json", "{\"type\": \"object\"}");
    commit(folder.path());
    let workspace = || walnats(folder.path(), &["breaking", "--workspace", "--against", "HEAD"]);
    assert_eq!(workspace().code, 0);

    git(folder.path(), &["rm", "-rq", "services/stock"]);
    assert!(!stock.exists());
    let ran = workspace();
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("WN0841") && ran.stdout.contains("stock-changed"), "{}", ran.stdout);
    let outside = tempfile::tempdir().unwrap();
    git(folder.path(), &["worktree", "add", "-q", outside.path().join("old").to_str().unwrap(), "HEAD"]);
    let old = outside.path().join("old");
    let ran = walnats(folder.path(), &["breaking", "--workspace", "--against", old.to_str().unwrap()]);
    assert_eq!((ran.code, ran.stdout.contains("WN0841")), (1, true), "{}{}", ran.stdout, ran.stderr);
    git(folder.path(), &["reset", "-q", "--hard"]);

    // A new name is no deletion.
    git(folder.path(), &["mv", "services/stock", "services/inventory"]);
    let ran = workspace();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    write(folder.path(), "services/inventory/schemas/stock_changed.json", "{\"type\": \"array\"}");
    let ran = workspace();
    assert!(ran.code == 1 && !ran.stdout.contains("WN0841"), "{}{}", ran.stdout, ran.stderr);
    git(folder.path(), &["reset", "-q", "--hard"]);

    // The last schema: git leaves no folder behind, other programs an empty one.
    fs::remove_file(shop.join("schemas/order_placed.json")).unwrap();
    write(&shop, "walnats.toml", "");
    for _ in 0..2 {
        for ran in [workspace(), breaking(&shop, "HEAD")] {
            assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
            assert!(ran.stdout.contains("WN0841"), "{}", ran.stdout);
        }
        let _ = fs::remove_dir(shop.join("schemas"));
    }
}

/// A folder that is named and not there is no package without events.
#[test]
fn a_folder_that_the_revision_does_not_have_is_a_failure() {
    let (folder, package) = repository("services/shop");
    for against in ["main:nope", "main:services/shop/schemas/order_placed.json", "main:services/shop/schemas"] {
        let ran = breaking(&package, against);
        assert_eq!(ran.code, 2, "{against}: {}", ran.stdout);
        assert!(ran.stderr.contains("has no package in"), "{}", ran.stderr);
    }
    // A new package beside another one has nothing to compare with.
    let new = folder.path().join("services/new");
    write(&new, "schemas/a.json", "{\"type\": \"object\"}");
    let ran = breaking(&new, "main");
    assert_eq!((ran.code, ran.stdout.contains("1 new")), (0, true), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn files_and_schema_folders_may_have_other_names() {
    let (_folder, package) = repository(".");
    git(&package, &["mv", "schemas", "events"]);
    git(&package, &["mv", "events/order_placed.json", "events/placed.json"]);
    let renamed =
        OLD.replace("\"type\": \"object\",", "\"type\": \"object\", \"x-walnats\": {\"name\": \"order-placed\"},");
    write(&package, "events/placed.json", &renamed);
    write(&package, "walnats.toml", &format!("{TOML}\n[schemas]\nfolders = [\"./events/\"]\n"));
    let ran = breaking(&package, "main");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "1 event: 1 compatible; clean\n"), "{}", ran.stderr);
    commit(&package);
    write(&package, "events/placed.json", &renamed.replace("\"minimum\": 0", "\"minimum\": 1"));
    let ran = breaking(&package, "HEAD");
    assert!(ran.stdout.contains("HEAD:events/placed.json:6:35"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_shallow_clone_says_what_to_do() {
    let (folder, package) = repository(".");
    git(&package, &["tag", "v1"]);
    git(&package, &["checkout", "-q", "-b", "work"]);
    commit(&package);
    commit(&package);
    let bare = tempfile::tempdir().unwrap();
    git(bare.path(), &["clone", "-q", "--bare", folder.path().to_str().unwrap(), "remote.git"]);
    let url = format!("file://{}", bare.path().join("remote.git").display());
    let clones = tempfile::tempdir().unwrap();
    git(clones.path(), &["clone", "-q", "--depth", "1", "--branch", "work", &url, "shallow"]);
    let shallow = clones.path().join("shallow");
    for against in ["main", "v1", "HEAD~2", "merge-base:main"] {
        let ran = breaking(&shallow, against);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{against}");
        for advice in ["fetch-depth: 0", "git fetch --unshallow"] {
            assert!(ran.stderr.contains(advice), "{against}: {}", ran.stderr);
        }
    }
    // Both tips are here, and what they have in common is not.
    git(&shallow, &["fetch", "-q", "--depth", "1", "origin", "main:main"]);
    assert_eq!(breaking(&shallow, "main").code, 0);
    let ran = breaking(&shallow, "merge-base:main");
    assert!(ran.code == 2 && ran.stderr.contains("fetch-depth: 0"), "{}", ran.stderr);
    git(&shallow, &["fetch", "-q", "--unshallow"]);
    assert_eq!(breaking(&shallow, "merge-base:main").code, 0);

    // A whole clone, which has the branch of the remote only.
    git(clones.path(), &["clone", "-q", "--branch", "work", &url, "whole"]);
    let whole = clones.path().join("whole");
    let ran = breaking(&whole, "main");
    assert!(ran.code == 2 && ran.stderr.contains("did you mean `origin/main`?"), "{}", ran.stderr);
    assert_eq!(breaking(&whole, "origin/main").code, 0);
    let ran = breaking(&whole, "gone");
    assert!(ran.code == 2 && ran.stderr.contains("there is no revision `gone` here"), "{}", ran.stderr);
    let ran = breaking(&whole, "--all");
    assert_eq!(ran.code, 2);
}

#[test]
fn worktrees_are_repositories() {
    let (_folder, package) = repository(".");
    let other = tempfile::tempdir().unwrap();
    let tree = other.path().join("tree");
    git(&package, &["worktree", "add", "-q", tree.to_str().unwrap(), "-b", "work"]);
    write(&tree, "schemas/order_placed.json", &narrowed());
    assert_eq!(breaking(&tree, "main").code, 1);
    assert_eq!(breaking(&package, "main").code, 0);
}

#[test]
fn a_submodule_is_read_where_it_is_here() {
    let shared = tempfile::tempdir().unwrap();
    git(shared.path(), &["init", "-q", "."]);
    write(shared.path(), "order_placed.json", OLD);
    commit(shared.path());
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "."]);
    git(folder.path(), &["submodule", "--quiet", "add", shared.path().to_str().unwrap(), "schemas"]);
    commit(folder.path());
    let ran = breaking(folder.path(), "main");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "1 event: 1 compatible; clean\n"), "{}", ran.stderr);
    write(folder.path(), "schemas/order_placed.json", &narrowed());
    assert_eq!(breaking(folder.path(), "main").code, 1);

    let clones = tempfile::tempdir().unwrap();
    git(clones.path(), &["clone", "-q", folder.path().to_str().unwrap(), "clone"]);
    let clone = clones.path().join("clone");
    write(&clone, "schemas/order_placed.json", OLD);
    let ran = breaking(&clone, "HEAD");
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("`schemas` is a submodule") && ran.stderr.contains("git submodule update --init"),
        "{}",
        ran.stderr
    );
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_of_the_package() {
    let (_folder, package) = repository(".");
    write(&package, "common/_money.json", "{\"type\": \"integer\"}");
    let linked = OLD.replace("{ \"type\": \"integer\", \"minimum\": 0 }", "{ \"$ref\": \"shared/_money.json\" }");
    write(&package, "schemas/order_placed.json", &linked);
    std::os::unix::fs::symlink("../common", package.join("schemas/shared")).unwrap();
    commit(&package);
    let ran = breaking(&package, "HEAD");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "1 event: 1 compatible; clean\n"), "{}", ran.stderr);
    write(&package, "common/_money.json", "{\"type\": \"string\"}");
    let ran = breaking(&package, "HEAD");
    assert!(ran.stdout.contains("WN0802"), "{}{}", ran.stdout, ran.stderr);

    std::os::unix::fs::symlink("/etc/hostname", package.join("schemas/_away.json")).unwrap();
    commit(&package);
    fs::remove_file(package.join("schemas/_away.json")).unwrap();
    let ran = breaking(&package, "HEAD");
    assert!(ran.code == 2 && ran.stderr.contains("leads out of the package"), "{}", ran.stderr);
}

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
fn the_first_schemas_of_a_repository_break_nothing() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "."]);
    commit(folder.path());
    write(folder.path(), "schemas/order_placed.json", OLD);
    let ran = breaking(folder.path(), "main");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "1 event: 1 new; clean\n"));
    assert_eq!(ran.stderr, "`main` has no schemas: every event is new\n");
}

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
fn json_is_as_its_schema_says() {
    let (_folder, package) = repository(".");
    write(&package, "schemas/order_placed.json", &narrowed());
    write(&package, "schemas/added.json", "{}");
    let schema: Value = serde_json::from_str(&walnats(&package, &["breaking", "--json-schema"]).stdout).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let json = |against: &str, code: i32| -> Value {
        let ran = walnats(&package, &["breaking", "--json", "--against", against]);
        assert_eq!((ran.code, ran.stderr.as_str()), (code, ""));
        let value = serde_json::from_str(&ran.stdout).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        value
    };
    let value = json("main", 1);
    let finding = &value["baselines"][0]["findings"][0];
    assert_eq!(value["failing"], 1);
    assert_eq!(value["baselines"][0]["added"], serde_json::json!(["added"]));
    assert_eq!(finding["fingerprint"], "311b2a899f33");
    assert_eq!(finding["witness"]["json"], serde_json::json!({"order_id": "", "total": 0}));
    assert_eq!(finding["places"][0]["line"], 6);
    walnats(&package, &["accept", "311b2a899f33", "--reason", "x", "--until", "9999-12-31"]);
    walnats(&package, &["accept", "000000000000", "--reason", "x"]);
    let value = json("main", 0);
    assert_eq!(value["baselines"][0]["findings"][0]["acceptance"]["until"], "9999-12-31");
    assert_eq!(value["acceptances"][0]["code"], "WN0892");
    json(".", 0);
}

#[test]
fn protobuf_is_judged_by_what_readers_make_of_bytes() {
    let (_folder, package) = repository(".");
    let order = |total: &str| {
        format!(
            "syntax = \"proto3\";\npackage shop.v1;\nimport \"walnats/options.proto\";\n\nmessage StockChanged {{\n  option \
             (walnats.event) = {{}};\n  {total} pieces = 1;\n}}\n"
        )
    };
    write(&package, "schemas/stock.proto", &order("int64"));
    commit(&package);
    assert_eq!(breaking(&package, "HEAD").stdout, "2 events: 2 compatible; clean\n");
    write(&package, "schemas/stock.proto", &order("int32"));
    let ran = breaking(&package, "HEAD");
    assert_eq!(ran.code, 1);
    for text in [
        "stock-changed  breaking: old events -> new readers  [WN0821",
        "read as",
        "HEAD:schemas/stock.proto:7:3",
        "FIELD_SAME_TYPE",
    ] {
        assert!(ran.stdout.contains(text), "`{text}` is not in:\n{}", ran.stdout);
    }
    let schema: Value = serde_json::from_str(&walnats(&package, &["breaking", "--json-schema"]).stdout).unwrap();
    let value = serde_json::from_str(&walnats(&package, &["breaking", "--json", "--against", "HEAD"]).stdout).unwrap();
    assert!(jsonschema::is_valid(&schema, &value), "{value}");
    assert_eq!(value["baselines"][0]["findings"][0]["witness"]["encoding"], "binary");
    assert_eq!(value["baselines"][0]["verdicts"][1]["verdict"], "breaking");
    // In another package, it is compared nevertheless.
    write(&package, "schemas/stock.proto", &order("string").replace("shop.v1", "shop.v2"));
    let ran = breaking(&package, "HEAD");
    let changed = "field `pieces` (1) of `shop.v2.StockChanged` changed its type from `int64` to `string`";
    assert!(ran.stdout.contains(changed) && ran.stdout.contains("[WN0821"), "{}", ran.stdout);
    // Renamed on the wire, nothing is misread.
    write(&package, "schemas/stock.proto", &order("int64").replace("pieces", "count"));
    let ran = breaking(&package, "HEAD");
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.ends_with("2 events: 1 with warnings, 1 compatible; clean, 1 warning\n"), "{}", ran.stdout);
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

#[test]
fn the_shop_is_compatible_with_itself() {
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let ran = breaking(&shop, shop.to_str().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.ends_with(" compatible; clean\n"), "{}", ran.stdout);
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

const PROTO: &str = r#"syntax = "proto3";
package shop.v1;
import "walnats/options.proto";

// An order was placed.
message OrderPlaced {
  option (walnats.event) = { name: "order-placed", stream: "orders" };
  string order_id = 1;
  repeated Line lines = 2;
}

// A line of an order.
message Line {
  int64 total = 1;
}
"#;

/// A message of another package is compared with the one that the event carried before.
#[test]
fn a_break_does_not_hide_behind_a_renamed_package() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "."]);
    write(folder.path(), "schemas/orders.proto", PROTO);
    commit(folder.path());
    let moved = PROTO.replace("shop.v1", "shop.v2");
    let codes = |text: &str| {
        fs::remove_dir_all(folder.path().join("schemas")).unwrap();
        write(folder.path(), "schemas/v2/orders.proto", text);
        let ran = walnats(folder.path(), &["breaking", "--against", "main", "--format", "json"]);
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        let findings = document["findings"].as_array().unwrap().clone();
        let codes: Vec<String> = findings.iter().map(|found| found["code"].as_str().unwrap().to_owned()).collect();
        (codes, ran.stdout)
    };
    let (found, text) = codes(&moved);
    assert!(found.iter().all(|code| code == "WN0823"), "moved alone, it reads the same: {text}");
    for (broken, what) in [
        (moved.replace("int64 total = 1", "int32 total = 1"), "changed its type from `int64` to `int32`"),
        (moved.replace("string order_id = 1", "string order_id = 3"), "`order_id`"),
        (
            moved.replace("message OrderPlaced", "message OrderMade").replace("int64 total = 1", "string total = 1"),
            "`string`",
        ),
    ] {
        let (found, text) = codes(&broken);
        assert!(found.iter().any(|code| code == "WN0821") && text.contains(what), "{what}: {text}");
        assert!(!found.iter().any(|code| code == "WN0809"), "{text}");
    }
}

#[test]
fn warnings_can_be_denied() {
    let (_folder, package) = repository(".");
    write(&package, "walnats.toml", "[lints]\nnarrowed = \"warn\"\n");
    write(&package, "schemas/order_placed.json", &narrowed());
    assert_eq!(breaking(&package, "main").code, 0);
    assert_eq!(walnats(&package, &["breaking", "--against", "main", "--deny-warnings"]).code, 1);
}

#[test]
fn a_renamed_event_has_a_line_in_the_new_file() {
    let (_folder, package) = repository(".");
    fs::remove_file(package.join("schemas/order_placed.json")).unwrap();
    write(&package, "schemas/order_made.json", OLD);
    write(&package, "walnats.toml", "");
    let run = |format| walnats(&package, &["breaking", "--against", "main", "--format", format]).stdout;
    let github = run("github");
    assert!(github.contains("::error file=schemas/order_made.json,line=1,"), "{github}");
    let markdown = run("markdown");
    assert!(markdown.contains("new: name `order-made`") && markdown.contains("old: name `order-placed`"), "{markdown}");
    assert!(!markdown.contains("\nis\n") && !markdown.contains(" was\n"), "{markdown}");
}

//! Where the package is in the repository.

use std::fs;
use std::process::Command;

use super::{OLD, TOML, breaking, commit, git, narrowed, repository, walnats, write};

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
    assert_eq!(super::ran(hook.env("GIT_DIR", ".git").env("GIT_INDEX_FILE", ".git/index")).stdout, ran.stdout);

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

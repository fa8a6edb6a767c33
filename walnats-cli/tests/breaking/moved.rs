//! Events and packages that are not where they were.

use std::fs;

use super::{OLD, breaking, commit, git, narrowed, repository, walnats, write};

/// An event is the same in whichever package it is.
#[test]
fn events_that_move_to_another_package_are_compared_there() {
    let (folder, shop) = repository("services/shop");
    let stock = folder.path().join("services/stock");
    write(&stock, "schemas/stock_changed.json", OLD);
    write(&stock, "schemas/other.json", OLD);
    commit(folder.path());
    let outside = tempfile::tempdir().unwrap();
    git(folder.path(), &["worktree", "add", "-q", outside.path().join("old").to_str().unwrap(), "HEAD"]);
    let old = outside.path().join("old");

    git(folder.path(), &["mv", "services/stock/schemas/stock_changed.json", "services/shop/schemas/"]);
    for against in ["HEAD", old.to_str().unwrap()] {
        let compared = || walnats(folder.path(), &["breaking", "--workspace", "--against", against]);
        let ran = compared();
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains("event `stock-changed` is in package `services/shop` now"), "{said}");
        assert!(said.contains("event `stock-changed` was in package `services/stock`"), "{said}");
        write(&shop, "schemas/stock_changed.json", &narrowed());
        let ran = compared();
        assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("WN0801") && !ran.stdout.contains("WN0841"), "{}", ran.stdout);
        assert!(ran.stdout.contains("services/stock/schemas/stock_changed.json:6:"), "{}", ran.stdout);
        write(&shop, "schemas/stock_changed.json", OLD);
    }
    // All of a package, into two others, one of them new.
    git(folder.path(), &["mv", "services/stock/schemas/other.json", "services/new.json"]);
    write(&folder.path().join("services/new"), "schemas/other.json", OLD);
    fs::remove_file(folder.path().join("services/new.json")).unwrap();
    let ran = walnats(folder.path(), &["breaking", "--workspace", "--against", "HEAD"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    // A copy moves nothing, and what nobody has is gone.
    fs::remove_dir_all(folder.path().join("services/new")).unwrap();
    let ran = walnats(folder.path(), &["breaking", "--workspace", "--against", "HEAD"]);
    assert_eq!((ran.code, ran.stdout.matches("WN0841").count()), (1, 1), "{}{}", ran.stdout, ran.stderr);
}

/// What a stream stores for two packages is stored still, and a folder that is left empty is no package.
#[test]
fn events_that_move_keep_their_stream() {
    let (folder, shop) = repository("services/shop");
    let stock = folder.path().join("services/stock");
    let event = |name: &str| {
        let option = format!("{{ \"x-walnats\": {{ \"subject\": \"stock.{name}\", \"stream\": \"stock\" }},");
        OLD.replacen('{', &option, 1)
    };
    write(&shop, "schemas/order_placed.json", &event("placed"));
    write(&stock, "schemas/stock_changed.json", &event("changed"));
    write(&stock, "schemas/stock_counted.json", &event("counted"));
    commit(folder.path());
    let compared = || walnats(folder.path(), &["breaking", "--workspace", "--against", "HEAD"]);
    fs::rename(stock.join("schemas/stock_changed.json"), shop.join("schemas/stock_changed.json")).unwrap();
    let ran = compared();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(said.contains("event `stock-changed` is in package `services/shop` now"), "{said}");
    assert!(said.contains("note: event `stock-changed` was in package"), "{said}");
    let new = folder.path().join("services/new");
    write(&new, "schemas/stock_counted.json", &event("counted").replace("\"minimum\": 0", "\"minimum\": 1"));
    fs::remove_file(stock.join("schemas/stock_counted.json")).unwrap();
    for _ in 0..2 {
        let ran = compared();
        assert_eq!((ran.code, ran.stdout.contains("WN0801")), (1, true), "{}{}", ran.stdout, ran.stderr);
        assert!(!ran.stdout.contains("WN0841") && !ran.stdout.contains("WN0853"), "{}", ran.stdout);
        let _ = fs::remove_dir_all(&stock);
    }
}

/// A package needs no `walnats.toml`, and without schemas nothing tells that it is one but its past.
#[test]
fn a_package_whose_schemas_are_deleted_is_found() {
    for place in [".", "services/shop"] {
        let (folder, package) = repository(place);
        let _ = fs::remove_file(package.join("walnats.toml"));
        write(&package, "src/main.rs", "");
        commit(folder.path());
        git(&package, &["rm", "-rq", "schemas"]);
        let named = walnats(folder.path(), &["breaking", "--root", package.to_str().unwrap(), "--against", "HEAD"]);
        for ran in [named, breaking(&package, "HEAD"), breaking(&package.join("src"), "HEAD")] {
            assert_eq!(ran.code, 1, "{place}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stdout.contains("WN0841") && ran.stdout.contains("order-placed"), "{place}: {}", ran.stdout);
        }
    }
    let empty = tempfile::tempdir().unwrap();
    let ran = breaking(empty.path(), "HEAD");
    assert_eq!(ran.code, 2, "{}", ran.stdout);
}

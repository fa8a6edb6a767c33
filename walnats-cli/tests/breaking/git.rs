//! Revisions of git as baselines.

use std::fs;

use super::{OLD, breaking, commit, git, narrowed, repository, write};

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
fn the_first_schemas_of_a_repository_break_nothing() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "."]);
    commit(folder.path());
    write(folder.path(), "schemas/order_placed.json", OLD);
    let ran = breaking(folder.path(), "main");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "1 event: 1 new; clean\n"));
    assert_eq!(ran.stderr, "`main` has no schemas: every event is new\n");
}

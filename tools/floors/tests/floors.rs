//! Imports are found however they are written.

use std::fs;
use std::path::Path;

use walnats_floors::faults;

/// A crate with these files.
fn package(files: &[(&str, &str)]) -> Result<tempfile::TempDir, std::io::Error> {
    let folder = tempfile::tempdir()?;
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        fs::write(path, text)?;
    }
    Ok(folder)
}

#[test]
fn an_import_upwards_is_found() -> Result<(), std::io::Error> {
    let upwards = ["use crate::top::A;", "use crate::{\n    other,\n    top::{A, B},\n};", "fn f(_: crate::top::A) {}"];
    for text in upwards {
        let package =
            package(&[("src/lib.rs", "use top::A;"), ("src/top.rs", "use crate::low;"), ("src/low.rs", text)])?;
        let faults = faults(package.path(), "src", &[&["low"], &["top"]], &[]);
        assert!(faults.contains("`low` imports `top`"), "{text}: {faults}");
        assert_eq!(faults.lines().count(), 1, "{text}: {faults}");
    }
    for text in
        ["// crate::top", "use other::top;", "use crate::low::A;", "#[cfg(test)]\nmod tests {\n    use crate::top;\n}"]
    {
        let package = package(&[("src/lib.rs", ""), ("src/top.rs", ""), ("src/low.rs", text)])?;
        assert_eq!(faults(package.path(), "src", &[&["low"], &["top"]], &[]), "", "{text}");
    }
    Ok(())
}

#[test]
fn a_module_apart_is_left_out() -> Result<(), std::io::Error> {
    let files = [("src/lib.rs", ""), ("src/top.rs", "use crate::low;"), ("src/low.rs", "use crate::top;")];
    let package = package(&files)?;
    assert_eq!(faults(package.path(), "src", &[&["low"]], &["top"]), "");
    Ok(())
}

#[test]
fn the_modules_of_a_folder_have_floors_too() -> Result<(), std::io::Error> {
    let files =
        [("src/a.rs", "mod b;\nmod c;\nuse b::B;\npub struct A;"), ("src/a/b.rs", ""), ("src/a/c.rs", "use super::A;")];
    let package = package(&files)?;
    let fault = |floors| faults(package.path(), "src/a", floors, &[]);
    assert_eq!(fault(&[&["b"], &["a"], &["c"]]), "");
    assert!(fault(&[&["b", "c"], &["a"]]).contains("`c` imports `a`"));
    assert!(fault(&[&["a"], &["b", "c"]]).contains("`a` imports `b`"));
    assert!(fault(&[&["a"], &["b"]]).contains("`c` is on no floor"));
    assert!(fault(&[&["b"], &["a"], &["c", "d"]]).contains("there is no module `d`"));
    Ok(())
}

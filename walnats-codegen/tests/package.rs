//! A package is the same wherever it comes from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use walnats_codegen::{Package, Severity, configure, render};

fn in_memory(files: &[(&str, &str)]) -> Package {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    Package::from_sources(&configure(), &files.collect())
}

/// Every fixture leads to the same files and findings from memory as from the disk.
#[test]
fn a_package_in_memory_is_the_package_on_the_disk() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for kind in ["generate", "diagnostics"] {
        for folder in fs::read_dir(fixtures.join(kind)).unwrap().map(|entry| entry.unwrap().path()) {
            let mut files = BTreeMap::new();
            read(&folder, "", &mut files);
            let is_link = folder.ends_with("WN0111-out-of-the-package");
            let is_missing = !files.keys().any(|path| path.starts_with("schemas/"));
            if is_link || is_missing {
                continue;
            }
            let mut on_disk = Package::load(&configure().root(&folder));
            let mut in_memory = Package::from_sources(&configure(), &files);
            let name = folder.display();
            assert_eq!(on_disk.generate(), in_memory.generate(), "{name}");
            assert_eq!(render(&on_disk.report, false), render(&in_memory.report, false), "{name}");
        }
    }
}

#[test]
fn a_package_in_memory_needs_its_schema_folder() {
    let package = in_memory(&[("walnats.toml", "[schemas]\nfolders = [\"a\"]\n"), ("ab/x.json", "{}")]);
    let codes: Vec<&str> = package.report.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["WN0101"]);
}

/// What is forgiven in a foreign file must not cost the events.
#[test]
fn a_misspelt_keyword_in_a_foreign_file_leaves_the_events() {
    let schema =
        r#"{"description": "Hit.", "type": "object", "properties": {"a": {"type": "string", "minlength": 3}}}"#;
    let files = [("walnats.toml", "[schemas]\nforeign = [\"vendor/*\"]\n"), ("schemas/vendor/hit.json", schema)];
    let mut package = in_memory(&files);
    let model = package.model().unwrap();
    assert_eq!(model.events.len(), 1);
    let found: Vec<_> = package.report.diagnostics.iter().map(|found| (found.code, found.severity)).collect();
    assert_eq!(found, [("WN0305", Severity::Warning)]);
}

#[test]
fn lints_have_levels() {
    let schema = r#"{"type": "object", "properties": {"a": {"type": "string", "minlength": 3}}}"#;
    for (lints, wanted) in [
        ("", vec![("WN0305", Severity::Error)]),
        ("misspelt-keyword = \"allow\"", vec![("WN0713", Severity::Warning)]),
        ("misspelt-keyword = \"warn\"", vec![("WN0305", Severity::Warning), ("WN0713", Severity::Warning)]),
        ("misspelt-keyword = \"allow\"\nno-description = \"allow\"", vec![]),
        ("misspelt-keyword = \"allow\"\nno-description = \"deny\"", vec![("WN0713", Severity::Error)]),
    ] {
        let mut package = in_memory(&[("walnats.toml", &format!("[lints]\n{lints}\n")), ("schemas/hit.json", schema)]);
        let _ = package.check();
        let mut found: Vec<_> = package.report.diagnostics.iter().map(|found| (found.code, found.severity)).collect();
        found.sort_unstable();
        assert_eq!(found, wanted, "{lints}");
    }
}

fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        match path.is_dir() {
            true => read(&path, &format!("{name}/"), files),
            false => drop(files.insert(name, fs::read(&path).unwrap())),
        }
    }
}

/// Imports start where buf says, and what its modules leave out is not there.
#[cfg(feature = "protobuf")]
#[test]
fn imports_start_where_buf_says() {
    let money = "syntax = \"proto3\"; package money; message Money { int64 cents = 1; }";
    let paid = "syntax = \"proto3\"; package shop; import \"money.proto\"; import \"walnats/options.proto\"; \
                message Paid { option (walnats.event) = {}; money.Money amount = 1; }";
    let files = |config: &[(&str, &str)], excluded: &str| {
        let mut files = vec![
            ("schemas/shared/proto/money.proto", money),
            ("schemas/shop/proto/paid.proto", paid),
            (excluded, "syntax = \"proto3\"; message Broken {"),
        ];
        files.extend(config);
        let mut package = in_memory(&files);
        let events = package.model().map(|model| model.events.len());
        let found: Vec<_> = package.report.diagnostics.iter().map(|found| found.code).collect();
        (events.unwrap_or_default(), found)
    };
    let excluded = "schemas/shop/proto/old/broken.proto";
    let v2 = "version: v2\nmodules:\n  - path: shared/proto\n  - path: shop/proto\n    excludes: [shop/proto/old]\n";
    let above = "version: v2\nmodules:\n  - path: schemas/shared/proto\n  - path: schemas/shop/proto\n    excludes:\n      - schemas/shop/proto/old\n";
    let work = "version: v1\ndirectories:\n  - shared/proto\n  - shop/proto\n";
    let v1 = "version: v1\nbuild:\n  excludes: [shop/proto/old]\n";
    let beta = "version: v1beta1\nbuild:\n  roots: [shared/proto, shop/proto]\n  excludes: [shop/proto/old]\n";
    for config in [
        &[("schemas/buf.yaml", v2)][..],
        &[("buf.yaml", above)],
        &[("schemas/buf.work.yaml", work), ("schemas/buf.yaml", v1)],
        &[("schemas/buf.yaml", beta)],
    ] {
        assert_eq!(files(config, excluded), (1, Vec::new()), "{config:?}");
    }
    // A module has some folders only, and a folder that one leaves out can be another one.
    let included = "version: v2\nmodules:\n  - path: shared/proto\n  - path: shop\n    includes: [shop/proto]\n";
    let paid_in = |import: &str| paid.replace("money.proto", import);
    let broken = ("schemas/shop/old/broken.proto", "syntax = \"proto3\"; message Broken {");
    let mut package = in_memory(&[
        ("schemas/buf.yaml", included),
        ("schemas/shared/proto/money.proto", money),
        ("schemas/shop/proto/paid.proto", paid),
        broken,
    ]);
    assert_eq!(package.model().map(|model| model.events.len()).unwrap_or_default(), 1, "{:?}", package.report);
    let inner = "version: v2\nmodules:\n  - path: .\n    excludes: [inner, shop/old]\n  - path: inner\n";
    let mut package = in_memory(&[
        ("schemas/buf.yaml", inner),
        ("schemas/inner/money.proto", money),
        ("schemas/shop/paid.proto", &paid_in("money.proto")),
        broken,
    ]);
    assert_eq!(package.model().map(|model| model.events.len()).unwrap_or_default(), 1, "{:?}", package.report);
    // What is outside of the package is not read, which is said at the path.
    for outside in ["../../elsewhere", "shop/../../../elsewhere", "/elsewhere"] {
        let config = format!("version: v2\nmodules:\n  - path: shop/proto\n    excludes: [{outside}]\n");
        let package = in_memory(&[("schemas/buf.yaml", &config), ("schemas/shop/proto/money.proto", money)]);
        let found: Vec<_> = package.report.diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(found, ["WN0111"], "{outside}");
        let place = &package.report.diagnostics[0].place;
        assert_eq!(&place.file.text[place.span.clone()], outside);
    }
    // Without it, imports start at the schema folder; a module above the folder changes nothing about that.
    for config in [&[][..], &[("buf.yaml", "version: v2\n")], &[("schemas/buf.yaml", "version: v2\n")]] {
        assert_eq!(files(config, excluded), (0, vec!["WN0502", "WN0503"]), "{config:?}");
    }
}

#[cfg(feature = "protobuf")]
#[test]
fn protobuf_files_of_one_name_are_one_file_only_if_they_are_alike() {
    let folders = ("walnats.toml", "[schemas]\nfolders = [\"a\", \"b\"]\n");
    let [first, other] = ["int64", "int32"].map(|kind| format!("syntax = \"proto3\"; message M {{ {kind} a = 1; }}"));
    for (second, expected) in [(&first, vec![]), (&other, vec!["WN0113"])] {
        let package = in_memory(&[folders, ("a/m.proto", &first), ("b/m.proto", second)]);
        let codes: Vec<&str> = package.report.diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(codes, expected);
    }
}

//! A change in one place renames nothing in another: callers of generated code compile on.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use walnats_codegen::GeneratedFile;

/// Of the same names as others have, and with parts that would be called like theirs.
const ADDED: &str = r##"{
    "title": "Added",
    "type": "object",
    "properties": {
        "issue": { "type": "object", "title": "Issue", "properties": { "state": { "enum": ["open", "closed"] } } },
        "base": { "$ref": "#/$defs/base" },
        "line": { "$ref": "#/$defs/line" }
    },
    "$defs": {
        "base": { "type": "object", "properties": { "id": { "type": "string" } } },
        "line": { "type": "object", "properties": { "sku": { "type": "string" } } }
    }
}"##;

#[test]
fn another_schema_renames_nothing() {
    for folder in fixtures() {
        let package = Package::copy(&folder, "schema");
        let before = package.types();
        package.write("schemas/added.json", ADDED);
        package.write("schemas/aaa_added.json", ADDED);
        package.write("schemas/_zzz_shared.json", ADDED);
        assert_all_are_there(&before, &package.types(), &folder);
    }
}

#[test]
fn another_property_renames_nothing() {
    for folder in fixtures() {
        let package = Package::copy(&folder, "property");
        let before = package.types();
        let mut changed = 0;
        for path in files(&package.0.join("schemas")) {
            let Ok(mut schema) = serde_json::from_str::<Value>(&fs::read_to_string(&path).unwrap()) else { continue };
            let Some(Value::Object(properties)) = schema.get_mut("properties") else { continue };
            let added =
                json!({"type": "object", "properties": {"state": {"enum": ["a", "b"]}, "id": {"type": "object"}}});
            // One before and one behind all others.
            let mut all = serde_json::Map::from_iter([("aaa_added".to_owned(), added.clone())]);
            all.append(properties);
            all.insert("zzz_added".to_owned(), added);
            *properties = all;
            fs::write(&path, schema.to_string()).unwrap();
            changed += 1;
        }
        assert!(
            changed > 0 || files(&folder.join("schemas")).iter().all(|path| !is_json(path)),
            "{}",
            folder.display()
        );
        assert_all_are_there(&before, &package.types(), &folder);
    }
}

fn assert_all_are_there(before: &Types, after: &Types, folder: &Path) {
    assert!(!before.is_empty(), "{}: no types were found", folder.display());
    for (name, declaration) in before {
        assert_eq!(after.get(name).map(String::as_str), Some(declaration.as_str()), "{}: {name:?}", folder.display());
    }
}

/// By module and name whether it is a struct or an enum, with the variants of enums.
type Types = BTreeMap<(String, String), String>;

/// A copy of a fixture that may be changed.
struct Package(PathBuf);

impl Package {
    fn copy(folder: &Path, test: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stable_names").join(test);
        let root = root.join(folder.file_name().unwrap());
        let _ = fs::remove_dir_all(&root);
        let package = Self(root);
        for path in files(&folder.join("schemas")).iter().chain(&Some(folder.join("walnats.toml"))) {
            if let Ok(text) = fs::read_to_string(path) {
                package.write(path.strip_prefix(folder).unwrap().to_str().unwrap(), &text);
            }
        }
        package
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn types(&self) -> Types {
        let files: Vec<GeneratedFile> = match walnats_codegen::configure().root(&self.0).generate() {
            Ok((files, _)) => files,
            Err(report) => panic!("{}", walnats_codegen::render(&report, false)),
        };
        let mut types = Types::new();
        for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
            for (at, line) in file.content.lines().enumerate() {
                let mut words = line.split([' ', '(', ';']);
                let (Some("pub"), Some(kind @ ("struct" | "enum")), Some(name)) =
                    (words.next(), words.next(), words.next())
                else {
                    continue;
                };
                let body = file.content.lines().skip(at + 1).take_while(|line| *line != "}" && kind == "enum");
                let declaration = format!("{kind} {}", body.collect::<Vec<_>>().join("\n"));
                types.insert((file.path.clone(), name.to_owned()), declaration);
            }
        }
        types
    }
}

/// Those with JSON schemas alone: what is changed here is JSON.
fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/generate");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| files(&folder.join("schemas")).iter().any(|path| is_json(path)));
    assert!(folders.len() > 10, "there is little to change");
    folders
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

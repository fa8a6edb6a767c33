//! `walnats check --fix`: what it writes, and what it prints.

use std::fs;

use crate::program::{package, walnats};

const MISSPELT: &str = r#"{
  "description": "Somebody signed up.",
  "type": "object",
  "propertis": { "name": { "type": "str", "maxLenght": 9 } }
}
"#;

#[test]
fn misspelt_words_are_corrected_in_their_files() {
    let folder =
        package(&[("schemas/a.json", MISSPELT), ("schemas/b.yaml", "# Kept.\ntype: object\ndescriptoin: x\n")]);
    let file = folder.path().join("schemas/a.json");
    fs::write(&file, format!("\u{feff}{MISSPELT}")).unwrap();

    let would = walnats(folder.path(), &["check", "--fix", "--diff"]);
    assert_eq!(would.code, 1, "{}{}", would.stdout, would.stderr);
    for line in ["--- a/schemas/a.json", "+++ b/schemas/a.json", r#"-  "propertis":"#, r#"+  "properties":"#] {
        assert!(would.stdout.contains(line), "`{line}` is not in:\n{}", would.stdout);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("\u{feff}{MISSPELT}"), "a diff writes nothing");

    let fixed = walnats(folder.path(), &["check", "--fix"]);
    assert_eq!(fixed.code, 0, "{}{}", fixed.stdout, fixed.stderr);
    assert!(fixed.stderr.starts_with("fixed 3 findings in 1 file:\n"), "{}", fixed.stderr);
    assert!(fixed.stderr.contains("  2 misspelt-keyword (WN0305)\n"), "{}", fixed.stderr);
    let text =
        MISSPELT.replace("propertis", "properties").replace("maxLenght", "maxLength").replace("\"str\"", "\"string\"");
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("\u{feff}{text}"));

    let again = walnats(folder.path(), &["check", "--fix", "--dry-run"]);
    assert_eq!(again.code, 0, "{}", again.stdout);
    assert!(!again.stdout.contains("@@"), "{}", again.stdout);
    assert!(walnats(folder.path(), &["check", "--fix"]).stderr.starts_with("nothing to fix\n"));
}

#[test]
fn a_fix_that_would_cause_an_error_is_not_written() {
    let schema = r#"{
      "description": "Somebody signed up.",
      "type": "object",
      "properties": { "name": { "type": "string", "maxLenght": 3 } },
      "examples": [{ "name": "Grace" }]
    }"#;
    let folder = package(&[("schemas/a.json", schema)]);
    let checked = walnats(folder.path(), &["check", "--fix"]);
    assert_eq!(checked.code, 1);
    assert!(checked.stderr.contains("did you mean `maxLength`?"), "{}", checked.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("schemas/a.json")).unwrap(), schema);
}

#[test]
fn a_diff_without_fix_is_wrong_usage() {
    assert_eq!(walnats(package(&[("schemas/a.json", MISSPELT)]).path(), &["check", "--diff"]).code, 2);
}

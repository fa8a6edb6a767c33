//! buf's own test data: the same rules at the same places.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use walnats_compat::protobuf::{Category, Finding, Options, Rule, compare, rules};

use crate::compile::{compile, sources};

/// Where we differ on purpose, and why.
const DIFFERENCES: [(&str, &str); 1] = [(
    "breaking_policy_empty",
    "for a policy, buf places what concerns a whole file at its first character; otherwise, and here, it has no line",
)];

/// A rule and where it applies: file, first line and column, last line and column.
type Annotation = (String, [u64; 4], String);

#[test]
fn the_same_rules_at_the_same_places() {
    let Some(corpus) = walnats_harness::nested::corpus("buf-bufcheck-testdata") else { return };
    let expected = fs::read_to_string(corpus.with_file_name("buf-breaking-expect.json")).unwrap();
    let pairs: Vec<Value> = serde_json::from_str(&expected).unwrap();
    let in_scope = |id: &str| {
        let wanted = [Category::Wire, Category::WireJson, Category::File, Category::Package];
        rules().any(|rule| rule.id == id && wanted.iter().any(|category| rule.is_in(*category)))
    };
    let (mut total, mut met, mut problems) = (0, 0, Vec::new());
    for pair in &pairs {
        let name = pair["dir"].as_str().unwrap();
        let all: Vec<_> = pair["expect"].as_array().unwrap().iter().map(annotation).collect();
        let out_of_scope = all.iter().filter(|(_, _, id)| !in_scope(id)).count();
        if out_of_scope > 0 {
            println!("{name}: {out_of_scope} of plugins are left out");
        }
        let mut missing: Vec<_> = all.into_iter().filter(|(_, _, id)| in_scope(id)).collect();
        total += missing.len();
        let found = found(&corpus.join("breaking"), name).unwrap_or_else(|error| {
            problems.push(format!("{name}: {error}"));
            Vec::new()
        });
        let difference = DIFFERENCES.iter().find(|(different, _)| *different == name);
        if let Some((_, reason)) = difference {
            println!("{name}: {} of {} differ: {reason}", missing.len(), found.len());
            assert!(missing.iter().all(|annotation| !found.contains(annotation)), "{name} no longer differs");
            continue;
        }
        for annotation in found {
            match missing.iter().position(|expected| *expected == annotation) {
                Some(position) => {
                    missing.remove(position);
                    met += 1;
                }
                None => problems.push(format!("{name}: unexpected {annotation:?}")),
            }
        }
        problems.extend(missing.iter().map(|annotation| format!("{name}: missing {annotation:?}")));
    }
    println!("{met} of {total} annotations of {} pairs", pairs.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn annotation(expected: &Value) -> Annotation {
    let number = |key: &str| expected[key].as_u64().unwrap();
    let path = expected["path"].as_str().unwrap_or_default().to_owned();
    (path, ["sl", "sc", "el", "ec"].map(number), expected["rule"].as_str().unwrap().to_owned())
}

/// What the rules find that the folder's `buf.yaml` uses.
fn found(breaking: &Path, name: &str) -> Result<Vec<Annotation>, String> {
    let settings = Settings::read(&breaking.join("current").join(name));
    let package = |side: &str| {
        let folder = breaking.join(side).join(name);
        let root = folder.join("root");
        compile(&sources(if root.is_dir() { &root } else { &folder })).map_err(|error| format!("{side}: {error}"))
    };
    let options =
        Options { ignore_unstable_packages: settings.ignore_unstable_packages, witnesses: false, ..Options::default() };
    let findings = compare(&package("previous")?, &package("current")?, &options);
    let used = findings.into_iter().filter(|finding| settings.uses(finding.rule) && !settings.ignores(finding));
    Ok(used.map(|finding| as_annotation(&finding)).collect())
}

fn as_annotation(finding: &Finding) -> Annotation {
    let span = finding.new.as_ref().and_then(|new| new.span);
    let place = span.map_or([0; 4], |span| [span.line, span.column, span.end_line, span.end_column].map(u64::from));
    (finding.new.as_ref().map(|new| new.file.clone()).unwrap_or_default(), place, finding.rule.id.to_owned())
}

/// What is used of a `buf.yaml`.
#[derive(Default)]
struct Settings {
    used: Vec<String>,
    except: Vec<String>,
    ignored: Vec<String>,
    ignore_unstable_packages: bool,
}

impl Settings {
    fn read(folder: &Path) -> Self {
        let mut settings = Self::default();
        settings.add(folder, "buf.yaml");
        settings
    }

    /// Lists, by the key above them. Without `use`, rules of files are used.
    fn add(&mut self, folder: &Path, file: &str) {
        let text = fs::read_to_string(folder.join(file)).unwrap_or_default();
        let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut key = String::new();
        for line in text.lines().map(str::trim) {
            if let Some((name, value)) = line.trim_start_matches("- ").split_once(':') {
                key = name.to_owned();
                lists
                    .entry(key.clone())
                    .or_default()
                    .extend(Some(value.trim().to_owned()).filter(|value| !value.is_empty()));
            } else if let Some(item) = line.strip_prefix("- ") {
                lists.entry(key.clone()).or_default().push(item.to_owned());
            }
        }
        let mut list = |key: &str| lists.remove(key).unwrap_or_default();
        if list("disable_builtin") != ["true"] {
            let used = list("use");
            self.used.extend(if used.is_empty() { vec!["FILE".to_owned()] } else { used });
        }
        self.except.extend(list("except"));
        self.ignored.extend(list("ignore"));
        self.ignore_unstable_packages |= list("ignore_unstable_packages") == ["true"];
        for policy in list("policy") {
            self.add(folder, &policy);
        }
    }

    fn uses(&self, rule: &Rule) -> bool {
        let names = |list: &[String]| {
            list.iter().any(|name| match name.as_str() {
                "FIELD_SAME_CTYPE" => rule.id == "FIELD_SAME_CPP_STRING_TYPE",
                "FIELD_SAME_LABEL" => [
                    "FIELD_SAME_CARDINALITY",
                    "FIELD_WIRE_COMPATIBLE_CARDINALITY",
                    "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY",
                ]
                .contains(&rule.id),
                name => name == rule.id || rule.categories.iter().any(|category| category.name() == name),
            })
        };
        names(&self.used) && !names(&self.except)
    }

    fn ignores(&self, finding: &Finding) -> bool {
        let places = [&finding.old, &finding.new];
        let mut files = places.into_iter().flatten().map(|place| place.file.as_str());
        files.any(|file| {
            self.ignored.iter().any(|ignored| {
                file.strip_prefix(ignored.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        })
    }
}

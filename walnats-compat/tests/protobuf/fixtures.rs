//! A folder for each rule: `old/`, `new/`, and all findings of the pair in `expected.txt`.
//!
//! `WALNATS_BLESS=1 cargo test -p walnats-compat --test protobuf fixtures` writes `expected.txt` anew.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use walnats_compat::protobuf::{Category, Encoding, Finding, Location, Options, Outcome, Package, compare, rules};

use crate::compile::{compile, sources};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/protobuf")
}

/// The sides of the fixture `name`.
pub fn sides(name: &str) -> (Package, Package) {
    let side = |side| {
        let sources = sources(&fixtures().join(name).join(side));
        compile(&sources).unwrap_or_else(|error| panic!("{name}/{side}: {error}"))
    };
    (side("old"), side("new"))
}

#[test]
fn every_rule_has_a_fixture_that_it_finds() {
    let mut problems = Vec::new();
    for rule in rules() {
        if !fixtures().join(rule.id).is_dir() {
            problems.push(format!("{} has no fixture", rule.id));
            continue;
        }
        let (old, new) = sides(rule.id);
        let findings = compare(&old, &new, &Options::default());
        if findings.iter().all(|finding| finding.rule.id != rule.id) {
            problems.push(format!("{} does not find its fixture", rule.id));
        }
        if rule.title.is_empty() || rule.cure.is_empty() || rule.categories.is_empty() {
            problems.push(format!("{} says too little", rule.id));
        }
        // What buf calls a break of the wire is one.
        let is_wire = |finding: &&Finding| finding.rule.is_in(Category::Wire) && finding.rule.id == rule.id;
        let without = findings.iter().filter(is_wire).filter(|finding| finding.witnesses.is_empty());
        let convention = ["RESERVED_", "RPC_", "FILE_SAME_PACKAGE"];
        if !convention.iter().any(|prefix| rule.id.starts_with(prefix)) {
            problems.extend(without.map(|finding| format!("{}: no witness: {}", rule.id, finding.message)));
        }
    }
    for folder in fs::read_dir(fixtures()).unwrap().flatten() {
        if rules().all(|rule| folder.file_name() != rule.id) {
            problems.push(format!("{} is not a rule", folder.file_name().display()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn ids_are_unique() {
    let mut ids: Vec<_> = rules().map(|rule| rule.id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn every_rule_runs_against_every_pair() {
    let mut problems = Vec::new();
    for rule in rules().filter(|rule| fixtures().join(rule.id).is_dir()) {
        let (old, new) = sides(rule.id);
        let found: String = compare(&old, &new, &Options::default()).iter().map(rendered).collect();
        let file = fixtures().join(rule.id).join("expected.txt");
        if std::env::var_os("WALNATS_BLESS").is_some() {
            fs::write(&file, &found).unwrap();
        }
        if fs::read_to_string(&file).unwrap_or_default() != found {
            problems.push(format!("{}:\n{found}", rule.id));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn nothing_is_found_where_nothing_changed() {
    for rule in rules() {
        let (old, new) = sides(rule.id);
        for side in [old, new] {
            let found: String = compare(&side, &side, &Options::default()).iter().map(rendered).collect();
            assert_eq!(found, "", "{}", rule.id);
        }
    }
}

/// Readers that ignore unknown members read events with new fields, and lose what was renamed.
#[test]
fn readers_of_json_may_ignore_unknown_members() {
    let options = Options { ignore_unknown_members: true, ..Options::default() };
    let (old, new) = sides("FIELD_KNOWN_IN_JSON");
    assert!(compare(&old, &new, &options).iter().all(|finding| finding.rule.id != "FIELD_KNOWN_IN_JSON"));
    let (old, new) = sides("FIELD_SAME_JSON_NAME");
    let findings = compare(&old, &new, &options);
    let witness = findings.iter().find(|finding| finding.rule.id == "FIELD_SAME_JSON_NAME").unwrap().witness();
    assert!(matches!(witness.unwrap().outcome, Outcome::Ignored { .. }), "{witness:?}");
}

/// Without the search for witnesses, what needs one is not found; all else is.
#[test]
fn witnesses_may_be_left_out() {
    for rule in rules() {
        let (old, new) = sides(rule.id);
        let all = compare(&old, &new, &Options::default());
        let without = compare(&old, &new, &Options { witnesses: false, ..Options::default() });
        let ids = |findings: &[Finding]| {
            let kept = findings.iter().filter(|finding| !finding.rule.needs_witness);
            kept.map(|finding| (finding.rule.id, finding.message.clone())).collect::<Vec<_>>()
        };
        assert_eq!(ids(&all), ids(&without));
        assert!(without.iter().all(|finding| finding.witnesses.is_empty() && !finding.rule.needs_witness));
    }
}

fn rendered(finding: &Finding) -> String {
    let categories: Vec<_> = finding.rule.categories.iter().map(|category| category.name()).collect();
    let mut text = format!("{} [{}] {}\n", finding.rule.id, categories.join(" "), finding.subject);
    writeln!(text, "  {}", finding.message).unwrap();
    writeln!(text, "  old {}, new {}", place(finding.old.as_ref()), place(finding.new.as_ref())).unwrap();
    if !finding.events.is_empty() {
        writeln!(text, "  events: {}", finding.events.join(", ")).unwrap();
    }
    if let Some(witness) = finding.witness() {
        let encoding = match witness.encoding {
            Encoding::Binary => format!("`{}`", witness.hex()),
            Encoding::Json => "json".to_owned(),
        };
        writeln!(text, "  {}: {} {encoding}", witness.direction, witness.message).unwrap();
        writeln!(text, "    {}", witness.text).unwrap();
        writeln!(text, "    {}", witness.outcome).unwrap();
    }
    text + "\n"
}

fn place(location: Option<&Location>) -> String {
    match location {
        None => "nowhere".to_owned(),
        Some(Location { file, span: None }) => file.clone(),
        Some(Location { file, span: Some(span) }) => {
            format!("{file}:{}:{}-{}:{}", span.line, span.column, span.end_line, span.end_column)
        }
    }
}

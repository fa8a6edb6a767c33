//! What is found by an index where there is much of it is found as where there is little.

use std::sync::Arc;

use serde_json::{Value, json};
use walnats_schema::read::{
    Contradictions, LowerOptions, Report, SchemaRoot, SourceFile, UnknownKeywords, lower, parse_json,
};
use walnats_schema::{SchemaId, SchemaSet};

/// Below and above what an index is made for.
const COUNTS: [usize; 4] = [3, 15, 40, 400];

fn file(text: String) -> Arc<SourceFile> {
    Arc::new(SourceFile { path: "a.json".to_owned(), text })
}

#[test]
fn a_repeated_name_is_found_among_any_number() {
    for count in COUNTS {
        let names: Vec<String> = (0..count).map(|index| format!("\"m{index}\": {index}")).collect();
        for repeated in [0, count / 2, count - 1] {
            let mut report = Report::default();
            let text = format!("{{{}, \"m{repeated}\": true}}", names.join(", "));
            let document = parse_json(file(text), "a.json", &mut report).expect("it is JSON");
            let messages: Vec<&str> = report.diagnostics.iter().map(|found| found.message.as_str()).collect();
            assert_eq!(messages, [format!("`m{repeated}` is here twice")]);
            assert_eq!(document.root.members().len(), count);
            // The last one counts.
            assert_eq!(document.root.get(&format!("m{repeated}")).map(|node| node.to_json()), Some(json!(true)));
        }
        let mut report = Report::default();
        parse_json(file(format!("{{{}}}", names.join(", "))), "a.json", &mut report).expect("it is JSON");
        assert!(report.diagnostics.is_empty());
    }
}

fn read(schema: &Value) -> (SchemaSet, SchemaId) {
    let mut report = Report::default();
    let document = parse_json(file(schema.to_string()), "a.json", &mut report).expect("it is JSON");
    let root = SchemaRoot { document: "a.json".to_owned(), ..SchemaRoot::default() };
    let options = LowerOptions { unknown_keywords: UnknownKeywords::Ignore, ..LowerOptions::default() };
    let lowered = lower(&[document], &[root], &options, &mut report);
    (lowered.schemas, lowered.roots[0].expect("the root is there"))
}

/// Of the branches of a union, those that nothing is valid by.
fn dead_branches(schema: &Value) -> Vec<usize> {
    let (set, id) = read(schema);
    let union = set.get(id);
    let branches = [union.any_of.as_slice(), &union.one_of].concat();
    let mut contradictions = Contradictions::new(&set);
    let is_dead = |branch: &SchemaId| contradictions.find(&[*branch, id]).is_some();
    let dead: Vec<bool> = branches.iter().map(is_dead).collect();
    (0..dead.len()).filter(|index| dead[*index]).collect()
}

#[test]
fn a_dead_branch_is_found_among_any_number_of_constants() {
    for count in COUNTS {
        let constants: Vec<Value> = (0..count).map(|index| json!({"const": index, "title": "t"})).collect();
        for keyword in ["anyOf", "oneOf"] {
            assert_eq!(dead_branches(&json!({ keyword: constants })), [0; 0], "{keyword} of {count}");
            assert_eq!(dead_branches(&json!({"type": "integer", keyword: constants})), [0; 0], "{keyword} of {count}");
            let mut with_text = constants.clone();
            with_text[1] = json!({"const": "text"});
            assert_eq!(dead_branches(&json!({"type": "integer", keyword: with_text})), [1], "{keyword} of {count}");
            assert_eq!(dead_branches(&json!({"minimum": 1, keyword: constants})), [0], "{keyword} of {count}");
        }
        let mut twice = constants.clone();
        twice.push(json!({"enum": [0.0, 1]}));
        assert_eq!(dead_branches(&json!({"anyOf": twice})), [0; 0], "{count}");
        // What two branches accept, `oneOf` refuses.
        assert_eq!(dead_branches(&json!({"oneOf": twice})), [0, 1, count], "{count}");
    }
}

//! A short run of fixed seed, and the disagreements that are known.

use walnats_differential::{Judges, Known, Plan, TestSchema, corpora, run};
use walnats_schema::read::Draft;

/// Enough to meet every keyword of every draft, little enough for an unoptimised build.
const MUTANTS: usize = 3_000;

#[test]
fn nobody_disagrees_without_an_explanation() {
    let test_schemas = match corpora() {
        Some(corpora) => corpora.test_schemas,
        None => {
            println!("the corpora are not there: random schemas alone are tried");
            Vec::new()
        }
    };
    // The others may panic, which is caught and counts as a refusal.
    std::panic::set_hook(Box::new(|_| {}));
    let summary =
        run(&Plan { seed: 7, mutants: MUTANTS, real: 30, test_schemas, max_schemas: 120, instances_each: 40 });
    println!("{summary}");
    assert!(summary.unexplained.is_empty(), "{summary}");
}

#[test]
fn known_disagreements_are_as_described() {
    let mut wrong = Vec::new();
    for known in Known::all() {
        let test_schema = TestSchema::new(&known.title, known.schema.clone(), Draft::Draft202012);
        let verdicts = Judges::new(&test_schema).verdicts(&known.instance);
        // Where another validator has been fixed, its entry can go.
        if verdicts != known.verdicts() {
            wrong.push(format!("{}: {} is {verdicts}", known.title, known.instance));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

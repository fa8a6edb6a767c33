//! One run: many schemas, many instances of each, and what came of it.

use std::time::Instant;

use serde_json::Value;
use walnats_schema::SchemaId;
use walnats_schema::read::Draft;

use crate::{Instances, Judges, Random, Summary, TestSchema, any, mutate, schema};

pub(crate) const DRAFTS: [Draft; 5] =
    [Draft::Draft4, Draft::Draft6, Draft::Draft7, Draft::Draft201909, Draft::Draft202012];

/// What to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Decides all that is random.
    pub seed: u64,
    /// How many instances are judged.
    pub mutants: usize,
    /// How many of a hundred go to real schemas, if there are any.
    pub real: usize,
    /// Real schemas.
    pub test_schemas: Vec<TestSchema>,
    /// How many of them are used at most, chosen at random.
    pub max_schemas: usize,
    /// How many instances one random schema gets.
    pub instances_each: usize,
}

/// Runs a plan.
pub fn run(plan: &Plan) -> Summary {
    let start = Instant::now();
    let mut random = Random::new(plan.seed);
    let mut summary = Summary::default();
    let real = if plan.test_schemas.is_empty() { 0 } else { plan.mutants * plan.real / 100 };
    let mut judged = 0;
    while judged < plan.mutants - real {
        let test_schema = random_test_schema(&mut random);
        judged += judge(&test_schema, plan.instances_each, &mut random, &mut summary);
    }
    let mut test_schemas: Vec<(usize, &TestSchema)> =
        plan.test_schemas.iter().map(|test_schema| (test_schema.schema.to_string().len(), test_schema)).collect();
    while test_schemas.len() > plan.max_schemas {
        test_schemas.swap_remove(random.below(test_schemas.len()));
    }
    // Large schemas accept more different instances; each gets its share by its size.
    let total: usize = test_schemas.iter().map(|(size, _)| size).sum();
    for (size, test_schema) in test_schemas {
        judge(test_schema, (real * size).div_ceil(total.max(1)), &mut random, &mut summary);
    }
    summary.time = start.elapsed();
    summary
}

/// A random schema of a random draft.
pub fn random_test_schema(random: &mut Random) -> TestSchema {
    let draft = *random.pick(&DRAFTS);
    TestSchema::new(format!("random {}", draft.name()), schema(random, draft), draft)
}

/// An instance that the schema `root` accepts, or nearly so, or not at all; at times one of `examples`, changed or not.
pub fn instance(instances: &mut Instances<'_>, root: SchemaId, examples: &[Value], random: &mut Random) -> Value {
    let mut instance = match random.below(100) {
        0..3 => any(random, 4),
        3..50 if !examples.is_empty() => random.pick(examples).clone(),
        _ => instances.instance(root, random),
    };
    for _ in 0..*random.pick(&[0, 0, 0, 1, 1, 2, 4]) {
        mutate(&mut instance, random);
    }
    instance
}

fn judge(test_schema: &TestSchema, count: usize, random: &mut Random, summary: &mut Summary) -> usize {
    let judges = Judges::new(test_schema);
    if !summary.open(test_schema, &judges) {
        return 1;
    }
    let Some((set, root)) = judges.lowered() else { return 1 };
    let mut instances = Instances::new(set);
    for _ in 0..count {
        let instance = instance(&mut instances, root, &test_schema.examples, random);
        summary.record(test_schema, &judges, &instance);
    }
    count
}

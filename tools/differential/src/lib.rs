//! Differential testing: random instances of random and of real schemas are judged by walnats and by two validators that
//! know nothing of it, `jsonschema` and `boon`.
//!
//! They have errors, too. So a disagreement is cut down to the smallest schema and instance that show it, settled by vote and
//! by the specification, and if walnats is right, kept as a [`known`] one with the reason. The goal is none that nobody
//! can explain.
//!
//! `cargo run --release -p walnats-differential -- --mutants 1000000` is the long run; the tests are a short one.

mod arithmetic;
mod corpora;
mod judge;
mod known;
mod mutate;
mod notation;
mod package;
mod program;
mod run;
mod schema;
mod shrink;
mod summary;

pub use walnats_compat::sample::{Instances, Random, any};
use walnats_compat::sample::{edge_cases, formats};

pub use arithmetic::is_text_of;
pub use corpora::{Corpora, corpora};
pub use judge::{Judges, TestSchema, Verdicts};
pub use known::{Disagreement, Known};
pub use mutate::mutate;
pub use notation::notation;
pub use package::RandomPackage;
pub use program::{Answer, Program, Score, has_large_number};
pub use run::{Plan, instance, random_test_schema, run};
pub use schema::{Slip, schema};
pub use summary::{Summary, Tally};

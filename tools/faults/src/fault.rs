//! What all rows have in common, whether they strike publishers or readers.

use std::ops::AddAssign;
use std::path::Path;

use futures_util::future::BoxFuture;

use crate::Result;
use crate::reading::{ReadRow, ReadTally, ReadTrial, read_markdown, read_trial};
use crate::row::Row;
use crate::setup::Place;
use crate::table::{Tally, markdown};
use crate::trial::{Trial, run};

/// A row of one of the tables.
pub trait Fault: Sync + 'static {
    /// What it counts.
    type Tally: Copy + Default + AddAssign + Send;

    /// Its name.
    fn name(&self) -> &'static str;

    /// Where it runs.
    fn place(&self) -> Place;

    /// Whether it can run here.
    fn is_possible(&self) -> bool;

    /// Runs one trial. `program` is the program of this package, which is also each process that is struck.
    fn attempt<'a>(&'static self, program: &'a Path, seed: u64) -> BoxFuture<'a, Result<Outcome<Self::Tally>>>;

    /// The table in Markdown.
    fn table(rows: &[(&Self, Self::Tally)]) -> String;
}

/// What a trial has shown.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    /// The numbers.
    pub tally: T,
    /// The violations.
    pub violations: Vec<String>,
    /// Whether the workload was over before the fault struck.
    pub shows_nothing: bool,
}

impl Fault for Row {
    type Tally = Tally;

    fn name(&self) -> &'static str {
        self.name
    }

    fn place(&self) -> Place {
        self.place
    }

    fn is_possible(&self) -> bool {
        Self::is_possible(self)
    }

    fn attempt<'a>(&'static self, program: &'a Path, seed: u64) -> BoxFuture<'a, Result<Outcome<Tally>>> {
        Box::pin(async move {
            let trial = run(program, self, seed).await?;
            let shows_nothing = trial.shows_nothing();
            let Trial { mut tally, violations } = trial;
            tally.violations = violations.len();
            Ok(Outcome { tally, violations, shows_nothing })
        })
    }

    fn table(rows: &[(&Self, Tally)]) -> String {
        markdown(rows)
    }
}

impl Fault for ReadRow {
    type Tally = ReadTally;

    fn name(&self) -> &'static str {
        self.name
    }

    fn place(&self) -> Place {
        self.place
    }

    fn is_possible(&self) -> bool {
        true
    }

    fn attempt<'a>(&'static self, program: &'a Path, seed: u64) -> BoxFuture<'a, Result<Outcome<ReadTally>>> {
        Box::pin(async move {
            let ReadTrial { mut tally, violations } = read_trial(program, self, seed).await?;
            tally.violations = violations.len();
            Ok(Outcome { tally, violations, shows_nothing: false })
        })
    }

    fn table(rows: &[(&Self, ReadTally)]) -> String {
        read_markdown(rows)
    }
}

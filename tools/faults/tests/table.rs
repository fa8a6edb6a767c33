//! Every row of the tables, with one seed.

use std::path::Path;

use futures_util::{StreamExt, stream};
use walnats_faults::{Fault, Outcome, Place, rows};

/// Most of a trial is waiting; but servers that start, and elect, want a processor.
fn at_the_same_time() -> usize {
    4 * std::thread::available_parallelism().map_or(1, usize::from)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_promise_holds_under_every_fault() {
    all_hold(rows::all()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_promise_of_readers_holds_under_every_fault() {
    all_hold(rows::reading()).await;
}

async fn all_hold<F: Fault>(rows: Vec<&'static F>) {
    let program = Path::new(env!("CARGO_BIN_EXE_walnats-faults"));
    let (mut rows, impossible): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.is_possible());
    impossible.iter().for_each(|row| eprintln!("left out, since it needs root on Linux, or iproute2: {}", row.name()));
    // Elections take longest, so they come first.
    rows.sort_by_key(|row| !matches!(row.place(), Place::Three | Place::ThreeApart));
    let trials = stream::iter(rows).map(|row| async move { (row.name(), struck(program, row).await) });
    let wrong: Vec<String> = trials
        .buffer_unordered(at_the_same_time())
        .flat_map(|(name, trial)| {
            stream::iter(match trial {
                Ok(trial) => trial.violations.iter().map(|violation| format!("{name}: {violation}")).collect(),
                Err(error) => vec![format!("{name}: could not be run: {error}")],
            })
        })
        .collect()
        .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A trial of the row in which its fault struck: where one shows nothing, another seed is tried. A promise that is broken is never tried again.
async fn struck<F: Fault>(program: &Path, row: &'static F) -> walnats_faults::Result<Outcome<F::Tally>> {
    for seed in 1..=2 {
        let trial = row.attempt(program, seed).await?;
        if !trial.shows_nothing {
            return Ok(trial);
        }
    }
    row.attempt(program, 3).await
}

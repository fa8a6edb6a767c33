//! Every row of the table, with one seed.

use std::path::Path;

use futures_util::{StreamExt, stream};
use walnats_faults::{Place, Row, Trial, rows, run};

/// Most of a trial is waiting; but servers that start, and elect, want a processor.
fn at_the_same_time() -> usize {
    4 * std::thread::available_parallelism().map_or(1, usize::from)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_promise_holds_under_every_fault() {
    let program = Path::new(env!("CARGO_BIN_EXE_walnats-faults"));
    let (mut rows, impossible): (Vec<_>, Vec<_>) = rows::all().into_iter().partition(|row| row.is_possible());
    impossible.iter().for_each(|row| eprintln!("left out, since it needs root on Linux, or iproute2: {}", row.name));
    // Elections take longest, so they come first.
    rows.sort_by_key(|row| !matches!(row.place, Place::Three | Place::ThreeApart));
    let trials = stream::iter(rows).map(|row| async move { (row.name, struck(program, row).await) });
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
async fn struck(program: &Path, row: &'static Row) -> walnats_faults::Result<Trial> {
    for seed in 1..=2 {
        let trial = run(program, row, seed).await?;
        if !trial.shows_nothing() {
            return Ok(trial);
        }
    }
    run(program, row, 3).await
}

//! Every row of the table, with one seed.

use std::path::Path;

use futures_util::{StreamExt, stream};
use walnats_faults::{rows, run};

/// Most of a trial is waiting.
const AT_THE_SAME_TIME: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_promise_holds_under_every_fault() {
    let program = Path::new(env!("CARGO_BIN_EXE_walnats-faults"));
    let trials = stream::iter(rows::all()).map(|row| async move { (row.name, run(program, row, 1).await) });
    let wrong: Vec<String> = trials
        .buffer_unordered(AT_THE_SAME_TIME)
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

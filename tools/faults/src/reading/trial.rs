//! A trial: one row with one seed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::judge::{Accounts, judge};
use super::record::Record;
use super::row::ReadRow;
use super::stage::Stage;
use super::table::ReadTally;
use crate::Result;
use crate::read_back::read_back;
use crate::world::World;

/// The stream of dead letters.
const DEAD: &str = "dead-letters";

/// The result of a trial.
#[derive(Clone, Debug)]
pub struct ReadTrial {
    /// What became of its events.
    pub tally: ReadTally,
    /// The violations.
    pub violations: Vec<String>,
}

/// Runs a trial. `program` is the program of this package, which is also each instance.
///
/// # Errors
///
/// The trial cannot run: a server does not start, for example.
pub async fn read_trial(program: &Path, row: &'static ReadRow, seed: u64) -> Result<ReadTrial> {
    match attempt(program, row, seed).await {
        // While a server is down, another process can take its port.
        Err(_) => attempt(program, row, seed).await,
        trial => trial,
    }
}

async fn attempt(program: &Path, row: &'static ReadRow, seed: u64) -> Result<ReadTrial> {
    let world = World::start(program, row.setup(), seed, 0).await?;
    let mut stage = Stage::start(row.scene(), world).await?;
    (row.strike)(&mut stage).await?;
    stage.world.mend().await?;
    stage.feed(row.events).await?;
    let mended = Instant::now();
    let deleted = stage.deleted;
    // Dead letters are found when everything is settled. If some events are never done, the judge says which.
    let wanted: Vec<usize> = (deleted..row.events).filter(|number| !(row.rules.dead)(*number)).collect();
    let is_over = |it: &Record| it.done.len() >= wanted.len() && wanted.iter().all(|number| it.done.contains(number));
    let mut violations = Vec::new();
    if let Err(problem) = stage.until("events were not handled in time", is_over).await {
        violations.push(problem.to_string());
    }
    let after = mended.elapsed();
    violations.append(&mut stage.complaints);
    let outstanding = outstanding(&mut stage).await?;
    stage.finish().await?;
    let left = stage.number("num_ack_pending").await.unwrap_or(u64::MAX);
    let letters = letters(&stage).await?;
    let accounts = Accounts {
        row,
        record: &stage.record().clone(),
        letters: &letters,
        left,
        outstanding,
        in_hand: stage.in_hand,
        deleted,
    };
    violations.extend(judge(&accounts));
    let mut tally = ReadTally::of(&accounts);
    tally.after = u64::try_from(after.as_millis())?;
    Ok(ReadTrial { tally, violations })
}

/// What the server has outstanding in the end, while the instances still run: nothing, soon.
async fn outstanding(stage: &mut Stage) -> Result<u64> {
    let start = Instant::now();
    loop {
        stage.revive()?;
        let pending = stage.number("num_pending").await.unwrap_or(u64::MAX);
        let open = stage.number("num_ack_pending").await.unwrap_or(u64::MAX);
        let all = open.saturating_add(pending);
        if all == 0 || start.elapsed() > Duration::from_secs(60) {
            return Ok(all);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How many dead letters there are of each event, by its number.
async fn letters(stage: &Stage) -> Result<BTreeMap<usize, usize>> {
    let context = stage.world.jetstream().await?;
    let start = Instant::now();
    let snapshot = loop {
        match read_back(&context, DEAD).await {
            // Its replicas may need a moment after their servers are back.
            Err(_) if start.elapsed() < Duration::from_secs(60) => tokio::time::sleep(Duration::from_millis(200)).await,
            snapshot => break snapshot?,
        }
    };
    let mut letters = BTreeMap::new();
    for message in snapshot.messages {
        *letters.entry(message.number).or_default() += 1;
    }
    Ok(letters)
}

//! A trial: one row with one seed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::Result;
use crate::judge::{Accounts, DID_NOT_STRIKE, Effort, judge};
use crate::ledger::Ledger;
use crate::read_back::{Snapshot, read_back};
use crate::row::Row;
use crate::settle::settle;
use crate::table::Tally;
use crate::vitals;
use crate::workload::Workload;
use crate::world::World;

/// How long a publisher may take after the fault is mended, beside the odd emits that its writers wait for.
const END: Duration = Duration::from_secs(100);

/// The result of a trial.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The ends of its emits.
    pub tally: Tally,
    /// The violations.
    pub violations: Vec<String>,
}

impl Trial {
    /// Whether the workload ended before the fault struck, as may happen on a busy machine. Then the trial is inconclusive.
    pub fn shows_nothing(&self) -> bool {
        !self.violations.is_empty() && self.violations.iter().all(|violation| violation.starts_with(DID_NOT_STRIKE))
    }
}

/// Runs a trial. `program` is the program of this package, which is also the publisher.
///
/// # Errors
///
/// The trial cannot run: a server does not start, for example.
pub async fn run(program: &Path, row: &'static Row, seed: u64) -> Result<Trial> {
    match attempt(program, row, seed).await {
        // While a server is down, another process can take its port.
        Err(_) => attempt(program, row, seed).await,
        trial => trial,
    }
}

async fn attempt(program: &Path, row: &'static Row, seed: u64) -> Result<Trial> {
    let workload = Workload::new(&row.shape, seed);
    let mut world = World::start(program, row.setup(), seed, workload.emits.len()).await?;
    (row.prepare)(&mut world).await?;
    world.launch()?;
    (row.strike)(&mut world).await?;
    // A publisher that hangs has not reported its end, which the judge reports.
    let end = END + row.deadline * u32::try_from(workload.odd_in_a_row())?;
    if !world.ended(end).await {
        world.kill_publisher().await?;
        world.ended(END).await;
    }
    world.mend().await?;
    let mut left = Vec::new();
    if row.outbox.is_some() {
        left.extend(world.finish_outbox().await.err().map(|error| error.to_string()));
    }
    let ledger: Ledger = world.ledger().clone();
    let before = look(&world).await?;
    let (mut settled, mut after) = (BTreeMap::new(), before.clone());
    if row.rules.settled {
        settled = settle(&world.admin().await?, &workload, &ledger, &row.rules).await;
        after = look(&world).await?;
    }
    let mut elsewhere = Vec::new();
    for other in row.others {
        elsewhere.push((other.name, read_back(&world.other(other).await?, other.name).await?));
    }
    let effort = Effort {
        reconnects_a_second: vitals::reconnects(&ledger.vitals, world.forced_reconnects()),
        copies_a_second: world.copies_a_second(),
    };
    let accounts = Accounts {
        row,
        workload: &workload,
        ledger: &ledger,
        before: &before,
        settled: &settled,
        after: &after,
        elsewhere: &elsewhere,
        effort,
    };
    let violations = [left, judge(&accounts)].concat();
    let tally = Tally::of(&accounts);
    Ok(Trial { tally, violations })
}

/// Reads the stream. It may need a moment after its servers are back; a stream that never existed is empty.
async fn look(world: &World) -> Result<Snapshot> {
    let mut last = None;
    for _ in 0..300 {
        let context = world.jetstream().await?;
        match read_back(&context, world.setup.stream.name).await {
            Ok(snapshot) => return Ok(snapshot),
            Err(error) if error.to_string().contains("10059") => return Ok(Snapshot::default()),
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Err(last.unwrap_or_else(|| "the stream cannot be read".into()))
}

//! Instances that are stopped, killed or suspended.

use crate::Result;
use crate::reading::row::{Again, ReadRow, ReadRules, Work};
use crate::reading::stage::Stage;

pub static ROWS: &[ReadRow] = &[
    ReadRow {
        name: "instances stopped in order, 100,000 events",
        events: 100_000,
        concurrency: 64,
        work: |_| Work::Done(1),
        strike: |stage| Box::pin(stop_some(stage)),
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "instances killed, among poison",
        work: |seen| if seen.number % 50 == 7 { Work::Fails } else { Work::Done(15) },
        strike: |stage| {
            Box::pin(async move {
                for percent in [10, 25, 40, 55] {
                    stage.reach(percent..percent + 10).await?;
                    let index = stage.world.rng.usize(0..stage.size());
                    stage.kill(index).await?;
                }
                Ok(())
            })
        },
        rules: ReadRules { again: Again::InHand, dead: |number| number % 50 == 7, ..ReadRules::DEFAULT },
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "all instances killed at once",
        strike: |stage| {
            Box::pin(async move {
                stage.reach(10..60).await?;
                for _ in 0..stage.size() {
                    stage.kill(0).await?;
                }
                Ok(())
            })
        },
        rules: ReadRules { again: Again::InHand, ..ReadRules::DEFAULT },
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "an instance suspended beyond ack_wait (SIGSTOP)",
        strike: |stage| Box::pin(suspend_worker(stage)),
        rules: ReadRules { again: Again::InHand, overlaps: true, ..ReadRules::DEFAULT },
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "in order: the reading instance stopped",
        strike: |stage| Box::pin(stop_workers(stage)),
        ..ORDERED
    },
    ReadRow {
        name: "in order: the reading instance killed, again and again",
        strike: |stage| {
            Box::pin(async move {
                for percent in [5, 20, 35, 50] {
                    stage.reach(percent..percent + 10).await?;
                    let worker = stage.worker();
                    stage.kill(worker).await?;
                }
                Ok(())
            })
        },
        rules: ReadRules { again: Again::InHand, ..ReadRules::DEFAULT },
        ..ORDERED
    },
    ReadRow {
        name: "in order: the reading instance suspended beyond ack_wait (SIGSTOP)",
        strike: |stage| Box::pin(suspend_worker(stage)),
        rules: ReadRules { again: Again::InHand, overlaps: true, ..ReadRules::DEFAULT },
        ..ORDERED
    },
];

/// Every fifth event fails once, which would change the order.
pub const ORDERED: ReadRow = ReadRow {
    ordered: true,
    work: |seen| if seen.number.is_multiple_of(5) && seen.attempt == 1 { Work::Passes } else { Work::Done(10) },
    events: 600,
    ..ReadRow::DEFAULT
};

async fn stop_some(stage: &mut Stage) -> Result<()> {
    for percent in [5, 15, 25, 35, 45, 55] {
        stage.reach(percent..percent + 10).await?;
        stage.stop(0).await?;
    }
    Ok(())
}

async fn stop_workers(stage: &mut Stage) -> Result<()> {
    for percent in [5, 25, 45] {
        stage.reach(percent..percent + 10).await?;
        let worker = stage.worker();
        stage.stop(worker).await?;
    }
    Ok(())
}

async fn suspend_worker(stage: &mut Stage) -> Result<()> {
    stage.reach(10..50).await?;
    let worker = stage.worker();
    stage.suspend(worker, 4_000..8_000).await
}

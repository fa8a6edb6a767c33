//! Clocks are set ahead or back, and machines sleep.

use std::time::Duration;

use async_nats::ConnectOptions;
use walnats_runtime::StreamDescriptor;

use super::alert;
use crate::Result;
use crate::proxy::{Flow, Way};
use crate::row::{Base, FACTS, Relays, Row, Rules};
use crate::workload::{Kind, Shape};
use crate::world::World;

const HOUR: Duration = Duration::from_secs(3_600);

const CLOCK: Row = Row { clock: true, options: alert, rules: Rules::CONFIRMED, ..Row::DEFAULT };

const OUTBOX: Row = Row {
    outbox: Some(Relays { base: Base::Sqlite, count: 2 }),
    shape: Shape {
        kinds: &[Kind::Committed, Kind::Committed, Kind::Transaction, Kind::RolledBack],
        repeats: 5,
        pause: Duration::from_millis(40),
        ..Shape::DEFAULT
    },
    strike: |world| Box::pin(ahead_and_back(world)),
    rules: Rules {
        sees: &["Committed", "NotStored:RolledBack"],
        only: Some(&["NotStored:"]),
        ordered: true,
        settled: false,
        ..Rules::DEFAULT
    },
    ..CLOCK
};

pub static ROWS: &[Row] = &[
    Row {
        name: "publisher's clock set ahead by an hour, acknowledgements dropped",
        strike: |world| {
            Box::pin(async move {
                lose(world).await?;
                world.clock()?.ahead(HOUR)
            })
        },
        // An hour would have the same effect.
        rules: Rules { only: Some(&["PossiblyStored:WindowExpired"]), ..Rules::DEFAULT },
        ..CLOCK
    },
    Row {
        name: "publisher's clock set back by an hour, acknowledgements dropped",
        strike: |world| {
            Box::pin(async move {
                lose(world).await?;
                world.clock()?.back(HOUR)
            })
        },
        ..CLOCK
    },
    Row {
        name: "publisher's machine sleeps beyond the window, and its clock does not count that",
        stream: StreamDescriptor { duplicate_window: Some(Duration::from_millis(1_500)), ..FACTS },
        options: |options| {
            options
                .ack_timeout(Duration::from_millis(200))
                .nats(ConnectOptions::new().ping_interval(Duration::from_secs(10)).client_capacity(256))
        },
        shape: Shape { kinds: &[Kind::Buffered], repeats: 0, ..Shape::DEFAULT },
        strike: |world| {
            Box::pin(async move {
                world.reach(20..50).await?;
                world.proxy()?.flow(Way::ToClient, Flow::Swallow);
                world.wait(50..180).await;
                world.sleep_publisher(1_700..2_500).await?;
                world.proxy()?.flow_both(Flow::Pass);
                Ok(())
            })
        },
        rules: Rules { sees: &["PossiblyStored:WindowExpired"], settled: false, ..Rules::DEFAULT },
        ..CLOCK
    },
    Row { name: "outbox on SQLite: clock set ahead by an hour, and back by some seconds", ..OUTBOX },
    Row {
        name: "outbox on Postgres: clock set ahead by an hour, and back by some seconds",
        outbox: Some(Relays { base: Base::Postgres, count: 2 }),
        ..OUTBOX
    },
];

async fn lose(world: &mut World) -> Result<()> {
    world.reach(5..40).await?;
    world.proxy()?.flow(Way::ToClient, Flow::Lose(33));
    world.wait(100..500).await;
    Ok(())
}

/// Leases end early, and then late.
async fn ahead_and_back(world: &mut World) -> Result<()> {
    world.reach(5..40).await?;
    world.clock()?.ahead(HOUR)?;
    world.wait(100..500).await;
    let back = Duration::from_millis(world.rng.u64(500..3_000));
    world.clock()?.back(back)
}

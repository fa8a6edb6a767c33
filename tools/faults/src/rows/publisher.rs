//! The publisher is killed: reported ends hold, and a successor can settle the rest.

use std::time::Duration;

use walnats_runtime::StreamDescriptor;

use super::alert;
use crate::Result;
use crate::proxy::{Flow, Point, Way};
use crate::row::{FACTS, Row, Rules};
use crate::workload::{Kind, Shape};
use crate::world::World;

const KILLED: Row = Row { rules: Rules { killed: true, ..Rules::DEFAULT }, ..Row::DEFAULT };

pub static ROWS: &[Row] = &[
    Row {
        name: "publisher killed at any time",
        strike: |world| {
            Box::pin(async move {
                world.reach(5..95).await?;
                world.wait(0..15).await;
                world.kill_publisher().await
            })
        },
        ..KILLED
    },
    Row {
        name: "publisher killed under load",
        shape: Shape::HEAVY,
        strike: |world| {
            Box::pin(async move {
                world.reach(5..95).await?;
                world.wait(0..600).await;
                world.kill_publisher().await
            })
        },
        ..KILLED
    },
    Row {
        name: "publisher killed before a publish arrives",
        strike: |world| Box::pin(kill_at(world, Point::BeforePublish)),
        ..KILLED
    },
    Row {
        name: "publisher killed before an acknowledgement arrives",
        strike: |world| Box::pin(kill_at(world, Point::BeforeAnswer)),
        ..KILLED
    },
    Row {
        name: "publisher killed as an acknowledgement arrives",
        strike: |world| Box::pin(kill_at(world, Point::AfterAnswer)),
        ..KILLED
    },
    Row {
        name: "publisher aborts before the caller does anything with the result",
        abort_after: Some(|emits| emits / 2),
        ..KILLED
    },
    Row {
        name: "publisher killed within an atomic batch",
        shape: Shape { kinds: &[Kind::Atomic], repeats: 0, ..Shape::DEFAULT },
        strike: |world| Box::pin(kill_at(world, Point::BeforePublish)),
        ..KILLED
    },
    Row {
        name: "publisher stopped and continued (SIGSTOP), acknowledgements dropped",
        options: alert,
        strike: |world| Box::pin(sleep(world)),
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
    Row {
        name: "publisher stopped beyond the window (SIGSTOP), acknowledgements dropped",
        stream: StreamDescriptor { duplicate_window: Some(Duration::from_secs(1)), ..FACTS },
        options: |options| options.ack_timeout(Duration::from_millis(200)),
        shape: Shape { repeats: 0, ..Shape::DEFAULT },
        strike: |world| Box::pin(sleep(world)),
        rules: Rules { only: Some(&["PossiblyStored:WindowExpired"]), settled: false, ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
];

async fn sleep(world: &mut World) -> Result<()> {
    world.reach(5..20).await?;
    world.proxy()?.flow(Way::ToClient, Flow::Lose(20));
    world.reach(30..60).await?;
    world.suspend_publisher(1_200..2_000).await
}

async fn kill_at(world: &mut World, point: fn(usize) -> Point) -> Result<()> {
    let nth = world.rng.usize(5..150);
    let reached = world.proxy()?.stop_at(nth, point);
    tokio::time::timeout(Duration::from_secs(60), reached).await??;
    world.kill_publisher().await
}

//! The server is killed, suspended or missing.

use std::time::Duration;

use async_nats::ConnectOptions;
use walnats_runtime::StreamDescriptor;
use walnats_server::NatsServer;

use super::alert;
use crate::Result;
use crate::row::{FACTS, Row, Rules};
use crate::workload::{Kind, Shape};
use crate::world::World;

const ATOMIC: Shape = Shape { kinds: &[Kind::Atomic, Kind::Buffered], repeats: 0, ..Shape::DEFAULT };

pub static ROWS: &[Row] = &[
    Row {
        name: "server killed and restarted",
        strike: |world| Box::pin(kill_and_restart(world)),
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
    Row {
        name: "server killed and restarted under load",
        shape: Shape::HEAVY,
        strike: |world| Box::pin(kill_and_restart(world)),
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
    Row {
        name: "server killed and restarted, a client of somebody else's",
        client: Some(ConnectOptions::new),
        shape: Shape::HEAVY,
        strike: |world| Box::pin(kill_and_restart(world)),
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
    Row {
        name: "server restarted in order (SIGTERM)",
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                Ok(world.server(0, NatsServer::restart)?)
            })
        },
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
    Row {
        name: "server killed and restarted, window of 1: order",
        options: |options| options.window_messages(1),
        shape: Shape { repeats: 0, ..Shape::DEFAULT },
        strike: |world| Box::pin(kill_and_restart(world)),
        rules: Rules { ordered: true, ..Rules::CONFIRMED },
        ..Row::DEFAULT
    },
    Row {
        name: "server killed and restarted, atomic batches",
        shape: ATOMIC,
        strike: |world| Box::pin(kill_and_restart(world)),
        rules: Rules { only: Some(&["PossiblyStored:RefusedLater", "PossiblyStored:KeyUnread"]), ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "server killed and restarted, events held back by the server",
        stream: StreamDescriptor { schedules: true, ..FACTS },
        shape: Shape { kinds: &[Kind::Delayed, Kind::Delayed, Kind::Buffered], ..Shape::DEFAULT },
        strike: |world| {
            Box::pin(async move {
                kill_and_restart(world).await?;
                world.ended(Duration::from_secs(90)).await;
                // Until the last one is due.
                tokio::time::sleep(crate::workload::DELAY * 3).await;
                Ok(())
            })
        },
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
    Row {
        name: "server killed while the deadline passes",
        deadline: Duration::from_millis(300),
        options: |options| options.buffered_deadline(Duration::from_millis(300)),
        strike: |world| {
            Box::pin(async move {
                world.reach(10..40).await?;
                world.server(0, NatsServer::kill);
                world.wait(800..1_500).await;
                Ok(world.server(0, NatsServer::restart)?)
            })
        },
        rules: Rules { sees: &["NotStored:Unsent"], ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "server stopped and continued (SIGSTOP)",
        options: alert,
        strike: |world| Box::pin(stop_and_continue(world)),
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
    Row {
        name: "server stopped while the deadline passes (SIGSTOP)",
        options: |options| alert(options).buffered_deadline(Duration::from_millis(300)),
        deadline: Duration::from_millis(300),
        strike: |world| Box::pin(stop_and_continue(world)),
        rules: Rules { sees: &["PossiblyStored:Deadline"], ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "server down from the start, comes later",
        options: |options| options.nats(ConnectOptions::new().retry_on_initial_connect()),
        prepare: |world| {
            Box::pin(async move {
                world.server(0, NatsServer::kill);
                Ok(())
            })
        },
        strike: |world| {
            Box::pin(async move {
                world.wait(200..1_500).await;
                Ok(world.server(0, NatsServer::restart)?)
            })
        },
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
    Row {
        name: "server down from the start, stays away",
        prepare: |world| {
            Box::pin(async move {
                world.server(0, NatsServer::kill);
                Ok(())
            })
        },
        rules: Rules { unconnected: Some("Unreachable"), ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
];

async fn kill_and_restart(world: &mut World) -> Result<()> {
    world.reach(10..70).await?;
    for _ in 0..world.rng.usize(1..3) {
        world.wait(0..300).await;
        world.server(0, NatsServer::kill);
        world.wait(0..600).await;
        world.server(0, NatsServer::restart)?;
    }
    Ok(())
}

async fn stop_and_continue(world: &mut World) -> Result<()> {
    world.reach(10..60).await?;
    world.server(0, NatsServer::suspend);
    world.wait(600..1_800).await;
    world.server(0, NatsServer::resume);
    Ok(())
}

//! At most one event per key, for as long as the stream keeps it: emits are repeated beyond a duplicate window that is shorter
//! than any fault.

use std::time::Duration;

use walnats_runtime::StreamDescriptor;
use walnats_server::NatsServer;

use super::alert;
use crate::Result;
use crate::proxy::{Flow, Way};
use crate::row::{Base, FACTS, Place, Relays, Row, Rules};
use crate::workload::{Kind, Shape};
use crate::world::World;

const ONCE: Row = Row {
    stream: StreamDescriptor { subjects: &["facts.>"], duplicate_window: Some(Duration::from_millis(200)), ..FACTS },
    options: alert,
    shape: Shape {
        kinds: &[Kind::Confirmed, Kind::Buffered, Kind::Buffered, Kind::Abandoned, Kind::Cancelled, Kind::Batch],
        repeats: 0,
        fresh: 50,
        once: Some(40),
        ..Shape::DEFAULT
    },
    // The key can be stored while it is unknown by which event.
    rules: Rules { sees: &["Stored", "Duplicate"], only: Some(&["PossiblyStored:KeyUnread"]), ..Rules::DEFAULT },
    ..Row::DEFAULT
};

const REPLICATED: Row = Row {
    place: Place::Three,
    stream: StreamDescriptor { replicas: Some(3), ..ONCE.stream },
    deadline: Duration::from_secs(60),
    options: |options| alert(options).ack_timeout(Duration::from_secs(1)),
    shape: Shape { pause: Duration::from_millis(60), ..ONCE.shape },
    ..ONCE
};

/// Also with an ordering key of the outbox: its rows are sent one by one.
const OUTBOX: Row = Row {
    outbox: Some(Relays { base: Base::Sqlite, count: 2 }),
    shape: Shape {
        kinds: &[Kind::Committed, Kind::Committed, Kind::Transaction, Kind::RolledBack],
        pause: Duration::from_millis(40),
        ..ONCE.shape
    },
    rules: Rules { sees: &["Committed"], only: Some(&["NotStored:"]), ordered: true, settled: false, ..Rules::DEFAULT },
    ..ONCE
};

pub static ROWS: &[Row] = &[
    Row { name: "once: server killed and restarted", strike: |world| Box::pin(kill_servers(world)), ..ONCE },
    Row {
        name: "once: publisher killed",
        strike: |world| {
            Box::pin(async move {
                world.reach(10..95).await?;
                world.wait(0..15).await;
                world.kill_publisher().await
            })
        },
        rules: Rules { sees: &[], killed: true, ..ONCE.rules },
        ..ONCE
    },
    Row {
        name: "once: acknowledgements dropped, sent again beyond the window",
        strike: |world| {
            Box::pin(async move {
                world.reach(5..40).await?;
                world.proxy()?.flow(Way::ToClient, Flow::Lose(33));
                world.ended(Duration::from_secs(90)).await;
                Ok(())
            })
        },
        ..ONCE
    },
    Row {
        name: "once: publishes arrive beyond the window, and the connection is reset",
        strike: |world| {
            Box::pin(async move {
                for _ in 0..3 {
                    world.reach(10..50).await?;
                    world.proxy()?.flow(Way::ToClient, Flow::Swallow);
                    world.wait(20..100).await;
                    world.proxy()?.flow(Way::ToServer, Flow::Hold);
                    world.wait(300..800).await;
                    world.proxy()?.flow_both(Flow::Pass);
                    world.wait(0..100).await;
                    world.proxy()?.reset();
                }
                Ok(())
            })
        },
        ..ONCE
    },
    Row {
        name: "once: leader killed",
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                let leader = world.leader().await?;
                world.server(leader, NatsServer::kill);
                world.wait(0..2_000).await;
                Ok(world.server(leader, NatsServer::restart)?)
            })
        },
        ..REPLICATED
    },
    Row {
        name: "once: leader hands over, again and again, under load",
        shape: Shape { emits: 2_000, pause: Duration::ZERO, ..REPLICATED.shape },
        strike: |world| {
            Box::pin(async move {
                for _ in 0..5 {
                    world.reach(5..70).await?;
                    world.step_down().await?;
                    world.wait(0..300).await;
                }
                Ok(())
            })
        },
        ..REPLICATED
    },
    Row { name: "once: all servers killed", strike: |world| Box::pin(kill_servers(world)), ..REPLICATED },
    Row {
        name: "once, through an outbox on SQLite: relays and server killed",
        strike: |world| Box::pin(kill_relays_and_servers(world)),
        ..OUTBOX
    },
    Row {
        name: "once, through an outbox on Postgres: relays and server killed",
        outbox: Some(Relays { base: Base::Postgres, count: 2 }),
        strike: |world| Box::pin(kill_relays_and_servers(world)),
        ..OUTBOX
    },
];

async fn kill_servers(world: &mut World) -> Result<()> {
    world.reach(10..60).await?;
    for index in 0..world.size() {
        world.server(index, NatsServer::kill);
    }
    world.wait(0..1_000).await;
    for index in 0..world.size() {
        world.server(index, NatsServer::restart)?;
    }
    Ok(())
}

async fn kill_relays_and_servers(world: &mut World) -> Result<()> {
    world.reach(5..40).await?;
    for round in 0..4 {
        world.wait(100..300).await;
        world.kill_relay(round % 2).await?;
    }
    // Until the last one is connected.
    world.wait(200..400).await;
    kill_servers(world).await
}

//! The outbox: committed events are published once, in order for each key; others never.

use std::time::Duration;

use walnats_server::{Account, NatsServer};

use super::foreign;
use crate::Result;
use crate::proxy::{Flow, Point, Way};
use crate::row::{Base, Relays, Row, Rules};
use crate::workload::{Kind, Odd, Shape};
use crate::world::World;

const OUTBOX: Shape = Shape {
    kinds: &[Kind::Committed, Kind::Committed, Kind::Committed, Kind::Transaction, Kind::RolledBack],
    repeats: 5,
    pause: Duration::from_millis(40),
    ..Shape::DEFAULT
};

const SQLITE: Row = Row {
    outbox: Some(Relays { base: Base::Sqlite, count: 2 }),
    shape: OUTBOX,
    rules: Rules {
        sees: &["Committed", "NotStored:RolledBack"],
        only: Some(&["NotStored:"]),
        ordered: true,
        settled: false,
        ..Rules::DEFAULT
    },
    ..Row::DEFAULT
};

const POSTGRES: Row = Row { outbox: Some(Relays { base: Base::Postgres, count: 2 }), ..SQLITE };

pub static ROWS: &[Row] = &[
    Row { name: "outbox on SQLite: relays killed", strike: |world| Box::pin(kill_relays(world)), ..SQLITE },
    Row { name: "outbox on Postgres: relays killed", strike: |world| Box::pin(kill_relays(world)), ..POSTGRES },
    Row {
        name: "outbox on SQLite: relays killed before a publish arrives",
        strike: |world| Box::pin(kill_relays_at(world, Point::BeforePublish)),
        ..SQLITE
    },
    Row {
        name: "outbox on Postgres: relays killed before a publish arrives",
        strike: |world| Box::pin(kill_relays_at(world, Point::BeforePublish)),
        ..POSTGRES
    },
    Row {
        name: "outbox on SQLite: relays killed as an acknowledgement arrives",
        strike: |world| Box::pin(kill_relays_at(world, Point::AfterAnswer)),
        ..SQLITE
    },
    Row {
        name: "outbox on Postgres: relays killed as an acknowledgement arrives",
        strike: |world| Box::pin(kill_relays_at(world, Point::AfterAnswer)),
        ..POSTGRES
    },
    Row {
        name: "outbox on SQLite: relay stopped beyond its lease (SIGSTOP), another takes over",
        strike: |world| Box::pin(stop_relay(world)),
        ..SQLITE
    },
    Row {
        name: "outbox on Postgres: relay stopped beyond its lease (SIGSTOP), another takes over",
        strike: |world| Box::pin(stop_relay(world)),
        ..POSTGRES
    },
    Row {
        name: "outbox on SQLite: the application killed within transactions",
        strike: |world| Box::pin(kill_application(world)),
        rules: Rules { sees: &[], killed: true, ..SQLITE.rules },
        ..SQLITE
    },
    Row {
        name: "outbox on Postgres: the application killed within transactions",
        strike: |world| Box::pin(kill_application(world)),
        rules: Rules { sees: &[], killed: true, ..POSTGRES.rules },
        ..POSTGRES
    },
    Row {
        name: "outbox on SQLite: database locked",
        strike: |world| {
            Box::pin(async move {
                for _ in 0..3 {
                    world.reach(5..60).await?;
                    let time = Duration::from_millis(world.rng.u64(400..1_000));
                    world.database()?.lock(time).await?;
                    world.wait(0..200).await;
                }
                Ok(())
            })
        },
        rules: Rules { sees: &["Committed", "NotStored:Refused Busy"], ..SQLITE.rules },
        ..SQLITE
    },
    Row {
        name: "outbox on SQLite: disk full",
        outbox: Some(Relays { base: Base::SqliteOnDisk(3 << 20), count: 2 }),
        shape: Shape { sizes: &[20_000], ..OUTBOX },
        strike: |world| {
            Box::pin(async move {
                world.ended(Duration::from_secs(90)).await;
                world.database()?.enlarge(64 << 20)
            })
        },
        rules: Rules {
            sees: &["Committed", "PossiblyStored:Commit"],
            only: Some(&["NotStored:", "PossiblyStored:Commit"]),
            ..SQLITE.rules
        },
        ..SQLITE
    },
    Row {
        name: "outbox on Postgres: connections cut",
        strike: |world| {
            Box::pin(async move {
                for _ in 0..6 {
                    world.reach(5..40).await?;
                    world.wait(20..200).await;
                    world.database()?.cut().await?;
                }
                Ok(())
            })
        },
        rules: Rules {
            sees: &["Committed", "NotStored:Refused"],
            only: Some(&["NotStored:", "PossiblyStored:Commit"]),
            ..POSTGRES.rules
        },
        ..POSTGRES
    },
    Row {
        name: "outbox on SQLite: NATS server killed and restarted",
        strike: |world| Box::pin(kill_server(world)),
        ..SQLITE
    },
    Row {
        name: "outbox on Postgres: NATS server killed and restarted",
        strike: |world| Box::pin(kill_server(world)),
        ..POSTGRES
    },
    Row {
        name: "outbox on SQLite: acknowledgements dropped, connection reset",
        options: super::alert,
        strike: |world| Box::pin(lose(world)),
        ..SQLITE
    },
    Row {
        name: "outbox on Postgres: acknowledgements dropped, connection reset",
        options: super::alert,
        strike: |world| Box::pin(lose(world)),
        ..POSTGRES
    },
    Row {
        name: "outbox on SQLite: payload too large for the account",
        accounts: || {
            vec![Account::new("SMALL").user("admin", "admin").user("shop", "shop").jetstream().max_payload(2048)]
        },
        user: "shop:shop",
        shape: Shape { odd: Some(Odd { percent: 3, size: 5_000, tail: ("", 0) }), ..OUTBOX },
        rules: Rules { parks: true, ..SQLITE.rules },
        ..SQLITE
    },
    Row {
        name: "outbox on Postgres: payload too large for the account",
        accounts: || {
            vec![Account::new("SMALL").user("admin", "admin").user("shop", "shop").jetstream().max_payload(2048)]
        },
        user: "shop:shop",
        shape: Shape { odd: Some(Odd { percent: 3, size: 5_000, tail: ("", 0) }), ..OUTBOX },
        rules: Rules { parks: true, ..POSTGRES.rules },
        ..POSTGRES
    },
    Row {
        name: "outbox on SQLite: the account's storage is used up, and freed again",
        accounts: foreign::nearly_full,
        user: "shop:shop",
        prepare: |world| Box::pin(foreign::fill(world)),
        shape: Shape { emits: 400, sizes: &[3_000], ..OUTBOX },
        strike: |world| Box::pin(foreign::free(world)),
        ..SQLITE
    },
    Row {
        name: "outbox on Postgres: the account's storage is used up, and freed again",
        accounts: foreign::nearly_full,
        user: "shop:shop",
        prepare: |world| Box::pin(foreign::fill(world)),
        shape: Shape { emits: 400, sizes: &[3_000], ..OUTBOX },
        strike: |world| Box::pin(foreign::free(world)),
        ..POSTGRES
    },
];

async fn kill_relays(world: &mut World) -> Result<()> {
    for round in 0..5 {
        world.wait(100..400).await;
        world.kill_relay(round % 2).await?;
    }
    Ok(())
}

async fn kill_relays_at(world: &mut World, point: fn(usize) -> Point) -> Result<()> {
    for _ in 0..3 {
        let nth = world.rng.usize(5..25);
        let reached = world.proxy()?.stop_at(nth, point);
        tokio::time::timeout(Duration::from_secs(60), reached).await??;
        for relay in 0..2 {
            world.kill_relay(relay).await?;
        }
    }
    Ok(())
}

async fn stop_relay(world: &mut World) -> Result<()> {
    world.reach(10..60).await?;
    world.suspend_relay(0, 1_200..2_500).await
}

async fn kill_application(world: &mut World) -> Result<()> {
    world.reach(10..90).await?;
    world.wait(0..30).await;
    world.kill_publisher().await
}

async fn kill_server(world: &mut World) -> Result<()> {
    world.reach(10..60).await?;
    for _ in 0..2 {
        world.server(0, NatsServer::kill);
        world.wait(0..600).await;
        world.server(0, NatsServer::restart)?;
        world.wait(0..300).await;
    }
    Ok(())
}

async fn lose(world: &mut World) -> Result<()> {
    world.reach(5..30).await?;
    world.proxy()?.flow(Way::ToClient, Flow::Lose(30));
    for _ in 0..3 {
        world.wait(50..400).await;
        world.proxy()?.reset();
    }
    world.ended(Duration::from_secs(90)).await;
    Ok(())
}

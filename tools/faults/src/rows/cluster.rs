//! Faults of a cluster: three servers, three replicas.

use std::time::Duration;

use walnats_runtime::StreamDescriptor;
use walnats_server::NatsServer;

use super::alert;
use crate::row::{FACTS, Place, Row, Rules};
use crate::workload::{Kind, Shape};

const REPLICATED: Row = Row {
    place: Place::Three,
    stream: StreamDescriptor { replicas: Some(3), ..FACTS },
    deadline: Duration::from_secs(60),
    options: |options| alert(options).ack_timeout(Duration::from_secs(1)),
    shape: Shape { pause: Duration::from_millis(60), ..Shape::DEFAULT },
    rules: Rules::CONFIRMED,
    ..Row::DEFAULT
};

pub static ROWS: &[Row] = &[
    Row {
        name: "leader killed",
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                let leader = world.leader().await?;
                world.server(leader, NatsServer::kill);
                world.wait(500..3_000).await;
                Ok(world.server(leader, NatsServer::restart)?)
            })
        },
        ..REPLICATED
    },
    Row {
        name: "leader killed, window of 1: order",
        options: |options| alert(options).window_messages(1),
        shape: Shape { repeats: 0, ..REPLICATED.shape },
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                let leader = world.leader().await?;
                world.server(leader, NatsServer::kill);
                world.wait(0..1_000).await;
                Ok(world.server(leader, NatsServer::restart)?)
            })
        },
        rules: Rules { ordered: true, ..Rules::CONFIRMED },
        ..REPLICATED
    },
    Row {
        name: "leader hands over, again and again, under load",
        // An id that was in process when its leader went, and comes back, stays in process until the window ends: so a
        // short one.
        stream: StreamDescriptor { duplicate_window: Some(Duration::from_secs(20)), ..REPLICATED.stream },
        shape: Shape::HEAVY,
        rules: Rules { only: Some(&["PossiblyStored:WindowExpired"]), settled: false, ..Rules::DEFAULT },
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
    Row {
        name: "leader hands over and is killed, atomic batches",
        shape: Shape { kinds: &[Kind::Atomic], repeats: 0, emits: 1_500, ..REPLICATED.shape },
        strike: |world| {
            Box::pin(async move {
                for _ in 0..5 {
                    world.reach(5..60).await?;
                    world.step_down().await?;
                    world.wait(0..300).await;
                }
                let leader = world.leader().await?;
                world.server(leader, NatsServer::kill);
                world.wait(0..1_000).await;
                Ok(world.server(leader, NatsServer::restart)?)
            })
        },
        rules: Rules { only: Some(&["PossiblyStored:RefusedLater", "PossiblyStored:KeyUnread"]), ..Rules::DEFAULT },
        ..REPLICATED
    },
    Row {
        name: "servers restarted one after another",
        strike: |world| {
            Box::pin(async move {
                world.reach(5..40).await?;
                for index in 0..3 {
                    world.server(index, NatsServer::restart)?;
                    world.wait(500..1_500).await;
                }
                Ok(())
            })
        },
        ..REPLICATED
    },
    Row {
        name: "leader stopped (SIGSTOP)",
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                let leader = world.leader().await?;
                world.server(leader, NatsServer::suspend);
                world.wait(1_000..8_000).await;
                world.server(leader, NatsServer::resume);
                Ok(())
            })
        },
        ..REPLICATED
    },
    Row {
        name: "leader cut off from the other servers, clients reach it",
        place: Place::ThreeApart,
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                let leader = world.leader().await?;
                world.apart()?.cut_off(leader);
                world.wait(2_000..10_000).await;
                world.apart()?.join();
                Ok(())
            })
        },
        ..REPLICATED
    },
    Row {
        name: "quorum lost",
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                let survivor = world.rng.usize(..3);
                for index in (0..3).filter(|index| *index != survivor) {
                    world.server(index, NatsServer::kill);
                }
                world.wait(500..3_000).await;
                for index in (0..3).filter(|index| *index != survivor) {
                    world.server(index, NatsServer::restart)?;
                }
                Ok(())
            })
        },
        ..REPLICATED
    },
    Row {
        name: "quorum lost while the deadline passes",
        deadline: Duration::from_secs(1),
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                let leader = world.leader().await?;
                for index in (0..3).filter(|index| *index != leader) {
                    world.server(index, NatsServer::suspend);
                }
                world.wait(2_000..4_000).await;
                for index in (0..3).filter(|index| *index != leader) {
                    world.server(index, NatsServer::resume);
                }
                Ok(())
            })
        },
        rules: Rules::DEFAULT,
        ..REPLICATED
    },
    Row {
        name: "all servers killed",
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                for index in 0..3 {
                    world.server(index, NatsServer::kill);
                }
                world.wait(0..1_000).await;
                for index in 0..3 {
                    world.server(index, NatsServer::restart)?;
                }
                Ok(())
            })
        },
        ..REPLICATED
    },
    Row { name: "10,000 emits of one id at the same time, three servers", shape: super::limits::ONE_ID, ..REPLICATED },
    Row {
        name: "leader killed, repeated ids at the same time",
        shape: Shape {
            kinds: &[Kind::Buffered],
            repeats: 60,
            pause: Duration::from_millis(5),
            emits: 1_500,
            ..Shape::DEFAULT
        },
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                let leader = world.leader().await?;
                world.server(leader, NatsServer::kill);
                world.wait(0..1_000).await;
                Ok(world.server(leader, NatsServer::restart)?)
            })
        },
        ..REPLICATED
    },
];

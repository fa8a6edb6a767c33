//! Faults of the network: connections are cut, delayed, one-sided or gone.

use std::time::Duration;

use walnats_server::NatsServer;

use super::alert;
use crate::Result;
use crate::proxy::{Flow, Way};
use crate::row::{Row, Rules};
use crate::workload::{Kind, Shape};
use crate::world::World;

const NETWORK: Row = Row { options: alert, rules: Rules::CONFIRMED, ..Row::DEFAULT };

pub static ROWS: &[Row] = &[
    Row { name: "connection reset", strike: |world| Box::pin(reset(world)), ..NETWORK },
    Row { name: "connection reset under load", shape: Shape::HEAVY, strike: |world| Box::pin(reset(world)), ..NETWORK },
    Row {
        name: "connection reset, window of 1: order",
        options: |options| alert(options).window_messages(1),
        shape: Shape { repeats: 0, ..Shape::DEFAULT },
        strike: |world| Box::pin(reset(world)),
        rules: Rules { ordered: true, ..Rules::CONFIRMED },
        ..NETWORK
    },
    Row {
        name: "connection reset, atomic batches",
        shape: Shape { kinds: &[Kind::Atomic], repeats: 0, ..Shape::DEFAULT },
        strike: |world| Box::pin(reset(world)),
        rules: Rules { only: Some(&["PossiblyStored:RefusedLater", "PossiblyStored:KeyUnread"]), ..Rules::DEFAULT },
        ..NETWORK
    },
    Row { name: "acknowledgements dropped", strike: |world| Box::pin(lose(world, Way::ToClient)), ..NETWORK },
    Row { name: "publishes dropped", strike: |world| Box::pin(lose(world, Way::ToServer)), ..NETWORK },
    Row {
        name: "acknowledgements dropped, atomic batches",
        shape: Shape { kinds: &[Kind::Atomic], repeats: 0, ..Shape::DEFAULT },
        strike: |world| Box::pin(lose(world, Way::ToClient)),
        rules: Rules { only: Some(&["PossiblyStored:RefusedLater", "PossiblyStored:KeyUnread"]), ..Rules::DEFAULT },
        ..NETWORK
    },
    Row {
        name: "publishes dropped, atomic batches",
        // Each batch with a gap is resent until its deadline.
        shape: Shape { emits: 100, kinds: &[Kind::Atomic], repeats: 0, ..Shape::DEFAULT },
        strike: |world| Box::pin(lose(world, Way::ToServer)),
        rules: Rules::DEFAULT,
        ..NETWORK
    },
    Row {
        name: "acknowledgements late",
        strike: |world| Box::pin(during(world, Way::ToClient, Flow::Hold)),
        ..NETWORK
    },
    Row { name: "publishes late", strike: |world| Box::pin(during(world, Way::ToServer, Flow::Hold)), ..NETWORK },
    Row {
        name: "everything late, by more than the time for an attempt",
        options: |options| options.ack_timeout(Duration::from_millis(100)),
        strike: |world| {
            Box::pin(async move {
                let delay = Duration::from_millis(world.rng.u64(50..150));
                world.proxy()?.flow_both(Flow::Late(delay));
                world.ended(Duration::from_secs(90)).await;
                Ok(())
            })
        },
        ..NETWORK
    },
    Row {
        name: "one direction dead: to the server",
        strike: |world| Box::pin(during(world, Way::ToServer, Flow::Swallow)),
        ..NETWORK
    },
    Row {
        name: "one direction dead: to the client",
        strike: |world| Box::pin(during(world, Way::ToClient, Flow::Swallow)),
        ..NETWORK
    },
    Row {
        name: "half-open connection",
        strike: |world| {
            Box::pin(async move {
                world.reach(10..70).await?;
                world.proxy()?.half_close();
                Ok(())
            })
        },
        ..NETWORK
    },
    Row { name: "partition and heal", strike: |world| Box::pin(part(world)), ..NETWORK },
    Row {
        name: "partition while the deadline passes",
        deadline: Duration::from_millis(400),
        options: |options| alert(options).buffered_deadline(Duration::from_millis(400)),
        strike: |world| Box::pin(part(world)),
        rules: Rules { sees: &["PossiblyStored:Deadline"], ..Rules::DEFAULT },
        ..NETWORK
    },
    Row {
        name: "one thing after another",
        shape: Shape { emits: 600, ..Shape::DEFAULT },
        strike: |world| Box::pin(anything(world)),
        ..NETWORK
    },
];

async fn anything(world: &mut World) -> Result<()> {
    world.reach(5..20).await?;
    for _ in 0..6 {
        let way = [Way::ToServer, Way::ToClient][world.rng.usize(..2)];
        match world.rng.usize(..6) {
            0 => world.proxy()?.reset(),
            1 => world.proxy()?.half_close(),
            2 => world.proxy()?.flow(way, Flow::Hold),
            3 => world.proxy()?.flow(way, Flow::Swallow),
            4 => world.proxy()?.flow(way, Flow::Lose(50)),
            _ => {
                world.server(0, NatsServer::kill);
                world.wait(0..300).await;
                world.server(0, NatsServer::restart)?;
            }
        }
        world.wait(50..700).await;
        if world.rng.bool() {
            world.proxy()?.flow_both(Flow::Pass);
        }
    }
    world.proxy()?.flow_both(Flow::Pass);
    Ok(())
}

async fn reset(world: &mut World) -> Result<()> {
    for _ in 0..4 {
        world.reach(5..30).await?;
        world.wait(10..200).await;
        world.proxy()?.reset();
    }
    Ok(())
}

/// Drops a third of them from now on.
async fn lose(world: &mut World, way: Way) -> Result<()> {
    world.reach(5..40).await?;
    world.proxy()?.flow(way, Flow::Lose(33));
    world.ended(Duration::from_secs(90)).await;
    Ok(())
}

async fn during(world: &mut World, way: Way, flow: Flow) -> Result<()> {
    world.reach(10..60).await?;
    world.proxy()?.flow(way, flow);
    world.wait(500..2_000).await;
    world.proxy()?.flow(way, Flow::Pass);
    Ok(())
}

/// Nothing passes, without an error; later everything does, over new connections.
async fn part(world: &mut World) -> Result<()> {
    world.reach(10..50).await?;
    world.proxy()?.flow_both(Flow::Swallow);
    world.wait(700..2_500).await;
    world.proxy()?.reset();
    world.proxy()?.flow_both(Flow::Pass);
    Ok(())
}

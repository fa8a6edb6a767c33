//! Resent messages are delayed for longer than the stream remembers ids: in the client, in the network, or by a suspended
//! server.

use std::time::Duration;

use async_nats::ConnectOptions;
use walnats_runtime::{Options, StreamDescriptor};
use walnats_server::NatsServer;

use crate::Result;
use crate::proxy::{Flow, Way};
use crate::row::{FACTS, Row, Rules};
use crate::workload::{Kind, Shape};
use crate::world::World;

const WINDOW: Duration = Duration::from_millis(1_500);

const LATE: Row = Row {
    stream: StreamDescriptor { duplicate_window: Some(WINDOW), ..FACTS },
    options: impatient,
    shape: Shape { kinds: &[Kind::Buffered], repeats: 0, ..Shape::DEFAULT },
    rules: Rules { only: Some(&["PossiblyStored:WindowExpired"]), settled: false, ..Rules::DEFAULT },
    ..Row::DEFAULT
};

/// Large enough to fill the buffers between client and server quickly.
const CLOGGING: Shape = Shape { emits: 1_500, sizes: &[20_000], pause: Duration::from_millis(2), ..LATE.shape };

pub static ROWS: &[Row] = &[
    Row {
        name: "connection clogged, then away beyond the window",
        shape: CLOGGING,
        strike: |world| {
            Box::pin(async move {
                silence(world).await?;
                world.proxy()?.flow(Way::ToServer, Flow::Hold);
                world.wait(400..700).await;
                stay_away(world).await
            })
        },
        ..LATE
    },
    Row {
        name: "connection flaps, then stays away beyond the window",
        shape: Shape { emits: 6_000, pause: Duration::from_millis(2), ..LATE.shape },
        strike: |world| {
            Box::pin(async move {
                silence(world).await?;
                for _ in 0..8 {
                    world.proxy()?.reset();
                    world.proxy()?.flow_both(Flow::Pass);
                    world.wait(1..40).await;
                }
                stay_away(world).await
            })
        },
        ..LATE
    },
    Row {
        name: "publishes arrive beyond the window",
        strike: |world| {
            Box::pin(async move {
                silence(world).await?;
                world.proxy()?.flow(Way::ToServer, Flow::Hold);
                world.wait(1_700..2_500).await;
                world.proxy()?.flow_both(Flow::Pass);
                Ok(())
            })
        },
        ..LATE
    },
    Row {
        name: "server stands still beyond the window (SIGSTOP), acknowledgements dropped",
        strike: |world| {
            Box::pin(async move {
                silence(world).await?;
                world.server(0, NatsServer::suspend);
                world.wait(1_700..2_500).await;
                world.proxy()?.flow_both(Flow::Pass);
                world.server(0, NatsServer::resume);
                Ok(())
            })
        },
        ..LATE
    },
];

/// Options to resend quickly without giving up the connection.
fn impatient(options: Options) -> Options {
    options
        .ack_timeout(Duration::from_millis(200))
        .nats(ConnectOptions::new().ping_interval(Duration::from_secs(10)).client_capacity(256))
}

/// From now on, the publisher does not learn what is stored.
async fn silence(world: &mut World) -> Result<()> {
    world.reach(20..50).await?;
    world.proxy()?.flow(Way::ToClient, Flow::Swallow);
    world.wait(50..180).await;
    Ok(())
}

async fn stay_away(world: &mut World) -> Result<()> {
    world.proxy()?.refuse(true);
    world.proxy()?.reset();
    world.proxy()?.flow_both(Flow::Pass);
    world.wait(1_700..2_500).await;
    world.proxy()?.refuse(false);
    Ok(())
}

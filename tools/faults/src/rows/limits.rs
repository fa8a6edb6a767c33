//! The publisher's own limits, and many concurrent emits.

use std::time::Duration;

use async_nats::ConnectOptions;
use walnats_runtime::Full;
use walnats_server::NatsServer;

use super::alert;
use crate::row::{Finish, Row, Rules};
use crate::workload::{Kind, Shape};

pub(super) const ONE_ID: Shape = Shape {
    emits: 10_000,
    writers: 100,
    kinds: &[Kind::Buffered],
    repeats: 0,
    fresh: 0,
    pause: Duration::ZERO,
    one_id: true,
    ..Shape::DEFAULT
};

pub static ROWS: &[Row] = &[
    Row {
        name: "10,000 emits of one id at the same time",
        shape: ONE_ID,
        rules: Rules { sees: &["Stored", "Duplicate"], ..Rules::CONFIRMED },
        ..Row::DEFAULT
    },
    Row {
        name: "buffer full",
        options: |options| alert(options).buffer_messages(8).full(Full::Refuse),
        shape: Shape {
            kinds: &[Kind::Buffered, Kind::Buffered, Kind::Abandoned, Kind::Confirmed],
            writers: 16,
            ..Shape::DEFAULT
        },
        strike: |world| {
            Box::pin(async move {
                world.reach(5..30).await?;
                world.server(0, NatsServer::suspend);
                world.wait(300..1_000).await;
                world.server(0, NatsServer::resume);
                Ok(())
            })
        },
        rules: Rules { sees: &["NotStored:BufferFull"], only: Some(&["NotStored:BufferFull"]), ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "buffer full, callers wait",
        options: |options| alert(options).buffer_messages(8),
        shape: Shape { kinds: &[Kind::Buffered, Kind::Abandoned, Kind::Confirmed, Kind::Batch], ..Shape::DEFAULT },
        strike: |world| {
            Box::pin(async move {
                world.reach(5..60).await?;
                world.server(0, NatsServer::kill);
                world.wait(0..600).await;
                Ok(world.server(0, NatsServer::restart)?)
            })
        },
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
    Row {
        name: "shutdown with work left",
        finish: Finish::Shutdown(100),
        options: |options| options.window_messages(32),
        shape: Shape { kinds: &[Kind::Buffered, Kind::Buffered, Kind::Abandoned], fresh: 0, ..Shape::DEFAULT },
        strike: |world| {
            Box::pin(async move {
                world.reach(20..60).await?;
                world.server(0, NatsServer::suspend);
                world.ended(Duration::from_secs(90)).await;
                world.server(0, NatsServer::resume);
                Ok(())
            })
        },
        rules: Rules { sees: &["Stored", "NotStored:Closed", "PossiblyStored:Closed"], ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "slow consumer: the client drops acknowledgements",
        options: |options| {
            options
                .ack_timeout(Duration::from_millis(400))
                .nats(ConnectOptions::new().subscription_capacity(2).client_capacity(256))
        },
        shape: Shape { kinds: &[Kind::Buffered], pause: Duration::ZERO, emits: 2_000, ..Shape::DEFAULT },
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
];

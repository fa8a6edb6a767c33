//! The stream is missing or full, forgets ids, or another one takes its place.

use std::time::Duration;

use async_nats::jetstream::stream::Config;
use walnats_runtime::{Discard, StreamDescriptor};
use walnats_server::NatsServer;

use crate::row::{FACTS, Place, Row, Rules};
use crate::workload::Shape;

pub static ROWS: &[Row] = &[
    Row {
        name: "no stream",
        registered: false,
        rules: Rules { sees: &["NotStored:NoStream"], only: Some(&["NotStored:NoStream"]), ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "no stream at first",
        registered: false,
        strike: |world| {
            Box::pin(async move {
                world.wait(100..1_500).await;
                world.register().await
            })
        },
        rules: Rules { only: Some(&["NotStored:NoStream"]), ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "another stream takes the subjects",
        registered: false,
        prepare: |world| {
            Box::pin(async move {
                let config = Config { name: "others".into(), subjects: vec!["facts.>".into()], ..Config::default() };
                world.jetstream().await?.create_stream(config).await?;
                Ok(())
            })
        },
        strike: |world| {
            Box::pin(async move {
                world.ended(Duration::from_secs(90)).await;
                let found = world.jetstream().await?.get_stream("others").await?.info().await?.state.messages;
                if found == 0 { Ok(()) } else { Err(format!("the other stream has {found} messages").into()) }
            })
        },
        rules: Rules { sees: &["NotStored:WrongStream"], only: Some(&["NotStored:WrongStream"]), ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "stream deleted mid-way",
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                world.jetstream().await?.delete_stream("facts").await?;
                Ok(())
            })
        },
        rules: Rules { sees: &["Stored", "NotStored:NoStream"], gone: true, settled: false, ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "stream deleted mid-way and made anew",
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                world.jetstream().await?.delete_stream("facts").await?;
                world.wait(0..1_000).await;
                world.register().await
            })
        },
        rules: Rules { gone: true, settled: false, ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "stream full, refuses the new",
        stream: StreamDescriptor { max_messages: Some(100), discard: Some(Discard::New), ..FACTS },
        rules: Rules { sees: &["NotStored:StreamFull"], only: Some(&["NotStored:StreamFull"]), ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "stream full of one subject, refuses the new",
        stream: StreamDescriptor {
            max_messages_per_subject: Some(20),
            discard: Some(Discard::New),
            discard_new_per_subject: true,
            ..FACTS
        },
        rules: Rules { sees: &["NotStored:StreamFull"], only: Some(&["NotStored:StreamFull"]), ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "stream full, refuses the new, under load, three servers",
        place: Place::Three,
        stream: StreamDescriptor { replicas: Some(3), max_messages: Some(1_000), discard: Some(Discard::New), ..FACTS },
        shape: Shape::HEAVY,
        rules: Rules { sees: &["NotStored:StreamFull"], only: Some(&["NotStored:StreamFull"]), ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "stream full, drops the old",
        stream: StreamDescriptor { max_messages: Some(100), ..FACTS },
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
    Row {
        name: "payload too large for the server",
        shape: Shape { emits: 60, sizes: &[40, 40, 2 << 20], ..Shape::DEFAULT },
        rules: Rules { sees: &["NotStored:TooLarge"], only: Some(&["NotStored:TooLarge"]), ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "payload too large for the stream",
        stream: StreamDescriptor { max_message_size: Some(1_000), ..FACTS },
        shape: Shape { sizes: &[40, 40, 5_000], ..Shape::DEFAULT },
        rules: Rules {
            sees: &["NotStored:TooLargeForStream"],
            only: Some(&["NotStored:TooLargeForStream"]),
            ..Rules::DEFAULT
        },
        ..Row::DEFAULT
    },
    Row {
        name: "JetStream's queue full",
        jetstream: "max_buffered_msgs: 20",
        shape: Shape::HEAVY,
        options: |options| options.buffered_deadline(Duration::from_secs(1)),
        rules: Rules { sees: &["Stored"], ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "JetStream's store full",
        jetstream: "max_file_store: 2MB",
        shape: Shape { sizes: &[20_000], ..Shape::DEFAULT },
        deadline: Duration::from_secs(1),
        options: |options| options.buffered_deadline(Duration::from_secs(1)),
        rules: Rules { sees: &["Stored", "NotStored:Rejected"], settled: false, ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "disk full",
        place: Place::OneOnDisk(8 << 20),
        jetstream: "max_file_store: 1GB",
        shape: Shape { sizes: &[60_000], ..Shape::DEFAULT },
        deadline: Duration::from_secs(1),
        options: |options| options.ack_timeout(Duration::from_millis(300)).buffered_deadline(Duration::from_secs(1)),
        strike: |world| {
            Box::pin(async move {
                world.ended(Duration::from_secs(90)).await;
                world.enlarge_disk(64 << 20)?;
                Ok(world.server(0, NatsServer::restart)?)
            })
        },
        rules: Rules { sees: &["Stored"], ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
    Row {
        name: "window expired",
        stream: StreamDescriptor { duplicate_window: Some(Duration::from_secs(1)), ..FACTS },
        options: |options| options.ack_timeout(Duration::from_millis(200)),
        shape: Shape { repeats: 0, ..Shape::DEFAULT },
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                world.server(0, NatsServer::suspend);
                world.wait(1_500..2_500).await;
                world.server(0, NatsServer::resume);
                Ok(())
            })
        },
        rules: Rules { sees: &["PossiblyStored:WindowExpired"], settled: false, ..Rules::DEFAULT },
        ..Row::DEFAULT
    },
];

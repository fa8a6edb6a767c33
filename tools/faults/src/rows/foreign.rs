//! The stream or the account is not configured as the package assumes.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::stream::{Config, SubjectTransform};
use walnats_runtime::StreamDescriptor;
use walnats_server::Account;

use super::{accounts, alert};
use crate::Result;
use crate::proxy::{Flow, Way};
use crate::row::{FACTS, Row, Rules};
use crate::workload::{Kind, Odd, Shape};
use crate::world::World;

/// A stream that also stores tokens after the topic.
const DEEP: StreamDescriptor = StreamDescriptor { subjects: &["facts.>"], ..FACTS };

/// Few events and many writers, because some wait until their deadline.
const FEW: Shape =
    Shape { emits: 60, writers: 20, kinds: &[Kind::Confirmed, Kind::Buffered], repeats: 0, fresh: 0, ..Shape::DEFAULT };

const FOREIGN: Row = Row {
    registered: false,
    deadline: Duration::from_secs(10),
    options: |options| alert(options).buffered_deadline(Duration::from_secs(10)),
    shape: FEW,
    rules: Rules { settled: false, ..Rules::DEFAULT },
    ..Row::DEFAULT
};

/// At most one event of each key is stored, and it cannot be read.
const ONCE: Row = Row {
    stream: DEEP,
    // Buffered emits must end although they have no deadline.
    options: alert,
    shape: Shape { once: Some(30), ..FEW },
    rules: Rules { never: &["PossiblyStored:Deadline"], ..FOREIGN.rules },
    ..FOREIGN
};

/// An account whose connections the server closes over a large payload.
const SMALL: Row = Row {
    accounts: || vec![Account::new("SMALL").user("admin", "admin").user("shop", "shop").jetstream().max_payload(2048)],
    user: "shop:shop",
    options: alert,
    shape: Shape {
        kinds: &[Kind::Confirmed, Kind::Buffered, Kind::Buffered, Kind::Batch],
        odd: Some(Odd { percent: 3, size: 5_000, tail: ("", 0) }),
        ..Shape::DEFAULT
    },
    rules: Rules {
        sees: &["Stored", "NotStored:HungUp"],
        only: Some(&["NotStored:HungUp"]),
        spares: true,
        settled: false,
        ..Rules::DEFAULT
    },
    ..Row::DEFAULT
};

pub static ROWS: &[Row] = &[
    Row { name: "payload too large for the account", ..SMALL },
    Row { name: "payload too large for the user (JWT)", jwt: true, accounts: Vec::new, user: "", ..SMALL },
    Row {
        name: "subject longer than the server's control line",
        accounts: Vec::new,
        user: "",
        config: "max_control_line: 600",
        stream: DEEP,
        shape: Shape { odd: Some(Odd { percent: 3, size: 40, tail: ("long-", 150) }), ..SMALL.shape },
        ..SMALL
    },
    Row {
        name: "the duplicate window is shorter than the package believes",
        registered: false,
        prepare: |world| {
            Box::pin(async move { make(world, Config { duplicate_window: Duration::from_secs(2), ..facts() }).await })
        },
        options: |options| options.ack_timeout(Duration::from_secs(10)),
        shape: Shape { kinds: &[Kind::Buffered], repeats: 0, ..Shape::DEFAULT },
        strike: |world| {
            Box::pin(async move {
                world.reach(20..50).await?;
                world.proxy()?.flow(Way::ToClient, Flow::Swallow);
                world.wait(4_000..4_500).await;
                world.proxy()?.flow(Way::ToClient, Flow::Pass);
                world.proxy()?.reset();
                Ok(())
            })
        },
        rules: Rules {
            sees: &["Stored", "PossiblyStored:WindowExpired"],
            only: Some(&["PossiblyStored:WindowExpired"]),
            settled: false,
            ..Rules::DEFAULT
        },
        ..Row::DEFAULT
    },
    Row {
        name: "the stream acknowledges nothing",
        prepare: |world| Box::pin(async move { make(world, Config { no_ack: true, ..facts() }).await }),
        rules: Rules {
            sees: &["PossiblyStored:"],
            only: Some(&["PossiblyStored:"]),
            never: &["PossiblyStored:Deadline"],
            ..FOREIGN.rules
        },
        ..FOREIGN
    },
    Row {
        name: "no stream, and somebody listens to everything",
        prepare: |world| Box::pin(async move { world.listen().await }),
        rules: Rules { sees: &["NotStored:NoStream"], only: Some(&["NotStored:NoStream"]), ..FOREIGN.rules },
        ..FOREIGN
    },
    Row {
        name: "the stream is in another account, and acknowledges nothing",
        accounts: accounts::two_accounts,
        user: "shop:shop",
        prepare: |world| Box::pin(async move { make(world, Config { no_ack: true, ..facts() }).await }),
        rules: Rules {
            sees: &["PossiblyStored:StreamUnseen"],
            only: Some(&["PossiblyStored:StreamUnseen"]),
            ..FOREIGN.rules
        },
        ..FOREIGN
    },
    Row {
        name: "publish denied on subjects with a quotation mark",
        config: r#"authorization { users: [
          { user: admin, password: admin },
          { user: shop, password: "shop", permissions: { publish: { deny: ["facts.*.>"] } } }
        ] }"#,
        user: "shop:shop",
        registered: true,
        stream: DEEP,
        shape: Shape { odd: Some(Odd { percent: 30, size: 40, tail: ("say-\"\\\u{200b}", 1) }), ..FEW },
        rules: Rules {
            sees: &["Stored", "NotStored:PermissionDenied"],
            only: Some(&["NotStored:PermissionDenied", "PossiblyStored:PermissionDenied"]),
            spares: true,
            ..FOREIGN.rules
        },
        ..FOREIGN
    },
    Row {
        name: "once: the stream keeps events under other subjects",
        prepare: |world| {
            Box::pin(async move {
                let kept = SubjectTransform { source: "facts.>".into(), destination: "kept.>".into() };
                make(world, Config { subjects: vec!["facts.>".into()], subject_transform: Some(kept), ..facts() }).await
            })
        },
        ..ONCE
    },
    Row {
        name: "once: the stream is in another account, and cannot be read from the publisher's",
        accounts: accounts::importing_account,
        user: "shop:shop",
        registered: true,
        ..ONCE
    },
    Row {
        name: "the account's storage is used up, and freed again",
        accounts: nearly_full,
        user: "shop:shop",
        prepare: |world| Box::pin(fill(world)),
        options: alert,
        shape: Shape { sizes: &[2_000], odd: None, ..SMALL.shape },
        strike: |world| Box::pin(free(world)),
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
    Row {
        name: "more than 50 atomic batches at the same time",
        shape: Shape { emits: 600, writers: 60, kinds: &[Kind::Atomic], repeats: 0, ..Shape::DEFAULT },
        prepare: |world| Box::pin(open_batches(world)),
        rules: Rules::CONFIRMED,
        ..Row::DEFAULT
    },
];

/// The stream that `register` would create.
fn facts() -> Config {
    let subjects = FACTS.subjects.iter().map(|subject| (*subject).to_owned()).collect();
    Config { name: "facts".into(), subjects, allow_atomic_publish: true, ..Config::default() }
}

async fn make(world: &World, config: Config) -> Result<()> {
    world.jetstream().await?.create_stream(config).await?;
    Ok(())
}

/// Opens as many batches as a stream allows. The server drops each after 10 s.
async fn open_batches(world: &World) -> Result<()> {
    let publisher = world.admin().await?;
    for batch in 0..50 {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Batch-Id", format!("somebody-s-{batch}"));
        headers.insert("Nats-Batch-Sequence", "1");
        // The answer shows that the batch is open.
        let answer = publisher.client().request_with_headers("facts.0", headers, "0 open".into()).await?;
        if !answer.payload.is_empty() {
            return Err(format!("no batch could be begun: {}", String::from_utf8_lossy(&answer.payload)).into());
        }
    }
    Ok(())
}

/// Half a megabyte, for events of about 700 KB.
pub(super) fn nearly_full() -> Vec<Account> {
    let account = Account::new("FULL").user("admin", "admin").user("shop", "shop");
    vec![account.jetstream_limits("max_file: 1500000")]
}

/// Uses a megabyte of the account's storage.
pub(super) async fn fill(world: &World) -> Result<()> {
    let jetstream = world.jetstream().await?;
    let config = Config { name: "ballast".into(), subjects: vec!["ballast".into()], ..Config::default() };
    jetstream.create_stream(config).await?;
    for _ in 0..10 {
        jetstream.publish("ballast", vec![b'.'; 100_000].into()).await?.await?;
    }
    Ok(())
}

/// Waits until the account's storage is used up, then a while longer, and then frees some.
pub(super) async fn free(world: &mut World) -> Result<()> {
    world.reach(40..50).await?;
    let jetstream = world.jetstream().await?;
    let start = tokio::time::Instant::now();
    while jetstream.query_account().await?.storage < 1_480_000 {
        if start.elapsed() > Duration::from_secs(60) {
            return Err("the account's storage is not used up".into());
        }
        world.wait(50..100).await;
    }
    world.wait(2_000..4_000).await;
    jetstream.delete_stream("ballast").await?;
    Ok(())
}

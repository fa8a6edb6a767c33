//! What a failure is about decides who waits, and what is parked.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::jetstream::stream::Config;
use walnats_outbox::{Database, Outbox};
use walnats_runtime::{Options, Publisher, StreamDescriptor};
use walnats_server::NatsServer;

use crate::logged;
use crate::support::{TestResult, World, message, messages, until};

on_both!(
    an_account_without_storage_left_parks_nothing,
    what_the_server_hangs_up_on_is_parked_and_all_else_is_sent,
    what_may_not_be_published_waits,
    a_stream_whose_subjects_another_one_took_waits,
    a_subject_that_its_stream_does_not_take_is_parked,
    a_row_that_is_never_answered_is_parked_and_all_else_is_sent,
);

/// A server whose clients are all of one account, with what its configuration says of that.
fn server(account: &str, user: &str) -> TestResult<NatsServer> {
    let users = format!("users: [{{ user: a, password: a, {user} }}]");
    let config = format!("accounts {{ A {{ {account}, {users} }} }}\nno_auth_user: a");
    Ok(NatsServer::builder().config(&config).start()?)
}

async fn connect(server: &NatsServer, streams: &'static [StreamDescriptor]) -> TestResult<Publisher> {
    let publisher = Publisher::connect(server.url(), &[], Options::new()).await?;
    if !streams.is_empty() {
        publisher.register(streams).await?;
    }
    Ok(publisher)
}

async fn enqueue<D: Database>(world: &World<D>, rows: impl IntoIterator<Item = (&str, String)>) -> TestResult {
    let mut transaction = world.pool.begin().await?;
    for (subject, text) in rows {
        let stream = subject.split('.').next().unwrap_or_default();
        world.outbox.enqueue(&mut *transaction, message(stream, subject, &text)?).await?;
    }
    Ok(transaction.commit().await?)
}

/// A relay that gives a row up at the first refusal of its own.
fn strict<D: Database>(outbox: &Outbox<D>, publisher: &Publisher) -> walnats_outbox::Relay<D> {
    let relay = outbox.relay(publisher).max_refusals(1).lease(Duration::from_secs(3));
    relay.retry(Duration::from_millis(100), Duration::from_millis(200)).poll_every(Duration::from_millis(50))
}

async fn an_account_without_storage_left_parks_nothing<D: Database>(world: World<D>) -> TestResult {
    let server = server("jetstream: { max_file: 64KB }", "")?;
    let publisher = connect(&server, &[]).await?;
    // A name of its own, to find the lines of the log by.
    let stream = format!("archive-{}", D::NAME);
    let subject = format!("{stream}.a");
    let config = Config { name: stream.clone(), subjects: vec![subject.clone()], ..Config::default() };
    publisher.jetstream().create_stream(config).await?;
    let lines = || logged::lines(["the account accepts no outbox events", &stream]);
    assert_eq!(lines(), 0);
    enqueue(&world, (0..24).map(|number| (subject.as_str(), format!("{number:4000}")))).await?;
    let relay = tokio::spawn(strict(&world.outbox, &publisher).run());
    until("rows were tried again and again", || async {
        let status = world.outbox.status().await?;
        Ok(status.pending > 4 && status.attempts >= 4)
    })
    .await?;
    let status = world.outbox.status().await?;
    assert_eq!(status.parked, 0);
    assert!(status.last_error.is_some_and(|error| error.contains("10002")), "the status says why");
    assert_eq!(lines(), 1, "one line says so, not one for each row");

    // Somebody makes room, as often as it takes.
    until("all are sent", || async {
        publisher.jetstream().get_stream(&stream).await?.purge().await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        Ok(world.outbox.status().await?.sent == 24)
    })
    .await?;
    assert_eq!(world.outbox.status().await?.parked, 0);
    relay.abort();
    Ok(())
}

async fn what_the_server_hangs_up_on_is_parked_and_all_else_is_sent<D: Database>(world: World<D>) -> TestResult {
    static STREAMS: &[StreamDescriptor] = &[
        StreamDescriptor { subjects: &["notes.*"], ..StreamDescriptor::new("notes") },
        StreamDescriptor { subjects: &["orders.*"], ..StreamDescriptor::new("orders") },
    ];
    // The account's limit is not that of the server, which clients are told.
    let server = server("jetstream: enabled, limits: { max_payload: 2KB }", "")?;
    let publisher = connect(&server, STREAMS).await?;
    enqueue(&world, (0..10).map(|number| ("notes.a", number.to_string()))).await?;
    enqueue(&world, [("notes.a", "x".repeat(5_000))]).await?;
    enqueue(&world, (10..20).map(|number| ("notes.a", number.to_string()))).await?;
    enqueue(&world, (20..30).map(|number| ("orders.a", number.to_string()))).await?;
    let relay = tokio::spawn(strict(&world.outbox, &publisher).max_refusals(2).run());
    until("one is parked, and the others are sent", || async {
        let status = world.outbox.status().await?;
        // Later ones are sent as if nothing were.
        if status.sent < 90 {
            enqueue(&world, [("notes.b", format!("later {}", status.sent))]).await?;
        }
        Ok(status.parked == 1 && status.pending == 0)
    })
    .await?;
    relay.abort();
    let [row] = world.outbox.parked(0, 9).await?.try_into().map_err(|_| "one dead letter")?;
    assert_eq!(row.payload.len(), 5_000);
    assert!(row.last_error.is_some_and(|error| error.len() > 20), "it says why");
    let notes: BTreeSet<String> =
        messages(&publisher, "notes").await?.into_iter().map(|message| message.text).collect();
    assert!((0..20).all(|number| notes.contains(&number.to_string())), "{notes:?}");
    assert_eq!(messages(&publisher, "orders").await?.len(), 10);
    Ok(())
}

async fn what_may_not_be_published_waits<D: Database>(world: World<D>) -> TestResult {
    static STREAMS: &[StreamDescriptor] = &[
        StreamDescriptor { subjects: &["denied.*"], ..StreamDescriptor::new("denied") },
        StreamDescriptor { subjects: &["allowed.*"], ..StreamDescriptor::new("allowed") },
    ];
    let server = server("jetstream: enabled", "permissions: { publish: { deny: \"denied.>\" } }")?;
    let publisher = connect(&server, STREAMS).await?;
    enqueue(&world, (0..5).flat_map(|number| ["denied.a", "allowed.a"].map(|it| (it, number.to_string())))).await?;
    let relay = tokio::spawn(strict(&world.outbox, &publisher).run());
    until("what is allowed is sent, what is not is tried again", || async {
        let status = world.outbox.status().await?;
        Ok(status.sent == 5 && status.attempts >= 3)
    })
    .await?;
    relay.abort();
    let status = world.outbox.status().await?;
    assert_eq!((status.pending, status.parked), (5, 0), "somebody may grant it");
    Ok(())
}

async fn a_stream_whose_subjects_another_one_took_waits<D: Database>(world: World<D>) -> TestResult {
    static OTHER: &[StreamDescriptor] =
        &[StreamDescriptor { subjects: &["ghosts.*"], ..StreamDescriptor::new("renamed") }];
    static OWN: &[StreamDescriptor] =
        &[StreamDescriptor { subjects: &["ghosts.*"], ..StreamDescriptor::new("ghosts") }];
    world.publisher.register(OTHER).await?;
    enqueue(&world, (0..5).map(|number| ("ghosts.a", number.to_string()))).await?;
    world.enqueue("goes on", None).await?;
    let relay = tokio::spawn(strict(&world.outbox, &world.publisher).run());
    until("the row of another stream is sent, the others are tried again", || async {
        let status = world.outbox.status().await?;
        Ok(status.sent == 1 && status.attempts >= 3)
    })
    .await?;
    assert_eq!(world.outbox.status().await?.parked, 0);
    world.publisher.jetstream().delete_stream("renamed").await?;
    world.publisher.register(OWN).await?;
    until("all are sent", || async { Ok(world.outbox.status().await?.sent == 6) }).await?;
    relay.abort();
    Ok(())
}

async fn a_subject_that_its_stream_does_not_take_is_parked<D: Database>(world: World<D>) -> TestResult {
    enqueue(&world, [("notes.a.b", "nobody takes it".to_owned())]).await?;
    let relay = tokio::spawn(strict(&world.outbox, &world.publisher).max_refusals(3).run());
    until("it is parked, as its stream takes others", || async {
        world.enqueue("goes on", None).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(world.outbox.status().await?.parked == 1)
    })
    .await?;
    until("nothing else waits", || async { Ok(world.outbox.status().await?.pending == 0) }).await?;
    relay.abort();
    let [row] = world.outbox.parked(0, 9).await?.try_into().map_err(|_| "one dead letter")?;
    assert!(row.last_error.is_some_and(|error| error.contains("stored other events in the meantime")));
    Ok(())
}

async fn a_row_that_is_never_answered_is_parked_and_all_else_is_sent<D: Database>(world: World<D>) -> TestResult {
    static NOTES: &[StreamDescriptor] =
        &[StreamDescriptor { subjects: &["notes.*"], ..StreamDescriptor::new("notes") }];
    // The server sends it elsewhere, where somebody hears it and nobody acknowledges.
    let server = server("jetstream: enabled, mappings: { \"notes.void\": \"elsewhere.void\" }", "")?;
    let publisher = connect(&server, NOTES).await?;
    let _listening = publisher.client().subscribe("elsewhere.>").await?;
    publisher.client().flush().await?;
    enqueue(&world, [("notes.void", "void".to_owned()), ("notes.a", "a".to_owned())]).await?;
    let relay = tokio::spawn(strict(&world.outbox, &publisher).max_refusals(2).run());
    let mut number = 0;
    until("it is parked, and others are sent meanwhile", || {
        number += 1;
        let more = enqueue(&world, [("notes.a", format!("{number}"))]);
        async {
            more.await?;
            tokio::time::sleep(Duration::from_millis(100)).await;
            let status = world.outbox.status().await?;
            Ok(status.parked == 1 && status.sent > 10)
        }
    })
    .await?;
    until("nothing else waits", || async { Ok(world.outbox.status().await?.pending == 0) }).await?;
    relay.abort();
    assert_eq!(world.outbox.status().await?.parked, 1);
    let [row] = world.outbox.parked(0, 9).await?.try_into().map_err(|_| "one dead letter")?;
    assert!(row.first_attempt.is_some(), "nobody knows what became of it");
    assert!(
        row.last_error.as_deref().is_some_and(|error| error.contains("stored other events in the meantime")),
        "{row:?}"
    );
    Ok(())
}

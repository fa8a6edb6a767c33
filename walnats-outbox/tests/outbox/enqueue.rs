//! Into the outbox: with the caller's data, or not at all.

use std::time::Duration;

use walnats_outbox::{Database, EnqueueError, Outbox};

use crate::support::{TestResult, World, messages, note, whole};

on_both!(
    an_event_shares_the_fate_of_its_transaction,
    an_invalid_event_leaves_the_transaction_alone,
    migrations_may_run_again,
    one_id_twice_harms_no_transaction
);

async fn an_event_shares_the_fate_of_its_transaction<D: Database>(world: World<D>) -> TestResult {
    let event = note("committed").clone();
    let mut transaction = world.pool.begin().await?;
    let emit = world.publisher.emit(&event).uid("one").trace_id("t-1").header("X-Tenant", "acme");
    let enqueued = world.outbox.enqueue(&mut *transaction, emit).await?;
    assert_eq!(enqueued.message_id, "one");
    transaction.commit().await?;

    let mut transaction = world.pool.begin().await?;
    world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note("rolled back"))).await?;
    transaction.rollback().await?;

    let tally = world.relay().drain().await?;
    assert_eq!((tally.sent, tally.failed), (1, 0));
    let [message] = messages(&world.publisher, "notes").await?.try_into().map_err(|_| "one message")?;
    assert_eq!((message.subject.as_str(), message.text.as_str()), ("notes.home", "committed"));
    let expected = [
        ("Content-Type", "text/plain"),
        ("Nats-Expected-Stream", "notes"),
        ("Nats-Msg-Id", "one"),
        ("Walnats-Event", "note-taken"),
        ("Walnats-Trace", "t-1"),
        ("X-Tenant", "acme"),
    ];
    assert_eq!(message.headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let status = world.outbox.status().await?;
    assert_eq!((status.pending, status.parked, status.sent, status.oldest), (0, 0, 1, None));
    Ok(())
}

async fn an_invalid_event_leaves_the_transaction_alone<D: Database>(world: World<D>) -> TestResult {
    let mut transaction = world.pool.begin().await?;
    world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note("first"))).await?;
    let error = world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note("invalid hunter2"))).await;
    let error = error.expect_err("it breaks its schema");
    assert!(matches!(error, EnqueueError::Event(_)), "{error:?}");
    assert!(whole(&error).contains("/text") && !format!("{error:?} {}", whole(&error)).contains("hunter2"));
    for key in ["", "a\nb", &"x".repeat(1_025)] {
        let enqueue = world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note("x"))).key(key);
        assert!(matches!(enqueue.await, Err(EnqueueError::Key(_))));
    }
    transaction.commit().await?;
    world.relay().drain().await?;
    assert_eq!(world.stored().await?, ["first"]);
    Ok(())
}

async fn migrations_may_run_again<D: Database>(world: World<D>) -> TestResult {
    world.enqueue("kept", None).await?;
    let again: Vec<_> = (0..4).map(|_| world.outbox.clone()).collect();
    for migrated in futures_util::future::join_all(again.iter().map(Outbox::migrate)).await {
        migrated?;
    }
    assert_eq!(world.outbox.status().await?.pending, 1);
    let versions: Vec<_> = Outbox::<D>::migrations().iter().map(|migration| migration.version).collect();
    assert_eq!(versions, (1..=versions.len() as i64).collect::<Vec<_>>());
    Ok(())
}

async fn one_id_twice_harms_no_transaction<D: Database>(world: World<D>) -> TestResult {
    let mut transaction = world.pool.begin().await?;
    for text in ["a", "b"] {
        world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note(text)).uid("same")).key("k").await?;
    }
    transaction.commit().await?;
    let tally = world.relay().lease(Duration::from_secs(5)).drain().await?;
    assert_eq!((tally.sent, tally.duplicates), (2, 1));
    assert_eq!(world.stored().await?, ["a"]);
    Ok(())
}

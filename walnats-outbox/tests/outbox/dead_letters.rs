//! Rows that cannot be sent: parked, seen, mended; and nothing else is held up by them.

use std::time::Duration;

use walnats_outbox::{Database, Parked, Parking};

use crate::support::{TestResult, World, message, until};

on_both!(
    a_poison_row_holds_up_its_key_alone,
    a_poison_row_can_be_passed,
    a_refused_row_is_tried_before_it_is_parked,
    a_long_queue_behind_a_poison_row_holds_up_nothing_else,
    what_was_sent_is_cleaned_up,
);

/// More than the server admits.
fn poison() -> String {
    "x".repeat(5_000)
}

fn keyed(text: &str, key: &str) -> (String, Option<String>) {
    (text.to_owned(), Some(key.to_owned()))
}

async fn a_poison_row_holds_up_its_key_alone<D: Database>(world: World<D>) -> TestResult {
    let [before, behind, other] = [keyed("before", "k"), keyed("behind", "k"), keyed("other", "l")];
    world.enqueue_all([before, (poison(), Some("k".into())), behind, other, ("none".into(), None)]).await?;
    let tally = world.relay().drain().await?;
    assert_eq!((tally.sent, tally.failed, tally.parked), (3, 1, 1));
    let mut stored = world.stored().await?;
    stored.sort();
    assert_eq!(stored, ["before", "none", "other"]);

    let [parked] = world.outbox.parked(0, 10).await?.try_into().map_err(|_| "one dead letter")?;
    assert_eq!((parked.ordering_key.as_deref(), parked.payload.len(), parked.refusals), (Some("k"), 5_000, 1));
    assert!(parked.last_error.as_deref().is_some_and(|error| error.contains("4096")), "{parked:?}");
    assert!(!format!("{parked:?}").contains("xxx"), "{parked:?}");
    assert!(world.outbox.parked(parked.id, 10).await?.is_empty());
    let status = world.outbox.status().await?;
    assert_eq!((status.pending, status.parked, status.attempts), (1, 1, 0));

    // Replayed as it is, it is parked again; what is not parked is left alone.
    let others = Parked::Ids(vec![parked.id - 1, parked.id + 1]);
    assert_eq!((world.outbox.replay(&others).await?, world.outbox.discard(&others).await?), (0, 0));
    assert_eq!(world.outbox.replay(&Parked::Ids(vec![parked.id])).await?, 1);
    assert_eq!(world.relay().drain().await?.parked, 1);
    assert_eq!(world.outbox.discard(&Parked::All).await?, 1);
    assert_eq!(world.relay().drain().await?.sent, 1);
    assert_eq!(world.stored().await?.last().map(String::as_str), Some("behind"));
    assert_eq!(world.outbox.status().await?.parked, 0);
    Ok(())
}

async fn a_poison_row_can_be_passed<D: Database>(world: World<D>) -> TestResult {
    world.enqueue_all([(poison(), Some("k".into())), keyed("behind", "k")]).await?;
    let tally = world.relay().parking(Parking::PassesKey).drain().await?;
    assert_eq!((tally.sent, tally.parked), (1, 1));
    assert_eq!(world.relay().drain().await?.sent, 0);
    assert_eq!(world.stored().await?, ["behind"]);
    Ok(())
}

async fn a_refused_row_is_tried_before_it_is_parked<D: Database>(world: World<D>) -> TestResult {
    // The subject belongs to another stream.
    world.publisher.jetstream().create_stream(async_nats_stream("other", "other.>")).await?;
    let mut transaction = world.pool.begin().await?;
    world.outbox.enqueue(&mut *transaction, message("notes", "other.x", "a")?).key("k").await?;
    world.outbox.enqueue(&mut *transaction, message("notes", "notes.x", "behind it")?).key("k").await?;
    transaction.commit().await?;
    let (mut failed, mut parked) = (0, 0);
    while parked == 0 {
        let relay = world.relay().max_refusals(3).retry(Duration::from_millis(50), Duration::from_millis(50));
        let tally = relay.drain().await?;
        (failed, parked) = (failed + tally.failed, parked + tally.parked);
    }
    assert_eq!((failed, parked), (3, 1));
    assert!(world.stored().await?.is_empty(), "what is behind it waits, also before it is parked");
    let [row] = world.outbox.parked(0, 10).await?.try_into().map_err(|_| "one dead letter")?;
    assert_eq!((row.refusals, row.attempts, row.first_attempt), (3, 3, None));

    // Somebody mends the cause.
    world.publisher.jetstream().delete_stream("other").await?;
    let mut config = world.publisher.jetstream().get_stream("notes").await?.info().await?.config.clone();
    config.subjects.push("other.>".into());
    world.publisher.jetstream().update_stream(config).await?;
    assert_eq!(world.outbox.replay(&Parked::All).await?, 1);
    assert_eq!(world.relay().drain().await?.sent, 2);
    assert_eq!(world.stored().await?, ["a", "behind it"]);
    Ok(())
}

fn async_nats_stream(name: &str, subject: &str) -> async_nats::jetstream::stream::Config {
    async_nats::jetstream::stream::Config { name: name.into(), subjects: vec![subject.into()], ..Default::default() }
}

async fn a_long_queue_behind_a_poison_row_holds_up_nothing_else<D: Database>(world: World<D>) -> TestResult {
    let behind = (0..100).map(|number| keyed(&format!("behind {number}"), "k"));
    let rest = (0..20).map(|number| keyed(&format!("other {number}"), "l"));
    world.enqueue_all([(poison(), Some("k".into()))].into_iter().chain(behind).chain(rest)).await?;
    // 16 rows are looked at in one go: less than wait.
    let tally = world.relay().batch(2).drain().await?;
    assert_eq!((tally.sent, tally.parked), (20, 1));
    assert_eq!(world.stored().await?, (0..20).map(|number| format!("other {number}")).collect::<Vec<_>>());
    assert_eq!(world.outbox.discard(&Parked::All).await?, 1);
    assert_eq!(world.relay().batch(2).drain().await?.sent, 100);
    let behind: Vec<_> = world.stored().await?.into_iter().skip(20).collect();
    assert_eq!(behind, (0..100).map(|number| format!("behind {number}")).collect::<Vec<_>>());
    Ok(())
}

async fn what_was_sent_is_cleaned_up<D: Database>(world: World<D>) -> TestResult {
    world.enqueue_all((0..25).map(|number| (number.to_string(), None))).await?;
    world.enqueue_all([(poison(), None)]).await?;
    world.relay().drain().await?;
    assert_eq!(world.outbox.clean_up(Duration::from_secs(60), 10).await?, 0);
    assert_eq!(world.outbox.status().await?.sent, 25);
    assert_eq!(world.outbox.clean_up(Duration::ZERO, 10).await?, 25);
    let status = world.outbox.status().await?;
    assert_eq!((status.sent, status.parked), (0, 1));

    // A relay does it by itself.
    world.enqueue("x", None).await?;
    let relay = tokio::spawn(world.relay().keep_sent(Duration::from_millis(50)).run());
    until("sent and gone", || async {
        let status = world.outbox.status().await?;
        Ok((status.pending, status.sent) == (0, 0))
    })
    .await?;
    relay.abort();
    assert!(world.stored().await?.contains(&"x".to_owned()));
    Ok(())
}

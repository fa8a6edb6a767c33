//! What waits, as an operator sees it.

use std::time::{Duration, SystemTime};

use walnats_outbox::Database;

use crate::support::{TestResult, World, message, note};

on_both!(what_waits_is_shown_by_stream_and_key);

async fn what_waits_is_shown_by_stream_and_key<D: Database>(world: World<D>) -> TestResult {
    assert!(world.outbox.pending().await?.is_empty() && world.outbox.pending_keys(10).await?.is_empty());
    let mut transaction = world.pool.begin().await?;
    for number in 0..3 {
        world
            .outbox
            .enqueue(&mut *transaction, message("ghosts", "ghosts.x", "lost")?)
            .key(format!("g{number}"))
            .await?;
    }
    world.outbox.enqueue(&mut *transaction, message("ghosts", "ghosts.x", "lost")?).await?;
    for text in ["first".to_owned(), "x".repeat(5_000), "behind".to_owned(), "behind too".to_owned()] {
        world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note(text))).key("k").await?;
    }
    let later = SystemTime::now() + Duration::from_secs(3_600);
    world.outbox.enqueue(&mut *transaction, world.publisher.emit(&note("later"))).not_before(later).await?;
    transaction.commit().await?;
    world.relay().drain().await?;

    let [ghosts, notes] = world.outbox.pending().await?.try_into().map_err(|_| "two streams")?;
    assert_eq!((ghosts.stream.as_str(), ghosts.pending, ghosts.keys, ghosts.blocked), ("ghosts", 4, 3, 0));
    assert!(ghosts.attempts >= 1 && ghosts.oldest.is_some(), "{ghosts:?}");
    assert!(ghosts.last_error.as_deref().is_some_and(|error| error.contains("`ghosts` does not exist")), "{ghosts:?}");
    assert_eq!((notes.stream.as_str(), notes.pending, notes.keys, notes.blocked), ("notes", 3, 1, 2));
    assert_eq!((notes.held, notes.attempts, notes.last_error.as_deref()), (1, 0, None));
    let line = notes.to_string();
    assert!(line.starts_with("stream `notes`: 3 pending (0 in flight, 1 delayed, 2 behind dead letters)"), "{line}");

    let [dead] = world.outbox.parked(0, 10).await?.try_into().map_err(|_| "one dead letter")?;
    let keys = world.outbox.pending_keys(2).await?;
    assert_eq!(keys.len(), 2, "as many as were asked for");
    let [longest, next] = keys.try_into().map_err(|_| "two keys")?;
    assert_eq!((longest.key.as_str(), longest.pending, longest.first), ("k", 2, dead.id + 1));
    assert_eq!((longest.blocked_by, longest.last_error), (Some(dead.id), None));
    assert_eq!((next.pending, next.blocked_by), (1, None));
    assert!(!format!("{:?}", world.outbox.pending().await?).contains("xxx"));
    Ok(())
}

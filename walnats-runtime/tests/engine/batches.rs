//! Many events at once.

use std::time::Duration;

use walnats_runtime::{EmitError, Options, Outcome, Publisher, Reason};
use walnats_server::NatsServer;

use crate::note::{Note, PLAIN, STREAMS, TestResult, note, ready, ready_with, stored, whole};

fn notes(count: usize) -> Vec<Note> {
    (0..count).map(|number| note(number.to_string())).collect()
}

fn reason(error: &EmitError) -> Option<&Reason> {
    match error {
        EmitError::NotStored(error) => Some(error.reason()),
        EmitError::PossiblyStored(_) => None,
    }
}

#[tokio::test]
async fn a_pipelined_batch_has_a_receipt_for_each() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready_with(&server, PLAIN, Options::new().buffer_messages(100)).await?;
    let receipts = publisher.emit_all(&notes(3_000)).header("X-Batch", "1").await?;
    assert_eq!(receipts.len(), 3_000);
    for (index, receipt) in receipts.iter().enumerate() {
        assert_eq!(receipt.outcome, Outcome::Stored(index as u64 + 1));
    }
    let again = publisher.emit_all(&notes(2)).uid(|_| "same".into()).await?;
    assert_eq!([again[0].outcome, again[1].outcome], [Outcome::Stored(3_001), Outcome::Duplicate(3_001)]);
    assert!(publisher.emit_all::<Note>(&[]).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn one_invalid_event_keeps_a_batch_from_being_sent() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, STREAMS).await?;
    let batch = [note("a"), note("invalid"), note("b"), note("invalid")];
    for error in [
        publisher.emit_all(&batch).await.expect_err("two are invalid"),
        publisher.emit_all(&batch).atomic().await.expect_err("two are invalid"),
    ] {
        assert_eq!(error.failures().iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(error.receipts(), [None, None, None, None]);
        assert!(whole(&error).starts_with("0 of 4 events were confirmed; at 1: "), "{error}");
    }
    assert!(stored(&publisher, "notes").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn what_fails_of_a_pipelined_batch_is_told_by_place() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    let batch = [note("a"), note("x".repeat(2 << 20)), note("b")];
    let error = publisher.emit_all(&batch).await.expect_err("one is too large");
    assert!(matches!(error.failures(), [(1, error)] if matches!(reason(error), Some(Reason::TooLarge { .. }))));
    assert_eq!(error.receipts().iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(stored(&publisher, "notes").await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn an_atomic_batch_is_stored_as_a_whole() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, STREAMS).await?;
    publisher.emit(&note("before")).await?;
    let receipts = publisher.emit_all(&notes(1_000)).atomic().await?;
    let sequences: Vec<_> = receipts.iter().map(|receipt| receipt.outcome.sequence()).collect();
    assert_eq!(sequences, (2..=1_001).collect::<Vec<_>>());
    let messages = stored(&publisher, "notes").await?;
    assert_eq!(messages.len(), 1_001);
    for (receipt, message) in receipts.iter().zip(&messages[1..]) {
        assert_eq!(receipt.message_id, message.headers["Nats-Msg-Id"]);
    }
    assert_eq!(publisher.emit_all(&notes(1)).atomic().await?[0].outcome, Outcome::Stored(1_002));
    assert!(publisher.emit_all::<Note>(&[]).atomic().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_atomic_batch_is_refused_as_a_whole() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, STREAMS).await?;
    publisher.emit(&note("here")).uid("here").await?;
    let ids = |note: &Note| if note.text == "1" { "here".into() } else { note.text.clone() };
    let mut failures = Vec::new();
    for error in [
        publisher.emit_all(&notes(3)).uid(ids).atomic().await.expect_err("an id that is stored"),
        publisher.emit_all(&notes(3)).uid(|_| "twice".into()).atomic().await.expect_err("an id that is there twice"),
        publisher.emit_all(&notes(1_001)).atomic().await.expect_err("too many"),
        publisher.emit_all(&[note("a"), note("x".repeat(2 << 20))]).atomic().await.expect_err("too large"),
    ] {
        let [(_, error)] = error.failures() else { return Err("one failure for the whole".into()) };
        failures.push(whole(error));
    }
    for (failure, expected) in
        failures.iter().zip(["an id of the batch", "an id of the batch", "at most 1000", "bytes"])
    {
        assert!(failure.contains(expected), "{failure}");
    }
    assert_eq!(stored(&publisher, "notes").await?.len(), 1);

    let plain = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    let error = plain.emit_all(&notes(2)).atomic().await.expect_err("not declared");
    assert!(whole(&error).contains("not declared with `atomic`"), "{}", whole(&error));
    Ok(())
}

#[tokio::test]
async fn an_atomic_batch_survives_a_kill() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready(&server, STREAMS).await?;
    publisher.emit(&note("before")).await?;
    server.kill();
    let batch = notes(500);
    let emit = std::future::IntoFuture::into_future(publisher.emit_all(&batch).atomic());
    let (receipts, restarted) = tokio::join!(emit, async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.restart()
    });
    restarted?;
    assert_eq!(receipts?.len(), 500);
    assert_eq!(stored(&publisher, "notes").await?.len(), 501);
    Ok(())
}

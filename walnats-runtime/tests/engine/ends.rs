//! Emits of which nobody knows whether they are stored, or for whose end nobody waits.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use walnats_runtime::{Cause, EmitError, FlushError, Options, PossiblyStored, Publisher, StreamDescriptor};
use walnats_server::NatsServer;

use crate::not_stored::not_stored;
use crate::note::{PLAIN, TestResult, note, ready, ready_with, stored, suspend};

fn possibly_stored<T: std::fmt::Debug>(
    result: Result<T, EmitError>,
) -> Result<PossiblyStored, Box<dyn std::error::Error>> {
    match result {
        Err(EmitError::PossiblyStored(error)) => Ok(error),
        other => Err(format!("expected `PossiblyStored`, not {other:?}").into()),
    }
}

#[tokio::test]
async fn a_server_that_is_gone() -> TestResult {
    let mut server = NatsServer::start()?;
    let options = Options::new().deadline(Duration::from_millis(400)).buffered_deadline(Duration::from_millis(400));
    let publisher = ready_with(&server, PLAIN, options).await?;
    server.kill();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = not_stored(publisher.emit(&note("x")).await)?;
    assert!(error.to_string().contains("there was no connection"), "{error}");
    let error = not_stored(publisher.emit(&note("x")).buffered().await?.await)?;
    assert!(error.to_string().contains("there was no connection"), "{error}");
    assert!(matches!(publisher.flush(Duration::from_secs(1)).await, Err(FlushError::Failed { failed: 1, .. })));
    Ok(())
}

#[tokio::test]
async fn an_acknowledgement_that_does_not_come() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    publisher.emit(&note("warm")).await?;
    suspend(&mut server).await;
    let start = Instant::now();
    let error = possibly_stored(publisher.emit(&note("x")).uid("u").deadline(Duration::from_millis(300)).await)?;
    assert_eq!((error.cause(), error.message_id()), (&Cause::Deadline, "u"));
    assert!(start.elapsed() < Duration::from_secs(1));
    server.resume();
    // It was stored all the same, and the same uid settles it.
    let receipt = publisher.emit(&note("x")).uid("u").await?;
    assert_eq!(receipt.outcome.sequence(), 2);
    Ok(())
}

#[tokio::test]
async fn nothing_is_sent_again_once_the_stream_may_have_forgotten_the_id() -> TestResult {
    static FORGETFUL: &[StreamDescriptor] = &[StreamDescriptor {
        subjects: &["notes.*"],
        duplicate_window: Some(Duration::from_millis(600)),
        ..StreamDescriptor::new("notes")
    }];
    let mut server = NatsServer::start()?;
    let options = Options::new().ack_timeout(Duration::from_millis(200));
    let publisher = ready_with(&server, FORGETFUL, options).await?;
    suspend(&mut server).await;
    let event = note("x");
    let pending = publisher.emit(&event).buffered().await?;
    let error = possibly_stored(pending.await)?;
    assert_eq!(error.cause(), &Cause::WindowExpired);
    server.resume();
    publisher.emit(&note("last")).await?;
    let texts: Vec<_> = stored(&publisher, "notes").await?.into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["x", "last"]);
    Ok(())
}

#[tokio::test]
async fn failures_that_nobody_waits_for_are_reported() -> TestResult {
    let server = NatsServer::start()?;
    let lost = Arc::new(Mutex::new(Vec::new()));
    let report = Arc::clone(&lost);
    let options = Options::new().on_lost(move |one| report.lock().expect("nobody panicked").push(one));
    let publisher = Publisher::connect(server.url(), PLAIN, options).await?;
    // Dropped before the end, dropped after the end, and a confirmed emit that is abandoned half-way.
    drop(publisher.emit(&note("before")).uid("before").buffered().await?);
    let after = publisher.emit(&note("after")).uid("after").buffered().await?;
    let event = note("half-way");
    let half_way = publisher.emit(&event).uid("half-way");
    assert!(tokio::time::timeout(Duration::from_millis(50), half_way).await.is_err());
    let Err(FlushError::Failed { failed: 2, first }) = publisher.flush(Duration::from_secs(10)).await else {
        return Err("two buffered emits failed".into());
    };
    assert_eq!(first.message_id(), Some("before"));
    drop(after);
    publisher.flush(Duration::from_secs(1)).await?;
    assert_eq!(publisher.lost(), 3);
    let lost = lost.lock().map_err(|_| "poisoned")?;
    let mut ids: Vec<_> = lost.iter().map(|lost| lost.message.message_id()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["after", "before", "half-way"]);
    Ok(())
}

#[tokio::test]
async fn shutdown_gives_back_what_is_not_acknowledged() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready_with(&server, PLAIN, Options::new().window_messages(2)).await?;
    publisher.emit(&note("warm")).await?;
    suspend(&mut server).await;
    let mut pending = Vec::new();
    for number in 0..5 {
        pending.push(publisher.emit(&note(number.to_string())).uid(number.to_string()).buffered().await?);
    }
    assert!(matches!(
        publisher.flush(Duration::from_millis(50)).await,
        Err(FlushError::Deadline { unacknowledged: 5 })
    ));
    let error = publisher.shutdown(Duration::from_millis(100)).await.expect_err("nobody answers");
    let ids = |messages: &[walnats_runtime::OutboundMessage]| {
        messages.iter().map(|message| message.message_id().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (ids(error.unknown()), ids(error.unsent())),
        (vec!["0".into(), "1".into()], vec!["2".into(), "3".into(), "4".into()])
    );
    assert_eq!(error.into_messages().len(), 5);
    let mut ends = Vec::new();
    for one in pending {
        ends.push(matches!(one.await, Err(EmitError::PossiblyStored(_))));
    }
    assert_eq!(ends, [true, true, false, false, false]);
    assert_eq!(publisher.lost(), 0, "what was given back is not lost");
    server.resume();
    Ok(())
}

#[tokio::test]
async fn answers_that_are_none_change_nothing() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    let mut inboxes = publisher.client().subscribe("notes.*").await?;
    publisher.emit(&note("first")).await?;
    let reply = futures_util::StreamExt::next(&mut inboxes).await.and_then(|message| message.reply).ok_or("a reply")?;
    let inbox = reply.strip_suffix('0').ok_or("the first token")?;
    suspend(&mut server).await;
    let pending = publisher.emit(&note("second")).buffered().await?;
    for (token, payload) in [
        ("1", "garbage"),
        ("1", "{}"),
        ("1", "[1]"),
        ("1", r#"{"stream":"notes"}"#),
        ("99", r#"{"stream":"notes","seq":9}"#),
        ("x", ""),
    ] {
        publisher.client().publish(format!("{inbox}{token}"), payload.into()).await?;
    }
    server.resume();
    assert_eq!(pending.await?.outcome.sequence(), 2);
    Ok(())
}

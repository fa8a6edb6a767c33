//! What a publisher tells those who watch it: warnings, and counts.

use std::time::Duration;

use tracing::Level;
use walnats_runtime::{
    ConnectError, Options, Publisher, Refusal, Register, RegisterError, Retention, Storage, StreamDescriptor, Warning,
};
use walnats_server::NatsServer;

use crate::note::{PLAIN, TestResult, note, ready, suspend, whole};
use crate::recorded_log::RecordedLog;

static RISKY: &[StreamDescriptor] = &[StreamDescriptor {
    subjects: &["risky.*"],
    storage: Some(Storage::Memory),
    retention: Some(Retention::Interest),
    ..StreamDescriptor::new("risky")
}];

#[tokio::test]
async fn what_may_lose_events_is_said_once() -> TestResult {
    let log = RecordedLog::from(Level::WARN);
    let _guard = tracing::subscriber::set_default(log.clone());
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), RISKY, Options::new()).await?;
    let texts = log.about("risky");
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("memory") && texts[1].contains("interest"), "{texts:?}");
    publisher.register(RISKY).await?;
    Publisher::connect(server.url(), RISKY, Options::new()).await?;
    assert_eq!(log.about("risky").len(), 2);
    Ok(())
}

#[tokio::test]
async fn strict_makes_errors_of_warnings() -> TestResult {
    static SAFE: &[StreamDescriptor] =
        &[StreamDescriptor { subjects: &["notes.*"], replicas: Some(3), ..StreamDescriptor::new("notes") }];
    let server = NatsServer::start()?;
    let strict = || Options::new().strict();
    let error = Publisher::connect(server.url(), RISKY, strict()).await.expect_err("two warnings");
    let ConnectError::Strict { warnings, .. } = &error else { return Err(whole(&error).into()) };
    assert_eq!(warnings, &[Warning::MemoryStorage, Warning::InterestRetention]);
    assert!(error.to_string().starts_with("stream `risky` may lose events: storage in memory"), "{error}");
    Publisher::connect(server.url(), SAFE, strict()).await?;

    let publisher = Publisher::new(async_nats::connect(server.url()).await?, PLAIN, strict());
    let error = publisher.emit(&note("x")).await.expect_err("one replica");
    assert!(error.to_string().contains("may lose events: one replica"), "{error}");
    assert!(matches!(publisher.register(PLAIN).await, Err(RegisterError::Refused { .. })));
    Ok(())
}

#[tokio::test]
async fn asynchronous_persistence_is_seen_on_the_server() -> TestResult {
    let server = NatsServer::start()?;
    let client = async_nats::connect(server.url()).await?;
    let config = r#"{"name":"notes","subjects":["notes.*"],"storage":"file","num_replicas":1,"persist_mode":"async"}"#;
    let answer = client.request("$JS.API.STREAM.CREATE.notes", config.into()).await?;
    assert!(!String::from_utf8_lossy(&answer.payload).contains("error"), "{answer:?}");
    let Err(RegisterError::Refused { refused, .. }) = Register::new(&client, PLAIN).strict().await else {
        return Err("a strict registration has to fail".into());
    };
    assert_eq!(refused[0].refusal, Refusal::Warned(vec![Warning::OneReplica, Warning::AsyncPersistence]));
    Ok(())
}

#[tokio::test]
async fn every_event_is_counted_by_its_end() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    publisher.emit_all(&[note("a"), note("b")]).uid(|note| note.text.clone()).await?;
    publisher.emit(&note("a")).uid("a").await?;
    publisher.emit(&note("x".repeat(2 << 20))).await.expect_err("too large");
    let stats = publisher.stats();
    assert_eq!((stats.stored, stats.duplicates, stats.not_stored, stats.acknowledged()), (2, 1, 1, 3));
    assert_eq!((stats.buffered, stats.in_flight, stats.resent, stats.refusing_streams), (0, 0, 0, 0));

    suspend(&mut server).await;
    let pending = publisher.emit(&note("c")).buffered().await?;
    let given_up = publisher.emit(&note("d")).deadline(Duration::from_millis(100)).await;
    assert!(given_up.is_err());
    let stats = publisher.stats();
    assert_eq!((stats.buffered, stats.in_flight, stats.possibly_stored), (1, 1, 1));
    server.kill();
    server.restart()?;
    pending.await?;
    let stats = publisher.stats();
    assert_eq!((stats.stored, stats.buffered, stats.resent), (3, 0, 1));
    Ok(())
}

#[tokio::test]
async fn a_stream_that_refuses_for_now_is_said_and_counted() -> TestResult {
    let log = RecordedLog::from(Level::WARN);
    let _guard = tracing::subscriber::set_default(log.clone());
    let server = NatsServer::builder().jetstream_config("max_file_store: 256KB").start()?;
    let publisher = ready(&server, PLAIN).await?;
    let mut pending = Vec::new();
    for number in 0..40 {
        pending.push(publisher.emit(&note("x".repeat(10_000))).uid(number.to_string()).buffered().await?);
    }
    let full = async {
        while publisher.stats().refusing_streams == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), full).await?;
    let lines = log.about("notes");
    assert!(lines.iter().any(|text| text.contains("refuses events for now")), "{lines:?}");
    // Somebody makes room, and what was accepted is stored.
    publisher.jetstream().get_stream("notes").await?.purge().await?;
    for one in pending {
        one.await?;
    }
    assert_eq!(publisher.stats().refusing_streams, 0);
    Ok(())
}

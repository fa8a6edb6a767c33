//! What others see of a publisher: metrics and health.

#[path = "engine/note.rs"]
#[allow(dead_code, reason = "shared with the tests of the engine")]
mod note;

use std::time::Duration;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use note::{PLAIN, TestResult, note, ready, ready_with, stored};
use walnats_runtime::Options;
use walnats_server::NatsServer;

#[tokio::test]
async fn without_a_trace_there_is_no_context() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    publisher.emit(&note("x")).await?;
    assert!(!stored(&publisher, "notes").await?[0].headers.contains_key("traceparent"));
    Ok(())
}

#[tokio::test]
async fn ends_are_measured() -> TestResult {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    // The engine's task runs on this thread, too.
    let _local = metrics::set_default_local_recorder(&recorder);
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    publisher.emit(&note("a")).uid("1").await?;
    publisher.emit(&note("a")).uid("1").await?;
    let too_large = publisher.emit(&note("a".repeat(2 << 20))).await;
    assert!(too_large.is_err());
    let snapshot = snapshotter.snapshot().into_vec();
    let value = |name: &str| snapshot.iter().find(|(key, ..)| key.key().name() == name).map(|(.., value)| value);
    assert_eq!(value("walnats_sent_total"), Some(&DebugValue::Counter(2)));
    assert_eq!(value("walnats_confirmed_total"), Some(&DebugValue::Counter(2)));
    assert_eq!(value("walnats_duplicates_total"), Some(&DebugValue::Counter(1)));
    assert!(matches!(value("walnats_confirm_seconds"), Some(DebugValue::Histogram(times)) if times.len() == 2));
    let failure = snapshot.iter().find(|(key, ..)| key.key().name() == "walnats_failures_total").ok_or("a failure")?;
    let labels: Vec<_> = failure.0.key().labels().map(|label| (label.key(), label.value())).collect();
    assert_eq!(labels, [("event", "note-taken"), ("kind", "TooLarge")]);
    Ok(())
}

#[tokio::test]
async fn health_is_what_the_connection_is_like() -> TestResult {
    let mut server = NatsServer::start()?;
    let options = Options::new().buffer_messages(4).deadline(Duration::from_secs(60));
    let publisher = ready_with(&server, PLAIN, options).await?;
    assert!(publisher.health().is_healthy(), "{:?}", publisher.health());
    server.kill();
    let (first, second) = (note("a"), note("b"));
    let pending = [publisher.emit(&first).buffered().await?, publisher.emit(&second).buffered().await?];
    while publisher.health().connected {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let health = publisher.health();
    assert!(!health.is_healthy() && !health.closed, "{health:?}");
    assert_eq!(health.buffer_fill, 0.5);
    server.restart()?;
    for one in pending {
        one.await?;
    }
    assert!(publisher.health().is_healthy(), "{:?}", publisher.health());
    publisher.shutdown(Duration::from_secs(5)).await?;
    assert!(publisher.health().closed);
    Ok(())
}

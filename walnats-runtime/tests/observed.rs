//! What others see of a publisher: metrics and health.

#[path = "engine/note.rs"]
#[allow(dead_code, reason = "shared with the tests of the engine")]
mod note;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_nats::ConnectOptions;
use async_nats::jetstream::stream;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use note::{PLAIN, TestResult, note, ready, ready_with, stored};
use walnats_runtime::{Options, Publisher, private};
use walnats_server::NatsServer;

/// Waits until a condition holds; whether it does in the end.
async fn eventually(mut holds: impl FnMut() -> bool) -> bool {
    for _ in 0..3_000 {
        if holds() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

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
    assert_eq!(labels, [("event", "note-taken"), ("kind", "too_large")]);
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

/// An event without members, as generated code has it.
#[derive(Debug)]
struct Empty {}

walnats_runtime::object! { Empty, }

impl private::Validate for Empty {
    fn check(&self, _: &private::At<'_>, _: &mut Vec<private::Violation>) {}
}

static SCHEMAS: private::Schemas = private::Schemas::new(
    r#"{"schemas": [{"types": ["object"], "object": {"additional_properties": 1}}, {"never": true}], "roots": {"empty": 0}}"#,
);

#[tokio::test]
async fn every_metric_is_described_and_documented() -> TestResult {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _local = metrics::set_default_local_recorder(&recorder);
    let server = NatsServer::start()?;
    let options = Options::new().on_lost(|_| panic!("a bug"));
    let publisher = ready_with(&server, PLAIN, options).await?;
    publisher.emit(&note("a")).uid("1").await?;
    publisher.emit(&note("a")).uid("1").await?;
    drop(publisher.emit(&note("a".repeat(2 << 20))).buffered().await?);
    assert!(publisher.flush(Duration::from_secs(20)).await.is_err());
    let payload = br#"{"new": 1}"#;
    assert_eq!(private::decode_tolerant::<Empty>(payload, &SCHEMAS, "empty")?.unknown.members, 1);

    let documented: BTreeMap<&str, BTreeSet<&str>> = include_str!("../docs/metrics.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, rest)| {
            let labels = rest.split('|').nth(2).unwrap_or_default();
            (name, labels.split('`').skip(1).step_by(2).collect())
        })
        .collect();
    let mut seen = BTreeSet::new();
    for (key, _, description, _) in snapshotter.snapshot().into_vec() {
        let name = key.key().name().to_owned();
        assert!(description.is_some_and(|text| text.len() > 10), "{name} has no help text");
        let labels: BTreeSet<&str> = key.key().labels().map(|label| label.key()).collect();
        assert_eq!(documented.get(name.as_str()), Some(&labels), "{name}");
        seen.insert(name);
    }
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), documented.keys().copied().collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn health_shows_a_denied_inbox() -> TestResult {
    let permissions = "subscribe: { deny: [\"_INBOX.>\"] }";
    let mut server = NatsServer::builder()
        .config(&format!(
            "authorization {{ users: [{{ user: shop, password: pw, permissions: {{ {permissions} }} }}] }}"
        ))
        .start()?;
    let nats = |options: ConnectOptions| Options::new().nats(options.user_and_password("shop".into(), "pw".into()));
    let denied = Publisher::connect(server.url(), PLAIN, nats(ConnectOptions::new())).await?;
    assert!(eventually(|| denied.health().inbox_denied).await);
    assert!(!denied.health().is_healthy());
    let allowed = nats(ConnectOptions::new().custom_inbox_prefix("_SHOP"));
    let other = ready_with(&server, PLAIN, allowed).await?;
    other.emit(&note("x")).await?;
    assert!(other.health().is_healthy(), "{:?}", other.health());
    // Over another connection, too.
    server.kill();
    assert!(eventually(|| !denied.health().connected).await);
    server.restart()?;
    assert!(eventually(|| denied.health().connected).await);
    for _ in 0..40 {
        assert!(!denied.health().is_healthy(), "{:?}", denied.health());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

#[tokio::test]
async fn health_shows_a_client_that_is_closed() -> TestResult {
    let server = NatsServer::start()?;
    let (idle, busy) = (ready(&server, PLAIN).await?, ready(&server, PLAIN).await?);
    busy.emit(&note("x")).await?;
    for publisher in [idle, busy] {
        assert!(publisher.health().is_healthy(), "{:?}", publisher.health());
        publisher.client().drain().await?;
        assert!(eventually(|| publisher.health().client_closed).await, "{:?}", publisher.health());
        assert!(!publisher.health().is_healthy());
        assert!(publisher.emit(&note("x")).await.is_err());
    }
    Ok(())
}

#[tokio::test]
async fn health_shows_a_stream_that_is_missing_until_it_is_back() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    let memory = || stream::Config {
        name: "notes".into(),
        subjects: vec!["notes.*".into()],
        storage: stream::StorageType::Memory,
        ..Default::default()
    };
    publisher.jetstream().create_stream(memory()).await?;
    publisher.emit(&note("x")).await?;
    assert!(publisher.health().is_healthy(), "{:?}", publisher.health());
    // The API shows the stream about when it acknowledges. Of one that acknowledged and was never shown, nobody could say that
    // it is missing.
    tokio::time::sleep(Duration::from_secs(1)).await;

    // The server comes back empty. That is seen without an emit, and between emits.
    server.kill();
    std::fs::remove_dir_all(server.store_dir().join("jetstream"))?;
    assert!(eventually(|| !publisher.health().connected).await);
    server.restart()?;
    assert!(eventually(|| publisher.health().connected).await);
    assert!(eventually(|| publisher.health().refusing_streams == 1).await, "{:?}", publisher.health());
    for _ in 0..5 {
        assert!(publisher.emit(&note("x")).await.is_err());
        for _ in 0..8 {
            assert!(!publisher.health().is_healthy(), "{:?}", publisher.health());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    // Across a reconnect.
    server.kill();
    assert!(eventually(|| !publisher.health().connected).await);
    server.restart()?;
    while !publisher.health().connected {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(publisher.health().refusing_streams, 1);

    // Somebody else makes it again; a service that is not ready emits nothing by which that could be noticed.
    publisher.jetstream().create_stream(memory()).await?;
    assert!(eventually(|| publisher.health().is_healthy()).await, "{:?}", publisher.health());

    // And what is stored says so at once.
    publisher.jetstream().delete_stream("notes").await?;
    assert!(publisher.emit(&note("x")).await.is_err());
    assert!(!publisher.health().is_healthy(), "{:?}", publisher.health());
    publisher.jetstream().create_stream(memory()).await?;
    publisher.emit(&note("x")).await?;
    assert!(publisher.health().is_healthy(), "{:?}", publisher.health());
    Ok(())
}

#[tokio::test]
async fn health_shows_a_stream_that_is_full_until_there_is_room() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    let full = stream::Config {
        name: "notes".into(),
        subjects: vec!["notes.*".into()],
        max_messages: 1,
        discard: stream::DiscardPolicy::New,
        ..Default::default()
    };
    publisher.jetstream().create_stream(full).await?;
    publisher.emit(&note("x")).await?;
    assert!(publisher.emit(&note("x")).await.is_err());
    for _ in 0..40 {
        assert!(!publisher.health().is_healthy(), "{:?}", publisher.health());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    publisher.jetstream().get_stream("notes").await?.purge().await?;
    assert!(eventually(|| publisher.health().is_healthy()).await, "{:?}", publisher.health());
    Ok(())
}

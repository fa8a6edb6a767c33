//! Gauges: by themselves, since they are those of all publishers of a process.

#[path = "engine/note.rs"]
#[allow(dead_code, reason = "shared with the tests of the engine")]
mod note;

use std::collections::BTreeMap;
use std::time::Duration;

use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use note::{PLAIN, TestResult, note, ready, suspend};
use walnats_server::NatsServer;

/// The gauges `walnats_buffered` and `walnats_in_flight`, as far as they were ever set.
fn gauges(snapshotter: &Snapshotter) -> BTreeMap<String, f64> {
    let snapshot = snapshotter.snapshot().into_vec();
    let gauges = snapshot.into_iter().filter_map(|(key, _, _, value)| match value {
        DebugValue::Gauge(value) => Some((key.key().name().to_owned(), value.into_inner())),
        _ => None,
    });
    gauges.collect()
}

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
async fn gauges_return_to_zero() -> TestResult {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _local = metrics::set_default_local_recorder(&recorder);
    let mut server = NatsServer::start()?;
    let (first, second) = (ready(&server, PLAIN).await?, ready(&server, PLAIN).await?);
    suspend(&mut server).await;
    let mut pending = Vec::new();
    for number in 0..500 {
        let publisher = if number % 5 == 0 { &first } else { &second };
        pending.push(publisher.emit(&note("x")).buffered().await?);
    }
    // Neither hides what the other has.
    let full = BTreeMap::from([("walnats_buffered".to_owned(), 500.0), ("walnats_in_flight".to_owned(), 500.0)]);
    let mut seen = BTreeMap::new();
    let all = eventually(|| {
        seen.extend(gauges(&snapshotter));
        seen == full
    });
    assert!(all.await, "{seen:?}");
    server.resume();
    first.flush(Duration::from_secs(30)).await?;
    second.flush(Duration::from_secs(30)).await?;
    let none = BTreeMap::from([("walnats_buffered".to_owned(), 0.0), ("walnats_in_flight".to_owned(), 0.0)]);
    let idle = eventually(|| {
        seen.extend(gauges(&snapshotter));
        seen == none
    });
    assert!(idle.await, "{seen:?}");

    // A publisher that ends takes what it has with it.
    suspend(&mut server).await;
    drop(first.emit(&note("x")).buffered().await?);
    let one = eventually(|| {
        seen.extend(gauges(&snapshotter));
        seen != none
    });
    assert!(one.await, "{seen:?}");
    assert!(first.shutdown(Duration::from_millis(50)).await.is_err());
    let idle = eventually(|| {
        seen.extend(gauges(&snapshotter));
        seen == none
    });
    assert!(idle.await, "{seen:?}");
    server.resume();
    Ok(())
}

//! Depth and age of an outbox, as a service's metrics show them.

use metrics_util::debugging::{DebugValue, DebuggingRecorder};

use crate::support::{TestResult, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn depth_and_age_are_measured() -> TestResult {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    // For the whole process: no other test looks at metrics.
    recorder.install()?;
    let mut world = crate::support::sqlite().await?;
    world.server.kill();
    world.enqueue_all((0..7).map(|number| (number.to_string(), None))).await?;
    // The first measure has to find an age.
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let relay = tokio::spawn(world.relay().run());
    until("depth and age are reported", || async {
        let found = snapshotter.snapshot().into_vec();
        let gauge = |name: &str| {
            let found = found.iter().find(|(key, ..)| key.key().name() == name);
            found.and_then(|(.., value)| if let DebugValue::Gauge(value) = value { Some(value.0) } else { None })
        };
        let gauges = ["pending", "parked", "oldest_seconds"].map(|what| gauge(&format!("walnats_outbox_{what}")));
        Ok(matches!(gauges, [Some(7.0), Some(0.0), Some(age)] if age > 0.0))
    })
    .await?;
    relay.abort();
    Ok(())
}

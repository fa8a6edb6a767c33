//! A program of its own, so that nothing else runs in it.
#![cfg(target_os = "linux")]

/// Wake-ups and not time: time says what else the machine does. A timer of the engine that does not stop makes a hundred a
/// second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_publisher_sleeps() -> walnats_faults::Result<()> {
    let (_, publisher) = walnats_faults::idle().await?;
    assert!(publisher.wakes <= 25.0, "{} wake-ups a second", publisher.wakes);
    Ok(())
}

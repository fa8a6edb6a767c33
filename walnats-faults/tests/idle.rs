//! A program of its own, so that nothing else runs in it.
#![cfg(target_os = "linux")]

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_publisher_takes_at_most_a_thousandth_of_a_core() -> walnats_faults::Result<()> {
    let load = walnats_faults::idle_load().await?;
    assert!(load <= 0.001, "{:.3} % of a core", load * 100.0);
    Ok(())
}

//! A service that starts before NATS does.

use std::time::{Duration, Instant};

use async_nats::ConnectOptions;
use walnats_runtime::{ConnectError, EmitError, Options, Publisher};
use walnats_server::NatsServer;

use crate::note::{PLAIN, TestResult, note, stored};

const PATIENCE: Duration = Duration::from_secs(60);

async fn starts_before_nats(options: Options) -> TestResult {
    let mut server = NatsServer::start()?;
    Publisher::connect(server.url(), PLAIN, Options::new()).await?.register(PLAIN).await?;
    server.stop();

    let start = Instant::now();
    let publisher = Publisher::connect(server.url(), PLAIN, options).await?;
    assert!(start.elapsed() < Duration::from_secs(3), "it returns at once");
    let health = publisher.health();
    assert!(!health.connected && !health.is_healthy() && !health.closed);
    let mut pending = Vec::new();
    for number in 0..50 {
        pending.push(publisher.emit(&note(number.to_string())).buffered().await?);
    }
    // Larger than what the server takes: nobody knows yet.
    let large = publisher.emit(&note("x".repeat(2 << 20))).buffered().await?;
    let confirmed = publisher.emit(&note("confirmed")).deadline(Duration::from_millis(300)).await;
    assert!(matches!(confirmed, Err(EmitError::NotStored(_))), "{confirmed:?}");
    assert!(publisher.register(PLAIN).timeout(Duration::from_millis(300)).await.is_err());

    server.restart()?;
    for pending in pending {
        tokio::time::timeout(PATIENCE, pending).await??;
    }
    let end = tokio::time::timeout(PATIENCE, large).await?;
    assert!(matches!(end, Err(EmitError::NotStored(_))), "{end:?}");
    assert!(publisher.health().connected);
    publisher.emit(&note("confirmed")).await?;
    assert_eq!(stored(&publisher, "notes").await?.len(), 51);
    Ok(())
}

#[tokio::test]
async fn buffered_events_wait_for_the_server() -> TestResult {
    starts_before_nats(Options::new().connect_lazily()).await
}

#[tokio::test]
async fn so_they_do_with_async_nats_own_option() -> TestResult {
    starts_before_nats(Options::new().nats(ConnectOptions::new().retry_on_initial_connect())).await
}

#[tokio::test]
async fn what_no_server_can_change_is_said_at_once() {
    let error = Publisher::connect("http://x", PLAIN, Options::new().connect_lazily()).await.expect_err("no URL");
    assert!(matches!(error, ConnectError::Url(_)), "{error:?}");
    let options = Options::new().connect_lazily().domain("a.b");
    let error = Publisher::connect("nats://127.0.0.1:9", PLAIN, options).await.expect_err("not a domain");
    assert!(matches!(error, ConnectError::Options(_)), "{error:?}");
}

#[tokio::test]
async fn shutdown_does_not_wait_for_a_server_that_does_not_come() -> TestResult {
    let publisher = Publisher::connect("nats://127.0.0.1:9", PLAIN, Options::new().connect_lazily()).await?;
    publisher.emit(&note("x")).buffered().await?;
    let error = publisher.shutdown(Duration::from_millis(200)).await.expect_err("one is left");
    assert_eq!((error.unsent().len(), error.unknown().len()), (1, 0));
    Ok(())
}

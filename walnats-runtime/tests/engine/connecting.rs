//! Connections that cannot be made: each says why, in time, and shows no secret.

use std::time::{Duration, Instant};

use async_nats::ConnectOptions;
use tokio::net::TcpListener;
use walnats_runtime::{ConnectError, Options, Publisher};
use walnats_server::NatsServer;

use crate::note::{PLAIN, TestResult, note, whole};

async fn refused(url: &str, options: Options) -> Result<ConnectError, Box<dyn std::error::Error>> {
    let error = Publisher::connect(url, PLAIN, options).await.expect_err("no connection");
    for text in [whole(&error), format!("{error:?}")] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    Ok(error)
}

#[tokio::test]
async fn nobody_answers() -> TestResult {
    let error = refused("nats://shop:hunter2@127.0.0.1:9, 127.0.0.1:10", Options::new()).await;
    assert!(matches!(error?, ConnectError::Url(_)), "two users");
    let error = refused("nats://shop:hunter2@127.0.0.1:9,nats://shop:hunter2@127.0.0.1:10", Options::new()).await?;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1:9, 127.0.0.1:10"), "{error}");
    Ok(())
}

#[tokio::test]
async fn somebody_answers_and_says_nothing() -> TestResult {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("nats://{}", listener.local_addr()?);
    let start = Instant::now();
    let error = refused(&url, Options::new().connect_timeout(Duration::from_millis(200))).await?;
    assert!(matches!(error, ConnectError::TimedOut { .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(2));
    Ok(())
}

#[tokio::test]
async fn a_text_that_is_no_url() -> TestResult {
    for url in ["", " , ", "http://127.0.0.1", "nats://hunter2:hunter2@[::", "nats://a b"] {
        let error = refused(url, Options::new()).await?;
        assert!(matches!(error, ConnectError::Url(_)), "{url}: {error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_user_in_a_url_counts() -> TestResult {
    let server = NatsServer::builder().config("authorization { user: shop, password: \"p@ss:w/rd\" }").start()?;
    let at = |user: &str| format!("nats://{user}@{}", server.address());
    Publisher::connect(at("shop:p%40ss%3Aw%2Frd"), PLAIN, Options::new()).await?;
    let error = refused(&at("shop:hunter2"), Options::new()).await?;
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");

    let nats = ConnectOptions::new().user_and_password("shop".into(), "p@ss:w/rd".into());
    Publisher::connect(server.url(), PLAIN, Options::new().nats(nats)).await?;
    let nats = ConnectOptions::new().user_and_password("shop".into(), "hunter2".into());
    let error = refused(&server.url(), Options::new().nats(nats)).await?;
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");

    let server = NatsServer::builder().config("authorization { token: \"t0ken\" }").start()?;
    let publisher = Publisher::connect(format!("nats://t0ken@{}", server.address()), PLAIN, Options::new()).await?;
    publisher.register(PLAIN).await?;
    publisher.emit(&note("x")).await?;
    assert!(!format!("{publisher:?}").contains("t0ken"));
    Ok(())
}

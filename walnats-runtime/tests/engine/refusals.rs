//! Why there is no connection, each reason by itself, from real servers.

use std::time::Duration;

use tokio::net::TcpListener;
use walnats_runtime::{ConnectError, Options, Publisher};
use walnats_server::{Account, Claims, NatsServer, Operator};

use crate::note::{PLAIN, TestResult, whole};
use crate::security::Authority;

async fn refused(url: impl AsRef<str>, options: Options) -> ConnectError {
    let error = Publisher::connect(url, PLAIN, options).await.expect_err("no connection");
    let text = whole(&error);
    assert!(!format!("{text} {error:?}").contains("hunter2"), "{text} {error:?}");
    error
}

#[tokio::test]
async fn a_server_with_as_many_connections_as_it_admits() -> TestResult {
    let server = NatsServer::builder().config("max_connections: 1").start()?;
    let _first = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    let error = refused(server.url(), Options::new()).await;
    assert!(matches!(error, ConnectError::ConnectionLimit { .. }), "{error:?}");
    assert!(error.to_string().contains("maximum connections exceeded"), "{error}");

    let mut operator = Operator::new()?;
    let account = operator.account("SHOP", Claims::default().jetstream().limit("conn", 1))?;
    let server = NatsServer::builder().operator(&operator).start()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("user.creds");
    std::fs::write(&file, account.user("clerk", Claims::default())?)?;
    let _first = Publisher::connect(server.url(), PLAIN, Options::new().credentials_file(&file)).await?;
    let error = refused(server.url(), Options::new().credentials_file(&file)).await;
    assert!(matches!(error, ConnectError::ConnectionLimit { .. }), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn ports_for_something_else() -> TestResult {
    let server = NatsServer::builder().websocket().leafnodes().start()?;
    let monitor = server.monitor_url().replace("http://", "nats://");
    let error = refused(&monitor, Options::new()).await;
    assert!(matches!(error, ConnectError::Http { .. }), "{error:?}");
    let websocket = server.websocket_url().ok_or("a port for WebSocket")?.replace("ws://", "nats://");
    let error = refused(&websocket, Options::new()).await;
    assert!(matches!(error, ConnectError::WebsocketPort { .. }), "{error:?}");
    let leafnodes = server.leafnodes_address().ok_or("a port for leaf nodes")?;
    let error = refused(format!("nats://{leafnodes}"), Options::new()).await;
    assert!(matches!(error, ConnectError::Rejected { .. }), "{error:?}");
    // In less time than async-nats itself takes to give up, too; and a server that is right is found among others.
    let error = refused(&monitor, Options::new().connect_timeout(Duration::from_secs(4))).await;
    assert!(matches!(error, ConnectError::Http { .. }), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn tls_in_another_order_than_expected() -> TestResult {
    let authority = Authority::new()?;
    let trusting = |options: Options| {
        let file = authority.file("ca.pem");
        options.configure_nats(move |nats| nats.add_root_certificates(file.clone()))
    };
    let first = NatsServer::builder().tls_first(authority.file("server.pem"), authority.file("server.key")).start()?;
    Publisher::connect(first.url(), PLAIN, trusting(Options::new().tls_first())).await?.register(PLAIN).await?;
    let error = refused(first.url(), trusting(Options::new())).await;
    assert!(matches!(error, ConnectError::TlsFirst { .. }), "{error:?}");

    let later = NatsServer::builder().tls(authority.file("server.pem"), authority.file("server.key")).start()?;
    let error = refused(later.url(), trusting(Options::new().tls_first())).await;
    assert!(matches!(error, ConnectError::Tls { .. }), "{error:?}");

    let plain = NatsServer::start()?;
    for (url, options) in [
        (plain.url(), Options::new().tls_first()),
        (plain.url().replace("nats://", "tls://"), Options::new()),
        (plain.url(), Options::new().configure_nats(|nats| nats.require_tls(true))),
    ] {
        let error = refused(url, trusting(options)).await;
        assert!(matches!(error, ConnectError::Tls { .. }), "{error:?}");
        assert!(whole(&error).contains("the server does not offer it"), "{error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn credentials_that_are_wrong_or_expired() -> TestResult {
    let server = NatsServer::builder().account(Account::new("A").user("shop", "secret")).start()?;
    let error = refused(server.url_as("shop", "hunter2"), Options::new()).await;
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    let error = refused(server.url(), Options::new()).await;
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");

    let mut operator = Operator::new()?;
    let account = operator.account("SHOP", Claims::default().jetstream())?;
    let server = NatsServer::builder().operator(&operator).start()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("user.creds");
    std::fs::write(&file, account.user("clerk", Claims::default().expires_in(Duration::from_secs(1)))?)?;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let error = refused(server.url(), Options::new().credentials_file(&file)).await;
    assert!(matches!(error, ConnectError::Expired { .. }), "{error:?}");
    assert!(error.to_string().contains("expired at 20"), "{error}");

    // Valid, and of an operator that this server does not know.
    let mut stranger = Operator::new()?;
    let account = stranger.account("SHOP", Claims::default())?;
    std::fs::write(&file, account.user("clerk", Claims::default())?)?;
    let error = refused(server.url(), Options::new().credentials_file(&file)).await;
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn nobody_and_somebody_who_says_nothing() -> TestResult {
    let error = refused("nats://127.0.0.1:9", Options::new()).await;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error:?}");
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("nats://{}", listener.local_addr()?);
    let error = refused(url, Options::new().connect_timeout(Duration::from_secs(2))).await;
    assert!(matches!(error, ConnectError::TimedOut { .. }), "{error:?}");
    Ok(())
}

#[cfg(not(feature = "websockets"))]
#[tokio::test]
async fn websocket_without_the_feature() -> TestResult {
    let server = NatsServer::builder().websocket().start()?;
    let url = server.websocket_url().ok_or("a port for WebSocket")?;
    for url in [url.clone(), url.replace("ws://", "wss://"), url.replace("ws://", "WS://")] {
        let error = refused(url, Options::new()).await;
        assert!(matches!(error, ConnectError::Websockets), "{error:?}");
        assert!(error.to_string().contains("feature `websockets` of walnats-runtime"), "{error}");
    }
    Ok(())
}

#[cfg(feature = "websockets")]
#[tokio::test]
async fn websocket() -> TestResult {
    use crate::note::{note, stored};

    let server = NatsServer::builder().websocket().start()?;
    let url = server.websocket_url().ok_or("a port for WebSocket")?;
    let publisher = Publisher::connect(url, PLAIN, Options::new()).await?;
    publisher.register(PLAIN).await?;
    for number in 0..100 {
        publisher.emit(&note(number.to_string())).buffered().await?;
    }
    publisher.flush(Duration::from_secs(30)).await?;
    assert_eq!(stored(&publisher, "notes").await?.len(), 100);

    // Over TLS, too.
    let authority = Authority::new()?;
    let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
    let (cert, key) = (authority.file("server.pem"), authority.file("server.key"));
    let tls = format!("tls {{ cert_file: {cert:?}, key_file: {key:?} }}");
    let _server =
        NatsServer::builder().config(&format!("websocket {{ listen: \"127.0.0.1:{port}\", {tls} }}")).start()?;
    let file = authority.file("ca.pem");
    let options = Options::new().configure_nats(move |nats| nats.add_root_certificates(file.clone()));
    let publisher = Publisher::connect(format!("wss://127.0.0.1:{port}"), PLAIN, options).await?;
    publisher.register(PLAIN).await?;
    publisher.emit(&note("x")).await?;
    Ok(())
}

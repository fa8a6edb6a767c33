//! TLS and WebSocket.

use async_nats::ConnectOptions;
use async_nats::jetstream;
use walnats_server::NatsServer;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::test]
async fn tls_comes_second_or_first() -> Result {
    let folder = tempfile::tempdir()?;
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()])?;
    std::fs::write(&certificate, made.cert.pem())?;
    std::fs::write(&key, made.signing_key.serialize_pem())?;
    let trusting = || ConnectOptions::new().require_tls(true).add_root_certificates(certificate.clone());

    let second = NatsServer::builder().tls(&certificate, &key).start()?;
    let client = trusting().connect(second.url()).await?;
    jetstream::new(client).create_stream("s").await?;
    assert!(trusting().tls_first().connect(second.url()).await.is_err(), "TLS comes first");

    let mut first = NatsServer::builder().tls_first(&certificate, &key).start()?;
    assert!(ConnectOptions::new().connect(first.url()).await.is_err(), "no TLS was needed");
    let client = trusting().tls_first().connect(first.url()).await?;
    jetstream::new(client).create_stream("s").await?;
    first.restart()?;
    let client = trusting().tls_first().connect(first.url()).await?;
    jetstream::new(client).get_stream("s").await?;
    Ok(())
}

#[tokio::test]
async fn clients_may_speak_websocket() -> Result {
    let server = NatsServer::builder().websocket().start()?;
    let client = async_nats::connect(server.websocket_url().unwrap()).await?;
    jetstream::new(client).create_stream("s").await?;
    let client = async_nats::connect(server.url()).await?;
    jetstream::new(client).get_stream("s").await?;
    assert_eq!(NatsServer::start()?.websocket_url(), None);
    Ok(())
}

//! JetStream in another domain, or in another account.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use async_nats::Client;
use walnats_runtime::{ConfigError, ConnectError, EmitError, OptionError, Options, Publisher, Reason, RegisterError};
use walnats_server::NatsServer;

use crate::note::{PLAIN, TestResult, note, stored};

type Any = Box<dyn std::error::Error>;

/// A server with JetStream's domain `hub`, and a leaf node of it with the domain `leaf`.
async fn hub_and_leaf() -> Result<(NatsServer, NatsServer), Any> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let hub = NatsServer::builder().jetstream_config("domain: hub");
    let hub = hub.config(&format!("leafnodes {{ listen: \"127.0.0.1:{port}\" }}")).start()?;
    let leaf = NatsServer::builder().jetstream_config("domain: leaf");
    let leaf = leaf.config(&format!("leafnodes {{ remotes: [{{ url: \"nats://127.0.0.1:{port}\" }}] }}")).start()?;
    let client = async_nats::connect(leaf.url()).await?;
    answers(&client, "$JS.hub.API.INFO").await?;
    Ok((hub, leaf))
}

/// Waits until somebody answers there.
async fn answers(client: &Client, subject: &'static str) -> TestResult {
    let until = Instant::now() + Duration::from_secs(30);
    while let Err(error) = client.request(subject, "".into()).await {
        if Instant::now() > until {
            return Err(error.into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

#[tokio::test]
async fn a_stream_in_the_domain_of_the_hub() -> TestResult {
    let (hub, leaf) = hub_and_leaf().await?;
    let publisher = Publisher::connect(leaf.url(), PLAIN, Options::new().domain("hub")).await?;
    publisher.register(PLAIN).await?;
    publisher.emit(&note("from the leaf")).await?;
    assert_eq!(stored(&publisher, "notes").await?[0].text, "from the leaf");
    let at_hub = Publisher::connect(hub.url(), PLAIN, Options::new()).await?;
    assert!(at_hub.plan(PLAIN).await?.is_empty(), "the stream is at the hub");
    let at_leaf = Publisher::connect(leaf.url(), PLAIN, Options::new()).await?;
    assert!(!at_leaf.plan(PLAIN).await?.is_empty(), "and not at the leaf");
    Ok(())
}

#[tokio::test]
async fn a_stream_of_an_account_that_exports_its_api() -> TestResult {
    let accounts = r#"accounts {
        OWNER { jetstream: enabled, users: [{user: owner, password: owner}],
            exports: [{service: "$JS.API.>"}, {service: "notes.>"}] }
        SHOP { users: [{user: shop, password: shop}],
            imports: [{service: {account: OWNER, subject: "$JS.API.>"}, to: "JS.owner.API.>"},
                      {service: {account: OWNER, subject: "notes.>"}}] }
    }"#;
    let server = NatsServer::builder().config(accounts).start()?;
    let shop = format!("nats://shop:shop@{}", server.address());
    let publisher = Publisher::connect(&shop, PLAIN, Options::new().api_prefix("JS.owner.API")).await?;
    publisher.register(PLAIN).await?;
    publisher.emit(&note("bought")).await?;
    let owner = Publisher::connect(format!("nats://owner:owner@{}", server.address()), PLAIN, Options::new()).await?;
    assert_eq!(stored(&owner, "notes").await?[0].text, "bought");
    // Without the prefix there is no JetStream for this account.
    let plain = Publisher::connect(&shop, PLAIN, Options::new()).await?;
    assert!(matches!(plain.register(PLAIN).await, Err(RegisterError::NoJetStream { .. })));
    Ok(())
}

#[tokio::test]
async fn options_that_cannot_be_used_are_refused_everywhere() -> TestResult {
    let server = NatsServer::start()?;
    let both = || Options::new().domain("hub").api_prefix("JS.API");
    let error = Publisher::connect(server.url(), PLAIN, both()).await.expect_err("both");
    assert!(matches!(error, ConnectError::Options(ConfigError::DomainAndPrefix)), "{error:?}");

    let client = async_nats::connect(server.url()).await?;
    let publisher = Publisher::new(client, PLAIN, both());
    let error = publisher.register(PLAIN).await.expect_err("both");
    assert!(matches!(error, RegisterError::Options(ConfigError::DomainAndPrefix)), "{error:?}");
    let unused = OptionError::Publisher(ConfigError::DomainAndPrefix);
    match publisher.emit(&note("x")).await {
        Err(EmitError::NotStored(error)) => match error.reason() {
            Reason::Option(reason) => assert_eq!(reason, &unused),
            reason => panic!("{reason:?}"),
        },
        end => panic!("{end:?}"),
    }
    assert!(publisher.emit(&note("x")).into_message().is_err());
    Ok(())
}

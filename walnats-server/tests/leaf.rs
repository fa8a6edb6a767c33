//! Leaf nodes, domains, and the link between them.

use std::time::{Duration, Instant};

use async_nats::jetstream::{self, Context, stream};
use async_nats::{Client, ConnectOptions};
use walnats_server::{Account, Link, NatsServer, Remote, StartError};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// async-nats does not read the user from a URL.
async fn connect(server: &NatsServer, user: &str, password: &str) -> Result<Client> {
    let options = ConnectOptions::with_user_and_password(user.into(), password.into());
    Ok(options.connect(server.url()).await?)
}

/// Makes a stream; interest takes a moment to reach other servers.
async fn stream(jetstream: &Context, name: &str, subject: &str) -> Result {
    let config = stream::Config { name: name.into(), subjects: vec![subject.into()], ..Default::default() };
    let started = Instant::now();
    loop {
        match jetstream.create_stream(config.clone()).await {
            Ok(_) => return Ok(()),
            Err(error) if started.elapsed() > Duration::from_secs(20) => return Err(error.into()),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn messages(jetstream: &Context, stream: &str) -> Result<u64> {
    Ok(jetstream.get_stream(stream).await?.cached_info().state.messages)
}

#[tokio::test]
async fn a_leaf_reaches_the_domain_of_its_hub() -> Result {
    let hub = NatsServer::builder().domain("hub").leafnodes().start()?;
    let leaf = NatsServer::builder().domain("leaf").leaf_of(&hub).start()?;
    let client = async_nats::connect(leaf.url()).await?;
    let (here, there) = (jetstream::new(client.clone()), jetstream::with_domain(client.clone(), "hub"));
    stream(&there, "notes", "notes.>").await?;
    stream(&here, "archive", "archive.>").await?;
    assert!(here.get_stream("notes").await.is_err(), "both domains have the same streams");

    // The subject's interest reaches the leaf a moment after the stream exists.
    let started = Instant::now();
    while there.publish("notes.1", "1".into()).await?.await.is_err() {
        assert!(started.elapsed() < Duration::from_secs(20), "nothing is stored at the hub");
    }
    let at_the_hub = jetstream::new(async_nats::connect(hub.url()).await?);
    assert_eq!(messages(&at_the_hub, "notes").await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_link_is_cut_and_restored() -> Result {
    let hub = NatsServer::builder().domain("hub").leafnodes().start()?;
    let link = Link::to(hub.leafnodes_address().unwrap())?;
    let leaf = NatsServer::builder().domain("leaf").leaf_of(&link).start()?;
    let there = jetstream::with_domain(async_nats::connect(leaf.url()).await?, "hub");
    stream(&there, "notes", "notes.>").await?;
    for _ in 0..3 {
        link.cut();
        let started = Instant::now();
        while there.get_stream("notes").await.is_ok() {
            assert!(started.elapsed() < Duration::from_secs(20), "the link still leads to the hub");
        }
        link.restore();
        leaf.wait_for_leafnodes(1)?;
        while there.get_stream("notes").await.is_err() {
            assert!(started.elapsed() < Duration::from_secs(40), "the link leads nowhere");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_leaf_belongs_to_an_account_on_both_sides() -> Result {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream();
    let hub = NatsServer::builder().domain("hub").leafnodes().account(orders.user("leaf", "l@:/"));
    let hub = hub.account(Account::new("OTHERS").user("others", "x").jetstream()).start()?;
    let remote = Remote::from(&hub).user("leaf", "l@:/").account("SHOP");
    let leaf = NatsServer::builder().domain("leaf").leaf_of(remote);
    let leaf = leaf.account(Account::new("SHOP").user("shop", "s").jetstream());
    let leaf = leaf.account(Account::new("APART").user("apart", "a").jetstream()).start()?;
    let hub_of =
        async |user, password| Result::Ok(jetstream::with_domain(connect(&leaf, user, password).await?, "hub"));
    stream(&hub_of("shop", "s").await?, "notes", "notes.>").await?;
    assert!(hub_of("apart", "a").await?.get_stream("notes").await.is_err(), "every account is linked");
    let orders = jetstream::new(connect(&hub, "orders", "o").await?);
    orders.get_stream("notes").await?;
    let others = jetstream::new(connect(&hub, "others", "x").await?);
    assert!(others.get_stream("notes").await.is_err(), "the leaf is in every account");
    Ok(())
}

#[test]
fn a_leaf_needs_a_hub_that_listens() {
    let server = NatsServer::start().unwrap();
    let refused = NatsServer::builder().leaf_of(&server).start().unwrap_err();
    assert!(matches!(refused, StartError::NoLeafnodes), "{refused}");

    let link = Link::to(server.address()).unwrap();
    link.cut();
    let alone = NatsServer::builder().leaf_of(&link).deadline(Duration::from_secs(2)).start().unwrap_err();
    assert!(alone.to_string().contains("0 of 1 connections to leaf nodes or hubs"), "{alone}");
}

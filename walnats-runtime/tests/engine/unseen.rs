//! Streams that JetStream's API does not show where the publisher is: in another account, or behind a leaf node.

use std::time::{Duration, Instant};

use async_nats::jetstream::stream;
use walnats_runtime::{Chain, EmitError, Options, Publisher};
use walnats_server::{Account, Import, Link, NatsServer, Release};

use crate::note::{PLAIN, TestResult, note};
use crate::owner::{End, Failed, as_user, config, count, make, until_count};

const TIME: Duration = Duration::from_secs(60);
/// Well under the deadline: nobody waited for it.
const PROMPT: Duration = Duration::from_secs(30);

fn options() -> Options {
    Options::new().ack_timeout(Duration::from_millis(500)).deadline(2 * TIME)
}

fn silent(name: &str, subjects: &[&str]) -> stream::Config {
    stream::Config { no_ack: true, ..config(name, subjects) }
}

fn kind(end: &End) -> &'static str {
    end.as_ref().map_or_else(EmitError::kind, |_| "stored")
}

/// It says where the message went.
fn says(end: &End, what: &str) {
    let Err(error @ EmitError::PossiblyStored(_)) = end else { panic!("expected PossiblyStored, got {end:?}") };
    assert_eq!(error.kind(), "stream_unseen");
    let text = Chain(error).to_string();
    assert!(text.contains(what), "{text}");
}

async fn listens_to_everything(client: &async_nats::Client) -> Result<async_nats::Subscriber, Failed> {
    let subscriber = client.subscribe(">").await?;
    client.flush().await?;
    Ok(subscriber)
}

/// The account's own JetStream does not know the stream, which is in another account and keeps silent.
#[tokio::test]
async fn a_silent_stream_of_another_account_may_have_stored() -> TestResult {
    let straight = || Import::service("ORDERS", "notes.>");
    let imports: [(&str, Import, &[&str]); 2] = [
        ("notes.>", straight(), &["notes.>"]),
        ("facts.*", Import::service("ORDERS", "facts.*").to("notes.*"), &["facts.*"]),
    ];
    for (export, import, subjects) in imports {
        let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service(export);
        let shop = Account::new("SHOP").user("shop", "s").jetstream().imports(import);
        let server = NatsServer::builder().account(orders).account(shop).start()?;
        let (owner, ours) = (as_user(&server, "orders", "o").await?, as_user(&server, "shop", "s").await?);
        make(&owner, silent("notes", subjects)).await?;
        for listens in [false, true] {
            let _listener = if listens { Some(listens_to_everything(&ours).await?) } else { None };
            let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, options()).await?;
            let before = count(&owner, "notes").await?;
            for buffered in [false, true] {
                let (started, event) = (Instant::now(), note("x"));
                let end = match buffered {
                    true => tokio::time::timeout(TIME, publisher.emit(&event).buffered().await?).await?,
                    false => publisher.emit(&event).await,
                };
                assert!(started.elapsed() < PROMPT, "{:?}", started.elapsed());
                says(&end, "account `ORDERS` receives it");
            }
            assert_eq!(count(&owner, "notes").await? - before, 2);
        }
    }
    Ok(())
}

/// A batch of many subjects, none of which anybody says anything about.
#[tokio::test]
async fn many_subjects_of_a_silent_stream_of_another_account() -> TestResult {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
    let shop = Account::new("SHOP").user("shop", "s").jetstream().imports(Import::service("ORDERS", "notes.>"));
    let server = NatsServer::builder().account(orders).account(shop).start()?;
    let owner = as_user(&server, "orders", "o").await?;
    make(&owner, silent("notes", &["notes.>"])).await?;
    let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, options()).await?;
    let started = Instant::now();
    let mut pending = Vec::new();
    for number in 0..50 {
        let mut event = note("x");
        event.topic = format!("topic-{number}");
        pending.push(publisher.emit(&event).buffered().await?);
    }
    for one in pending {
        let end = tokio::time::timeout(TIME, one).await?;
        says(&end, "account `ORDERS` receives it");
    }
    assert!(started.elapsed() < PROMPT, "{:?}", started.elapsed());
    assert_eq!(count(&owner, "notes").await?, 50);
    Ok(())
}

/// Neither the leaf node nor the hub belongs to a domain. The hub's stream stores and keeps silent, and perhaps the link is gone
/// before anybody asks.
#[tokio::test]
async fn a_silent_stream_behind_a_leaf_node_may_have_stored() -> TestResult {
    for link_is_cut in [false, true] {
        let hub = NatsServer::builder().leafnodes().start()?;
        let link = Link::to(hub.leafnodes_address().ok_or("it listens for leaf nodes")?)?;
        let leaf = NatsServer::builder().leaf_of(&link).start()?;
        leaf.wait_for_leafnodes(1)?;
        let (owner, local) = (async_nats::connect(hub.url()).await?, async_nats::connect(leaf.url()).await?);
        make(&owner, silent("notes", &["notes.>"])).await?;
        let _listener = listens_to_everything(&local).await?;
        let publisher = Publisher::connect(leaf.url(), PLAIN, options()).await?;
        reaches(&local, &owner).await?;
        let (started, before) = (Instant::now(), count(&owner, "notes").await?);
        let pending = publisher.emit(&note("x")).buffered().await?;
        until_count(&owner, "notes", before + 1).await?;
        if link_is_cut {
            link.cut();
        }
        let end = tokio::time::timeout(2 * TIME, pending).await?;
        assert!(started.elapsed() < PROMPT, "{:?}", started.elapsed());
        assert_eq!(kind(&end), "stream_unseen", "{end:?}");
    }
    Ok(())
}

/// What is published at the leaf node arrives in the hub's stream.
async fn reaches(local: &async_nats::Client, owner: &async_nats::Client) -> TestResult {
    let until = Instant::now() + TIME;
    while count(owner, "notes").await? == 0 {
        assert!(Instant::now() < until);
        local.publish("notes.arrives", "x".into()).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(())
}

/// The hub reports, too, that nobody but a subscriber receives the message: there is no stream.
#[tokio::test]
async fn a_missing_stream_while_somebody_listens_at_the_hub() -> TestResult {
    let hub = NatsServer::builder().leafnodes().start()?;
    let leaf = NatsServer::builder().leaf_of(&hub).start()?;
    leaf.wait_for_leafnodes(1)?;
    let (far, local) = (async_nats::connect(hub.url()).await?, async_nats::connect(leaf.url()).await?);
    let mut listener = listens_to_everything(&far).await?;
    let until = Instant::now() + TIME;
    while tokio::time::timeout(Duration::from_millis(100), futures_util::StreamExt::next(&mut listener)).await.is_err()
    {
        assert!(Instant::now() < until);
        local.publish("notes.arrives", "x".into()).await?;
    }
    let publisher = Publisher::connect(leaf.url(), PLAIN, options()).await?;
    for _ in 0..2 {
        let end = publisher.emit(&note("x")).await;
        assert_eq!(kind(&end), "no_stream", "{end:?}");
    }
    Ok(())
}

/// Servers before 2.11 do not show who receives a message, and would deliver the question.
#[tokio::test]
async fn older_servers_do_not_show_who_receives_a_message() -> TestResult {
    let server = NatsServer::builder().release(Release::V2_10).start()?;
    let owner = async_nats::connect(server.url()).await?;
    let mut listener = listens_to_everything(&owner).await?;
    let publisher = Publisher::connect(server.url(), PLAIN, options()).await?;
    let started = Instant::now();
    let end = publisher.emit(&note("x")).await;
    assert!(started.elapsed() < PROMPT, "{:?}", started.elapsed());
    says(&end, "2.11");
    while let Ok(Some(message)) =
        tokio::time::timeout(Duration::from_millis(300), futures_util::StreamExt::next(&mut listener)).await
    {
        let traced = message.headers.is_some_and(|headers| headers.get("Nats-Trace-Dest").is_some());
        assert!(!traced, "the question was delivered");
    }
    Ok(())
}

/// The publisher may not publish where the server would send its report.
#[tokio::test]
async fn credentials_that_do_not_allow_to_ask_who_receives_a_message() -> TestResult {
    let lines = r#"permissions: { publish: { allow: ["notes.>", "$JS.API.>"] }, subscribe: { allow: ["_INBOX.>"] } }"#;
    let account = Account::new("A").jetstream().user("admin", "a").user_with("u", "p", lines);
    let server = NatsServer::builder().account(account).start()?;
    let _listener = listens_to_everything(&as_user(&server, "admin", "a").await?).await?;
    let publisher = Publisher::connect(server.url_as("u", "p"), PLAIN, options()).await?;
    let started = Instant::now();
    let end = publisher.emit(&note("x")).await;
    assert!(started.elapsed() < PROMPT, "{:?}", started.elapsed());
    says(&end, "did not show who receives it");
    Ok(())
}

/// Another account gets the events by a stream import and stores them; its acknowledgements do not find their way back.
#[tokio::test]
async fn a_stream_that_stores_what_its_account_imports() -> TestResult {
    let shop = Account::new("SHOP").user("shop", "s").jetstream().exports_stream("notes.>");
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().imports(Import::stream("SHOP", "notes.>"));
    let server = NatsServer::builder().account(shop).account(orders).start()?;
    let owner = as_user(&server, "orders", "o").await?;
    make(&owner, config("notes", &["notes.>"])).await?;
    let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, options()).await?;
    let started = Instant::now();
    let end = publisher.emit(&note("x")).await;
    assert!(started.elapsed() < PROMPT, "{:?}", started.elapsed());
    match (count(&owner, "notes").await?, &end) {
        (1, _) => says(&end, "account `ORDERS` receives it"),
        (_, end) => assert!(matches!(end, Err(EmitError::NotStored(_))), "{end:?}"),
    }
    Ok(())
}

/// Every release that shows who receives a message shows it alike.
#[tokio::test]
async fn releases_that_show_who_receives_a_message() -> TestResult {
    for release in Release::ALL.into_iter().filter(|release| *release != Release::V2_10) {
        let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
        let shop = Account::new("SHOP").user("shop", "s").jetstream().imports(Import::service("ORDERS", "notes.>"));
        let alone = Account::new("ALONE").user("alone", "a").jetstream();
        let server = NatsServer::builder().release(release).account(orders).account(shop).account(alone).start()?;
        make(&as_user(&server, "orders", "o").await?, silent("notes", &["notes.>"])).await?;
        let _listener = listens_to_everything(&as_user(&server, "alone", "a").await?).await?;
        let publisher = Publisher::connect(server.url_as("alone", "a"), PLAIN, options()).await?;
        let end = publisher.emit(&note("x")).await;
        assert_eq!(kind(&end), "no_stream", "{release:?}: {end:?}");
        let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, options()).await?;
        says(&publisher.emit(&note("x")).await, "account `ORDERS` receives it");
    }
    Ok(())
}

/// Whoever listens does so at another node of the cluster, which reports, too.
#[tokio::test]
async fn a_missing_stream_while_somebody_listens_at_another_node() -> TestResult {
    let cluster = NatsServer::builder().start_cluster(3)?;
    let far = async_nats::connect(cluster.nodes()[1].url()).await?;
    let mut listener = listens_to_everything(&far).await?;
    let near = cluster.nodes()[0].url();
    let local = async_nats::connect(&near).await?;
    let until = Instant::now() + TIME;
    while tokio::time::timeout(Duration::from_millis(100), futures_util::StreamExt::next(&mut listener)).await.is_err()
    {
        assert!(Instant::now() < until);
        local.publish("notes.arrives", "x".into()).await?;
    }
    let publisher = Publisher::connect(&near, PLAIN, options()).await?;
    for _ in 0..2 {
        let end = publisher.emit(&note("x")).await;
        assert_eq!(kind(&end), "no_stream", "{end:?}");
    }
    Ok(())
}

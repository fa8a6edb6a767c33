//! Streams that are somebody else's: in other accounts and domains, configured otherwise, or silent.

use std::time::{Duration, Instant};

use async_nats::jetstream::{self, stream};
use futures_util::StreamExt;
use walnats_runtime::{Cause, EmitError, Options, Outcome, Publisher, Reason, StreamDescriptor};
use walnats_server::{Account, Import, Link, NatsServer};

use crate::note::{Note, PLAIN, TestResult, note};
use crate::owner::{as_user, config, count, make};
use crate::proxy::Proxy;

const TIME: Duration = Duration::from_secs(60);

fn not_stored(end: Result<walnats_runtime::Receipt, EmitError>) -> Result<Reason, String> {
    match end {
        Err(EmitError::NotStored(error)) => Ok(error.reason().clone()),
        other => Err(format!("expected NotStored, got {other:?}")),
    }
}

fn possibly_stored(end: Result<walnats_runtime::Receipt, EmitError>) -> Result<Cause, String> {
    match end {
        Err(EmitError::PossiblyStored(error)) => Ok(error.cause().clone()),
        other => Err(format!("expected PossiblyStored, got {other:?}")),
    }
}

/// `ORDERS` has the stream `notes`, and `SHOP` an `archive` of the same subject, which answers first and says no.
#[tokio::test]
async fn the_stream_of_another_account_answers_after_one_of_our_own() -> TestResult {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
    let shop = Account::new("SHOP").user("shop", "s").jetstream().imports(Import::service("ORDERS", "notes.>"));
    let server = NatsServer::builder().account(orders).account(shop).start()?;
    let owner = as_user(&server, "orders", "o").await?;
    let ours = as_user(&server, "shop", "s").await?;
    make(&owner, config("notes", &["notes.>"])).await?;
    make(&ours, config("archive", &["notes.>"])).await?;
    let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, Options::new()).await?;
    for number in 0..50 {
        let receipt = publisher.emit(&note(number.to_string())).await?;
        assert_eq!(receipt.stream, "notes");
    }
    assert_eq!((count(&owner, "notes").await?, count(&ours, "archive").await?), (50, 0));
    Ok(())
}

/// As above, and the acknowledgement of the right one gets lost: nobody may say that it is not stored.
#[tokio::test]
async fn what_another_account_may_have_stored_is_possibly_stored() -> TestResult {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
    let shop = Account::new("SHOP").user("shop", "s").jetstream().imports(Import::service("ORDERS", "notes.>"));
    let server = NatsServer::builder().account(orders).account(shop).start()?;
    let owner = as_user(&server, "orders", "o").await?;
    let ours = as_user(&server, "shop", "s").await?;
    make(&owner, stream::Config { no_ack: true, ..config("notes", &["notes.>"]) }).await?;
    make(&ours, config("archive", &["notes.>"])).await?;
    // The archive answers, and the stream of the other account stores and keeps silent.
    jetstream::new(owner.clone())
        .update_stream(stream::Config { no_ack: false, ..config("notes", &["notes.>"]) })
        .await?;
    let options = Options::new().deadline(Duration::from_secs(20)).ack_timeout(Duration::from_secs(1));
    let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, options).await?;
    publisher.emit(&note("first")).await?;
    jetstream::new(owner.clone())
        .update_stream(stream::Config { no_ack: true, ..config("notes", &["notes.>"]) })
        .await?;
    let cause = possibly_stored(publisher.emit(&note("second")).deadline(Duration::from_secs(6)).await)?;
    assert!(matches!(cause, Cause::OtherStreamRefused(ref stream) if stream == "archive"), "{cause:?}");
    assert_eq!(count(&owner, "notes").await?, 2);
    Ok(())
}

#[tokio::test]
async fn a_stream_that_does_not_exist_and_another_one_that_takes_its_subject() -> TestResult {
    let server = NatsServer::start()?;
    let options = Options::new().ack_timeout(Duration::from_secs(2));
    let publisher = Publisher::connect(server.url(), PLAIN, options).await?;
    make(publisher.client(), config("everything", &["notes.>"])).await?;
    for buffered in [false, true] {
        let event = note("x");
        let end = match buffered {
            true => tokio::time::timeout(TIME, publisher.emit(&event).buffered().await?).await?,
            false => publisher.emit(&event).await,
        };
        let reason = not_stored(end)?;
        assert!(matches!(&reason, Reason::WrongStream { found, .. } if found == "everything"), "{reason:?}");
    }
    // Once that is known, nobody waits for it again.
    let started = Instant::now();
    for _ in 0..50 {
        not_stored(publisher.emit(&note("x")).await)?;
    }
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert_eq!(count(publisher.client(), "everything").await?, 0);
    Ok(())
}

/// The hub has the stream; the publisher is at a leaf of another domain, and the hub goes away for a while.
#[tokio::test]
async fn a_hub_that_goes_away_for_a_while_costs_nothing() -> TestResult {
    for acknowledged_before in [true, false] {
        let hub = NatsServer::builder().domain("hub").leafnodes().start()?;
        let link = Link::to(hub.leafnodes_address().ok_or("it listens for leaf nodes")?)?;
        let leaf = NatsServer::builder().domain("leaf").leaf_of(&link).start()?;
        leaf.wait_for_leafnodes(1)?;
        let owner = async_nats::connect(hub.url()).await?;
        make(&owner, config("notes", &["notes.>"])).await?;
        let options = Options::new().deadline(Duration::from_secs(40));
        let publisher = Publisher::connect(leaf.url(), PLAIN, options).await?;
        let mut expected = 51;
        if acknowledged_before {
            let receipt = publisher.emit(&note("before")).await?;
            assert_eq!(receipt.domain.as_deref(), Some("hub"));
            expected += 1;
        }
        link.cut();
        let mut pending = Vec::new();
        for number in 0..50 {
            pending.push(publisher.emit(&note(number.to_string())).buffered().await?);
        }
        let event = note("confirmed");
        let confirmed = std::future::IntoFuture::into_future(publisher.emit(&event));
        let (confirmed, ()) = tokio::join!(confirmed, async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            link.restore();
        });
        confirmed?;
        for one in pending {
            tokio::time::timeout(TIME, one).await??;
        }
        assert_eq!(count(&owner, "notes").await?, expected);
    }
    Ok(())
}

/// Operations made the stream with a window of 2 s; the package believes in 2 minutes.
#[tokio::test]
async fn what_the_stream_has_forgotten_is_not_sent_again() -> TestResult {
    let server = NatsServer::start()?;
    let owner = async_nats::connect(server.url()).await?;
    let window = Duration::from_secs(2);
    make(&owner, stream::Config { duplicate_window: window, ..config("notes", &["notes.*"]) }).await?;
    let proxy = Proxy::start(&server).await?;
    let options = Options::new().deadline(Duration::from_secs(20));
    let publisher = Publisher::connect(proxy.url(), PLAIN, options).await?;
    publisher.emit(&note("first")).await?;
    proxy.lose_answers();
    let event = note("second");
    let end = std::future::IntoFuture::into_future(publisher.emit(&event).uid("second"));
    let (end, ()) = tokio::join!(end, async {
        tokio::time::sleep(2 * window).await;
        proxy.cut();
    });
    assert_eq!(possibly_stored(end)?, Cause::WindowExpired);
    publisher.emit(&note("third")).await?;
    assert_eq!(count(&owner, "notes").await?, 3);
    Ok(())
}

/// `register` looked, the engine cannot: it takes what was seen.
#[tokio::test]
async fn a_stream_that_never_acknowledges() -> TestResult {
    let server = NatsServer::start()?;
    let owner = async_nats::connect(server.url()).await?;
    make(&owner, stream::Config { no_ack: true, ..config("notes", &["notes.*"]) }).await?;
    let mut copies = owner.subscribe("notes.>").await?;
    let publisher = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    let started = Instant::now();
    for _ in 0..2 {
        let cause = possibly_stored(publisher.emit(&note("x")).await)?;
        assert!(matches!(&cause, Cause::NeverAcknowledges(stream) if stream == "notes"), "{cause:?}");
    }
    assert!(started.elapsed() < Duration::from_secs(20));
    let mut seen = 0;
    while let Ok(Some(_)) = tokio::time::timeout(Duration::from_millis(300), copies.next()).await {
        seen += 1;
    }
    assert_eq!(seen, 2, "one copy of each");
    Ok(())
}

/// Nobody refuses, since somebody listens.
#[tokio::test]
async fn a_missing_stream_while_somebody_listens() -> TestResult {
    let server = NatsServer::start()?;
    let owner = async_nats::connect(server.url()).await?;
    let mut copies = owner.subscribe(">").await?;
    let options = Options::new().ack_timeout(Duration::from_millis(500));
    let publisher = Publisher::connect(server.url(), PLAIN, options).await?;
    let reason = not_stored(publisher.emit(&note("x")).await)?;
    assert!(matches!(reason, Reason::NoStream { .. }), "{reason:?}");
    let mut seen = 0;
    while let Ok(Some(message)) = tokio::time::timeout(Duration::from_millis(300), copies.next()).await {
        seen += usize::from(message.subject.starts_with("notes."));
    }
    assert!(seen <= 6, "{seen} copies");
    Ok(())
}

#[tokio::test]
async fn storage_of_the_account_that_is_used_up_and_freed() -> TestResult {
    let account = Account::new("SMALL").user("u", "p").jetstream_limits("max_file: 64KB");
    let server = NatsServer::builder().account(account).start()?;
    let publisher = Publisher::connect(server.url_as("u", "p"), PLAIN, Options::new()).await?;
    make(publisher.client(), config("notes", &["notes.*"])).await?;
    let text = "x".repeat(8 << 10);
    let mut pending = Vec::new();
    for _ in 0..12 {
        pending.push(publisher.emit(&note(text.clone())).buffered().await?);
    }
    let until = Instant::now() + TIME;
    while publisher.stats().refusing_streams == 0 {
        assert!(Instant::now() < until, "{:?}", publisher.stats());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let stream = publisher.jetstream().get_stream("notes").await?;
    stream.purge().await?;
    for one in pending {
        tokio::time::timeout(TIME, one).await??;
    }
    Ok(())
}

#[tokio::test]
async fn more_atomic_batches_than_the_server_takes_at_a_time() -> TestResult {
    static ATOMIC: &[StreamDescriptor] =
        &[StreamDescriptor { subjects: &["notes.*"], atomic: true, ..StreamDescriptor::new("notes") }];
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), ATOMIC, Options::new()).await?;
    publisher.register(ATOMIC).await?;
    let mut batches = Vec::new();
    for batch in 0..200 {
        let publisher = publisher.clone();
        batches.push(tokio::spawn(async move {
            let notes: Vec<Note> = (0..20).map(|number| note(format!("{batch} {number}"))).collect();
            publisher.emit_all(&notes).atomic().await.map(|receipts| receipts.len())
        }));
    }
    for batch in batches {
        assert_eq!(batch.await??, 20);
    }
    assert_eq!(count(publisher.client(), "notes").await?, 4_000);
    Ok(())
}

#[tokio::test]
async fn denied_subjects_are_recognised_however_the_server_writes_them() -> TestResult {
    let account = Account::new("A").jetstream().user("admin", "a").user_with(
        "u",
        "p",
        r#"permissions: { publish: { deny: ["notes.>"] } }"#,
    );
    let server = NatsServer::builder().account(account).start()?;
    make(&as_user(&server, "admin", "a").await?, config("notes", &["notes.>"])).await?;
    let publisher = Publisher::connect(server.url_as("u", "p"), PLAIN, Options::new()).await?;
    for topic in ["plain", "\"quoted\"", "back\\slash", "zero\u{200b}width", "größe", "\u{e0001}"] {
        let reason = not_stored(publisher.emit(&Note { topic: topic.into(), text: "x".into() }).await)?;
        assert!(matches!(reason, Reason::PermissionDenied), "{topic:?}: {reason:?}");
    }
    Ok(())
}

/// The runtime's requests about streams are not allowed, publishing is: that is enough.
#[tokio::test]
async fn credentials_that_may_publish_and_nothing_else() -> TestResult {
    let account = Account::new("A").jetstream().user("admin", "a").user_with(
        "u",
        "p",
        r#"permissions: { publish: { allow: ["notes.>"] }, subscribe: { allow: ["_INBOX.>"] } }"#,
    );
    let server = NatsServer::builder().account(account).start()?;
    make(&as_user(&server, "admin", "a").await?, config("notes", &["notes.>"])).await?;
    let publisher = Publisher::connect(server.url_as("u", "p"), PLAIN, Options::new()).await?;
    let receipt = publisher.emit(&note("x")).await?;
    assert_eq!(receipt.outcome, Outcome::Stored(1));
    Ok(())
}

//! Events whose stream is not the only one that could store them: it has a namesake elsewhere, or they name none.

use std::time::Duration;

use async_nats::jetstream::stream;
use walnats_runtime::{Options, Publisher, StreamDescriptor};
use walnats_server::{Account, Import, NatsServer};

use crate::line::{Line, Loses};
use crate::note::{PLAIN, TestResult, note};
use crate::owner::{as_user, config, count, honest, make};

/// Its events do not say which stream they are for.
static UNNAMED: &[StreamDescriptor] = &[StreamDescriptor {
    subjects: &["notes.*"],
    expect_stream: false,
    atomic: true,
    ..StreamDescriptor::new("notes")
}];

/// Events do not say which stream they are for; theirs does not exist, and another one stores them.
#[tokio::test]
async fn another_stream_stores_events_that_name_no_stream() -> TestResult {
    let server = NatsServer::start()?;
    let options = Options::new().ack_timeout(Duration::from_millis(500)).deadline(Duration::from_secs(10));
    let publisher = Publisher::connect(server.url(), UNNAMED, options).await?;
    make(publisher.client(), config("everything", &["notes.>"])).await?;
    for number in 1..3 {
        let end = publisher.emit(&note("x")).await;
        assert_eq!(count(publisher.client(), "everything").await?, number, "each is stored once");
        honest(&end, 1);
    }
    Ok(())
}

/// A batch that got lost on its way is asked about with its last message, which nobody may store by itself.
#[tokio::test]
async fn a_question_about_a_batch_that_names_no_stream() -> TestResult {
    let server = NatsServer::start()?;
    let line = Line::to(server.address()).await?;
    let options = Options::new().ack_timeout(Duration::from_secs(2));
    let publisher = Publisher::connect(format!("nats://{}", line.address), UNNAMED, options).await?;
    publisher.register(UNNAMED).await?;
    publisher.emit(&note("first")).await?;
    line.loses(Loses::Published);
    let batch = [note("1"), note("2"), note("3")];
    let emit = std::future::IntoFuture::into_future(publisher.emit_all(&batch).atomic());
    let (end, ()) = tokio::join!(emit, async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        line.loses(Loses::Nothing);
    });
    let end = end.map(|receipts| receipts.len());
    assert_eq!((count(publisher.client(), "notes").await?, end?), (4, 3));
    Ok(())
}

/// Of two accounts that take the subject, one has nobody who listens.
#[tokio::test]
async fn three_accounts_of_which_one_is_empty() -> TestResult {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
    let old = Account::new("OLD").user("old", "o").exports_service("notes.*");
    let shop = Account::new("SHOP").user("shop", "s").jetstream();
    let shop = shop.imports(Import::service("OLD", "notes.*")).imports(Import::service("ORDERS", "notes.>"));
    let server = NatsServer::builder().account(orders).account(old).account(shop).start()?;
    let owner = as_user(&server, "orders", "o").await?;
    make(&owner, config("notes", &["notes.>"])).await?;
    let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, Options::new()).await?;
    for number in 0..10 {
        let end = publisher.emit(&note("x")).await;
        honest(&end, count(&owner, "notes").await? - number);
        end?;
    }
    Ok(())
}

/// Both accounts have a stream `notes`, and ours refuses.
#[tokio::test]
async fn streams_of_one_name_in_two_accounts() -> TestResult {
    let [orders, shop] = orders_and_shop();
    let server = NatsServer::builder().account(orders).account(shop).start()?;
    let (owner, ours) = (as_user(&server, "orders", "o").await?, as_user(&server, "shop", "s").await?);
    make(&owner, config("notes", &["notes.>"])).await?;
    make(&ours, stream::Config { max_message_size: 10, ..config("notes", &["notes.>"]) }).await?;
    let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, Options::new()).await?;
    for number in 0..20 {
        let before = count(&owner, "notes").await?;
        let end = publisher.emit(&note(format!("rather long {number}"))).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        honest(&end, count(&owner, "notes").await? - before);
    }
    Ok(())
}

/// As above, in two domains.
#[tokio::test]
async fn streams_of_one_name_in_two_domains() -> TestResult {
    let hub = NatsServer::builder().domain("hub").leafnodes().start()?;
    let leaf = NatsServer::builder().domain("leaf").leaf_of(&hub).start()?;
    leaf.wait_for_leafnodes(1)?;
    let (owner, ours) = (async_nats::connect(hub.url()).await?, async_nats::connect(leaf.url()).await?);
    make(&owner, config("notes", &["notes.>"])).await?;
    make(&ours, stream::Config { max_message_size: 10, ..config("notes", &["notes.>"]) }).await?;
    let publisher = Publisher::connect(leaf.url(), PLAIN, Options::new()).await?;
    for number in 0..20 {
        let before = count(&owner, "notes").await?;
        let end = publisher.emit(&note(format!("rather long {number}"))).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        honest(&end, count(&owner, "notes").await? - before);
    }
    Ok(())
}

fn orders_and_shop() -> [Account; 2] {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
    let shop = Account::new("SHOP").user("shop", "s").jetstream().imports(Import::service("ORDERS", "notes.>"));
    [orders, shop]
}

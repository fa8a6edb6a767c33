//! Streams in other people's networks that do acknowledge: late, from other accounts and clusters, or several of one name.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use async_nats::jetstream::{self, stream};
use walnats_runtime::{EmitError, Options, Outcome, Publisher, Receipt};
use walnats_server::{Account, Import, Link, NatsServer, Remote};

use crate::line::{Line, Loses};
use crate::note::{Note, PLAIN, TestResult, note};
use crate::once::{ORDERS, order};
use crate::owner::{as_user, config, count, honest, make};

const TIME: Duration = Duration::from_secs(100);

/// Publishes until it arrives: interest spreads between servers in its own time.
async fn until_it_arrives(
    from: &async_nats::Client,
    subject: &str,
    owner: &async_nats::Client,
    stream: &str,
) -> TestResult {
    let until = Instant::now() + TIME;
    while count(owner, stream).await? == 0 {
        assert!(Instant::now() < until);
        from.publish(subject.to_owned(), "x".into()).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    jetstream::new(owner.clone()).get_stream(stream).await?.purge().await?;
    Ok(())
}

/// A leaf node with a JetStream of its own and no domain; the hub's stream acknowledges later than is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn late_acknowledgements_over_a_leaf_node_without_a_domain() -> TestResult {
    let hub = NatsServer::builder().leafnodes().start()?;
    let line = Line::to(hub.leafnodes_address().ok_or("it listens for leaf nodes")?).await?;
    let leaf = NatsServer::builder().leaf_of(Remote::to(line.address)).start()?;
    leaf.wait_for_leafnodes(1)?;
    let (owner, local) = (async_nats::connect(hub.url()).await?, async_nats::connect(leaf.url()).await?);
    make(&owner, config("notes", &["notes.>"])).await?;
    until_it_arrives(&local, "notes.arrives", &owner, "notes").await?;
    line.late(Duration::from_secs(3));
    let options = Options::new().ack_timeout(Duration::from_millis(500)).deadline(Duration::from_secs(30));
    let publisher = Publisher::connect(leaf.url(), PLAIN, options).await?;
    for number in 1..=2 {
        let end = publisher.emit(&note("x")).await;
        assert_eq!(count(&owner, "notes").await?, number, "{end:?}");
        honest(&end, 1);
    }
    // What acknowledged once is there.
    line.late(Duration::ZERO);
    let until = Instant::now() + TIME;
    loop {
        let before = count(&owner, "notes").await?;
        let end = publisher.emit(&note("x")).await;
        honest(&end, count(&owner, "notes").await? - before);
        if end.is_ok() {
            return Ok(());
        }
        assert!(Instant::now() < until, "{end:?}");
    }
}

/// The stream knows the events under other subjects than the publisher.
#[tokio::test]
async fn an_import_that_maps_the_subject() -> TestResult {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("facts.*");
    let import = Import::service("ORDERS", "facts.*").to("notes.*");
    let shop = Account::new("SHOP").user("shop", "s").jetstream().imports(import);
    let server = NatsServer::builder().account(orders).account(shop).start()?;
    let owner = as_user(&server, "orders", "o").await?;
    make(&owner, config("notes", &["facts.*"])).await?;
    let line = Line::to(server.address()).await?;
    let nats = async_nats::ConnectOptions::with_user_and_password("shop".into(), "s".into());
    let options = Options::new().ack_timeout(Duration::from_millis(500)).deadline(Duration::from_secs(30)).nats(nats);
    let publisher = Publisher::connect(format!("nats://{}", line.address), PLAIN, options).await?;
    line.loses(Loses::Answers);
    let end = publisher.emit(&note("its acknowledgements get lost")).await;
    assert!(matches!(end, Err(EmitError::PossiblyStored(_))), "{end:?}");
    assert_eq!(count(&owner, "notes").await?, 1);
    line.loses(Loses::Nothing);
    for number in 2..=20 {
        let end = publisher.emit(&note("x")).await;
        honest(&end, count(&owner, "notes").await? + 1 - number);
        assert_eq!(end?.outcome, Outcome::Stored(number));
    }
    Ok(())
}

/// `once` over an import: the stream cannot be read from the publisher's account.
#[tokio::test]
async fn once_over_an_import_is_stored_once() -> TestResult {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("orders.placed.*");
    let shop = Account::new("SHOP").user("shop", "s").jetstream().imports(Import::service("ORDERS", "orders.placed.*"));
    let server = NatsServer::builder().account(orders).account(shop).start()?;
    let owner = as_user(&server, "orders", "o").await?;
    make(&owner, config("orders", &["orders.placed.*"])).await?;
    let options = Options::new().ack_timeout(Duration::from_millis(500)).deadline(Duration::from_secs(3));
    let publisher = Publisher::connect(server.url_as("shop", "s"), ORDERS, options).await?;
    for number in 1..=2 {
        publisher.emit(&order(number.to_string())).await?;
        for _ in 0..2 {
            let end = publisher.emit(&order(number.to_string())).await;
            assert!(!matches!(end, Ok(Receipt { outcome: Outcome::Stored(_), .. })), "{end:?}");
        }
        assert_eq!(count(&owner, "orders").await?, number);
    }
    Ok(())
}

/// `once` where a mirror has every event a second time, and answers direct reads of the stream.
#[tokio::test]
async fn once_beside_a_mirror_is_stored_once() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), ORDERS, Options::new()).await?;
    let owner = publisher.client().clone();
    make(&owner, stream::Config { allow_direct: true, ..config("orders", &["orders.placed.*"]) }).await?;
    let mirror = stream::Source { name: "orders".to_owned(), ..Default::default() };
    make(&owner, stream::Config { mirror: Some(mirror), mirror_direct: true, ..config("copies", &[]) }).await?;
    for number in 1..=20 {
        let first = publisher.emit(&order(number.to_string())).await?;
        assert_eq!((first.outcome, first.stream.as_str()), (Outcome::Stored(number), "orders"));
        let again = publisher.emit(&order(number.to_string())).await?;
        assert_eq!(again.outcome, Outcome::Duplicate(number));
    }
    let until = Instant::now() + TIME;
    while count(&owner, "copies").await? < 20 {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(count(&owner, "orders").await?, 20);
    Ok(())
}

/// Both domains have a stream `notes`; ours refuses at once, and the hub's stores and says so late.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_the_same_name_that_stores_late() -> TestResult {
    let hub = NatsServer::builder().domain("hub").leafnodes().start()?;
    let line = Line::to(hub.leafnodes_address().ok_or("it listens for leaf nodes")?).await?;
    let leaf = NatsServer::builder().domain("leaf").leaf_of(Remote::to(line.address)).start()?;
    leaf.wait_for_leafnodes(1)?;
    let (owner, ours) = (async_nats::connect(hub.url()).await?, async_nats::connect(leaf.url()).await?);
    make(&owner, config("notes", &["notes.>"])).await?;
    until_it_arrives(&ours, "notes.arrives", &owner, "notes").await?;
    make(&ours, stream::Config { max_message_size: 10, ..config("notes", &["notes.>"]) }).await?;
    line.late(Duration::from_secs(3));
    let options = Options::new().ack_timeout(Duration::from_secs(10));
    let publisher = Publisher::connect(leaf.url(), PLAIN, options).await?;
    for number in 1..=2 {
        let end = publisher.emit(&note("rather long")).await;
        honest(&end, count(&owner, "notes").await? + 1 - number);
        assert!(end.is_ok(), "{end:?}");
    }
    Ok(())
}

/// As above, in two accounts, and the other one's stream keeps silent.
#[tokio::test]
async fn a_stream_of_the_same_name_that_keeps_silent() -> TestResult {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
    let shop = Account::new("SHOP").user("shop", "s").jetstream().imports(Import::service("ORDERS", "notes.>"));
    let server = NatsServer::builder().account(orders).account(shop).start()?;
    let (owner, ours) = (as_user(&server, "orders", "o").await?, as_user(&server, "shop", "s").await?);
    make(&owner, stream::Config { no_ack: true, ..config("notes", &["notes.>"]) }).await?;
    make(&ours, stream::Config { max_message_size: 10, ..config("notes", &["notes.>"]) }).await?;
    let options = Options::new().ack_timeout(Duration::from_secs(1));
    let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, options).await?;
    for number in 1..=3 {
        let end = publisher.emit(&note("rather long")).await;
        honest(&end, count(&owner, "notes").await? + 1 - number);
    }
    Ok(())
}

/// An archive refuses everything at once, and the stream of the other account keeps silent.
#[tokio::test]
async fn copies_are_few_however_short_the_patience() -> TestResult {
    for archive in [true, false] {
        let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
        let shop = Account::new("SHOP").user("shop", "s").jetstream().imports(Import::service("ORDERS", "notes.>"));
        let server = NatsServer::builder().account(orders).account(shop).start()?;
        let (owner, ours) = (as_user(&server, "orders", "o").await?, as_user(&server, "shop", "s").await?);
        make(&owner, stream::Config { no_ack: true, ..config("notes", &["notes.>"]) }).await?;
        if archive {
            make(&ours, config("archive", &["notes.>"])).await?;
        }
        let mut copies = ours.subscribe("notes.>").await?;
        ours.flush().await?;
        let options = Options::new().ack_timeout(Duration::from_millis(50)).deadline(Duration::from_secs(5));
        let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, options).await?;
        let (started, end) = (Instant::now(), publisher.emit(&note("x")).await);
        let took = started.elapsed();
        honest(&end, count(&owner, "notes").await?);
        let mut seen = 0;
        while let Ok(Some(_)) =
            tokio::time::timeout(Duration::from_millis(300), futures_util::StreamExt::next(&mut copies)).await
        {
            seen += 1;
        }
        assert!(seen <= 3 + (10.0 * took.as_secs_f64()) as u64, "{seen} copies in {took:?}: {end:?}");
    }
    Ok(())
}

fn free() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// Two clusters of one node; the publisher is in the one, the stream in the other.
#[tokio::test]
async fn a_gateway_between_the_publisher_and_the_stream() -> TestResult {
    let [east_gateway, west_gateway, east_routes, west_routes] = [free()?, free()?, free()?, free()?];
    let link = Link::to(east_gateway)?;
    let gateways = format!(
        r#"gateways: [ {{ name: east, urls: ["nats://{}"] }}, {{ name: west, urls: ["nats://{west_gateway}"] }} ]"#,
        link.address()
    );
    let lines = |name: &str, gateway: SocketAddr, routes: SocketAddr| {
        format!(
            "cluster {{ name: {name}, listen: \"{routes}\", routes: [\"nats://{routes}\"] }}\n\
             gateway {{ name: {name}, listen: \"{gateway}\", advertise: \"{}\", {gateways} }}",
            if name == "east" { link.address() } else { gateway }
        )
    };
    // Neither is ready before it has met the other.
    let start = |name: &str, gateway, routes| {
        let builder = NatsServer::builder().name(format!("{name}-1")).config(&lines(name, gateway, routes));
        tokio::task::spawn_blocking(move || builder.start())
    };
    let (east, west) = (start("east", east_gateway, east_routes), start("west", west_gateway, west_routes));
    let (east, west) = (east.await??, west.await??);
    let (owner, local) = (async_nats::connect(east.url()).await?, async_nats::connect(west.url()).await?);
    let placement = stream::Placement { cluster: Some("east".to_owned()), ..Default::default() };
    make(&owner, stream::Config { placement: Some(placement), ..config("notes", &["notes.>"]) }).await?;
    until_it_arrives(&local, "notes.arrives", &owner, "notes").await?;
    let options = Options::new().ack_timeout(Duration::from_secs(1)).deadline(Duration::from_secs(60));
    let publisher = Publisher::connect(west.url(), PLAIN, options).await?;
    let mut pending = Vec::new();
    for number in 0..300 {
        if number == 100 {
            link.cut();
        }
        if number == 200 {
            tokio::time::sleep(Duration::from_secs(3)).await;
            link.restore();
        }
        let event = Note { topic: format!("n{number}"), text: "x".into() };
        pending.push(publisher.emit(&event).buffered().await?);
    }
    let mut confirmed = 0;
    let mut doubtful = 0;
    for one in pending {
        match tokio::time::timeout(TIME, one).await? {
            Ok(_) => confirmed += 1,
            Err(EmitError::PossiblyStored(_)) => doubtful += 1,
            end => panic!("{end:?}"),
        }
    }
    let stored = count(&owner, "notes").await?;
    assert!((confirmed..=confirmed + doubtful).contains(&stored), "{confirmed} {doubtful} {stored}");
    assert_eq!(doubtful, 0);
    Ok(())
}

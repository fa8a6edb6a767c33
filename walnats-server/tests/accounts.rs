//! Several accounts on one server, by configuration and by JWT.

use std::time::Duration;

use async_nats::jetstream::{self, Context, stream};
use async_nats::{Client, ConnectOptions, Event};
use futures_util::StreamExt;
use walnats_server::{Account, Claims, Import, NatsServer, Operator};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// async-nats does not read the user from a URL.
async fn connect(server: &NatsServer, user: &str, password: &str) -> Result<Client> {
    let options = ConnectOptions::with_user_and_password(user.into(), password.into());
    Ok(options.connect(server.url()).await?)
}

async fn stream(client: &Client, name: &str, subject: &str) -> Result<Context> {
    let jetstream = jetstream::new(client.clone());
    let config = stream::Config { name: name.into(), subjects: vec![subject.into()], ..Default::default() };
    jetstream.create_stream(config).await?;
    Ok(jetstream)
}

async fn messages(jetstream: &Context, stream: &str) -> Result<u64> {
    Ok(jetstream.get_stream(stream).await?.cached_info().state.messages)
}

/// Publishes and waits until the connection is closed, or nothing of the kind happens.
async fn is_closed_for(options: ConnectOptions, url: &str, bytes: usize) -> Result<bool> {
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let options = options.event_callback(move |event| {
        let sender = sender.clone();
        async move {
            // At the end of the test nobody listens.
            let _ = sender.send(event);
        }
    });
    let client = options.connect(url).await?;
    // The client knows the server's limit, not the account's.
    client.publish("notes.1", vec![b'.'; bytes].into()).await?;
    client.flush().await?;
    let closed = async { while !matches!(events.recv().await, Some(Event::Disconnected) | None) {} };
    // What the server has answered to a question, it has not been closed for.
    let answered = client.request("$SYS.REQ.USER.INFO", "".into());
    Ok(tokio::select! {
        () = closed => true,
        answer = answered => answer.is_err(),
    })
}

#[tokio::test]
async fn one_subject_reaches_streams_of_two_accounts() -> Result {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
    let shop = Account::new("SHOP").user("shop", "p@ss:word/").jetstream();
    let shop = shop.imports(Import::service("ORDERS", "notes.>"));
    let server = NatsServer::builder().account(orders).account(shop).start()?;
    assert!(async_nats::connect(server.url()).await.is_err(), "there is no user for everybody");
    let address = server.address();
    assert_eq!(server.url_as("shop", "p@ss:word/"), format!("nats://shop:p%40ss%3Aword%2F@{address}"));
    let orders = connect(&server, "orders", "o").await?;
    let shop = connect(&server, "shop", "p@ss:word/").await?;
    let orders = stream(&orders, "notes", "notes.>").await?;
    let archive = stream(&shop, "archive", "notes.>").await?;
    archive.publish("notes.1", "1".into()).await?.await?;
    let started = std::time::Instant::now();
    while (messages(&orders, "notes").await?, messages(&archive, "archive").await?) != (1, 1) {
        assert!(started.elapsed() < Duration::from_secs(20), "both streams take the subject");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

#[tokio::test]
async fn imports_have_subjects_of_their_own() -> Result {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
    let orders = orders.exports_stream("news.>");
    let shop = Account::new("SHOP")
        .user("shop", "s")
        .imports(Import::service("ORDERS", "notes.>").to("orders.notes.>"))
        .imports(Import::stream("ORDERS", "news.>").prefix("orders"));
    let server = NatsServer::builder().account(orders).account(shop).start()?;
    let orders = connect(&server, "orders", "o").await?;
    let shop = connect(&server, "shop", "s").await?;
    let notes = stream(&orders, "notes", "notes.>").await?;

    let without_jetstream = stream(&shop, "archive", "archive").await;
    assert!(without_jetstream.is_err(), "the account has no JetStream");
    let answer = shop.request("orders.notes.1", "1".into()).await?;
    assert!(String::from_utf8_lossy(&answer.payload).contains(r#""seq":1"#), "{answer:?}");
    assert_eq!(messages(&notes, "notes").await?, 1);

    let mut news = shop.subscribe("orders.news.>").await?;
    shop.flush().await?;
    let mut interval = tokio::time::interval(Duration::from_millis(50));
    let message = loop {
        tokio::select! {
            message = news.next() => break message,
            _ = interval.tick() => orders.publish("news.today", "1".into()).await?,
        }
    };
    assert_eq!(message.map(|message| message.subject.to_string()).as_deref(), Some("orders.news.today"));
    Ok(())
}

#[tokio::test]
async fn an_account_has_limits_of_its_own() -> Result {
    let small = Account::new("SMALL").user("small", "s").max_payload(2048).jetstream_limits("max_file: 100KB");
    let small = small.user_with("reader", "r", r#"permissions: { publish: "$SYS.>" }"#);
    let large = Account::new("LARGE").user("large", "l").jetstream();
    let server = NatsServer::builder().account(small).account(large).start()?;
    let url = server.url();
    let as_user = |name: &str, password: &str| ConnectOptions::with_user_and_password(name.into(), password.into());
    assert!(!is_closed_for(as_user("small", "s"), &url, 2000).await?);
    assert!(is_closed_for(as_user("small", "s"), &url, 5000).await?);
    assert!(!is_closed_for(as_user("large", "l"), &url, 5000).await?);

    let reader = connect(&server, "reader", "r").await?;
    assert!(jetstream::new(reader).create_stream("s").await.is_err(), "the user may not publish");

    let small = connect(&server, "small", "s").await?;
    let jetstream = stream(&small, "notes", "notes.>").await?;
    let full = async {
        loop {
            let stored = async { jetstream.publish("notes.1", vec![b'.'; 2000].into()).await?.await }.await;
            if let Err(error) = stored {
                break error;
            }
        }
    };
    let error = tokio::time::timeout(Duration::from_secs(30), full).await?;
    assert!(format!("{error:?}").contains("10002"), "the account's storage has a limit: {error:?}");
    Ok(())
}

#[tokio::test]
async fn an_operator_signs_accounts_and_users() -> Result {
    let mut operator = Operator::new()?;
    let shop = operator.account("SHOP", Claims::default().jetstream())?;
    let plain = operator.account("PLAIN", Claims::default())?;
    let server = NatsServer::builder().operator(&operator).start()?;
    let url = server.url();
    assert!(async_nats::connect(&url).await.is_err(), "no user was needed");
    let credentials = |text: String| ConnectOptions::with_credentials(&text);

    let clerk = credentials(shop.user("clerk", Claims::default())?)?.connect(&url).await?;
    stream(&clerk, "notes", "notes.>").await?;
    let stranger = credentials(plain.user("stranger", Claims::default())?)?.connect(&url).await?;
    assert!(stream(&stranger, "notes", "notes.>").await.is_err(), "the account has no JetStream");

    let small = shop.user("small", Claims::default().payload(2048))?;
    assert!(!is_closed_for(credentials(small.clone())?, &url, 2000).await?);
    assert!(is_closed_for(credentials(small)?, &url, 5000).await?);

    let publish = serde_json::json!({ "allow": ["notes.>"] });
    let publisher = shop.user("publisher", Claims::default().with("pub", publish))?;
    let publisher = credentials(publisher)?.connect(&url).await?;
    assert!(stream(&publisher, "others", "others").await.is_err(), "the user may publish notes alone");

    let brief = shop.user("brief", Claims::default().expires_in(Duration::from_secs(2)))?;
    let brief = || credentials(brief.clone());
    brief()?.connect(&url).await?;
    tokio::time::sleep(Duration::from_millis(3_100)).await;
    assert!(brief()?.connect(&url).await.is_err(), "the user has expired");
    Ok(())
}

#[test]
fn secrets_are_not_shown() -> Result {
    let mut operator = Operator::new()?;
    let account = operator.account("SHOP", Claims::default())?;
    let builder = NatsServer::builder().account(Account::new("A").user("u", "s3cr3t")).operator(&operator);
    let text = format!("{builder:?} {:?} {operator:?} {account:?}", Account::new("A").user("u", "s3cr3t"));
    assert!(!text.contains("s3cr3t") && !text.contains("eyJ"), "{text}");
    Ok(())
}

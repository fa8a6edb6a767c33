//! Bad input at run time: each has a clear end, names what to do, and loses nothing.

use std::error::Error;
use std::time::Duration;

use async_nats::ConnectOptions;
use shop_events::{CartAbandoned, Events, NewsletterRequested, UserCreated};
use walnats_runtime::{EmitError, Event, Options};
use walnats_server::NatsServer;

type TestResult = Result<(), Box<dyn Error>>;

#[tokio::test]
async fn a_payload_of_two_megabytes_is_not_stored() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;
    let mut event = newsletter()?;
    event.topics = vec!["x".repeat(2 << 20)];
    let message = not_stored(events.emit_newsletter_requested(&event).await)?;
    assert!(message.contains("2097") && message.contains("1048576"), "{message}");
    Ok(())
}

#[tokio::test]
async fn headers_that_would_break_the_protocol_are_refused() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;
    let event = newsletter()?;
    for (name, value) in [
        ("X-Note", "two\r\nlines"),
        ("X-Note", "two\nlines"),
        ("X Note", "a space"),
        ("X-Note:", "a colon"),
        ("Öl", "not ASCII"),
        ("", "no name"),
        ("Nats-Msg-Id", "ours"),
    ] {
        let message = not_stored(events.emit_newsletter_requested(&event).header(name, value).await)?;
        assert!(message.contains("header"), "{name}: {message}");
        assert!(!message.contains(value) || value == "ours", "{name}: the value may be secret: {message}");
    }
    Ok(())
}

#[tokio::test]
async fn a_uid_of_ten_kilobytes_is_refused() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;
    for uid in ["x".repeat(10_240), String::new(), "two\nlines".to_owned()] {
        let message = not_stored(events.emit_newsletter_requested(&newsletter()?).uid(uid).await)?;
        assert!(message.contains("id"), "{message}");
    }
    Ok(())
}

#[tokio::test]
async fn a_subject_token_from_data_cannot_change_the_subject() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;
    let shipment = |carrier: &str| shop_events::ShipmentDispatched {
        shipment_id: "s-1".into(),
        carrier: carrier.into(),
        ..Default::default()
    };
    for carrier in ["", "a.b", "*", ">", "a b", "a\u{0}b", "a\nb"] {
        let message = not_stored(events.emit_shipment_dispatched(&shipment(carrier)).await)?;
        assert!(message.contains("carrier"), "{message}");
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_not_there() -> TestResult {
    let error = Events::connect("nats://secret:hunter2@127.0.0.1:9").await.expect_err("nobody listens");
    let message = with_causes(&error);
    assert!(message.contains("127.0.0.1:9"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
    Ok(())
}

#[tokio::test]
async fn a_server_that_refuses_the_password() -> TestResult {
    let server = NatsServer::builder().config("authorization { user: shop, password: right }").start()?;
    let nats = ConnectOptions::new().user_and_password("shop".into(), "wrong-hunter2".into());
    let error = Events::connect_with(server.url(), Options::new().nats(nats)).await.expect_err("a wrong password");
    let message = with_causes(&error);
    assert!(message.contains("authori") || message.contains("credentials"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
    Ok(())
}

#[tokio::test]
async fn a_server_without_jetstream() -> TestResult {
    let server = NatsServer::builder().jetstream(false).start()?;
    let events = Events::connect(server.url()).await?;
    let message = with_causes(&events.register().await.expect_err("no JetStream"));
    assert!(message.contains("JetStream"), "{message}");
    let options = Options::new().deadline(Duration::from_secs(2));
    let events = Events::connect_with(server.url(), options).await?;
    let message = not_stored(events.emit_newsletter_requested(&newsletter()?).await)?;
    assert!(message.contains("stream"), "{message}");
    Ok(())
}

#[tokio::test]
async fn a_stream_with_the_same_subjects_under_another_name() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    let config = async_nats::jetstream::stream::Config {
        name: "everything".into(),
        subjects: vec!["users.>".into()],
        ..Default::default()
    };
    events.publisher().jetstream().create_stream(config).await?;
    let message =
        with_causes(&events.register().only(&[UserCreated::DESCRIPTOR]).await.expect_err("the subjects overlap"));
    assert!(message.contains("everything") && message.contains("users"), "{message}");

    // The event would be stored, but not where its readers look: it is refused by the server and nothing is stored.
    let user = UserCreated::decode(r#"{"user_id":"u_1","email":"a@example.com","created_at":"2026-01-01T00:00:00Z"}"#)?;
    let message = not_stored(events.emit_user_created(&user).await)?;
    assert!(message.contains("users"), "{message}");
    Ok(())
}

#[tokio::test]
async fn a_payload_that_is_not_the_event() {
    for (payload, expected) in [
        ("", "JSON"),
        ("{", "JSON"),
        ("[]", "object"),
        ("null", "object"),
        (r#"{"cart_id": "0192f0c1-2b3c-7d4e-8f50-617283940a1b"}"#, "items"),
        (r#"{"cart_id": "nonsense", "items": []}"#, "/cart_id"),
        (r#"{"cart_id": "0192f0c1-2b3c-7d4e-8f50-617283940a1b", "items": ["a", "a"]}"#, "/items"),
        (r#"{"cart_id": "0192f0c1-2b3c-7d4e-8f50-617283940a1b", "items": [1]}"#, "/items/0"),
        (r#"["0192f0c1-2b3c-7d4e-8f50-617283940a1b", []]"#, "object"),
    ] {
        let error = CartAbandoned::decode(payload).expect_err(payload);
        let message = with_causes(&error);
        assert!(message.contains(expected), "{payload}: {message}");
        assert!(!message.contains("nonsense"), "{message}");
    }
}

fn newsletter() -> Result<NewsletterRequested, Box<dyn Error>> {
    Ok(NewsletterRequested::decode(r#"{"email": "a@example.com", "topics": ["tea"]}"#)?)
}

/// The message of an emit that ended as not stored, with all its sources.
fn not_stored<T: std::fmt::Debug>(result: Result<T, EmitError>) -> Result<String, Box<dyn Error>> {
    match result {
        Err(error @ EmitError::NotStored(_)) => Ok(with_causes(&error)),
        other => Err(format!("expected `NotStored`, not {other:?}").into()),
    }
}

fn with_causes(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        message = format!("{message}: {error}");
        source = error.source();
    }
    message
}

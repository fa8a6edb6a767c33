//! Emits that are refused before or after they are sent: each ends in time and says why.

use std::time::{Duration, Instant};

use async_nats::ConnectOptions;
use async_nats::jetstream::stream;
use walnats_runtime::{
    Cause, EmitError, MAX_MESSAGE_ID_BYTES, NotStored, Options, Publisher, Reason, StreamDescriptor,
};
use walnats_server::NatsServer;

use crate::note::{Note, PLAIN, STREAMS, TestResult, note, ready, ready_with, stored, whole};
use crate::owner::config;

pub fn not_stored<T: std::fmt::Debug>(result: Result<T, EmitError>) -> Result<NotStored, Box<dyn std::error::Error>> {
    match result {
        Err(EmitError::NotStored(error)) => Ok(error),
        other => Err(format!("expected `NotStored`, not {other:?}").into()),
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_anything_is() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    let event = note("secret");
    let seconds = Duration::from_secs;
    let topic = |topic: &str| Note { topic: topic.into(), text: "secret".into() };
    let (dot, long) = (topic("a.b"), topic(&"x".repeat(2_000)));
    let invalid = note("invalid");
    for (emit, expected) in [
        (publisher.emit(&invalid), "it breaks its schema: /text: expected another text (not)"),
        (publisher.emit(&dot), "field `topic` contains `.`"),
        (publisher.emit(&long), "2006 bytes"),
        (publisher.emit(&event).uid(""), "message id (uid) is empty"),
        (publisher.emit(&event).uid("secret\nline"), "message id (uid) contains a control character"),
        (publisher.emit(&event).uid("x".repeat(10_240)), "10240 bytes long, the limit is 1024"),
        (publisher.emit(&event).header("X-Note", "secret\r\nX: y"), "value of header `X-Note`"),
        (publisher.emit(&event).header("Öl", "secret"), "header name \"Öl\""),
        (publisher.emit(&event).header("Nats-Msg-Id", "secret"), "use `.uid()`"),
        (publisher.emit(&event).trace_id("secret\n"), "value of header `Walnats-Trace`"),
        (publisher.emit(&event).ttl(seconds(1)), "stream `notes` is not declared with `message_ttl`"),
        (publisher.emit(&event).delay(Duration::MAX), "too long"),
    ] {
        let error = not_stored(emit.await)?;
        let message = whole(&error);
        assert!(message.starts_with("`note-taken` was not stored: ") && message.contains(expected), "{message}");
        assert!(!message.contains("secret") && !format!("{error:?}").contains("secret"), "{error:?}");
    }
    publisher.emit(&event).uid("x".repeat(MAX_MESSAGE_ID_BYTES)).await?;

    let ttl = ready(&server, STREAMS).await?;
    for duration in [Duration::ZERO, Duration::from_millis(999), Duration::from_millis(1_500)] {
        let message = whole(&not_stored(ttl.emit(&event).ttl(duration).await)?);
        assert!(message.contains("whole number of seconds"), "{message}");
    }
    assert_eq!(stored(&publisher, "notes").await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_delay_beyond_what_the_stream_keeps_is_refused() -> TestResult {
    static SHORT: &[StreamDescriptor] = &[StreamDescriptor {
        subjects: &["notes.*"],
        max_age: Some(Duration::from_secs(60)),
        ..StreamDescriptor::new("notes")
    }];
    let server = NatsServer::start()?;
    let publisher = ready(&server, SHORT).await?;
    let error = not_stored(publisher.emit(&note("x")).delay(Duration::from_secs(60)).await)?;
    assert!(whole(&error).contains("longer than stream `notes` keeps messages"), "{}", whole(&error));
    Ok(())
}

#[tokio::test]
async fn a_message_larger_than_the_server_or_the_stream_admits() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    let error = not_stored(publisher.emit(&note("x".repeat(2 << 20))).await)?;
    let Reason::TooLarge { size, limit } = error.reason() else { return Err(whole(&error).into()) };
    assert!(*size > 2 << 20 && *limit == 1 << 20, "{size} {limit}");
    // Nothing else suffers: the server would have cut the connection.
    publisher.emit(&note("small")).await?;
    // As large as the server admits, to the byte.
    let small = publisher.emit(&note("")).uid("u").into_message()?.wire_size();
    publisher.emit(&note("x".repeat((1 << 20) - small))).uid("u").await?;
    not_stored(publisher.emit(&note("x".repeat((1 << 20) - small + 1))).uid("v").await)?;

    let config = stream::Config { max_message_size: 100, ..config("notes", &["notes.*"]) };
    publisher.jetstream().update_stream(config).await?;
    let error = not_stored(publisher.emit(&note("x".repeat(500))).await)?;
    assert!(matches!(error.reason(), Reason::TooLargeForStream { .. }), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_stream_that_is_not_there() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    let start = Instant::now();
    let error = not_stored(publisher.emit(&note("x")).await)?;
    assert!(matches!(error.reason(), Reason::NoStream { .. }), "{error}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());

    // Created meanwhile: the emit waits for it.
    let event = note("x");
    let waiting = publisher.emit(&event).buffered().await?;
    publisher.register(PLAIN).await?;
    waiting.await?;

    // A stream of the name that does not take the subject.
    publisher.jetstream().update_stream(config("notes", &["other.*"])).await?;
    let error = not_stored(publisher.emit(&note("x")).await)?;
    assert!(matches!(error.reason(), Reason::NoStream { .. }), "{error}");
    Ok(())
}

#[tokio::test]
async fn one_stream_that_is_not_there_does_not_hold_up_another() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready_with(&server, PLAIN, Options::new().window_messages(4)).await?;
    let there = note("x");
    let absent = Note { topic: "absent".into(), text: "x".into() };
    publisher.jetstream().update_stream(config("notes", &["notes.home"])).await?;
    let mut failing = Vec::new();
    for _ in 0..50 {
        failing.push(publisher.emit(&absent).buffered().await?);
    }
    publisher.emit(&there).await?;
    for one in failing {
        not_stored(one.await)?;
    }
    Ok(())
}

#[tokio::test]
async fn another_stream_that_takes_the_subject() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    publisher.jetstream().create_stream(config("everything", &["notes.>"])).await?;
    let error = not_stored(publisher.emit(&note("x")).await)?;
    assert!(matches!(error.reason(), Reason::WrongStream { .. }), "{error}");
    assert!(stored(&publisher, "everything").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_server_without_jetstream() -> TestResult {
    let server = NatsServer::builder().jetstream(false).start()?;
    // Long enough for the question whether there is a JetStream, on a busy machine too.
    let options = Options::new().deadline(Duration::from_secs(8));
    let publisher = Publisher::connect(server.url(), PLAIN, options).await?;
    let (event, confirmed) = (note("x"), note("x"));
    let buffered = publisher.emit(&event).buffered().await?;
    let confirmed = std::future::IntoFuture::into_future(publisher.emit(&confirmed));
    // A buffered emit has no deadline of its own, and still does not wait for ever.
    let (confirmed, buffered) = tokio::join!(confirmed, buffered);
    for end in [confirmed, buffered] {
        let error = not_stored(end)?;
        assert!(matches!(error.reason(), Reason::NoJetStream { .. }), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_full_stream_that_refuses() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    let discard = stream::DiscardPolicy::New;
    let config = stream::Config { max_messages: 1, discard, ..config("notes", &["notes.*"]) };
    publisher.jetstream().create_stream(config).await?;
    publisher.emit(&note("x")).await?;
    let error = not_stored(publisher.emit(&note("x")).await)?;
    assert!(matches!(error.reason(), Reason::StreamFull { .. }), "{error}");
    assert!(error.to_string().contains("maximum messages exceeded"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_publish_that_is_denied() -> TestResult {
    let permissions = "publish: { deny: [\"notes.secret\"] }";
    let server = NatsServer::builder()
        .config(&format!(
            "authorization {{ users: [{{ user: shop, password: pw, permissions: {{ {permissions} }} }}] }}"
        ))
        .start()?;
    let nats = ConnectOptions::new().user_and_password("shop".into(), "pw".into());
    let publisher = ready_with(&server, PLAIN, Options::new().nats(nats)).await?;
    let denied = Note { topic: "secret".into(), text: "x".into() };
    let start = Instant::now();
    let error = not_stored(publisher.emit(&denied).await)?;
    assert!(matches!(error.reason(), Reason::PermissionDenied), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    let mut pending = Vec::new();
    for _ in 0..20 {
        pending.push(publisher.emit(&denied).buffered().await?);
        publisher.emit(&note("x")).await?;
    }
    for one in pending {
        not_stored(one.await)?;
    }
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    Ok(())
}

#[tokio::test]
async fn an_inbox_that_is_denied() -> TestResult {
    let permissions = "subscribe: { deny: [\"_INBOX.>\"] }";
    let server = NatsServer::builder()
        .config(&format!(
            "authorization {{ users: [{{ user: shop, password: pw, permissions: {{ {permissions} }} }}] }}"
        ))
        .start()?;
    let nats = |options: ConnectOptions| Options::new().nats(options.user_and_password("shop".into(), "pw".into()));
    let denied = Publisher::connect(server.url(), PLAIN, nats(ConnectOptions::new())).await?;
    // With an inbox of its own, the same user may.
    let other = ready_with(&server, PLAIN, nats(ConnectOptions::new().custom_inbox_prefix("_SHOP"))).await?;
    other.emit(&note("x")).await?;
    let start = Instant::now();
    match denied.emit(&note("x")).await {
        Err(EmitError::PossiblyStored(error)) => assert_eq!(error.cause(), &Cause::InboxDenied),
        Err(EmitError::NotStored(error)) => assert!(matches!(error.reason(), Reason::InboxDenied), "{error}"),
        Ok(receipt) => return Err(receipt.to_string().into()),
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    Ok(())
}

//! Emits that are not stored, and those of which nobody knows: each ends in time and says why.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_nats::ConnectOptions;
use async_nats::jetstream::stream;
use walnats_runtime::{
    Cause, EmitError, FlushError, MAX_MESSAGE_ID_BYTES, NotStored, Options, PossiblyStored, Publisher, Reason,
    StreamDescriptor,
};
use walnats_server::NatsServer;

use crate::note::{Note, PLAIN, STREAMS, TestResult, note, ready, ready_with, stored, suspend, whole};

fn not_stored<T: std::fmt::Debug>(result: Result<T, EmitError>) -> Result<NotStored, Box<dyn std::error::Error>> {
    match result {
        Err(EmitError::NotStored(error)) => Ok(error),
        other => Err(format!("expected `NotStored`, not {other:?}").into()),
    }
}

fn possibly_stored<T: std::fmt::Debug>(
    result: Result<T, EmitError>,
) -> Result<PossiblyStored, Box<dyn std::error::Error>> {
    match result {
        Err(EmitError::PossiblyStored(error)) => Ok(error),
        other => Err(format!("expected `PossiblyStored`, not {other:?}").into()),
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

#[tokio::test]
async fn a_server_that_is_gone() -> TestResult {
    let mut server = NatsServer::start()?;
    let options = Options::new().deadline(Duration::from_millis(400)).buffered_deadline(Duration::from_millis(400));
    let publisher = ready_with(&server, PLAIN, options).await?;
    server.kill();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = not_stored(publisher.emit(&note("x")).await)?;
    assert!(error.to_string().contains("there was no connection"), "{error}");
    let error = not_stored(publisher.emit(&note("x")).buffered().await?.await)?;
    assert!(error.to_string().contains("there was no connection"), "{error}");
    assert!(matches!(publisher.flush(Duration::from_secs(1)).await, Err(FlushError::Failed { failed: 1, .. })));
    Ok(())
}

#[tokio::test]
async fn an_acknowledgement_that_does_not_come() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    publisher.emit(&note("warm")).await?;
    suspend(&mut server).await;
    let start = Instant::now();
    let error = possibly_stored(publisher.emit(&note("x")).uid("u").deadline(Duration::from_millis(300)).await)?;
    assert_eq!((error.cause(), error.message_id()), (&Cause::Deadline, "u"));
    assert!(start.elapsed() < Duration::from_secs(1));
    server.resume();
    // It was stored all the same, and the same uid settles it.
    let receipt = publisher.emit(&note("x")).uid("u").await?;
    assert_eq!(receipt.outcome.sequence(), 2);
    Ok(())
}

#[tokio::test]
async fn nothing_is_sent_again_once_the_stream_may_have_forgotten_the_id() -> TestResult {
    static FORGETFUL: &[StreamDescriptor] = &[StreamDescriptor {
        subjects: &["notes.*"],
        duplicate_window: Some(Duration::from_millis(600)),
        ..StreamDescriptor::new("notes")
    }];
    let mut server = NatsServer::start()?;
    let options = Options::new().ack_timeout(Duration::from_millis(200));
    let publisher = ready_with(&server, FORGETFUL, options).await?;
    suspend(&mut server).await;
    let event = note("x");
    let pending = publisher.emit(&event).buffered().await?;
    let error = possibly_stored(pending.await)?;
    assert_eq!(error.cause(), &Cause::WindowExpired);
    server.resume();
    publisher.emit(&note("last")).await?;
    let texts: Vec<_> = stored(&publisher, "notes").await?.into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["x", "last"]);
    Ok(())
}

#[tokio::test]
async fn failures_that_nobody_waits_for_are_reported() -> TestResult {
    let server = NatsServer::start()?;
    let lost = Arc::new(Mutex::new(Vec::new()));
    let report = Arc::clone(&lost);
    let options = Options::new().on_lost(move |one| report.lock().expect("nobody panicked").push(one));
    let publisher = Publisher::connect(server.url(), PLAIN, options).await?;
    // Dropped before the end, dropped after the end, and a confirmed emit that is abandoned half-way.
    drop(publisher.emit(&note("before")).uid("before").buffered().await?);
    let after = publisher.emit(&note("after")).uid("after").buffered().await?;
    let event = note("half-way");
    let half_way = publisher.emit(&event).uid("half-way");
    assert!(tokio::time::timeout(Duration::from_millis(50), half_way).await.is_err());
    let Err(FlushError::Failed { failed: 2, first }) = publisher.flush(Duration::from_secs(10)).await else {
        return Err("two buffered emits failed".into());
    };
    assert_eq!(first.message_id(), Some("before"));
    drop(after);
    publisher.flush(Duration::from_secs(1)).await?;
    assert_eq!(publisher.lost(), 3);
    let lost = lost.lock().map_err(|_| "poisoned")?;
    let mut ids: Vec<_> = lost.iter().map(|lost| lost.message.message_id()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["after", "before", "half-way"]);
    Ok(())
}

#[tokio::test]
async fn shutdown_gives_back_what_is_not_acknowledged() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready_with(&server, PLAIN, Options::new().window_messages(2)).await?;
    publisher.emit(&note("warm")).await?;
    suspend(&mut server).await;
    let mut pending = Vec::new();
    for number in 0..5 {
        pending.push(publisher.emit(&note(number.to_string())).uid(number.to_string()).buffered().await?);
    }
    assert!(matches!(
        publisher.flush(Duration::from_millis(50)).await,
        Err(FlushError::Deadline { unacknowledged: 5 })
    ));
    let error = publisher.shutdown(Duration::from_millis(100)).await.expect_err("nobody answers");
    let ids = |messages: &[walnats_runtime::OutboundMessage]| {
        messages.iter().map(|message| message.message_id().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (ids(error.unknown()), ids(error.unsent())),
        (vec!["0".into(), "1".into()], vec!["2".into(), "3".into(), "4".into()])
    );
    assert_eq!(error.into_messages().len(), 5);
    let mut ends = Vec::new();
    for one in pending {
        ends.push(matches!(one.await, Err(EmitError::PossiblyStored(_))));
    }
    assert_eq!(ends, [true, true, false, false, false]);
    assert_eq!(publisher.lost(), 0, "what was given back is not lost");
    server.resume();
    Ok(())
}

#[tokio::test]
async fn answers_that_are_none_change_nothing() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    let mut inboxes = publisher.client().subscribe("notes.*").await?;
    publisher.emit(&note("first")).await?;
    let reply = futures_util::StreamExt::next(&mut inboxes).await.and_then(|message| message.reply).ok_or("a reply")?;
    let inbox = reply.strip_suffix('0').ok_or("the first token")?;
    suspend(&mut server).await;
    let pending = publisher.emit(&note("second")).buffered().await?;
    for (token, payload) in [
        ("1", "garbage"),
        ("1", "{}"),
        ("1", "[1]"),
        ("1", r#"{"stream":"notes"}"#),
        ("99", r#"{"stream":"notes","seq":9}"#),
        ("x", ""),
    ] {
        publisher.client().publish(format!("{inbox}{token}"), payload.into()).await?;
    }
    server.resume();
    assert_eq!(pending.await?.outcome.sequence(), 2);
    Ok(())
}

fn config(name: &str, subjects: &[&str]) -> stream::Config {
    let subjects = subjects.iter().map(|subject| (*subject).to_owned()).collect();
    stream::Config { name: name.to_owned(), subjects, ..Default::default() }
}

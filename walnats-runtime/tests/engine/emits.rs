//! Confirmed, buffered, delayed, deduplicated: what arrives, and what is headers_of of it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use walnats_runtime::{CloudEvent, EmitError, FlushError, Full, Options, Outcome, Publisher, Reason};
use walnats_server::NatsServer;

use crate::note::{Note, PLAIN, STREAMS, Stored, TestResult, note, ready, ready_with, stored, suspend};

#[tokio::test]
async fn a_confirmed_emit_is_stored_with_its_id() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    let receipt = publisher.emit(&note("hello")).trace_id("t-1").header("X-Tenant", "acme").await?;
    assert_eq!(receipt.outcome, Outcome::Stored(1));
    assert_eq!(receipt.to_string(), "stored as 1 of `notes`");
    assert_eq!(uuid::Uuid::parse_str(&receipt.message_id)?.get_version_num(), 7);

    let [message] = stored(&publisher, "notes").await?.try_into().map_err(|_| "one message")?;
    assert_eq!((message.subject.as_str(), message.text.as_str()), ("notes.home", "hello"));
    let headers: Vec<_> = message.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expected = [
        ("Content-Type", "text/plain"),
        ("Nats-Expected-Stream", "notes"),
        ("Nats-Msg-Id", receipt.message_id.as_str()),
        ("Walnats-Event", "note-taken"),
        ("Walnats-Trace", "t-1"),
        ("X-Tenant", "acme"),
    ];
    assert_eq!(headers, expected);
    Ok(())
}

#[tokio::test]
async fn a_reader_can_tell_events_apart_by_their_headers() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, STREAMS).await?;
    publisher.emit(&note("plain")).await?;
    publisher.emit(&note("own")).header("content-type", "text/markdown").await?;
    publisher.emit(&note("binary")).cloud_event(CloudEvent::new("/notes")).await?;
    publisher.emit(&note("structured")).cloud_event(CloudEvent::new("/notes").structured()).await?;
    publisher.emit_all(&[note("batch")]).atomic().await?;
    let delayed = note("delayed");
    publisher.emit(&delayed).delay(Duration::from_millis(1)).await?;
    let until = Instant::now() + Duration::from_secs(30);
    while look_for(&publisher, "delayed").await?.is_none() {
        assert!(Instant::now() < until, "the schedule fires");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let headers_of = async |text: &str| -> Result<Vec<(String, String)>, Box<dyn std::error::Error>> {
        let message = look_for(&publisher, text).await?.ok_or("a message")?;
        let shown = |name: &str| name.eq_ignore_ascii_case("content-type") || name == "Walnats-Event";
        Ok(message.headers.into_iter().filter(|(name, _)| shown(name)).collect())
    };
    let both = [("Content-Type", "text/plain"), ("Walnats-Event", "note-taken")];
    let own = [("Walnats-Event", "note-taken"), ("content-type", "text/markdown")];
    for (text, expected) in [("plain", &both[..]), ("batch", &both), ("delayed", &both), ("own", &own), ("binary", &[])]
    {
        let expected: Vec<_> = expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(headers_of(text).await?, expected, "{text}");
    }
    // One message has one media type.
    let structured = stored(&publisher, "notes").await?.into_iter().find(|it| it.text.contains("specversion"));
    let structured = structured.ok_or("a structured event")?;
    assert_eq!(structured.headers["content-type"], "application/cloudevents+json");
    assert!(!structured.headers.contains_key("Content-Type") && !structured.headers.contains_key("Walnats-Event"));
    Ok(())
}

/// The message with this text that was published on the event's own subject.
async fn look_for(publisher: &Publisher, text: &str) -> Result<Option<Stored>, Box<dyn std::error::Error>> {
    let found = stored(publisher, "notes").await?.into_iter();
    Ok(found.into_iter().find(|message| message.text == text && message.subject == "notes.home"))
}

#[tokio::test]
async fn an_id_is_stored_once_whoever_gives_it() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    assert_eq!(publisher.emit(&note("a")).uid("one").await?.outcome, Outcome::Stored(1));
    assert_eq!(publisher.emit(&note("b")).uid("one").await?.outcome, Outcome::Duplicate(1));
    assert_eq!(publisher.emit(&note("once two")).await?.message_id, "two", "the event's own id");
    assert_eq!(publisher.emit(&note("once two")).buffered().await?.await?.outcome, Outcome::Duplicate(2));
    let other = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    assert_eq!(other.emit(&note("c")).uid("one").await?.outcome, Outcome::Duplicate(1));
    assert_eq!(stored(&publisher, "notes").await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn ten_thousand_emits_of_one_id_are_stored_once() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    let event = note("same");
    let mut pending = Vec::new();
    for _ in 0..10_000 {
        pending.push(publisher.emit(&event).uid("one").buffered().await?);
    }
    let mut new = 0;
    for one in pending {
        new += usize::from(one.await?.outcome == Outcome::Stored(1));
    }
    assert_eq!((new, stored(&publisher, "notes").await?.len()), (1, 1));
    Ok(())
}

#[tokio::test]
async fn buffered_emits_keep_their_order_and_flush_waits_for_them() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    for number in 0..3_000 {
        drop(publisher.emit(&note(number.to_string())).buffered().await?);
    }
    publisher.flush(Duration::from_secs(10)).await?;
    let numbers: Vec<usize> =
        stored(&publisher, "notes").await?.iter().map(|message| message.text.parse()).collect::<Result<_, _>>()?;
    assert_eq!(numbers, (0..3_000).collect::<Vec<_>>());
    publisher.flush(Duration::ZERO).await?;
    Ok(())
}

#[tokio::test]
async fn a_full_buffer_refuses_or_waits() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready_with(&server, PLAIN, Options::new().buffer_messages(10)).await?;
    let strict = ready_with(&server, PLAIN, Options::new().buffer_bytes(5_000).full(Full::Refuse)).await?;
    suspend(&mut server).await;
    let mut pending = Vec::new();
    for _ in 0..10 {
        pending.push(publisher.emit(&note("x")).try_buffered()?);
    }
    let error = publisher.emit(&note("x")).try_buffered().expect_err("the eleventh");
    assert!(matches!(&error, EmitError::NotStored(error) if error.is_buffer_full()), "{error}");
    let event = note("waits");
    let waiting = std::future::IntoFuture::into_future(publisher.emit(&event).buffered());
    tokio::pin!(waiting);
    assert!(tokio::time::timeout(Duration::from_millis(100), &mut waiting).await.is_err());
    let confirmed = publisher.emit(&event).deadline(Duration::from_millis(100)).await.expect_err("no place in time");
    assert!(matches!(&confirmed, EmitError::NotStored(error) if matches!(error.reason(), Reason::Unsent(_))));

    // By bytes: one message larger than the whole buffer, then none.
    let large = note("x".repeat(6_000));
    pending.push(strict.emit(&large).buffered().await?);
    let error = strict.emit(&note("x")).buffered().await.expect_err("no bytes left");
    assert!(matches!(&error, EmitError::NotStored(error) if error.is_buffer_full()), "{error}");

    server.resume();
    pending.push(waiting.await?);
    for one in pending {
        one.await?;
    }
    strict.emit(&note("x")).buffered().await?.await?;
    assert_eq!(stored(&publisher, "notes").await?.len(), 13);
    Ok(())
}

#[tokio::test]
async fn the_server_holds_what_is_delayed_where_the_stream_has_schedules() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, STREAMS).await?;
    let start = Instant::now();
    for (text, uid) in [("a", "a.1 *"), ("b", "b"), ("b", "b")] {
        publisher.emit(&note(text)).uid(uid).header("X-Tenant", "acme").delay(Duration::from_secs(1)).await?;
    }
    // What the server publishes when it is due is stored, and goes to consumers; core subscriptions do not see it.
    let due = |message: &Stored| message.subject == "notes.home";
    let mut messages = stored(&publisher, "notes").await?;
    assert!(start.elapsed() > Duration::from_millis(900) || !messages.iter().any(due), "{messages:?}");
    for _ in 0..50 {
        messages = stored(&publisher, "notes").await?;
        if messages.len() == 2 && messages.iter().all(due) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(start.elapsed() > Duration::from_millis(900), "{:?}", start.elapsed());
    let mut texts: Vec<_> =
        messages.iter().map(|message| (message.text.as_str(), message.headers["X-Tenant"].as_str())).collect();
    texts.sort_unstable();
    assert_eq!(texts, [("a", "acme"), ("b", "acme")], "once each: the second `b` is a duplicate");
    Ok(())
}

#[tokio::test]
async fn readers_hold_what_is_delayed_elsewhere() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    publisher.emit(&note("later")).delay(Duration::from_secs(60)).await?;
    publisher.emit(&note("now")).delay(Duration::ZERO).await?;
    let messages = stored(&publisher, "notes").await?;
    let until: f64 = messages[0].headers["Walnats-Delay"].parse()?;
    let left = until - SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    assert!((57.0..=60.0).contains(&left), "{left}");
    assert!(!messages[1].headers.contains_key("Walnats-Delay"));
    Ok(())
}

#[tokio::test]
async fn the_server_drops_an_event_at_the_end_of_its_life() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, STREAMS).await?;
    publisher.emit(&note("short")).ttl(Duration::from_secs(1)).await?;
    publisher.emit(&note("late and short")).delay(Duration::from_secs(1)).ttl(Duration::from_secs(1)).await?;
    publisher.emit(&note("long")).ttl(Duration::from_secs(60)).await?;
    tokio::time::sleep(Duration::from_millis(3_500)).await;
    let texts: Vec<_> = stored(&publisher, "notes").await?.into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["long"]);
    Ok(())
}

#[tokio::test]
async fn cloud_events_by_emit_or_by_default() -> TestResult {
    let server = NatsServer::start()?;
    let options = Options::new().cloud_events(CloudEvent::new("/default"));
    let publisher = ready_with(&server, PLAIN, options).await?;
    let receipt = publisher.emit(&note("a")).await?;
    publisher.emit(&note("b")).cloud_event(CloudEvent::new("/own").id("7")).uid("u").await?;
    publisher.emit_all(&[note("c")]).cloud_event(|note: &Note| CloudEvent::new("/each").id(&note.text)).await?;
    let messages = stored(&publisher, "notes").await?;
    let shown: Vec<_> =
        messages.iter().map(|m| (m.headers["ce-source"].as_str(), m.headers["ce-id"].as_str())).collect();
    assert_eq!(shown, [("/default", receipt.message_id.as_str()), ("/own", "7"), ("/each", "c")]);
    assert_eq!(messages[1].headers["Nats-Msg-Id"], "u");
    assert_eq!(messages[1].headers["ce-type"], "note-taken");
    Ok(())
}

#[tokio::test]
async fn a_finished_message_can_be_sent_later() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    let message = publisher.emit(&note("kept secret")).uid("u").into_message()?;
    assert_eq!((message.subject(), message.message_id(), message.stream()), ("notes.home", "u", "notes"));
    assert!(!format!("{message:?}").contains("secret"), "{message:?}");
    assert!(stored(&publisher, "notes").await?.is_empty());
    assert_eq!(publisher.submit(message.clone()).await?.await?.outcome, Outcome::Stored(1));
    assert_eq!(publisher.submit(message).await?.await?.outcome, Outcome::Duplicate(1));
    Ok(())
}

#[tokio::test]
async fn after_shutdown_nothing_is_accepted() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    let clone = publisher.clone();
    let pending = publisher.emit(&note("last")).buffered().await?;
    publisher.shutdown(Duration::from_secs(5)).await?;
    assert_eq!(pending.await?.outcome, Outcome::Stored(1));
    for error in [
        clone.emit(&note("x")).await.expect_err("closed"),
        clone.emit(&note("x")).buffered().await.expect_err("closed"),
        clone.emit(&note("x")).try_buffered().expect_err("closed"),
    ] {
        assert!(matches!(&error, EmitError::NotStored(error) if matches!(error.reason(), Reason::Closed)), "{error}");
    }
    assert!(matches!(clone.flush(Duration::from_secs(1)).await, Err(FlushError::Closed)));
    clone.shutdown(Duration::from_secs(1)).await?;
    assert!(clone.client().publish("still", "open".into()).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn what_is_in_the_buffer_is_sent_after_the_last_handle_is_gone() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    let reader = Publisher::new(publisher.client().clone(), PLAIN, Options::new());
    for _ in 0..500 {
        drop(publisher.emit(&note("x")).buffered().await?);
    }
    drop(publisher);
    for _ in 0..100 {
        if stored(&reader, "notes").await?.len() == 500 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err("not everything was sent".into())
}

#[test]
fn a_publisher_works_in_whichever_runtime_it_is_first_used() -> TestResult {
    let server = NatsServer::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let client = runtime.block_on(async_nats::connect(server.url()))?;
    let publisher = Publisher::new(client, PLAIN, Options::new());
    let error = publisher.emit(&note("x")).try_buffered().expect_err("no runtime here");
    assert!(matches!(&error, EmitError::NotStored(error) if matches!(error.reason(), Reason::NoRuntime)), "{error}");
    runtime.block_on(async {
        publisher.register(PLAIN).await?;
        assert_eq!(publisher.emit(&note("x")).await?.outcome, Outcome::Stored(1));
        Ok(())
    })
}

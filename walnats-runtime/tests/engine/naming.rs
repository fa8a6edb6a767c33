//! One binary for several environments, tenants and operators, each with names of its own.

use std::time::{Duration, Instant};

use walnats_runtime::{ConfigError, ConnectError, EventDescriptor, Options, Outcome, Publisher, StreamDescriptor};
use walnats_server::NatsServer;

use crate::note::{TestResult, note, stored};

static STREAMS: &[StreamDescriptor] =
    &[StreamDescriptor { subjects: &["notes.>"], schedules: true, atomic: true, ..StreamDescriptor::new("notes") }];

#[tokio::test]
async fn environments_do_not_meet() -> TestResult {
    let server = NatsServer::start()?;
    let staging = Publisher::connect(server.url(), STREAMS, Options::new().environment("staging")).await?;
    let production = Publisher::connect(server.url(), STREAMS, Options::new()).await?;
    assert_eq!(staging.register(STREAMS).await?.to_string(), "staging-notes: created");
    assert_eq!(production.register(STREAMS).await?.to_string(), "notes: created");
    assert!(staging.plan(STREAMS).await?.is_empty() && production.plan(STREAMS).await?.is_empty());

    let receipt = staging.emit(&note("one")).uid("1").await?;
    assert_eq!((receipt.stream.as_str(), receipt.outcome), ("staging-notes", Outcome::Stored(1)));
    assert_eq!(production.emit(&note("one")).uid("1").await?.outcome, Outcome::Stored(1));
    staging.emit(&note("two")).buffered().await?.await?;
    staging.emit_all(&[note("three"), note("four")]).atomic().await?;
    let found = stored(&staging, "staging-notes").await?;
    assert_eq!(found.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["one", "two", "three", "four"]);
    assert!(found.iter().all(|note| note.subject == "staging.notes.home"), "{found:?}");
    let found = stored(&production, "notes").await?;
    assert_eq!((found.len(), found[0].subject.as_str()), (1, "notes.home"));
    Ok(())
}

#[tokio::test]
async fn keys_schedules_and_outboxes_use_the_names_of_the_environment() -> TestResult {
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), STREAMS, Options::new().environment("tenant-7")).await?;
    publisher.register(STREAMS).await?;

    assert_eq!(publisher.emit(&note("a")).once("k").await?.outcome, Outcome::Stored(1));
    assert_eq!(publisher.emit(&note("b")).once("k").await?.outcome, Outcome::Duplicate(1));

    let message = publisher.emit(&note("kept")).into_message()?;
    assert_eq!((message.stream(), message.subject()), ("tenant-7-notes", "tenant-7.notes.home"));
    // Whoever sends it takes the names as they are, whatever its own options say.
    let relay = Publisher::connect(server.url(), STREAMS, Options::new().environment("tenant-8")).await?;
    relay.submit(message).await?.await?;

    let later = note("later");
    let delayed = publisher.emit(&later).delay(Duration::from_secs(1)).uid("d");
    assert_eq!(delayed.await?.stream, "tenant-7-notes");
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let found = stored(&publisher, "tenant-7-notes").await?;
        if let Some(note) = found.iter().find(|note| note.text == "later" && note.subject == "tenant-7.notes.home") {
            assert!(note.headers.contains_key("Nats-Scheduler"), "{note:?}");
            assert_eq!(note.headers["Nats-Scheduler"], "tenant-7._walnats.schedule.tenant-7-notes.d");
            break;
        }
        assert!(Instant::now() < until, "{found:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let texts: Vec<_> = stored(&publisher, "tenant-7-notes").await?.into_iter().map(|note| note.text).collect();
    assert!(texts.contains(&"kept".to_owned()), "{texts:?}");
    Ok(())
}

#[tokio::test]
async fn an_operators_names_are_used_as_they_are() -> TestResult {
    let server = NatsServer::start()?;
    let options = Options::new().stream_prefix("x-").rename_stream("notes", "SHOP_NOTES");
    let publisher = Publisher::connect(server.url(), STREAMS, options).await?;
    const EVENT: EventDescriptor = EventDescriptor {
        name: "note-taken",
        event_type: "note-taken",
        stream: "notes",
        subject: "notes.{topic}",
        content_type: "text/plain",
        description: "",
        message_name: None,
    };
    assert_eq!(publisher.register(STREAMS).only(&[&EVENT]).await?.to_string(), "SHOP_NOTES: created");
    for _ in 0..3 {
        publisher.emit(&note("x")).await?;
    }
    assert_eq!(stored(&publisher, "SHOP_NOTES").await?.len(), 3);

    let small: &[StreamDescriptor] = &[StreamDescriptor { max_messages: Some(1), ..STREAMS[0] }];
    assert!(publisher.register(small).await.is_err(), "it would lose two messages");
    publisher.register(small).allow_loss("notes", 2).await?;
    assert_eq!(stored(&publisher, "SHOP_NOTES").await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn names_that_nats_does_not_take_are_refused_before_anything_is_sent() -> TestResult {
    let server = NatsServer::start()?;
    for options in [
        Options::new().subject_prefix("a.*"),
        Options::new().stream_prefix("a.b"),
        Options::new().environment("a b"),
        Options::new().rename_stream("other", "x"),
    ] {
        let error = Publisher::connect(server.url(), STREAMS, options.clone()).await.expect_err("not a name");
        assert!(
            matches!(error, ConnectError::Options(ConfigError::Name { .. } | ConfigError::NoStream { .. })),
            "{error:?}"
        );
        let publisher = Publisher::new(async_nats::connect(server.url()).await?, STREAMS, options);
        assert!(publisher.register(STREAMS).await.is_err());
        assert!(publisher.emit(&note("x")).await.is_err());
    }
    Ok(())
}

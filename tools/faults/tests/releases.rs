//! The same behaviour on every nats-server that is supported, and a clear error where one lacks something.

use std::error::Error;
use std::time::{Duration, Instant};

use async_nats::jetstream::stream::Config;
use walnats_faults::{Fact, Result};
use walnats_runtime::{EmitError, Options, Outcome, Pending, Publisher, Reason, Receipt, StreamDescriptor};
use walnats_server::{NatsServer, Release};

const FACTS: StreamDescriptor = StreamDescriptor { subjects: &["facts.>"], ..StreamDescriptor::new("facts") };

static PLAIN: [StreamDescriptor; 1] = [FACTS];
static TTL: [StreamDescriptor; 1] = [StreamDescriptor { message_ttl: true, ..FACTS }];
static SCHEDULES: [StreamDescriptor; 1] = [StreamDescriptor { schedules: true, ..FACTS }];
static ATOMIC: [StreamDescriptor; 1] = [StreamDescriptor { atomic: true, ..FACTS }];

/// Each release in a test of its own.
macro_rules! on_each_release {
    ($($name:ident: $release:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() -> Result<()> {
            let release = Release::$release;
            let mut server = NatsServer::builder().release(release).start()?;
            everything_that_all_have(&mut server).await?;
            another_stream(&server, release).await?;
            time_to_live(&server, release).await?;
            schedules(&server, release).await?;
            atomic_batches(&server, release).await
        }
    )*};
}

on_each_release! {
    release_2_10: V2_10,
    release_2_11: V2_11,
    release_2_12: V2_12,
    release_2_14: V2_14,
    release_2_15: V2_15,
}

async fn everything_that_all_have(server: &mut NatsServer) -> Result<()> {
    let publisher = connect(server, &PLAIN).await?;
    assert!(matches!(reason(publisher.emit(&fact(0)).await), Some(Reason::NoStream { .. })));
    publisher.register(&PLAIN).await?;
    publisher.register(&PLAIN).await?;
    assert_eq!(publisher.emit(&fact(1)).uid("1").await?.outcome, Outcome::Stored(1));
    assert_eq!(publisher.emit(&fact(1)).uid("1").await?.outcome, Outcome::Duplicate(1));
    assert_eq!(publisher.emit(&fact(2)).once("a key").await?.outcome, Outcome::Stored(2));
    assert_eq!(publisher.emit(&fact(2)).once("a key").await?.outcome, Outcome::Duplicate(2));
    assert_eq!(publisher.emit_all(&[fact(3), fact(4)]).await?.len(), 2);
    // Without schedules, consumers hold it back.
    publisher.emit(&fact(5)).delay(Duration::from_secs(1)).await?;

    let before = buffered(&publisher, 100).await?;
    server.kill();
    let meanwhile = buffered(&publisher, 100).await?;
    server.restart()?;
    for one in before.into_iter().chain(meanwhile) {
        one.await?;
    }
    assert_eq!(messages(&publisher).await?, 205);

    let config = Config { name: "facts".into(), subjects: vec!["facts.>".into()], ..Config::default() };
    let full = Config { max_messages: 205, discard: async_nats::jetstream::stream::DiscardPolicy::New, ..config };
    publisher.jetstream().update_stream(&full).await?;
    assert!(matches!(reason(publisher.emit(&fact(6)).await), Some(Reason::StreamFull { .. })));
    publisher.jetstream().update_stream(Config { max_messages: -1, max_message_size: 100, ..full }).await?;
    let large = Fact { size: 200, ..fact(7) };
    assert!(matches!(reason(publisher.emit(&large).await), Some(Reason::TooLargeForStream { .. })));
    publisher.jetstream().delete_stream("facts").await?;
    Ok(())
}

/// It takes the subject, and the event's own stream does not exist. From 2.11 on, servers show that nobody else receives it.
async fn another_stream(server: &NatsServer, release: Release) -> Result<()> {
    let publisher = connect(server, &PLAIN).await?;
    let config = Config { name: "others".into(), subjects: vec!["facts.>".into()], ..Config::default() };
    publisher.jetstream().create_stream(config).await?;
    let refused = connect(server, &PLAIN).await?.emit(&fact(8)).await;
    let kind = refused.as_ref().map_or_else(EmitError::kind, |_| "stored");
    assert_eq!(kind, if release < Release::V2_11 { "other_stream_refused" } else { "wrong_stream" }, "{refused:?}");
    publisher.jetstream().delete_stream("others").await?;
    Ok(())
}

async fn time_to_live(server: &NatsServer, release: Release) -> Result<()> {
    let publisher = connect(server, &TTL).await?;
    if release < Release::V2_11 {
        return refused(&publisher, "`message_ttl` needs nats-server 2.11").await;
    }
    publisher.register(&TTL).await?;
    publisher.emit(&fact(1)).ttl(Duration::from_secs(1)).await?;
    publisher.emit(&fact(2)).await?;
    assert_eq!(until_messages(&publisher, 1).await?, 1, "its time is over");
    publisher.jetstream().delete_stream("facts").await?;
    Ok(())
}

async fn schedules(server: &NatsServer, release: Release) -> Result<()> {
    let publisher = connect(server, &SCHEDULES).await?;
    if release < Release::V2_12 {
        return refused(&publisher, "`schedules` needs nats-server 2.12").await;
    }
    publisher.register(&SCHEDULES).await?;
    publisher.emit(&fact(1)).delay(Duration::from_secs(2)).await?;
    let stream = publisher.jetstream().get_stream("facts").await?;
    let start = Instant::now();
    while stream.get_last_raw_message_by_subject("facts.0").await.is_err() {
        assert!(start.elapsed() < Duration::from_secs(30), "it never arrives");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(until_messages(&publisher, 1).await?, 1, "the schedule goes when it has fired");
    publisher.jetstream().delete_stream("facts").await?;
    Ok(())
}

async fn atomic_batches(server: &NatsServer, release: Release) -> Result<()> {
    let publisher = connect(server, &ATOMIC).await?;
    if release < Release::V2_12 {
        return refused(&publisher, "`atomic` needs nats-server 2.12").await;
    }
    publisher.register(&ATOMIC).await?;
    let facts: Vec<Fact> = (0..100).map(fact).collect();
    assert_eq!(publisher.emit_all(&facts).uid(|fact| fact.number.to_string()).atomic().await?.len(), 100);
    // One of them is stored, so none of the others is.
    let facts: Vec<Fact> = (99..110).map(fact).collect();
    let again = publisher.emit_all(&facts).uid(|fact| fact.number.to_string()).atomic().await;
    assert!(again.is_err(), "{again:?}");
    assert_eq!(messages(&publisher).await?, 100);
    publisher.jetstream().delete_stream("facts").await?;
    Ok(())
}

/// An old server ignores headers that it does not know. A stream that was not made by `register` must not make an emit
/// promise what the server cannot do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_ignores_is_not_confirmed() -> Result<()> {
    let mut wrong = Vec::new();
    for release in [Release::V2_10, Release::V2_11] {
        let server = NatsServer::builder().release(release).start()?;
        let config = Config { name: "facts".into(), subjects: vec!["facts.>".into()], ..Config::default() };
        connect(&server, &PLAIN).await?.jetstream().create_stream(config).await?;
        let version = release.version();
        let mortal = connect(&server, &TTL).await?.emit(&fact(1)).ttl(Duration::from_secs(1)).await;
        if mortal.is_ok() {
            wrong.push(format!("{version} stores an event with a time to live for ever"));
        }
        if connect(&server, &ATOMIC).await?.emit_all(&[fact(2), fact(3)]).atomic().await.is_ok() {
            wrong.push(format!("{version} stores an atomic batch one by one"));
        }
        let delayed = connect(&server, &SCHEDULES).await?.emit(&fact(4)).delay(Duration::from_secs(1)).await;
        if !matches!(&delayed, Err(EmitError::NotStored(error)) if !matches!(error.reason(), Reason::NoStream { .. })) {
            wrong.push(format!("{version} has no schedules, which is not what is said: {delayed:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn fact(number: usize) -> Fact {
    Fact { topic: 0, tail: String::new(), number, again: false, size: 20 }
}

async fn connect(server: &NatsServer, streams: &'static [StreamDescriptor]) -> Result<Publisher> {
    let options = Options::new().deadline(Duration::from_secs(30));
    Ok(Publisher::connect(server.url(), streams, options).await?)
}

async fn buffered(publisher: &Publisher, count: usize) -> Result<Vec<Pending>> {
    let mut pending = Vec::new();
    for number in 0..count {
        pending.push(publisher.emit(&fact(number)).buffered().await?);
    }
    Ok(pending)
}

fn reason(result: std::result::Result<Receipt, EmitError>) -> Option<Reason> {
    match result {
        Err(EmitError::NotStored(error)) => Some(error.reason().clone()),
        _ => None,
    }
}

/// `register` says that the server is too old, and makes nothing.
async fn refused(publisher: &Publisher, why: &str) -> Result<()> {
    let text = match publisher.register(publisher.streams()).await {
        Ok(_) => "registered".to_owned(),
        Err(error) => chain(&error),
    };
    assert!(text.contains(why), "{text}");
    assert!(publisher.jetstream().get_stream("facts").await.is_err(), "a stream was made");
    Ok(())
}

/// An error and its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

async fn messages(publisher: &Publisher) -> Result<u64> {
    Ok(publisher.jetstream().get_stream("facts").await?.cached_info().state.messages)
}

/// How many messages there are in the end, which should be so many.
async fn until_messages(publisher: &Publisher, expected: u64) -> Result<u64> {
    let start = Instant::now();
    loop {
        let found = messages(publisher).await?;
        if found == expected || start.elapsed() > Duration::from_secs(30) {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

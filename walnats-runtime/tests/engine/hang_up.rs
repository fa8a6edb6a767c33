//! Messages over which a server closes the connection.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use async_nats::jetstream;
use walnats_runtime::{Cause, EmitError, Options, Publisher, Reason, Receipt};
use walnats_server::{Account, NatsServer};

use crate::line::{Line, Loses};
use crate::note::{Note, PLAIN, TestResult, note};

const TIME: Duration = Duration::from_secs(60);

fn small_account() -> Account {
    Account::new("A").user("u", "p").jetstream().max_payload(2_048)
}

async fn make(publisher: &Publisher) -> TestResult {
    let subjects = vec!["notes.>".to_owned()];
    let config = jetstream::stream::Config { name: "notes".into(), subjects, ..Default::default() };
    publisher.jetstream().create_stream(config).await?;
    Ok(())
}

fn hung_up(end: Result<Receipt, EmitError>) -> TestResult {
    match end {
        Err(EmitError::NotStored(error))
            if matches!(error.reason(), Reason::HungUp { .. } | Reason::TooLarge { .. }) =>
        {
            Ok(())
        }
        other => Err(format!("expected HungUp, got {other:?}").into()),
    }
}

fn connects(publisher: &Publisher) -> u64 {
    publisher.client().statistics().connects.load(Ordering::Relaxed)
}

#[tokio::test]
async fn a_message_that_the_account_does_not_admit_ends_alone() -> TestResult {
    let server = NatsServer::builder().account(small_account()).start()?;
    let publisher = Publisher::connect(server.url_as("u", "p"), PLAIN, Options::new()).await?;
    make(&publisher).await?;
    let started = Instant::now();
    let (large, small) = (note("x".repeat(5_000)), note("small"));
    let mut others = Vec::new();
    for _ in 0..200 {
        others.push(publisher.emit(&small).buffered().await?);
    }
    let one = publisher.emit(&large).buffered().await?;
    for _ in 0..200 {
        others.push(publisher.emit(&small).buffered().await?);
    }
    hung_up(publisher.emit(&large).await)?;
    hung_up(tokio::time::timeout(TIME, one).await?)?;
    for other in others {
        tokio::time::timeout(TIME, other).await??;
    }
    // What is known already costs no connection; the one that was lost is back.
    publisher.emit(&small).await?;
    let before = connects(&publisher);
    for _ in 0..20 {
        hung_up(publisher.emit(&large).await)?;
        publisher.emit(&small).await?;
    }
    assert_eq!(connects(&publisher), before);
    let allowed = 6 + 5 * started.elapsed().as_secs();
    assert!(connects(&publisher) <= allowed, "{} connections, {allowed} allowed", connects(&publisher));
    let mut stream = publisher.jetstream().get_stream("notes").await?;
    assert_eq!(stream.info().await?.state.messages, 421);
    Ok(())
}

#[tokio::test]
async fn many_messages_of_many_sizes_around_the_limit() -> TestResult {
    let server = NatsServer::builder().account(small_account()).start()?;
    let publisher = Publisher::connect(server.url_as("u", "p"), PLAIN, Options::new()).await?;
    make(&publisher).await?;
    let mut pending = Vec::new();
    for number in 0..100 {
        let length = 500 + number * 30;
        pending.push((length, publisher.emit(&note("x".repeat(length))).buffered().await?));
    }
    let mut stored = 0;
    for (length, one) in pending {
        match tokio::time::timeout(TIME, one).await? {
            Ok(_) => {
                assert!(length <= 2_048, "{length}");
                stored += 1;
            }
            end => {
                assert!(length > 1_700, "{length}: {end:?}");
                hung_up(end)?;
            }
        }
    }
    let mut stream = publisher.jetstream().get_stream("notes").await?;
    assert_eq!(stream.info().await?.state.messages, stored);
    Ok(())
}

#[tokio::test]
async fn a_subject_that_is_longer_than_the_control_line() -> TestResult {
    let server = NatsServer::builder().config("max_control_line: 512").start()?;
    let publisher = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    make(&publisher).await?;
    let long = Note { topic: "t".repeat(700), text: "x".into() };
    let mut others = Vec::new();
    for _ in 0..50 {
        others.push(publisher.emit(&note("small")).buffered().await?);
    }
    hung_up(publisher.emit(&long).await)?;
    for other in others {
        tokio::time::timeout(TIME, other).await??;
    }
    publisher.emit(&note("after")).await?;
    assert!(connects(&publisher) <= 6, "{}", connects(&publisher));
    Ok(())
}

/// Nobody passes the server's words on: the connection is somebody else's.
#[tokio::test]
async fn over_a_connection_that_says_nothing_others_get_through() -> TestResult {
    let server = NatsServer::builder().account(small_account()).start()?;
    let options = async_nats::ConnectOptions::with_user_and_password("u".into(), "p".into());
    let client = options.connect(server.url()).await?;
    let publisher = Publisher::new(client, PLAIN, Options::new());
    make(&publisher).await?;
    let large = publisher.emit(&note("x".repeat(5_000))).buffered().await?;
    let started = Instant::now();
    let mut slowest = Duration::ZERO;
    while started.elapsed() < Duration::from_secs(10) {
        let before = Instant::now();
        publisher.emit(&note("small")).await?;
        slowest = slowest.max(before.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(slowest < Duration::from_secs(3), "{slowest:?}");
    let allowed = 3 + 5 * started.elapsed().as_secs();
    assert!(connects(&publisher) <= allowed, "{} connections, {allowed} allowed", connects(&publisher));
    match tokio::time::timeout(Duration::from_secs(120), large).await? {
        Err(EmitError::PossiblyStored(error)) => assert_eq!(error.cause(), &Cause::HungUp),
        other => return Err(format!("{other:?}").into()),
    }
    Ok(())
}

/// What is suspected is asked about alone, and the answer to that is lost: it holds up neither itself nor the others.
#[tokio::test]
async fn a_question_alone_that_is_never_answered_holds_up_nothing() -> TestResult {
    let server = NatsServer::start()?;
    let line = Line::to(server.address()).await?;
    let options = Options::new().ack_timeout(Duration::from_millis(200));
    let publisher = Publisher::connect(format!("nats://{}", line.address), PLAIN, options).await?;
    make(&publisher).await?;
    publisher.emit(&note("small")).await?;
    line.loses(Loses::Acknowledgements);
    let large = publisher.emit(&note("x".repeat(1_000))).buffered().await?;
    // It is silent twice, and is sent alone after 4 s.
    tokio::time::sleep(Duration::from_secs(3)).await;
    line.loses(Loses::Messages);
    tokio::time::sleep(Duration::from_secs(4)).await;
    line.loses(Loses::Nothing);
    tokio::time::timeout(TIME, publisher.emit(&note("small"))).await??;
    tokio::time::timeout(TIME, large).await??;
    Ok(())
}

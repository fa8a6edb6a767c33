//! Messages that the account or the server does not admit, among others that it does.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use walnats_runtime::{Cause, EmitError, Options, Publisher, StreamDescriptor};
use walnats_server::{Account, NatsServer};

use crate::note::{Note, PLAIN, TestResult, note};
use crate::owner::{as_user, config, count, make};

const TIME: Duration = Duration::from_secs(100);

fn connects(publisher: &Publisher) -> u64 {
    publisher.client().statistics().connects.load(Ordering::Relaxed)
}

/// One message that the account does not admit, in a batch that is sent in several goes, or handed over whole before the
/// connection is lost.
#[tokio::test]
async fn a_batch_with_one_message_too_large_for_the_account() -> TestResult {
    static ATOMIC: &[StreamDescriptor] =
        &[StreamDescriptor { subjects: &["notes.*"], atomic: true, ..StreamDescriptor::new("notes") }];
    let account = Account::new("A").user("u", "p").jetstream().max_payload(2_048);
    let server = NatsServer::builder().account(account).start()?;
    for capacity in [16, 2_048] {
        let nats = async_nats::ConnectOptions::with_user_and_password("u".into(), "p".into()).client_capacity(capacity);
        let publisher = Publisher::connect(server.url(), ATOMIC, Options::new().nats(nats)).await?;
        publisher.register(ATOMIC).await?;
        for (size, large) in [(20, 0), (20, 10), (20, 19), (600, 0), (600, 300), (600, 599)] {
            let (before, started) = (connects(&publisher), Instant::now());
            let text = |number| if number == large { "x".repeat(5_000) } else { "x".to_owned() };
            let batch: Vec<Note> = (0..size).map(|number| note(text(number))).collect();
            let end = publisher.emit_all(&batch).atomic().await;
            let (took, connections) = (started.elapsed(), connects(&publisher) - before);
            let first = end.as_ref().err().map(|error| error.failures()[0].1.clone());
            // The server's words get lost where it closes the connection while more arrives.
            let gave_up = |error: &EmitError| match error {
                EmitError::NotStored(_) => true,
                EmitError::PossiblyStored(error) => error.cause() == &Cause::HungUp,
            };
            assert!(first.as_ref().is_some_and(gave_up), "{first:?}");
            assert!(connections <= 5 + 5 * took.as_secs(), "{connections} connections in {took:?}");
            publisher.emit(&note("after")).await?;
        }
        assert!(count(publisher.client(), "notes").await? <= 12);
    }
    Ok(())
}

/// One at a time, and the first is too large for the account.
#[tokio::test]
async fn one_at_a_time_and_one_too_large_for_the_account() -> TestResult {
    let account = Account::new("A").user("u", "p").jetstream().max_payload(2_048);
    let server = NatsServer::builder().account(account).start()?;
    make(&as_user(&server, "u", "p").await?, config("notes", &["notes.*"])).await?;
    for foreign in [false, true] {
        let options = Options::new().window_messages(1);
        let publisher = match foreign {
            true => Publisher::new(as_user(&server, "u", "p").await?, PLAIN, options),
            false => Publisher::connect(server.url_as("u", "p"), PLAIN, options).await?,
        };
        let started = Instant::now();
        let mut pending = Vec::new();
        for number in 0..10 {
            let text = if number == 3 { "x".repeat(5_000) } else { "x".to_owned() };
            pending.push(publisher.emit(&note(text)).buffered().await?);
        }
        let mut last = 0;
        for (number, one) in pending.into_iter().enumerate() {
            let end = tokio::time::timeout(TIME, one).await?;
            match end {
                Ok(receipt) if number != 3 => {
                    assert!(receipt.outcome.sequence() > last);
                    last = receipt.outcome.sequence();
                }
                Err(_) if number == 3 => {}
                end => panic!("{number}: {end:?}"),
            }
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    }
    Ok(())
}

/// Two kinds of what the server hangs up over, in turn.
#[tokio::test]
async fn too_large_and_too_long_in_turn() -> TestResult {
    let account = Account::new("A").user("u", "p").jetstream().max_payload(2_048);
    let server = NatsServer::builder().account(account).config("max_control_line: 512").start()?;
    let publisher = Publisher::connect(server.url_as("u", "p"), PLAIN, Options::new()).await?;
    make(publisher.client(), config("notes", &["notes.*"])).await?;
    publisher.emit(&note("first")).await?;
    let before = connects(&publisher);
    for number in 0..20 {
        let large = note("x".repeat(5_000));
        let long = Note { topic: "t".repeat(700), text: "x".into() };
        let end = publisher.emit(if number % 2 == 0 { &large } else { &long }).await;
        assert!(matches!(end, Err(EmitError::NotStored(_))), "{end:?}");
        publisher.emit(&note("small")).await?;
    }
    assert!(connects(&publisher) - before <= 6, "{}", connects(&publisher) - before);
    Ok(())
}

/// The reply subject grows with the number of messages, and pushes the line over the edge.
#[tokio::test]
async fn a_subject_at_the_edge_of_the_control_line() -> TestResult {
    let server = NatsServer::builder().config("max_control_line: 512").start()?;
    for length in (428..446).step_by(2) {
        let publisher = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
        let _ = make(publisher.client(), config("notes", &["notes.*"])).await;
        let before = count(publisher.client(), "notes").await?;
        let (mut pending, mut stored) = (Vec::new(), 0);
        for _ in 0..12 {
            let edge = Note { topic: "t".repeat(length), text: "x".into() };
            pending.push(publisher.emit(&edge).buffered().await?);
            pending.push(publisher.emit(&note("small")).buffered().await?);
        }
        for (number, one) in pending.into_iter().enumerate() {
            let end = tokio::time::timeout(TIME, one).await?;
            assert!(end.is_ok() || number % 2 == 0, "{length}: {end:?}");
            if end.is_ok() {
                stored += 1;
            } else {
                assert!(matches!(end, Err(EmitError::NotStored(_))), "{length}: {end:?}");
            }
        }
        assert_eq!(count(publisher.client(), "notes").await? - before, stored);
    }
    Ok(())
}

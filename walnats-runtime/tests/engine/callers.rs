//! Callers that are not what a publisher would wish for: they block a worker, or run on an executor other than Tokio's.

use std::future::IntoFuture;
use std::thread;
use std::time::{Duration, Instant};

use walnats_runtime::{Full, Options, Outcome, Pending, Publisher};
use walnats_server::NatsServer;

use crate::executor::{block_on, runtime};
use crate::note::{PLAIN, TestResult, note, ready, ready_with, suspend, whole};

#[test]
fn a_caller_that_blocks_holds_up_nobody_else() -> TestResult {
    const BLOCKED: Duration = Duration::from_secs(6);
    let server = NatsServer::start()?;
    let runtime = runtime(2)?;
    let publisher = runtime.block_on(ready(&server, PLAIN))?;
    for round in 0..3 {
        // Everything is idle.
        thread::sleep(Duration::from_millis(100));
        let (blocking, other) = (publisher.clone(), publisher.clone());
        let start = Instant::now();
        let blocked = runtime.spawn(async move {
            let pending = blocking.emit(&note("x")).buffered().await;
            thread::sleep(BLOCKED);
            pending
        });
        let confirmed = runtime.spawn(async move { other.emit(&note("y")).await });
        runtime.block_on(confirmed)??;
        assert!(start.elapsed() < BLOCKED / 2, "round {round}: {:?}", start.elapsed());
        let pending = runtime.block_on(blocked)??;
        runtime.block_on(pending)?;
    }
    Ok(())
}

#[test]
fn a_caller_that_drops_the_last_publisher_and_blocks_holds_up_no_event() -> TestResult {
    const BLOCKED: Duration = Duration::from_secs(6);
    let mut server = NatsServer::start()?;
    let runtime = runtime(2)?;
    let publisher = runtime.block_on(ready(&server, PLAIN))?;
    runtime.block_on(suspend(&mut server));
    let pending = publisher.emit(&note("x")).try_buffered()?;
    thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    let blocked = runtime.spawn(async move {
        drop(publisher);
        thread::sleep(BLOCKED);
    });
    thread::sleep(Duration::from_millis(100));
    server.resume();
    runtime.block_on(async { runtime.spawn(pending).await })??;
    assert!(start.elapsed() < BLOCKED / 2, "{:?}", start.elapsed());
    runtime.block_on(blocked)?;
    Ok(())
}

#[test]
fn a_full_buffer_and_another_executor() -> TestResult {
    let mut server = NatsServer::start()?;
    let home = runtime(1)?;
    let options = Options::new().buffer_messages(2).deadline(Duration::from_millis(400)).full(Full::Refuse);
    let publisher = home.block_on(ready_with(&server, PLAIN, options))?;
    // With room there is nothing special about it.
    assert_eq!(block_on(publisher.emit(&note("x")).into_future())?.outcome, Outcome::Stored(1));
    home.block_on(suspend(&mut server));
    let held: Vec<Pending> =
        [note("a"), note("b")].iter().map(|event| publisher.emit(event).try_buffered()).collect::<Result<_, _>>()?;
    let event = note("c");
    let error = block_on(publisher.emit(&event).into_future()).expect_err("the buffer is full");
    assert!(whole(&error).contains("the buffer stayed full"), "{}", whole(&error));
    let error = block_on(publisher.emit(&event).buffered().into_future()).expect_err("the buffer is full");
    assert!(whole(&error).contains("the buffer is full"), "{}", whole(&error));
    let events = [note("d"), note("e")];
    let error = block_on(publisher.emit_all(&events).into_future()).expect_err("the buffer is full");
    assert_eq!(error.failures().len(), 2);
    assert!(block_on(publisher.flush(Duration::from_millis(100))).is_err());
    assert!(block_on(publisher.shutdown(Duration::from_millis(100))).is_err());
    drop(home);
    assert!(block_on(publisher.emit(&event).into_future()).is_err());
    drop(held);
    server.resume();
    Ok(())
}

#[test]
fn waiting_for_a_place_on_another_executor() -> TestResult {
    let mut server = NatsServer::start()?;
    let home = runtime(1)?;
    let publisher = home.block_on(ready_with(&server, PLAIN, Options::new().buffer_messages(1)))?;
    home.block_on(suspend(&mut server));
    let held = publisher.emit(&note("a")).try_buffered()?;
    let (clone, confirmed) = (publisher.clone(), publisher.clone());
    let buffered = thread::spawn(move || block_on(clone.emit(&note("b")).buffered().into_future()));
    let confirmed = thread::spawn(move || block_on(confirmed.emit(&note("c")).into_future()));
    thread::sleep(Duration::from_millis(100));
    assert!(!buffered.is_finished() && !confirmed.is_finished());
    // The runtime ends while both wait.
    drop(home);
    for end in [buffered.join().map_err(|_| "panicked")?.err(), confirmed.join().map_err(|_| "panicked")?.err()] {
        let text = whole(&end.ok_or("nothing was sent")?);
        assert!(text.contains("has shut down"), "{text}");
    }
    assert!(block_on(held).is_err());
    server.resume();
    Ok(())
}

#[test]
fn a_publisher_that_was_never_started_has_nothing_to_wait_for() -> TestResult {
    let server = NatsServer::start()?;
    let home = runtime(1)?;
    let client = home.block_on(async_nats::connect(server.url()))?;
    let publisher = Publisher::new(client, PLAIN, Options::new());
    let event = note("x");
    let error = block_on(publisher.emit(&event).into_future()).expect_err("there is no runtime");
    assert!(whole(&error).contains("no Tokio runtime"), "{}", whole(&error));
    assert!(block_on(publisher.emit_all(&[note("x")]).into_future()).is_err());
    block_on(publisher.flush(Duration::from_secs(1)))?;
    block_on(publisher.shutdown(Duration::from_secs(1)))?;
    Ok(())
}

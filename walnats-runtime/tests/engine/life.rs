//! The life of a publisher: on which runtime it works, and what it leaves behind when that runtime ends.

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use async_nats::ConnectOptions;
use tokio::runtime::{Builder, Runtime};
use tracing::Level;
use walnats_runtime::{EmitError, Full, Options, Outcome, Pending, Publisher};
use walnats_server::NatsServer;

use crate::heard::Heard;
use crate::note::{Note, PLAIN, TestResult, note, ready, ready_with, stored, suspend, whole};

fn runtime(workers: usize) -> std::io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(workers).enable_all().build()
}

fn alone() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Runs a future outside of every Tokio runtime.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(end) => return end,
            Poll::Pending => thread::park_timeout(Duration::from_millis(20)),
        }
    }
}

#[test]
fn a_publisher_outlives_the_runtime_of_its_first_emit() -> TestResult {
    let server = NatsServer::start()?;
    let (home, first, second) = (runtime(1)?, runtime(1)?, alone()?);
    let publisher = home.block_on(ready(&server, PLAIN))?;
    first.block_on(publisher.emit(&note("x")).into_future())?;
    drop(first);
    assert_eq!(second.block_on(publisher.emit(&note("y")).into_future())?.outcome, Outcome::Stored(2));
    second.block_on(publisher.shutdown(Duration::from_secs(10)))?;
    Ok(())
}

#[test]
fn what_a_runtime_takes_with_it_is_reported() -> TestResult {
    let mut server = NatsServer::start()?;
    let (home, other) = (runtime(2)?, alone()?);
    let lost = Arc::new(Mutex::new(Vec::new()));
    let report = Arc::clone(&lost);
    let options = Options::new()
        .window_messages(2)
        .on_lost(move |one| report.lock().expect("nobody panicked").push(one.message.message_id().to_owned()));
    let publisher = home.block_on(ready_with(&server, PLAIN, options))?;
    home.block_on(suspend(&mut server));
    let mut held = Vec::new();
    for id in 0..8 {
        let pending = home.block_on(publisher.emit(&note("x")).uid(id.to_string()).buffered().into_future())?;
        if id < 5 {
            held.push(pending);
        }
    }
    while publisher.stats().in_flight < 2 {
        thread::sleep(Duration::from_millis(5));
    }
    drop(home);

    let ends: Vec<_> = held.into_iter().map(|pending| other.block_on(pending).expect_err("nobody answers")).collect();
    for (index, end) in ends.iter().enumerate() {
        let (possibly, text) = (matches!(end, EmitError::PossiblyStored(_)), whole(end));
        assert_eq!(possibly, index < 2, "{text}");
        assert!(possibly || text.contains("the Tokio runtime that it was made on has shut down"), "{text}");
    }
    assert_eq!(*lost.lock().map_err(|_| "poisoned")?, ["5", "6", "7"]);
    let stats = publisher.stats();
    assert_eq!((stats.lost, stats.buffered, stats.in_flight), (3, 0, 0), "{stats:?}");
    assert_eq!((stats.not_stored, stats.possibly_stored), (6, 2), "{stats:?}");

    let says = |text: String| assert!(text.contains("runtime") && text.contains("has shut down"), "{text}");
    let event = note("late");
    says(whole(&other.block_on(publisher.emit(&event).into_future()).expect_err("too late")));
    says(whole(&other.block_on(publisher.emit(&event).buffered().into_future()).expect_err("too late")));
    says(whole(&publisher.emit(&event).try_buffered().expect_err("too late")));
    says(whole(&other.block_on(publisher.flush(Duration::from_secs(1))).expect_err("too late")));
    let error = other.block_on(publisher.shutdown(Duration::from_secs(1))).expect_err("8 were not confirmed");
    assert_eq!(error.lost_before(), 8);
    says(error.to_string());
    assert!(publisher.health().closed && !publisher.health().is_healthy());
    server.resume();
    Ok(())
}

#[test]
fn whoever_waits_for_a_shutdown_is_given_what_the_runtime_takes_with_it() -> TestResult {
    let mut server = NatsServer::start()?;
    let home = runtime(1)?;
    let publisher = home.block_on(ready_with(&server, PLAIN, Options::new().window_messages(1)))?;
    home.block_on(suspend(&mut server));
    for id in ["a", "b"] {
        drop(home.block_on(publisher.emit(&note("x")).uid(id).buffered().into_future())?);
    }
    while publisher.stats().in_flight < 1 {
        thread::sleep(Duration::from_millis(5));
    }
    let clone = publisher.clone();
    let waiting = thread::spawn(move || block_on(clone.shutdown(Duration::from_secs(60))));
    while !publisher.health().closed {
        thread::sleep(Duration::from_millis(5));
    }
    // The shutdown is handed over right after the buffer is closed.
    thread::sleep(Duration::from_millis(100));
    drop(home);
    let error = waiting.join().map_err(|_| "panicked")?.expect_err("nobody answers");
    assert_eq!((error.unknown().len(), error.unsent().len()), (1, 1), "{error}");
    assert_eq!(publisher.lost(), 0, "what was given back is not lost");
    server.resume();
    Ok(())
}

/// In the child process of the next test.
#[test]
#[ignore = "run by another test, in a process of its own"]
fn a_process_that_ends() -> TestResult {
    let heard = Heard::from(Level::ERROR);
    tracing::subscriber::set_global_default(heard.clone())?;
    let called = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&called);
    let options = Options::new().on_lost(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let runtime = if std::env::var_os("WALNATS_ALONE").is_some() { alone()? } else { runtime(2)? };
    // As `#[tokio::main]` does it.
    let publisher = runtime.block_on(async {
        let mut server = NatsServer::start()?;
        let publisher = ready_with(&server, PLAIN, options).await?;
        suspend(&mut server).await;
        for number in 0..20_000 {
            drop(publisher.emit(&note(number.to_string())).buffered().await?);
        }
        Ok::<_, Box<dyn std::error::Error>>(publisher)
    })?;
    drop(runtime);
    println!("lost={} called={}", publisher.lost(), called.load(Ordering::Relaxed));
    let lines = heard.all();
    println!("lines={}", lines.len());
    for line in lines {
        println!("line: {line}");
    }
    Ok(())
}

#[test]
fn a_process_that_ends_with_a_full_buffer_says_so() -> TestResult {
    for flavor in ["WALNATS_MANY", "WALNATS_ALONE"] {
        let output = Command::new(std::env::current_exe()?)
            .args(["--exact", "life::a_process_that_ends", "--ignored", "--nocapture"])
            .env(flavor, "1")
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("lost=20000 called=20000"), "{said}");
        let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("line: ")).collect();
        assert!(lines.len() < 40, "{said}");
        assert!(lines.iter().any(|line| line.contains("messages=20000") && line.contains("runtime")), "{said}");
        // The log accounts for every event, in lines of their own or in sums.
        let sums: usize = lines
            .iter()
            .filter_map(|line| line.split_once(" events=")?.1.split(' ').next()?.parse::<usize>().ok())
            .sum();
        let alone = lines.iter().filter(|line| line.contains("an event was not confirmed")).count();
        assert_eq!(sums + alone, 20_000, "{said}");
    }
    Ok(())
}

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

#[tokio::test]
async fn a_panic_in_a_callback_ends_nothing_else() -> TestResult {
    let heard = Heard::from(Level::ERROR);
    let _guard = tracing::subscriber::set_default(heard.clone());
    let permissions = "publish: { deny: [\"notes.secret\"] }";
    let server = NatsServer::builder()
        .config(&format!(
            "authorization {{ users: [{{ user: shop, password: pw, permissions: {{ {permissions} }} }}] }}"
        ))
        .start()?;
    let nats = ConnectOptions::new().user_and_password("shop".into(), "pw".into());
    let options = Options::new()
        .nats(nats)
        .on_lost(|_| panic!("a bug in `on_lost`"))
        .on_nats_event(|_| panic!("a bug in `on_nats_event`"));
    let publisher = ready_with(&server, PLAIN, options).await?;
    let denied = Note { topic: "secret".into(), text: "x".into() };
    for _ in 0..2 {
        drop(publisher.emit(&denied).buffered().await?);
        assert!(publisher.flush(Duration::from_secs(20)).await.is_err());
    }
    let stats = publisher.stats();
    assert_eq!(stats.lost, 2);
    // On being connected, and for two denials.
    assert!(stats.callback_panics >= 4, "{stats:?}");
    publisher.emit(&note("x")).await?;
    assert_eq!(stored(&publisher, "notes").await?.len(), 1);
    let said = heard.all().into_iter().filter(|text| text.contains("a callback panicked")).count();
    assert!((1..=2).contains(&said), "{:?}", heard.all());
    publisher.shutdown(Duration::from_secs(10)).await?;
    Ok(())
}

#[test]
fn a_panic_in_a_callback_at_the_end_of_the_runtime() -> TestResult {
    let mut server = NatsServer::start()?;
    let home = runtime(1)?;
    let options = Options::new().on_lost(|_| panic!("a bug in `on_lost`"));
    let publisher = home.block_on(ready_with(&server, PLAIN, options))?;
    home.block_on(suspend(&mut server));
    for text in ["a", "b", "c"] {
        drop(publisher.emit(&note(text)).try_buffered()?);
    }
    drop(home);
    let stats = publisher.stats();
    assert_eq!((stats.lost, stats.callback_panics, stats.buffered), (3, 3, 0));
    server.resume();
    Ok(())
}

#[test]
fn a_runtime_without_a_timer_is_said() -> TestResult {
    let server = NatsServer::start()?;
    let (home, bare) = (runtime(1)?, Builder::new_multi_thread().worker_threads(1).enable_io().build()?);
    let client = home.block_on(async_nats::connect(server.url()))?;
    let publisher = {
        let _inside = bare.enter();
        Publisher::new(client, PLAIN, Options::new())
    };
    while !publisher.health().closed {
        thread::sleep(Duration::from_millis(5));
    }
    let event = note("x");
    let error = home.block_on(publisher.emit(&event).into_future()).expect_err("there is no timer");
    assert!(whole(&error).contains("enable_time"), "{}", whole(&error));
    assert!(home.block_on(publisher.shutdown(Duration::from_secs(1))).is_err(), "it did not end in order");
    Ok(())
}

#[test]
fn an_idle_publisher_does_nothing() -> TestResult {
    let server = NatsServer::start()?;
    let home = runtime(1)?;
    let publisher = home.block_on(ready(&server, PLAIN))?;
    for _ in 0..500 {
        drop(home.block_on(publisher.emit(&note("x")).buffered().into_future())?);
    }
    home.block_on(publisher.flush(Duration::from_secs(30)))?;
    thread::sleep(Duration::from_millis(300));
    let parked = || home.metrics().worker_park_count(0);
    let before = parked();
    thread::sleep(Duration::from_secs(3));
    // Its client may send a ping; a tick of 10 ms would be 300 times.
    assert!(parked() - before < 20, "woken {} times", parked() - before);
    Ok(())
}

//! The life of a publisher: on which runtime it works, and what it leaves behind when that runtime ends.

use std::future::IntoFuture;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tracing::Level;
use walnats_runtime::{EmitError, Options, Outcome, Publisher};
use walnats_server::NatsServer;

use crate::executor::{alone, block_on, runtime};
use crate::note::{PLAIN, TestResult, note, ready, ready_with, suspend, whole};
use crate::recorded_log::RecordedLog;

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
    let log = RecordedLog::from(Level::ERROR);
    tracing::subscriber::set_global_default(log.clone())?;
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
    let lines = log.all();
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
        let output_text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{output_text}{}", String::from_utf8_lossy(&output.stderr));
        assert!(output_text.contains("lost=20000 called=20000"), "{output_text}");
        let lines: Vec<&str> = output_text.lines().filter(|line| line.starts_with("line: ")).collect();
        assert!(lines.len() < 40, "{output_text}");
        assert!(lines.iter().any(|line| line.contains("messages=20000") && line.contains("runtime")), "{output_text}");
        // The log accounts for every event, in lines of their own or in sums.
        let sums: usize = lines
            .iter()
            .filter_map(|line| line.split_once(" events=")?.1.split(' ').next()?.parse::<usize>().ok())
            .sum();
        let alone = lines.iter().filter(|line| line.contains("an event was not confirmed")).count();
        assert_eq!(sums + alone, 20_000, "{output_text}");
    }
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

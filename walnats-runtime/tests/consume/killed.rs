//! Instances that are killed while events come in, some of which are poison.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use walnats_runtime::{Backoff, Delivery, ReaderOptions, Settle};
use walnats_server::NatsServer;

use crate::events::{Events, OrderPlaced};
use crate::stage::*;

/// How many good events there are, and how many of each kind of poison.
const GOOD: usize = 600;
const POISON: usize = 4;

/// How many events an instance has in hand.
const CONCURRENCY: usize = 8;

fn options(options: ReaderOptions) -> ReaderOptions {
    let retry = Backoff::new([Duration::from_millis(50)]).attempts(4);
    options.concurrency(CONCURRENCY).ack_wait(Duration::from_secs(2)).retry(retry)
}

/// What an instance does with an order: it says so before the event is settled.
async fn pack(order: OrderPlaced, _: &Delivery) -> Settle {
    if order.id.starts_with("panics") {
        panic!("poison");
    }
    if order.id.starts_with("refused") {
        return Settle::dead_letter("no");
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
    println!("packed {}", order.id);
    Settle::Done
}

/// The reader that [`instance`] starts; by itself it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reader_of_another_process() -> TestResult {
    let Ok(url) = env::var("READER_TEST_NATS") else { return Ok(()) };
    let events = Events::connect(url).await?;
    let running = run(&events, options, pack);
    running.task.await??;
    Ok(())
}

/// Another process, and what it says.
fn instance(server: &NatsServer, seen: &Seen) -> Result<Child, Box<dyn std::error::Error>> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["killed::reader_of_another_process", "--exact", "--nocapture"]);
    command.env("READER_TEST_NATS", server.url()).env("RUST_BACKTRACE", "0");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.kill_on_drop(true).spawn()?;
    let (out, seen) = (child.stdout.take().ok_or("its output")?, seen.clone());
    tokio::spawn(async move {
        let mut lines = BufReader::new(out).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            // The first one follows what the test harness says.
            if let Some((_, id)) = line.split_once("packed ") {
                seen.add(id);
            }
        }
    });
    Ok(child)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_instances_lose_nothing_and_poison_is_one_dead_letter_each() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let mut instances = [instance(&server, &seen)?, instance(&server, &seen)?, instance(&server, &seen)?];
    for number in 0..POISON {
        place(&events, &format!("refused-{number}")).await?;
        place(&events, &format!("panics-{number}")).await?;
        events.publisher().client().request("orders.eu.placed", format!(r#"{{"id":{number}}}"#).into()).await?;
    }
    // One after the other is killed in the middle of its work, and replaced.
    let (first, kills) = (AtomicUsize::new(0), instances.len());
    let emitted = async |until: usize| {
        while first.load(Ordering::Relaxed) < until {
            place(&events, &first.fetch_add(1, Ordering::Relaxed).to_string()).await?;
        }
        Ok::<(), Box<dyn std::error::Error>>(())
    };
    for (round, killed) in instances.iter_mut().enumerate() {
        let before = seen.all().len();
        emitted(GOOD * (round + 1) / kills).await?;
        eventually(async || seen.all().len() > before + CONCURRENCY).await;
        killed.kill().await?;
        *killed = instance(&server, &seen)?;
    }
    let all: BTreeSet<String> = (0..GOOD).map(|number| number.to_string()).collect();
    eventually(async || seen.all().into_iter().collect::<BTreeSet<_>>() == all).await;
    settled(&events, "orders").await;
    let again = seen.all().len() - GOOD;
    assert!(again <= kills * CONCURRENCY, "{again} came again: more than the killed instances had in hand");

    let letters = dead_letters(&events, 3 * POISON as u64).await?;
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    letters.iter().for_each(|letter| *count.entry(&letter.headers["Walnats-Dead-Sequence"]).or_default() += 1);
    assert_eq!((letters.len(), count.len()), (3 * POISON, 3 * POISON), "one each");
    for instance in &mut instances {
        instance.kill().await?;
    }
    Ok(())
}

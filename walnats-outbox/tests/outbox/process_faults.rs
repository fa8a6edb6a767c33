//! Relays that are killed or stopped in the middle of their work: real processes, this program itself.

use std::process::Stdio;
use std::time::Duration;
use std::{env, fs};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use walnats_outbox::{Database, Outbox, Relay};
use walnats_runtime::{Options, Publisher};

use crate::support::{STREAMS, TestResult, World, open_sqlite, until};

on_both!(a_killed_relay_leaves_no_gap_and_no_disorder, a_stopped_relay_marks_nothing_late);

/// The relay that [`relay_process`] starts; by itself it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn relay_of_another_process() -> TestResult {
    let (Ok(database), Ok(nats)) = (env::var("OUTBOX_TEST_DATABASE"), env::var("OUTBOX_TEST_NATS")) else {
        return Ok(());
    };
    let publisher = Publisher::connect(nats, STREAMS, Options::new()).await?;
    println!("relay is ready");
    let tally = match database.strip_prefix("sqlite://") {
        Some(path) => {
            let pool = open_sqlite(path.as_ref(), Duration::from_secs(5)).await?;
            short(Outbox::new(pool).relay(&publisher)).run_until(end_of_input()).await?
        }
        None => {
            let pool = sqlx::Pool::<sqlx::Postgres>::connect(&database).await?;
            short(Outbox::new(pool).relay(&publisher)).run_until(end_of_input()).await?
        }
    };
    println!("relay has fenced {} sent {}", tally.fenced, tally.sent);
    Ok(())
}

fn short<D: Database>(relay: Relay<D>) -> Relay<D> {
    let lease = env::var("OUTBOX_TEST_LEASE").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(1);
    relay.lease(Duration::from_secs(lease)).batch(200).poll_every(Duration::from_millis(20))
}

async fn end_of_input() {
    let _ = tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await;
}

async fn relay_process<D: Database>(world: &World<D>, lease: u64) -> TestResult<Child> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["process_faults::relay_of_another_process", "--exact", "--nocapture"]);
    command.env("OUTBOX_TEST_DATABASE", &world.url).env("OUTBOX_TEST_NATS", world.server.url());
    command.env("OUTBOX_TEST_LEASE", lease.to_string());
    Ok(command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?)
}

fn signal(child: &Child, signal: Signal) -> TestResult {
    let pid = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?)).ok_or("the process has ended")?;
    Ok(kill_process(pid, signal)?)
}

/// A signal is under way for a moment, in which a thread can still see an acknowledgement.
fn stands_still(child: &Child) -> bool {
    let threads = child.id().and_then(|pid| fs::read_dir(format!("/proc/{pid}/task")).ok());
    threads.into_iter().flatten().flatten().all(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['T', 't']))
    })
}

async fn a_killed_relay_leaves_no_gap_and_no_disorder<D: Database>(world: World<D>) -> TestResult {
    let key = |number| Some(format!("key {}", number % 4));
    world.enqueue_all((0..1_200).map(|number| (number.to_string(), key(number)))).await?;
    let mut leased = 0;
    for round in 0..4 {
        let before = world.stored().await?.len();
        let mut relay = relay_process(&world, 1).await?;
        until("it has sent something", || async { Ok(world.stored().await?.len() > before) }).await?;
        tokio::time::sleep(Duration::from_millis(round * 5)).await;
        relay.kill().await?;
        leased += world.outbox.status().await?.leased;
    }
    assert!(leased > 0, "none was killed in the middle");
    until("everything is sent", || async {
        world.relay().drain().await?;
        Ok(world.outbox.status().await?.sent == 1_200)
    })
    .await?;
    let stored = world.stored().await?;
    let mut numbers: Vec<usize> = stored.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    for key in 0..4 {
        assert!(numbers.iter().filter(|number| *number % 4 == key).is_sorted(), "key {key}");
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (0..1_200).collect::<Vec<_>>());
    Ok(())
}

async fn a_stopped_relay_marks_nothing_late<D: Database>(mut world: World<D>) -> TestResult {
    let mut stopped = relay_process(&world, 4).await?;
    let mut lines = BufReader::new(stopped.stdout.take().ok_or("its output")?).lines();
    while !lines.next_line().await?.ok_or("it ended")?.contains("ready") {}

    // It has sent rows and waits for acknowledgements when it is stopped.
    world.server.suspend();
    world.enqueue_all((0..5).map(|number| (number.to_string(), Some(format!("key {number}"))))).await?;
    until("it has the rows", || async { Ok(world.outbox.status().await?.leased == 5) }).await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    signal(&stopped, Signal::STOP)?;
    until("it stands still", || async { Ok(stands_still(&stopped)) }).await?;
    world.server.resume();

    // Another relay takes over when the lease has ended, not before.
    assert_eq!(world.relay().drain().await?.sent, 0);
    let mut taken_over = 0;
    until("another relay has sent them", || async { Ok(world.outbox.status().await?.leased == 0) }).await?;
    let tally = world.relay().drain().await?;
    taken_over += tally.sent;
    assert_eq!((taken_over, tally.fenced), (5, 0));
    let ended = world.outbox.status().await?;
    assert_eq!((ended.sent, ended.pending), (5, 0));

    signal(&stopped, Signal::CONT)?;
    drop(stopped.stdin.take());
    let said = loop {
        let line = lines.next_line().await?.ok_or("it ended without a word")?;
        if line.contains("fenced") {
            break line;
        }
    };
    assert!(said.contains("fenced 5 "), "{said}");
    assert!(stopped.wait().await?.success());
    assert_eq!(world.stored().await?.len(), 5);
    assert_eq!(world.outbox.status().await?.sent, 5);
    Ok(())
}

//! A reader whose handler has one effect for each event, however often it is delivered.

use std::env;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::Pool;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use walnats_outbox::{Database, InTransaction, Inbox, Outbox};
use walnats_runtime::{ConsumedEvent, Delivery, Event, Options, Publisher, Reader, ReaderOptions};

use crate::support::{Note, STREAMS, TestResult, World, note, open_sqlite, until};

on_both!(a_killed_reader_has_one_effect_for_each_event);

static EVENTS: [ConsumedEvent; 1] = [ConsumedEvent { descriptor: Note::DESCRIPTOR, filter: "notes.home" }];

/// This note hangs before its commit, in the process that is killed.
const UNCOMMITTED: usize = 36;

/// A reader that answers each note with another one, in the transaction that notes that it did. Counts what it had answered already.
fn answering<D>(publisher: &Publisher, pool: Pool<D>, hangs: bool, known: Arc<AtomicUsize>) -> Reader
where
    D: Database<Connection: InTransaction<Database = D>>,
{
    let (outbox, inbox, emitter) = (Outbox::new(pool.clone()), Inbox::new("billing"), publisher.clone());
    let options = ReaderOptions::new().concurrency(16).ack_wait(Duration::from_secs(1));
    Reader::new(publisher.clone(), "billing", &EVENTS).options(options).on(move |note: Note, about: Delivery| {
        let (pool, outbox, inbox) = (pool.clone(), outbox.clone(), inbox.clone());
        let (emitter, known) = (emitter.clone(), known.clone());
        async move {
            let number: usize = note.text.parse()?;
            let mut transaction = pool.begin().await?;
            if inbox.first(&mut *transaction, &about).await? {
                let answer = Note { topic: "answers".to_owned(), text: note.text };
                outbox.enqueue(&mut *transaction, emitter.emit(&answer)).await?;
            } else {
                known.fetch_add(1, Ordering::Relaxed);
            }
            if hangs && number == UNCOMMITTED {
                println!("hangs before its commit");
                std::future::pending::<()>().await;
            }
            transaction.commit().await?;
            if hangs && number % 10 == 1 {
                std::future::pending::<()>().await;
            }
            Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
        }
    })
}

/// The reader that [`reader_process`] starts; by itself it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reader_of_another_process() -> TestResult {
    let (Ok(database), Ok(nats)) = (env::var("INBOX_TEST_DATABASE"), env::var("INBOX_TEST_NATS")) else {
        return Ok(());
    };
    let publisher = Publisher::connect(nats, STREAMS, Options::new()).await?;
    let reader = match database.strip_prefix("sqlite://") {
        Some(path) => {
            let pool = open_sqlite(path.as_ref(), Duration::from_secs(5)).await?;
            answering(&publisher, pool, true, Arc::default())
        }
        None => {
            let pool = Pool::<sqlx::Postgres>::connect(&database).await?;
            answering(&publisher, pool, true, Arc::default())
        }
    };
    reader.run(std::future::pending()).await?;
    Ok(())
}

fn reader_process<D: Database>(world: &World<D>) -> TestResult<Child> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["reading::reader_of_another_process", "--exact", "--nocapture"]);
    command.env("INBOX_TEST_DATABASE", &world.url).env("INBOX_TEST_NATS", world.server.url());
    Ok(command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?)
}

async fn a_killed_reader_has_one_effect_for_each_event<D>(world: World<D>) -> TestResult
where
    D: Database<Connection: InTransaction<Database = D>>,
{
    let emit = async |numbers: std::ops::Range<usize>| {
        for number in numbers {
            world.publisher.emit(&note(number.to_string())).await?;
        }
        Ok::<(), walnats_runtime::EmitError>(())
    };
    emit(0..UNCOMMITTED).await?;
    let mut process = reader_process(&world)?;
    let mut lines = BufReader::new(process.stdout.take().ok_or("its output")?).lines();
    // Four of them are committed and hang.
    until("all are committed", || async {
        Ok(world.outbox.status().await?.pending == UNCOMMITTED as u64 && unsettled(&world).await? == Some((0, 4)))
    })
    .await?;
    emit(UNCOMMITTED..UNCOMMITTED + 1).await?;
    while !lines.next_line().await?.ok_or("it ended")?.contains("hangs") {}
    process.kill().await?;
    assert_eq!(unsettled(&world).await?, Some((0, 5)));

    let known = Arc::new(AtomicUsize::new(0));
    let reader = answering(&world.publisher, world.pool.clone(), false, known.clone());
    let all = until("everything is settled", || async { Ok(unsettled(&world).await? == Some((0, 0))) });
    let served = reader.run(async { all.await.expect("the reader goes on") }).await?;
    assert_eq!((served.done, served.dead, known.load(Ordering::Relaxed)), (5, 0, 4));
    world.relay().drain().await?;
    let mut stored: Vec<usize> = Vec::new();
    for text in world.stored().await? {
        stored.push(text.parse()?);
    }
    stored.sort_unstable();
    let expected: Vec<usize> = (0..=UNCOMMITTED).flat_map(|number| [number; 2]).collect();
    assert_eq!(stored, expected, "each note, and one answer to it");
    Ok(())
}

/// What the consumer has not delivered, and what is delivered and not settled; `None` if there is no consumer.
async fn unsettled<D: Database>(world: &World<D>) -> TestResult<Option<(u64, usize)>> {
    let stream = world.publisher.jetstream().get_stream("notes").await?;
    let Ok(info) = stream.consumer_info("billing").await else { return Ok(None) };
    Ok(Some((info.num_pending, info.num_ack_pending)))
}

//! Handlers that fail, hang, take long or kill their process, and events that are poison.

use std::time::Duration;

use serde_json::json;
use walnats_runtime::{Backoff, ReaderOptions, Retention, StreamDescriptor};

use crate::Result;
use crate::reading::row::{Again, ReadRow, ReadRules, Seen, Work};
use crate::reading::stage::Stage;
use crate::setup::FACTS;

/// How long a dependency of all handlers is down.
const DOWN: Duration = Duration::from_secs(60);

pub static ROWS: &[ReadRow] = &[
    ReadRow {
        name: "handlers fail twice, and then succeed",
        work: |seen| if seen.number.is_multiple_of(5) && seen.attempt <= 2 { Work::Passes } else { Work::Done(15) },
        rules: ReadRules { pause: Duration::from_millis(190), ..ReadRules::DEFAULT },
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "handlers take three times ack_wait",
        events: 60,
        work: |_| Work::Done(3_000),
        options: |options| options.ack_wait(Duration::from_secs(1)),
        strike: |stage| Box::pin(watch_places(stage)),
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "handlers hang at one event in ten",
        work: |seen| if seen.number % 10 == 3 && seen.attempt == 1 { Work::Hangs } else { Work::Done(15) },
        options: |options| options.handler_timeout(Duration::from_secs(1)),
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "what all handlers need is down for 60 s, with the default pauses and attempts",
        events: 200,
        work: |seen| if seen.since < DOWN { Work::Passes } else { Work::Done(15) },
        options: |options| options.retry(Backoff::default()),
        rules: ReadRules { pause: Duration::from_millis(900), ..ReadRules::DEFAULT },
        ..ReadRow::DEFAULT
    },
    ReadRow { name: "poison, and the handler says so", work: |seen| poison(seen, Work::Fails), ..POISONED },
    ReadRow {
        name: "poison that is taken for a failure that passes",
        work: |seen| poison(seen, Work::Passes),
        ..POISONED
    },
    ReadRow { name: "poison at which handlers panic", work: |seen| poison(seen, Work::Panics), ..POISONED },
    ReadRow {
        name: "poison on a work queue",
        stream: StreamDescriptor { retention: Some(Retention::WorkQueue), ..FACTS },
        work: |seen| poison(seen, Work::Fails),
        ..POISONED
    },
    ReadRow { name: "what nobody can decode", unreadable: is_poison, ..POISONED },
    ReadRow {
        name: "what nobody can decode, on a work queue",
        stream: StreamDescriptor { retention: Some(Retention::WorkQueue), ..FACTS },
        unreadable: is_poison,
        ..POISONED
    },
    ReadRow {
        name: "poison that kills its reader",
        work: |seen| if kills(seen.number) { Work::Aborts } else { Work::Done(15) },
        options: five_attempts,
        rules: ReadRules { again: Again::InHand, dead: kills, ..ReadRules::DEFAULT },
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "dead letters cannot be stored for a while",
        work: |seen| poison(seen, Work::Fails),
        strike: |stage| Box::pin(fill_dead_letters(stage)),
        rules: ReadRules { again: Again::Any, ..POISONED.rules },
        ..POISONED
    },
];

const POISONED: ReadRow =
    ReadRow { options: five_attempts, rules: ReadRules { dead: is_poison, ..ReadRules::DEFAULT }, ..ReadRow::DEFAULT };

fn five_attempts(options: ReaderOptions) -> ReaderOptions {
    options.retry(Backoff::new([Duration::from_millis(200)]).attempts(5))
}

fn is_poison(number: usize) -> bool {
    number % 50 == 7
}

fn poison(seen: &Seen, work: Work) -> Work {
    if is_poison(seen.number) { work } else { Work::Done(15) }
}

fn kills(number: usize) -> bool {
    matches!(number, 100 | 300)
}

/// The server has no more events outstanding than there are places.
async fn watch_places(stage: &mut Stage) -> Result<()> {
    let places = (stage.size() * ReadRow::DEFAULT.concurrency) as u64;
    for _ in 0..50 {
        let outstanding = stage.number("num_ack_pending").await.unwrap_or_default();
        if outstanding > places {
            stage.complaints.push(format!("{outstanding} events were fetched for {places} places"));
        }
        stage.world.wait(100..101).await;
    }
    Ok(())
}

async fn fill_dead_letters(stage: &mut Stage) -> Result<()> {
    stage.reach(5..15).await?;
    let info = stage.call("STREAM.INFO.dead-letters", &json!({})).await?;
    let mut config = info["config"].clone();
    let before = config.clone();
    config["max_msgs"] = json!(1);
    config["discard"] = json!("new");
    stage.update("dead-letters", &config).await?;
    stage.world.wait(3_000..5_000).await;
    stage.update("dead-letters", &before).await
}

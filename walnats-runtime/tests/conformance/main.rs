//! The JetStream in memory beside a real nats-server: each row runs against both, and clients must see the same.
#![deny(warnings)]

mod client;
mod consumers;
mod emits;
mod limits;
mod pinned;
mod readers;
mod reading;
mod requests;
mod stage;
mod wire;

use std::sync::{Arc, Mutex};
use std::vec::IntoIter;

use stage::{Difference, Row, Stage, TestResult};
use tokio::task::{JoinSet, spawn_blocking};
use walnats_server::NatsServer;

/// As `build.rs` would have written it, format included.
#[rustfmt::skip]
#[path = "../../../walnats-codegen/fixtures/generate/readers/expected/events.rs"]
pub mod events;
#[path = "../engine/note.rs"]
#[allow(dead_code, unused_imports, clippy::allow_attributes, reason = "other tests use the rest")]
mod note;

/// Fewer rows would not be the table that the documentation promises.
const AT_LEAST: usize = 40;

/// How many rows play concurrently: most of them wait.
const LANES: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn clients_see_the_same_in_memory_and_on_a_real_server() -> TestResult {
    let rows: Vec<Row> = [
        emits::ROWS,
        limits::ROWS,
        requests::ROWS,
        wire::ROWS,
        consumers::ROWS,
        pinned::ROWS,
        readers::ROWS,
        reading::ROWS,
    ]
    .concat();
    assert!(rows.len() >= AT_LEAST, "{} rows", rows.len());
    let only = std::env::var("WALNATS_ROW").unwrap_or_default();
    let rows: Vec<Row> = rows.into_iter().filter(|row| row.name.contains(&only)).collect();
    let rows = Arc::new(Mutex::new(rows.into_iter()));
    let mut lanes = JoinSet::new();
    for _ in 0..LANES {
        lanes.spawn(play(Arc::clone(&rows)));
    }
    let mut differing = String::new();
    while let Some(lane) = lanes.join_next().await {
        differing += &lane??;
    }
    assert!(differing.is_empty(), "{differing}");
    Ok(())
}

/// Plays the next row until none is left, each on a server of its own and in memory, and returns where the two differ.
async fn play(rows: Arc<Mutex<IntoIter<Row>>>) -> TestResult<String> {
    let mut differing = String::new();
    let next = || rows.lock().ok()?.next();
    while let Some(row) = next() {
        // On one server, a stream that is deleted and created again can still hold old messages.
        let server = spawn_blocking(NatsServer::start).await??;
        let expected = Stage::real(&server, &row).await?.play(&row).await;
        let seen = Stage::in_memory(&row).await.play(&row).await;
        if expected.failure.is_some() || expected.seen.is_empty() || expected != seen {
            differing += &format!("{}\n{}", row.name, Difference(&expected, &seen));
        }
    }
    Ok(differing)
}

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

use stage::{Difference, Row, Stage, TestResult};
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
    let server = NatsServer::start()?;
    let only = std::env::var("WALNATS_ROW").unwrap_or_default();
    let mut differing = String::new();
    for row in rows.iter().filter(|row| row.name.contains(&only)) {
        let expected = Stage::real(&server, row).await?.play(row).await;
        let seen = Stage::in_memory(row).await.play(row).await;
        if expected.failure.is_some() || expected.seen.is_empty() || expected != seen {
            differing += &format!("{}\n{}", row.name, Difference(&expected, &seen));
        }
    }
    assert!(differing.is_empty(), "{differing}");
    Ok(())
}

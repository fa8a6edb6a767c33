//! Readers of walnats beside hand-written pull consumers of async-nats, on one nats-server, file storage, in one run. All decode the
//! same JSON by the same function, handle as many at once, and have the same consumer: durable, with one filter.
//!
//! There are two kinds of acknowledgement: of each message without waiting, and of each message with the server's confirmation
//! (`double_ack`), which a reader that keeps an order needs. Readers do more: they find the event by the headers, say "in progress" for
//! what is in hand, limit each handler, give it what is known about the event, and count.
//!
//! `cargo run --release --manifest-path tools/bench/Cargo.toml -p read` prints ratios: 1.00 is the concurrent hand-written consumer with
//! the same acknowledgement. Each round measures all of them, every second round in the opposite order, so that a machine that gets
//! slower slows all of them. A ratio compares two measurements of the same round; a line shows the median of the rounds, the lowest and
//! the highest, and the processor time of this process for each message. Names after `--` (`walnats`, `ordered`...) measure those alone.

mod event;
mod processor;
mod reading;
mod speeds;

use std::error::Error;

use async_nats::jetstream::{self, stream};
use walnats_runtime::{Options, Publisher};
use walnats_server::NatsServer;

use event::Measured;
use reading::{Kind, STREAMS};
use speeds::Speeds;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 7;
const MESSAGES: usize = 100_000;
const CONCURRENCY: usize = 256;
const GOAL: f64 = 0.95;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let mut kinds = Kind::ALL.to_vec();
    kinds.retain(|kind| wanted.is_empty() || wanted.iter().any(|name| name == kind.name()));
    let server = NatsServer::start()?;
    let jetstream = jetstream::new(async_nats::connect(server.url()).await?);
    let config = stream::Config { name: "measured".into(), subjects: vec!["measured.>".into()], ..Default::default() };
    jetstream.create_stream(config).await?;
    let publisher = Publisher::connect(server.url(), STREAMS, Options::new()).await?;
    let events: Vec<Measured> = (0..MESSAGES).map(|number| Measured::new(number as u64)).collect();
    for some in events.chunks(10_000) {
        publisher.emit_all(some).await?;
    }
    let mut speeds = Speeds::default();
    for round in 0..ROUNDS {
        for kind in &kinds {
            let name = format!("{}-{round}", kind.name());
            speeds.add(*kind, speeds::measured(kind.read(&jetstream, &publisher, &name)).await?);
        }
        kinds.reverse();
    }
    println!("{MESSAGES} messages, {ROUNDS} rounds, {CONCURRENCY} at once");
    print!("{speeds}");
    Ok(())
}

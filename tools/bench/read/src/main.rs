//! Readers of walnats beside hand-written pull consumers of async-nats, on one nats-server, file storage, in one run. All decode the
//! same JSON by the same function, handle as many at once, and have the same consumer: durable, with one filter.
//!
//! There are two kinds of acknowledgement: of each message without waiting, and of each message with the server's confirmation
//! (`double_ack`), which a reader that keeps an order needs. Readers do more: they find the event by the headers, say "in progress" for
//! what is in hand, limit each handler, give it what is known about the event, and count.
//!
//! `cargo run --release --manifest-path tools/bench/Cargo.toml -p read` prints ratios: 1.00 is the fastest hand-written consumer with
//! the same acknowledgement. Rounds alternate, so that a machine that gets slower slows all of them; a line shows the median of the
//! rounds, and the processor time of this process for each message.

mod event;
mod processor;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use async_nats::jetstream::{self, consumer::pull, stream};
use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::Notify;
use walnats_runtime::{ConsumedEvent, Delivery, Event, Options, Publisher, Reader, StreamDescriptor};
use walnats_server::NatsServer;

use event::Measured;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 5;
const MESSAGES: usize = 100_000;
const CONCURRENCY: usize = 256;
const GOAL: f64 = 0.95;
const STREAMS: &[StreamDescriptor] =
    &[StreamDescriptor { subjects: &["measured.>"], ..StreamDescriptor::new("measured") }];
const CONSUMED: &[ConsumedEvent] = &[ConsumedEvent { descriptor: Measured::DESCRIPTOR, filter: "measured.*" }];

/// Messages a second, and seconds of processor time for each.
#[derive(Clone, Copy)]
struct Speed {
    rate: f64,
    cost: f64,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let server = NatsServer::start()?;
    let client = async_nats::connect(server.url()).await?;
    let jetstream = jetstream::new(client.clone());
    let config = stream::Config { name: "measured".into(), subjects: vec!["measured.>".into()], ..Default::default() };
    jetstream.create_stream(config).await?;
    let publisher = Publisher::connect(server.url(), STREAMS, Options::new()).await?;
    let events: Vec<Measured> = (0..MESSAGES).map(|number| Measured::new(number as u64)).collect();
    for some in events.chunks(10_000) {
        publisher.emit_all(some).await?;
    }
    let names = [
        "by hand, one after the other",
        "by hand, concurrently",
        "walnats",
        "by hand, confirmed",
        "walnats, ordered by key, confirmed",
    ];
    let mut speeds: [Vec<Speed>; 5] = Default::default();
    for round in 0..ROUNDS {
        speeds[0].push(measured(by_hand(&jetstream, &format!("a{round}"), 1, false)).await?);
        speeds[1].push(measured(by_hand(&jetstream, &format!("b{round}"), CONCURRENCY, false)).await?);
        speeds[2].push(measured(walnats(&publisher, &format!("c{round}"), false)).await?);
        speeds[3].push(measured(by_hand(&jetstream, &format!("d{round}"), CONCURRENCY, true)).await?);
        speeds[4].push(measured(walnats(&publisher, &format!("e{round}"), true)).await?);
    }
    let medians = speeds.map(|speeds| Speed {
        rate: median(speeds.iter().map(|speed| speed.rate)),
        cost: median(speeds.iter().map(|speed| speed.cost)),
    });
    let best = medians[0].rate.max(medians[1].rate);
    println!("{MESSAGES} messages, {ROUNDS} rounds, {CONCURRENCY} at once");
    let bests = [best, best, best, medians[3].rate, medians[3].rate];
    for ((name, Speed { rate, cost }), best) in names.iter().zip(medians).zip(bests) {
        println!("{name:35} {:5.2}  {rate:8.0} messages/s  {:6.1} µs of processor time", rate / best, cost * 1e6);
    }
    println!("goal: walnats at least {GOAL}: {}", if medians[2].rate >= GOAL * best { "met" } else { "missed" });
    Ok(())
}

async fn measured(work: impl Future<Output = Result<()>>) -> Result<Speed> {
    let (begun, processor) = (Instant::now(), processor::time());
    work.await?;
    let each = |time: f64| time / MESSAGES as f64;
    Ok(Speed { rate: MESSAGES as f64 / begun.elapsed().as_secs_f64(), cost: each(processor::time() - processor) })
}

/// What a user would write.
async fn by_hand(jetstream: &jetstream::Context, name: &str, concurrency: usize, confirm: bool) -> Result<()> {
    let stream = jetstream.get_stream("measured").await?;
    let config = pull::Config {
        durable_name: Some(name.to_owned()),
        filter_subject: CONSUMED[0].filter.to_owned(),
        max_ack_pending: 10_000,
        ..Default::default()
    };
    let consumer = stream.create_consumer(config).await?;
    let messages = consumer.stream().max_messages_per_batch(CONCURRENCY).messages().await?;
    let work = messages.take(MESSAGES).map_err(|error| -> Box<dyn Error + Send + Sync> { error.into() });
    work.try_for_each_concurrent(concurrency, async |message| {
        Measured::decode(&message.payload)?;
        if confirm { message.double_ack().await } else { message.ack().await }
    })
    .await?;
    jetstream.get_stream("measured").await?.delete_consumer(name).await?;
    Ok(())
}

async fn walnats(publisher: &Publisher, name: &str, is_ordered: bool) -> Result<()> {
    let (count, all) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (counted, done) = (count.clone(), all.clone());
    // The name of a service is part of generated code.
    let service: &'static str = name.to_owned().leak();
    let reader = Reader::new(publisher.clone(), service, CONSUMED)
        .on(move |_: Measured, _: Delivery| {
            if counted.fetch_add(1, Ordering::Relaxed) + 1 == MESSAGES {
                done.notify_one();
            }
            async {}
        })
        .configure(|options| options.concurrency(CONCURRENCY));
    let reader =
        if is_ordered { reader.ordered_by(|event: &Measured| (event.number % 500).to_string()) } else { reader };
    // A stop waits for the open pulls, which is not what is measured.
    let running = tokio::spawn(reader.run(std::future::pending()));
    all.notified().await;
    running.abort();
    publisher.jetstream().get_stream("measured").await?.delete_consumer(name).await?;
    Ok(())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

//! Emits of generated code beside what a user would write by hand, on one nats-server, file storage, in one run.
//!
//! `cargo bench --bench emit` prints ratios: 1.00 is raw async-nats, each acknowledgement awaited before the next publish.
//! Every way of publishing sends the same payload; a line says what headers it carries. Rounds alternate, so that a machine that gets slower
//! slows all of them; a line shows the median and the range over the rounds.

use std::collections::VecDeque;
use std::error::Error;
use std::process::Command;
use std::time::{Duration, Instant};

use async_nats::jetstream::{self, stream};
use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt};
use shop_events::{Events, StockChanged};
use walnats_runtime::{CloudEvent, Event};
use walnats_server::NatsServer;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 5;
const WINDOW: usize = 1_024;
const MANY: usize = 20_000;
const FEW: usize = 3_000;
const SOURCE: &str = "https://shop.example/warehouses/dub";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let server = NatsServer::start()?;
    let client = async_nats::connect(server.url()).await?;
    let raw = Raw { jetstream: jetstream::new(client.clone()), payload: change(0).encode()?.into() };
    let events = Events::connect(server.url()).await?;
    let python = walnats_harness::python::python_environment()?;

    let mut rows: Vec<(&str, Vec<f64>)> = Vec::new();
    for _ in 0..ROUNDS {
        let mut round = Vec::new();
        reset(&raw.jetstream).await?;
        round.push(("raw, awaited one at a time", raw.one_at_a_time(false).await?));
        reset(&raw.jetstream).await?;
        round.push(("raw, awaited one at a time, id and CloudEvents headers", raw.one_at_a_time(true).await?));
        reset(&raw.jetstream).await?;
        round.push(("raw, window of ack futures", raw.window(false).await?));
        reset(&raw.jetstream).await?;
        round.push(("raw, window of ack futures, id and CloudEvents headers", raw.window(true).await?));
        reset(&raw.jetstream).await?;
        round.push(("raw, as many calls at once, id and CloudEvents headers", raw.at_once().await?));
        reset(&raw.jetstream).await?;
        round.push((
            "walnats, confirmed one at a time, id and CloudEvents headers",
            confirmed_one_at_a_time(&events).await?,
        ));
        reset(&raw.jetstream).await?;
        round
            .push(("walnats, confirmed, as many calls at once, id and CloudEvents headers", confirmed(&events).await?));
        reset(&raw.jetstream).await?;
        round.push(("walnats, confirmed, emit_..._all, id and CloudEvents headers", all(&events).await?));
        reset(&raw.jetstream).await?;
        round.push(("walnats, buffered, id and CloudEvents headers", buffered(&events).await?));
        reset(&raw.jetstream).await?;
        round.push(("walnats, buffered, id", buffered_plain(&events).await?));
        reset(&raw.jetstream).await?;
        let output = Command::new(&python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/emit.py"))
            .args([server.url().as_str(), "500"])
            .output()?;
        let seconds: f64 = String::from_utf8(output.stdout)?
            .trim()
            .parse()
            .map_err(|error| format!("emit.py: {error}: {}", String::from_utf8_lossy(&output.stderr)))?;
        round.push(("Python walnats, sync=True, id and CloudEvents headers", 500.0 / seconds));

        let unit = round[0].1;
        for (index, (name, rate)) in round.into_iter().enumerate() {
            if rows.len() == index {
                rows.push((name, Vec::new()));
            }
            rows[index].1.push(rate / unit);
        }
    }

    println!("{:>7}  {:>15}  stored and acknowledged per second, relative to the first line", "median", "range");
    for (name, mut ratios) in rows {
        ratios.sort_by(f64::total_cmp);
        println!("{:>7.2}  {:>6.2} to {:>6.2}  {name}", ratios[ROUNDS / 2], ratios[0], ratios[ROUNDS - 1]);
    }
    Ok(())
}

/// Every measurement starts on a stream of its own that is empty.
async fn reset(jetstream: &jetstream::Context) -> Result<()> {
    let _ = jetstream.delete_stream("stock").await;
    let config = stream::Config { name: "stock".into(), subjects: vec!["stock.*.*".into()], ..Default::default() };
    jetstream.create_stream(config).await?;
    Ok(())
}

fn change(pieces: u32) -> StockChanged {
    StockChanged::new("dub", "TEA-0001", pieces.into())
}

struct Raw {
    jetstream: jetstream::Context,
    payload: Bytes,
}

impl Raw {
    /// What a careful user writes by hand: the same headers that the generated code sends.
    fn message(&self, with_headers: bool) -> jetstream::message::PublishMessage {
        let message = jetstream::message::PublishMessage::build().payload(self.payload.clone());
        if !with_headers {
            return message;
        }
        let id = uuid::Uuid::now_v7().to_string();
        let time = jiff::Timestamp::now().to_string();
        message
            .message_id(&id)
            .header("ce-specversion", "1.0")
            .header("ce-id", id.as_str())
            .header("ce-source", SOURCE)
            .header("ce-type", "stock-changed")
            .header("ce-time", time.as_str())
            .header("ce-datacontenttype", "application/json")
    }

    async fn one_at_a_time(&self, with_headers: bool) -> Result<f64> {
        let start = Instant::now();
        for _ in 0..FEW {
            self.jetstream.send_publish("stock.dub.TEA-0001", self.message(with_headers)).await?.await?;
        }
        Ok(rate(FEW, start))
    }

    async fn window(&self, with_headers: bool) -> Result<f64> {
        let start = Instant::now();
        let mut acks = VecDeque::with_capacity(WINDOW);
        for _ in 0..MANY {
            if acks.len() == WINDOW {
                let ack: jetstream::context::PublishAckFuture = acks.pop_front().expect("a full window");
                ack.await?;
            }
            acks.push_back(self.jetstream.send_publish("stock.dub.TEA-0001", self.message(with_headers)).await?);
        }
        for ack in acks {
            ack.await?;
        }
        Ok(rate(MANY, start))
    }

    /// A thousand publishes at a time, each of which awaits its own acknowledgement.
    async fn at_once(&self) -> Result<f64> {
        let start = Instant::now();
        let mut calls = FuturesUnordered::new();
        for _ in 0..MANY {
            if calls.len() == WINDOW {
                calls.next().await.expect("a full window")?;
            }
            let ack = self.jetstream.send_publish("stock.dub.TEA-0001", self.message(true));
            calls.push(async move { ack.await?.await });
        }
        while let Some(ack) = calls.next().await {
            ack?;
        }
        Ok(rate(MANY, start))
    }
}

async fn confirmed_one_at_a_time(events: &Events) -> Result<f64> {
    let start = Instant::now();
    for pieces in 0..FEW as u32 {
        events.emit_stock_changed(&change(pieces)).cloud_event(CloudEvent::new(SOURCE)).await?;
    }
    Ok(rate(FEW, start))
}

async fn confirmed(events: &Events) -> Result<f64> {
    let start = Instant::now();
    let mut emits = FuturesUnordered::new();
    for pieces in 0..MANY as u32 {
        if emits.len() == WINDOW {
            emits.next().await.expect("a full window")?;
        }
        emits
            .push(async move { events.emit_stock_changed(&change(pieces)).cloud_event(CloudEvent::new(SOURCE)).await });
    }
    while let Some(receipt) = emits.next().await {
        receipt?;
    }
    Ok(rate(MANY, start))
}

async fn all(events: &Events) -> Result<f64> {
    let changes: Vec<StockChanged> = (0..MANY as u32).map(change).collect();
    let start = Instant::now();
    events.emit_stock_changed_all(&changes).cloud_event(|_| CloudEvent::new(SOURCE)).await?;
    Ok(rate(MANY, start))
}

async fn buffered(events: &Events) -> Result<f64> {
    let start = Instant::now();
    for pieces in 0..MANY as u32 {
        events.emit_stock_changed(&change(pieces)).cloud_event(CloudEvent::new(SOURCE)).buffered().await?;
    }
    events.flush(Duration::from_secs(60)).await?;
    Ok(rate(MANY, start))
}

async fn buffered_plain(events: &Events) -> Result<f64> {
    let start = Instant::now();
    for pieces in 0..MANY as u32 {
        events.emit_stock_changed(&change(pieces)).buffered().await?;
    }
    events.flush(Duration::from_secs(60)).await?;
    Ok(rate(MANY, start))
}

fn rate(count: usize, start: Instant) -> f64 {
    count as f64 / start.elapsed().as_secs_f64()
}

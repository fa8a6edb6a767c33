//! What readers do beyond reading: order, pauses, layers, responses, and reading once more. And clocks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::sync::oneshot;
use tower::timeout::TimeoutLayer;
use walnats_runtime::{Backoff, Clock, Delivery, IntoSettle, ReadError, Reader, ReaderOptions, Served, Start};

use crate::events::{BillingEvent2, OrderCancelled, OrderPlaced, PaymentReceived, STREAMS};
use crate::row;
use crate::stage::{Row, Stage, TestResult};

const SECOND: Duration = Duration::from_secs(1);

/// What a handler saw.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn add(&self, what: String) {
        self.0.lock().expect("no handler panics with it").push(what);
    }

    /// Waits until there is so much.
    async fn until(
        &self,
        stage: &Stage,
        count: usize,
    ) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
        let all = || self.0.lock().map(|all| all.clone()).unwrap_or_default();
        stage.until(async || all().len() >= count).await?;
        Ok(all())
    }
}

/// A reader of `billing` whose handler of `order-placed` notes the order and its attempt, and then answers.
fn reader<S: IntoSettle + Send + 'static>(stage: &Stage, seen: &Seen, answer: fn(&str, u64) -> S) -> Reader {
    let here = seen.clone();
    Reader::new(stage.publisher.clone(), "billing", BillingEvent2::EVENTS)
        .configure(|options| options.retry(Backoff::new([SECOND]).attempts(3)))
        .on(move |order: OrderPlaced, about: Delivery| {
            here.add(format!("{} {}", order.id, about.attempt()));
            let answer = answer(&order.id, about.attempt());
            async move { answer }
        })
        .on::<OrderCancelled, _>(async |_: OrderCancelled, _: &Delivery| {})
        .on::<PaymentReceived, _>(async |_: PaymentReceived, _: &Delivery| {})
}

fn done(_: &str, _: u64) {}

/// Runs a reader meanwhile, and notes what it did.
async fn while_running(stage: &Stage, reader: Reader, meanwhile: impl Future<Output = TestResult>) -> TestResult {
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(reader.run(async { drop(stopped.await) }));
    meanwhile.await?;
    stage
        .until(async || {
            let info = stage.call("CONSUMER.INFO.orders.billing", json!({})).await;
            info["num_pending"] == 0 && info["num_ack_pending"] == 0
        })
        .await?;
    drop(stop);
    let served: Result<Served, ReadError> = task.await?;
    stage.see(format!("{:?}", served?));
    Ok(())
}

async fn place(stage: &Stage, id: &str) -> TestResult {
    stage.publisher.emit(&OrderPlaced::new(id, "eu")).uid(id).await?;
    Ok(())
}

/// What an order's id has before the first space.
fn key(order: &OrderPlaced) -> String {
    order.id.split(' ').next().unwrap_or_default().to_owned()
}

pub const ROWS: &[Row] = &[
    row!("events of a key are handled in order, and those of other keys meanwhile", STREAMS, stage => {
        for id in ["a 1", "a 2", "b 1", "a 3", "b 2"] {
            place(&stage, id).await?;
        }
        let seen = Seen::default();
        let fails = |id: &str, attempt| if id == "a 1" && attempt == 1 { Err("not yet") } else { Ok(()) };
        while_running(&stage, reader(&stage, &seen, fails).ordered_by(key), async {
            seen.until(&stage, 3).await?;
            stage.pass(SECOND * 2).await;
            let all = seen.until(&stage, 6).await?;
            for key in ["a", "b"] {
                stage.see(format!("{:?}", all.iter().filter(|what| what.starts_with(key)).collect::<Vec<_>>()));
            }
            Ok(())
        }).await?;
    }),
    row!("a delayed event of a key takes its place when it is due", STREAMS, stage => {
        stage.publisher.emit(&OrderPlaced::new("a late", "eu")).uid("late").delay(SECOND * 6).await?;
        place(&stage, "a soon").await?;
        let seen = Seen::default();
        while_running(&stage, reader(&stage, &seen, done).ordered_by(key), async {
            stage.see(format!("{:?}", seen.until(&stage, 1).await?));
            stage.pass(SECOND * 7).await;
            stage.see(format!("{:?}", seen.until(&stage, 2).await?));
            Ok(())
        }).await?;
    }),
    row!("an event that is refused lets the next one of its key go on", STREAMS, stage => {
        for id in ["a 1", "a 2"] {
            place(&stage, id).await?;
        }
        let seen = Seen::default();
        let fails = |id: &str, _| if id == "a 1" { Err("never") } else { Ok(()) };
        while_running(&stage, reader(&stage, &seen, fails).ordered_by(key), async {
            for attempts in 1..=2 {
                seen.until(&stage, attempts).await?;
                stage.pass(SECOND * 2).await;
            }
            stage.see(format!("{:?}", seen.until(&stage, 4).await?));
            Ok(())
        }).await?;
    }),
    row!("what is stored is read once more", STREAMS, stage => {
        for id in ["1", "2", "3"] {
            place(&stage, id).await?;
        }
        for start in [Start::All, Start::Sequence(3)] {
            let seen = Seen::default();
            let again = reader(&stage, &seen, done).configure(|options| options.concurrency(1)).reread("again", start);
            stage.see(format!("{:?}", again.run(std::future::pending()).await?));
            stage.see(format!("{:?}", seen.until(&stage, 0).await?));
            stage.see_call("CONSUMER.NAMES.orders", json!({}), &["/total"]).await;
        }
    }),
    row!("a paused service reads nothing until its pause ends", STREAMS, stage => {
        let seen = Seen::default();
        let reader = reader(&stage, &seen, done);
        let control = reader.monitor().control().clone();
        while_running(&stage, reader, async {
            stage.until(async || stage.call("CONSUMER.INFO.orders.billing", json!({})).await["num_waiting"] == 1).await?;
            control.pause_for(SECOND * 4).await?;
            stage.see(control.paused_until().await?.is_some());
            place(&stage, "7").await?;
            tokio::time::sleep(SECOND / 2).await;
            stage.see(format!("{:?}", seen.until(&stage, 0).await?));
            stage.pass(SECOND * 5).await;
            stage.see(format!("{:?}", seen.until(&stage, 1).await?));
            stage.see(control.paused_until().await?.is_some());
            control.pause_for(SECOND * 3_600).await?;
            place(&stage, "8").await?;
            control.resume().await?;
            stage.see(format!("{:?}", seen.until(&stage, 2).await?));
            Ok(())
        }).await?;
    }),
    row!("a request is answered by the handler", STREAMS, stage => {
        let seen = Seen::default();
        let answering = reader(&stage, &seen, |id, _| Ok::<_, String>(PaymentReceived::new(format!("for {id}"))));
        while_running(&stage, answering, async {
            let order = OrderPlaced::new("7", "eu");
            let request = stage.publisher.emit(&order).uid("7").request::<PaymentReceived>();
            stage.see(request.timeout(SECOND * 30).await?.order);
            Ok(())
        }).await?;
        // The header names an inbox.
        stage.call("STREAM.DELETE.orders", json!({})).await;
    }),
    row!("a layer of tower cuts off an attempt", STREAMS, stage => {
        place(&stage, "7").await?;
        let seen = Seen::default();
        let here = seen.clone();
        let slow = Reader::new(stage.publisher.clone(), "billing", BillingEvent2::EVENTS)
            .configure(|_| ReaderOptions::new().retry(Backoff::new([SECOND]).attempts(2)).layer(TimeoutLayer::new(SECOND / 2)))
            .on(move |_: OrderPlaced, about: Delivery| {
                here.add(format!("attempt {}", about.attempt()));
                async { std::future::pending::<()>().await }
            })
            .on::<OrderCancelled, _>(async |_: OrderCancelled, _: &Delivery| {})
            .on::<PaymentReceived, _>(async |_: PaymentReceived, _: &Delivery| {});
        while_running(&stage, slow, async {
            seen.until(&stage, 1).await?;
            // It is cut off, and given back.
            tokio::time::sleep(SECOND).await;
            stage.pass(SECOND * 2).await;
            stage.see(format!("{:?}", seen.until(&stage, 2).await?));
            Ok(())
        }).await?;
        stage.see_stream("dead-letters").await;
    }),
    row!("a clock emits an event for each tick", STREAMS, stage => {
        let (stop, stopped) = oneshot::channel::<()>();
        let clock = Clock::new(&stage.publisher, SECOND * 2, |_| OrderPlaced::new("tick", "eu"));
        let task = tokio::spawn(clock.run(async { drop(stopped.await) }));
        let messages = async || stage.call("STREAM.INFO.orders", json!({})).await["state"]["messages"].as_u64();
        for count in [1, 2] {
            stage.until(async || messages().await >= Some(count)).await?;
        }
        drop(stop);
        let ticked = task.await??;
        stage.see(ticked.duplicate);
        stage.see(messages().await == Some(ticked.stored));
        // How many there were depends on how fast the machine is.
        stage.call("STREAM.DELETE.orders", json!({})).await;
    }),
];

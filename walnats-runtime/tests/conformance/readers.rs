//! Readers of walnats.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use walnats_runtime::{Backoff, Delivery, ReadError, Reader, Served, Settle, Start};

use crate::events::{BillingEvent2, OrderCancelled, OrderPlaced, PaymentReceived, STREAMS};
use crate::row;
use crate::stage::{Row, Stage, TestResult};

const SECOND: Duration = Duration::from_secs(1);

/// A reader of `billing` in a task of its own.
struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<Served, ReadError>>,
}

impl Running {
    /// Stops it and notes what it did.
    async fn stop(self, stage: &Stage) -> TestResult {
        let _ = self.stop.send(());
        stage.see(format!("{:?}", self.task.await??));
        Ok(())
    }
}

/// What handlers saw.
type Seen = Arc<Mutex<Vec<String>>>;

/// Runs a reader whose handler of `order-placed` returns what `settle` says, by the order's id and the attempt.
fn run(stage: &Stage, start: Start, settle: fn(&str, u64) -> Settle) -> (Running, Seen) {
    let seen = Seen::default();
    let here = seen.clone();
    let reader = Reader::new(stage.publisher.clone(), "billing", BillingEvent2::EVENTS)
        .configure(|options| options.concurrency(1).start(start).retry(Backoff::new([SECOND]).attempts(2)))
        .on::<OrderPlaced, _>(move |order: OrderPlaced, about: Delivery| {
            let what = format!(
                "{} on {} {}: {}, attempt {}, id {:?}, trace {:?}",
                order.id,
                about.stream(),
                about.sequence(),
                about.subject(),
                about.attempt(),
                about.message_id(),
                about.trace_id()
            );
            here.lock().expect("no handler panics with it").push(what);
            let settled = settle(&order.id, about.attempt());
            async move { settled }
        })
        .on::<OrderCancelled, _>(async |_: OrderCancelled, _: &Delivery| {})
        .on::<PaymentReceived, _>(async |_: PaymentReceived, _: &Delivery| {});
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(reader.run(async {
        let _ = stopped.await;
    }));
    (Running { stop, task }, seen)
}

/// Waits until handlers saw so much, and notes it.
async fn see_all(stage: &Stage, seen: &Seen, count: usize) -> TestResult {
    let all = || seen.lock().map(|seen| seen.clone()).unwrap_or_default();
    stage.until(async || all().len() >= count).await?;
    all().into_iter().for_each(|what| stage.see(what));
    Ok(())
}

/// Waits until nothing is unsettled.
async fn settled(stage: &Stage) -> TestResult {
    stage
        .until(async || {
            let info = stage.call("CONSUMER.INFO.orders.billing", json!({})).await;
            info["num_pending"] == 0 && info["num_ack_pending"] == 0
        })
        .await
}

async fn place(stage: &Stage, id: &str) -> TestResult {
    stage.publisher.emit(&OrderPlaced::new(id, "eu")).uid(id).trace_id("t").await?;
    Ok(())
}

pub const ROWS: &[Row] = &[
    row!("a reader handles what is there and what comes", STREAMS, stage => {
        place(&stage, "before").await?;
        let (running, seen) = run(&stage, Start::All, |_, _| Settle::Done);
        stage.until(async || !seen.lock().is_ok_and(|seen| seen.is_empty())).await?;
        place(&stage, "after").await?;
        see_all(&stage, &seen, 2).await?;
        settled(&stage).await?;
        running.stop(&stage).await?;
    }),
    row!("a reader tries again after a pause", STREAMS, stage => {
        place(&stage, "7").await?;
        let (running, seen) = run(&stage, Start::All, |_, attempt| if attempt == 1 { Settle::retry("not yet") } else { Settle::Done });
        stage.until(async || seen.lock().is_ok_and(|seen| seen.len() == 1)).await?;
        stage.until(async || stage.call("CONSUMER.INFO.orders.billing", json!({})).await["num_ack_pending"] == 1).await?;
        // Once it has the answer to what it was given, the server holds the event.
        tokio::time::sleep(Duration::from_millis(200)).await;
        stage.pass(SECOND * 3 / 2).await;
        see_all(&stage, &seen, 2).await?;
        settled(&stage).await?;
        running.stop(&stage).await?;
    }),
    row!("a refused event is a dead letter", STREAMS, stage => {
        place(&stage, "7").await?;
        let (running, seen) = run(&stage, Start::All, |_, _| Settle::dead_letter("the account is closed"));
        see_all(&stage, &seen, 1).await?;
        settled(&stage).await?;
        running.stop(&stage).await?;
        stage.see_stream("dead-letters").await;
    }),
    row!("what cannot be decoded is a dead letter", STREAMS, stage => {
        stage.see_publish("orders.eu.placed", &[("Nats-Msg-Id", "1"), ("X-Tenant", "a")], r#"{"id":""}"#).await;
        let (running, _) = run(&stage, Start::All, |_, _| Settle::Done);
        stage.until(async || stage.call("STREAM.INFO.dead-letters", json!({})).await["state"]["messages"] == 1).await?;
        settled(&stage).await?;
        running.stop(&stage).await?;
        stage.see_stream("dead-letters").await;
    }),
    row!("a reader holds a delayed event until it is due", STREAMS, stage => {
        stage.publisher.emit(&OrderPlaced::new("7", "eu")).uid("7").delay(6 * SECOND).await?;
        let (running, seen) = run(&stage, Start::All, |_, _| Settle::Done);
        stage.until(async || stage.call("CONSUMER.INFO.orders.billing", json!({})).await["num_ack_pending"] == 1).await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
        stage.see(seen.lock().is_ok_and(|seen| seen.is_empty()));
        stage.pass(7 * SECOND).await;
        see_all(&stage, &seen, 1).await?;
        settled(&stage).await?;
        running.stop(&stage).await?;
    }),
    row!("a new reader may begin with new events", STREAMS, stage => {
        place(&stage, "before").await?;
        let (running, seen) = run(&stage, Start::New, |_, _| Settle::Done);
        stage.until(async || stage.call("CONSUMER.INFO.orders.billing", json!({})).await.get("name").is_some()).await?;
        place(&stage, "after").await?;
        see_all(&stage, &seen, 1).await?;
        settled(&stage).await?;
        running.stop(&stage).await?;
    }),
    row!("readers plan their consumers", STREAMS, stage => {
        let reader = Reader::new(stage.publisher.clone(), "billing", BillingEvent2::EVENTS);
        for plan in reader.plan().await? {
            stage.see(plan);
        }
        reader.register().await?;
        for plan in reader.plan().await? {
            stage.see(plan);
        }
    }),
];

//! The process of one instance of the service.

use std::future::Future;
use std::io::Write;
use std::time::{Duration, Instant};

use async_nats::ConnectOptions;
use walnats_runtime::{ConsumedEvent, Delivery, Event, Options, Publisher, Reader, Settle};

use super::record::{Call, Report, now};
use super::row::{ReadRow, Seen, Work};
use super::scene::{KEYS, SERVICE};
use crate::Result;
use crate::fact::Fact;

const CONSUMED: &[ConsumedEvent] = &[ConsumedEvent { descriptor: Fact::DESCRIPTOR, filter: "facts.*" }];

/// Reads the events of a row from the servers at `urls` until its input ends, and reports on standard output.
///
/// # Errors
///
/// No server can be reached. Errors of the reader are reported.
pub async fn run_instance(row: &'static ReadRow, urls: &str) -> Result<()> {
    let nats = ConnectOptions::new().ping_interval(Duration::from_secs(1)).retry_on_initial_connect();
    let options = Options::new().nats(nats).deadline(Duration::from_secs(60));
    let publisher = Publisher::connect(urls, std::slice::from_ref(&row.stream), options).await?;
    let start = Instant::now();
    let handler = move |fact: Fact, about: Delivery| async move {
        let seen = Seen { number: fact.number, attempt: about.attempt(), since: start.elapsed() };
        let mut call = Reported::begin(&seen);
        match (row.work)(&seen) {
            Work::Done(millis) => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                call.is_done = true;
                Settle::Done
            }
            Work::Passes => Settle::retry("this passes"),
            Work::Fails => Settle::dead_letter("this does not pass"),
            // As a panic, without its message on standard error.
            Work::Panics => std::panic::resume_unwind(Box::new("poison")),
            Work::Aborts => std::process::abort(),
            Work::Hangs => std::future::pending().await,
        }
    };
    let mut reader = Reader::new(publisher.clone(), SERVICE, CONSUMED).options(row.reader_options());
    reader = reader.on::<Fact, _>(handler);
    if row.ordered {
        reader = reader.ordered_by(|fact: &Fact| (fact.number % KEYS).to_string());
    }
    let result = reader.run(end_of_input()).await;
    tell(&Report::Stopped(result.map(|served| served.done).map_err(|error| format!("{error:?}"))));
    // Dead letters are stored when their events are settled, so nothing is left.
    let _ = publisher.shutdown(Duration::from_secs(10)).await;
    Ok(())
}

/// A handler that reports its end, however it ends.
struct Reported {
    call: Call,
    is_done: bool,
}

impl Reported {
    fn begin(seen: &Seen) -> Self {
        let call = Call { number: seen.number, attempt: seen.attempt, micros: now() };
        tell(&Report::Began(call));
        Self { call, is_done: false }
    }
}

impl Drop for Reported {
    fn drop(&mut self) {
        tell(&Report::Ended(Call { micros: now(), ..self.call }, self.is_done));
    }
}

/// Writes a line. Each is one `write`, so that a killed process leaves complete lines.
fn tell(report: &Report) {
    let Ok(mut text) = serde_json::to_string(report) else { return };
    text.push('\n');
    // If the parent is gone, nobody reads the report.
    let mut output = std::io::stdout().lock();
    if output.write_all(text.as_bytes()).and_then(|()| output.flush()).is_err() {
        std::process::exit(1);
    }
}

/// Ends with this process's input.
fn end_of_input() -> impl Future<Output = ()> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    // A detached thread, which does not delay the end of the process.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = sender.send(());
    });
    async {
        let _ = receiver.await;
    }
}

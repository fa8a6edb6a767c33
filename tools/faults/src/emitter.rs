//! The publisher's process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use walnats_runtime::{FlushError, Lost, Options, OutboundMessage, Publisher};

use crate::Result;
use crate::fact::Fact;
use crate::gate::Gate;
use crate::ledger::{End, Line, variant};
use crate::row::{Finish, Row};
use crate::teller::Teller;
use crate::workload::{DELAY, Kind, PATIENCE, Step, Workload};

/// Long enough for everything to end.
const FLUSH: Duration = Duration::from_secs(90);

/// Emits the workload of a row and a seed to the servers at `urls`, and reports the results on standard output.
///
/// # Errors
///
/// A task panicked. Failed emits are not errors here.
pub async fn emit(row: &'static Row, seed: u64, urls: &str) -> Result<()> {
    let teller = Teller { abort_after: row.abort_after.map(|choose| choose(row.shape.emits)) };
    let on_lost = move |lost: Lost| {
        if let Some(number) = number(&lost.message) {
            teller.tell(&Line::Lost { number, end: End::failed(&lost.error) });
        }
    };
    let options = (row.options)(Options::new().deadline(row.deadline)).on_lost(on_lost);
    let streams = std::slice::from_ref(&row.stream);
    let publisher = match row.client {
        None => Publisher::connect(urls, streams, options).await,
        Some(nats) => Ok(Publisher::new(nats().connect(urls).await?, streams, options)),
    };
    let publisher = match publisher {
        Ok(publisher) => publisher,
        Err(error) => {
            teller.tell(&Line::Unconnected(variant(&error)));
            teller.tell(&Line::Done);
            return Ok(());
        }
    };
    let watching = teller.watch(&publisher);
    let workload = Arc::new(Workload::new(&row.shape, seed));
    let gate = Gate::at_input();
    let mut writers = JoinSet::new();
    for topic in 0..workload.writers.len() {
        let (publisher, workload, gate) = (publisher.clone(), Arc::clone(&workload), gate.clone());
        writers
            .spawn(async move { Writer { publisher, workload, teller, gate, waits: JoinSet::new() }.run(topic).await });
    }
    let mut waits = Vec::new();
    while let Some(writer) = writers.join_next().await {
        waits.push(writer?);
    }
    let deadline = match row.finish {
        Finish::Flush => {
            teller.tell(&Line::Flushed(match publisher.flush(FLUSH).await {
                Ok(()) => Ok(0),
                Err(FlushError::Failed { failed, .. }) => Ok(failed),
                Err(error) => Err(error.to_string()),
            }));
            FLUSH
        }
        Finish::Shutdown(millis) => Duration::from_millis(millis),
    };
    if let Err(left) = publisher.shutdown(deadline).await {
        let numbers = |messages: &[OutboundMessage]| messages.iter().filter_map(number).collect();
        teller.tell(&Line::Left { unsent: numbers(left.unsent()), unknown: numbers(left.unknown()) });
    }
    for mut waits in waits {
        while let Some(wait) = waits.join_next().await {
            wait?;
        }
    }
    watching.abort();
    teller.tell(&Line::Done);
    Ok(())
}

/// A task that emits on its own topic, one step after the other.
struct Writer {
    publisher: Publisher,
    workload: Arc<Workload>,
    teller: Teller,
    gate: Gate,
    /// The tasks that wait for buffered emits.
    waits: JoinSet<()>,
}

impl Writer {
    async fn run(mut self, topic: usize) -> JoinSet<()> {
        let workload = Arc::clone(&self.workload);
        for step in &workload.writers[topic] {
            self.gate.pass(&workload, step.first).await;
            self.step(step).await;
            if !step.pause.is_zero() {
                tokio::time::sleep(step.pause).await;
            }
        }
        self.waits
    }

    async fn step(&mut self, step: &Step) {
        let facts: Vec<Fact> = (step.first..step.first + step.count).map(|number| self.fact(number)).collect();
        let start = Instant::now();
        self.teller.tell(&Line::Began { first: step.first, count: step.count });
        match (step.kind, facts.as_slice()) {
            (Kind::Batch | Kind::Atomic, facts) => self.batch(step, facts, start).await,
            (_, [fact]) => self.one(step.kind, fact, start).await,
            _ => {}
        }
    }

    async fn one(&mut self, kind: Kind, fact: &Fact, start: Instant) {
        let number = fact.number;
        let mut emit = self.publisher.emit(fact);
        if let Some(uid) = &self.workload.emits[number].uid {
            emit = emit.uid(uid);
        }
        if let Some(key) = &self.workload.emits[number].key {
            emit = emit.once(key);
        }
        match kind {
            Kind::Buffered | Kind::Abandoned => match emit.buffered().await {
                Ok(pending) if kind == Kind::Abandoned => {
                    // Reported before the drop, because afterwards `on_lost` may be called.
                    self.teller.tell(&Line::Abandoned(number));
                    drop(pending);
                }
                Ok(pending) => {
                    let teller = self.teller;
                    let accepted = Instant::now();
                    self.waits.spawn(async move { teller.ended(number, &pending.await, accepted) });
                }
                Err(error) => self.teller.ended(number, &Err(error), start),
            },
            Kind::Cancelled => match tokio::time::timeout(PATIENCE, emit).await {
                Ok(end) => self.teller.ended(number, &end, start),
                Err(_) => self.teller.tell(&Line::Abandoned(number)),
            },
            Kind::Delayed => self.teller.ended(number, &emit.delay(DELAY).await, start),
            _ => self.teller.ended(number, &emit.await, start),
        }
    }

    async fn batch(&mut self, step: &Step, facts: &[Fact], start: Instant) {
        let workload = Arc::clone(&self.workload);
        let id = move |fact: &Fact| workload.emits[fact.number].uid.clone().unwrap_or_default();
        let mut all = self.publisher.emit_all(facts).uid(id);
        if step.kind == Kind::Atomic {
            all = all.atomic();
        }
        let workload = Arc::clone(&self.workload);
        if workload.emits[step.first].key.is_some() {
            all = all.once(move |fact| workload.emits[fact.number].key.clone().unwrap_or_default());
        }
        match all.await {
            Ok(receipts) => {
                for (number, receipt) in (step.first..).zip(receipts) {
                    self.teller.ended(number, &Ok(receipt), start);
                }
            }
            Err(error) => {
                for (number, receipt) in (step.first..).zip(error.receipts()) {
                    if let Some(receipt) = receipt {
                        self.teller.ended(number, &Ok(receipt.clone()), start);
                    }
                }
                for (index, failure) in error.failures() {
                    // An atomic batch has one failure for all its events.
                    let count = if step.kind == Kind::Atomic { step.count } else { 1 };
                    for number in step.first + index..step.first + index + count {
                        self.teller.ended(number, &Err(failure.clone()), start);
                    }
                }
            }
        }
    }

    fn fact(&self, number: usize) -> Fact {
        self.workload.emits[number].fact(false)
    }
}

fn number(message: &OutboundMessage) -> Option<usize> {
    Fact::read(message.payload()).map(|(number, _)| number)
}

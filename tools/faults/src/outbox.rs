//! The processes of an outbox trial: relays, and an application that commits events with its data or rolls back.

use std::sync::Arc;
use std::time::Instant;

use sqlx::Pool;
use tokio::task::JoinSet;
use walnats_outbox::{DatabaseError, EnqueueError, Outbox};
use walnats_runtime::{Options, Publisher};

use crate::Result;
use crate::database::{Act, Store};
use crate::gate::Gate;
use crate::ledger::{End, Line, variant};
use crate::relay::brisk;
use crate::row::Row;
use crate::teller::Teller;
use crate::workload::{Kind, Step, Workload};

/// Runs a relay until the process is killed.
#[derive(Debug)]
pub struct RunRelay<'a> {
    /// The row.
    pub row: &'static Row,
    /// The servers.
    pub urls: &'a str,
}

impl Act for RunRelay<'_> {
    async fn act<D: Store>(self, pool: Pool<D>) -> Result<()> {
        let options = (self.row.options)(Options::new().deadline(self.row.deadline));
        let publisher = Publisher::connect(self.urls, std::slice::from_ref(&self.row.stream), options).await?;
        let _watching = Teller::default().watch(&publisher);
        brisk(Outbox::new(pool).relay(&publisher)).run().await?;
        Ok(())
    }
}

/// Enqueues the workload in transactions, and reports on standard output how each ended.
#[derive(Debug)]
pub struct EnqueueAll<'a> {
    /// The row.
    pub row: &'static Row,
    /// The seed of the workload.
    pub seed: u64,
    /// The servers. Enqueueing needs none, but a publisher needs a connection.
    pub urls: &'a str,
}

impl Act for EnqueueAll<'_> {
    async fn act<D: Store>(self, pool: Pool<D>) -> Result<()> {
        let teller = Teller::default();
        let publisher = Publisher::connect(self.urls, std::slice::from_ref(&self.row.stream), Options::new()).await?;
        let workload = Arc::new(Workload::new(&self.row.shape, self.seed));
        let outbox = Outbox::new(pool.clone());
        let gate = Gate::at_input();
        let mut writers = JoinSet::new();
        for topic in 0..workload.writers.len() {
            let (pool, outbox, publisher) = (pool.clone(), outbox.clone(), publisher.clone());
            let (workload, mut gate) = (Arc::clone(&workload), gate.clone());
            writers.spawn(async move {
                let writer = Writer { pool, outbox, publisher, workload };
                for step in &writer.workload.writers[topic] {
                    gate.pass(&writer.workload, step.first).await;
                    teller.tell(&Line::Began { first: step.first, count: step.count });
                    let start = Instant::now();
                    let end = writer.transaction(step).await;
                    let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
                    for number in step.first..step.first + step.count {
                        teller.tell(&Line::Ended { number, end: end.clone(), millis });
                    }
                    tokio::time::sleep(step.pause).await;
                }
            });
        }
        while let Some(writer) = writers.join_next().await {
            writer?;
        }
        teller.tell(&Line::Done);
        Ok(())
    }
}

struct Writer<D: Store> {
    pool: Pool<D>,
    outbox: Outbox<D>,
    publisher: Publisher,
    workload: Arc<Workload>,
}

impl<D: Store> Writer<D> {
    /// Writes the events of a step and the application's rows in one transaction.
    async fn transaction(&self, step: &Step) -> End {
        let refused = |error: &str| End::NotStored(format!("Refused {error}"));
        let mut transaction = match self.pool.begin_with(D::BEGIN).await {
            Ok(transaction) => transaction,
            Err(error) => return refused(&variant(&DatabaseError::from(error))),
        };
        for number in step.first..step.first + step.count {
            let emit = &self.workload.emits[number];
            if let Err(error) = D::insert(&mut transaction, i64::try_from(number).unwrap_or_default()).await {
                return refused(&variant(&DatabaseError::from(error)));
            }
            let fact = emit.fact(false);
            let mut event = self.publisher.emit(&fact);
            if let Some(uid) = &emit.uid {
                event = event.uid(uid);
            }
            if let Some(key) = &emit.key {
                event = event.once(key);
            }
            let enqueued = self.outbox.enqueue(&mut *transaction, event).key(format!("key {}", emit.topic)).await;
            match enqueued {
                Ok(_) => {}
                // Dropping the transaction rolls it back.
                Err(EnqueueError::Database(error)) => return refused(&variant(&error)),
                Err(error) => return refused(&variant(&error)),
            }
        }
        if step.kind == Kind::RolledBack {
            // Even if this is not answered, it is rolled back when its connection ends.
            let _ = transaction.rollback().await;
            return End::NotStored("RolledBack".to_owned());
        }
        match transaction.commit().await {
            Ok(()) => End::Committed,
            // It is unknown whether the commit reached the database.
            Err(_) => End::PossiblyStored { id: String::new(), cause: "Commit".to_owned() },
        }
    }
}

//! Those who read all messages of the stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_nats::jetstream::{self, consumer::pull};
use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::Notify;
use walnats_runtime::{ConsumedEvent, Delivery, Event, Publisher, Reader, StreamDescriptor};

use crate::event::Measured;
use crate::{CONCURRENCY, MESSAGES, Result};

pub const STREAMS: &[StreamDescriptor] =
    &[StreamDescriptor { subjects: &["measured.>"], ..StreamDescriptor::new("measured") }];
const CONSUMED: &[ConsumedEvent] = &[ConsumedEvent { descriptor: Measured::DESCRIPTOR, filter: "measured.*" }];

/// Who reads, and how it acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    ByHand,
    InTurn,
    Walnats,
    Confirmed,
    Ordered,
}

impl Kind {
    pub const ALL: &[Self] = &[Self::ByHand, Self::InTurn, Self::Walnats, Self::Confirmed, Self::Ordered];

    pub fn name(self) -> &'static str {
        match self {
            Self::ByHand => "by-hand",
            Self::InTurn => "in-turn",
            Self::Walnats => "walnats",
            Self::Confirmed => "confirmed",
            Self::Ordered => "ordered",
        }
    }

    pub fn description(self) -> &'static str {
        match self {
            Self::ByHand => "by hand, concurrently",
            Self::InTurn => "by hand, one after the other",
            Self::Walnats => "walnats",
            Self::Confirmed => "by hand, concurrently, confirmed",
            Self::Ordered => "walnats, ordered by key, confirmed",
        }
    }

    /// What it is compared with.
    pub fn compared(self) -> Self {
        match self {
            Self::ByHand | Self::InTurn | Self::Walnats => Self::ByHand,
            Self::Confirmed | Self::Ordered => Self::Confirmed,
        }
    }

    pub async fn read(self, jetstream: &jetstream::Context, publisher: &Publisher, name: &str) -> Result<()> {
        match self {
            Self::ByHand => spawned(by_hand(jetstream.clone(), name.to_owned(), CONCURRENCY, false)).await,
            Self::InTurn => spawned(by_hand(jetstream.clone(), name.to_owned(), 1, false)).await,
            Self::Confirmed => spawned(by_hand(jetstream.clone(), name.to_owned(), CONCURRENCY, true)).await,
            Self::Walnats => walnats(publisher, name, false).await,
            Self::Ordered => walnats(publisher, name, true).await,
        }
    }
}

/// In a task, as readers are: in `main`, it would be in a thread of its own.
async fn spawned(work: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
    tokio::spawn(work).await?
}

/// What a user would write.
async fn by_hand(jetstream: jetstream::Context, name: String, concurrency: usize, confirm: bool) -> Result<()> {
    let stream = jetstream.get_stream("measured").await?;
    let config = pull::Config {
        durable_name: Some(name.clone()),
        filter_subject: CONSUMED[0].filter.to_owned(),
        max_ack_pending: 10_000,
        ..Default::default()
    };
    let consumer = stream.create_consumer(config).await?;
    let messages = consumer.stream().max_messages_per_batch(CONCURRENCY).messages().await?;
    let work = messages.take(MESSAGES).map_err(|error| -> Box<dyn std::error::Error + Send + Sync> { error.into() });
    work.try_for_each_concurrent(concurrency, async |message| {
        Measured::decode(&message.payload)?;
        if confirm { message.double_ack().await } else { message.ack().await }
    })
    .await?;
    jetstream.get_stream("measured").await?.delete_consumer(&name).await?;
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

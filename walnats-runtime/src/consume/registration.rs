//! What a reader needs on the server: its consumers, and the stream of dead letters.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::consumer::{
    self, Applied, ConsumerAction, ConsumerPlan, ConsumerRefusal, Present, PresentStream, RefusedConsumer, Wanted,
};
use super::dead_letter;
use super::error::ReadError;
use super::options::ReaderOptions;
use crate::chain::Chain;
use crate::jetstream::Api;
use crate::publisher::Publisher;
use crate::register::RegisterError;

/// How often something is registered again because another process was faster.
const RACES: usize = 5;

/// A consumer that was registered.
#[derive(Clone, Debug)]
pub(super) struct Registered {
    pub(super) wanted: Wanted,
    pub(super) plan: ConsumerPlan,
    /// As it is now.
    pub(super) present: Present,
    pub(super) stream: PresentStream,
}

/// How long a reader that starts waits for servers that choose a leader, for example.
const STARTING: Duration = Duration::from_secs(30);

/// The pauses between attempts to register.
#[derive(Debug)]
pub(super) struct Starting {
    since: Instant,
    pause: Duration,
}

impl Starting {
    pub(super) fn now() -> Self {
        Self { since: Instant::now(), pause: Duration::from_millis(250) }
    }

    /// Waits before the next attempt, until `shutdown` at the latest: then it returns `false`.
    ///
    /// # Errors
    ///
    /// The error, if it does not pass by itself or did not for too long.
    pub(super) async fn again(
        &mut self,
        error: ReadError,
        replays: &str,
        shutdown: Pin<&mut impl Future<Output = ()>>,
    ) -> Result<bool, ReadError> {
        if self.since.elapsed() >= STARTING || !passes(&error, replays) {
            return Err(error);
        }
        tracing::warn!(error = %Chain(&error), "a reader could not register what it needs: it tries again");
        tokio::select! {
            () = shutdown => Ok(false),
            () = sleep(self.pause) => {
                self.pause = (self.pause * 2).min(Duration::from_secs(3));
                Ok(true)
            }
        }
    }
}

fn passes(error: &ReadError, replays: &str) -> bool {
    match error {
        ReadError::Register(error) => error.passes(),
        // It was just created, and not every server of a cluster knows it yet.
        ReadError::NoStream { stream } => stream == replays,
        _ => false,
    }
}

/// Registers everything, and returns the consumers.
pub(super) async fn register(
    publisher: &Publisher,
    api: &Api,
    mut wanted: Vec<Wanted>,
    replays: Wanted,
    options: &ReaderOptions,
) -> Result<Vec<Registered>, ReadError> {
    let mut streams = Vec::new();
    for wanted in &wanted {
        streams.push(stream(api, wanted).await?);
    }
    let replicas = streams.iter().map(|stream| stream.replicas).max().unwrap_or(1);
    let replicas = options.dead_letter_replicas.unwrap_or(replicas);
    register_dead_letters(publisher, api, options, replicas).await?;
    streams.push(stream(api, &replays).await?);
    wanted.push(replays);
    let (mut done, mut refused) = (Vec::new(), Vec::new());
    for (wanted, stream) in wanted.into_iter().zip(streams) {
        match registered(api, &wanted).await? {
            Ok((plan, present)) => done.push(Registered { wanted, plan, present, stream }),
            Err(consumer) => refused.push(consumer),
        }
    }
    if refused.is_empty() { Ok(done) } else { Err(ReadError::Refused { refused }) }
}

/// The stream of a consumer.
pub(super) async fn stream(api: &Api, wanted: &Wanted) -> Result<PresentStream, ReadError> {
    let stream = consumer::stream(api, &wanted.stream).await.map_err(RegisterError::from)?;
    stream.ok_or_else(|| ReadError::NoStream { stream: wanted.stream.clone() })
}

/// Registers the streams of dead letters and of their replays, which services share: those that exist with more replicas keep them.
async fn register_dead_letters(
    publisher: &Publisher,
    api: &Api,
    options: &ReaderOptions,
    replicas: u8,
) -> Result<(), ReadError> {
    let name = &options.dead_letter_stream;
    let mut races = 0;
    loop {
        let dead = replicas_of(publisher, api, name, replicas).await?;
        let replay = replicas_of(publisher, api, &dead_letter::replay_stream_name(name), replicas).await?;
        let streams =
            [dead_letter::stream(name, options.dead_letter_max_age, dead), dead_letter::replay_stream(name, replay)];
        races += 1;
        match publisher.register(&streams).await {
            // Another service may have created one in the meantime.
            Err(RegisterError::Refused { .. }) if races < RACES => {}
            registered => return registered.map(drop).map_err(ReadError::from),
        }
    }
}

/// The replicas that a stream has, or those that it should have at least.
async fn replicas_of(publisher: &Publisher, api: &Api, name: &str, least: u8) -> Result<u8, ReadError> {
    let present = consumer::stream(api, &publisher.server_stream(name)).await.map_err(RegisterError::from)?;
    Ok(present.map_or(least, |present| present.replicas.max(least)))
}

/// Registers a consumer, again if another process was faster. Returns the plan that was applied, or why it was refused.
async fn registered(api: &Api, wanted: &Wanted) -> Result<Result<(ConsumerPlan, Present), RefusedConsumer>, ReadError> {
    let (stream, consumer) = (wanted.stream.clone(), wanted.name.clone());
    for _ in 0..RACES {
        let (plan, config) = consumer::plan(api, wanted).await.map_err(RegisterError::from)?;
        if let ConsumerAction::Refused(refusals) = plan.action {
            return Ok(Err(RefusedConsumer { stream, consumer, refusals }));
        }
        if consumer::apply(api, &plan, &config).await.map_err(RegisterError::from)? == Applied::Overtaken {
            continue;
        }
        // Where a consumer that is deleted later goes on.
        if let Some(present) = consumer::present(api, wanted).await.map_err(RegisterError::from)? {
            // Servers ignore settings that they do not know.
            if wanted.is_ordered && !present.has_groups() {
                return Ok(Err(RefusedConsumer {
                    stream,
                    consumer,
                    refusals: vec![ConsumerRefusal::NoPriorityGroups],
                }));
            }
            return Ok(Ok((plan, present)));
        }
    }
    Err(ReadError::Overtaken { stream, consumer })
}

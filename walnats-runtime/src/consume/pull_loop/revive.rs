//! How a loop goes on after its consumer or its stream was lost.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{LONGEST_PAUSE, PullLoop};
use crate::consume::consumer::{self, PresentStream};
use crate::consume::error::ReadError;
use crate::jetstream::Failure;

impl PullLoop {
    /// Looks at the consumer; creates it again if it was deleted. What fails is tried again: servers whose leader changes answer
    /// with all kinds of errors for a while.
    pub(super) async fn revive(&mut self) -> Result<(), ReadError> {
        let error = match self.revived().await {
            Ok(true) => {
                (self.failures, self.failing_since) = (0, None);
                (self.last_note, self.is_suspect) = (Instant::now(), false);
                let refused = self.refusals.longer_than(self.dispatcher.options.missing_stream_timeout);
                let (stream, consumer) = (self.consumer.wanted.stream.clone(), self.consumer.wanted.name.clone());
                return refused.map_or(Ok(()), |status| Err(ReadError::PullsRefused { stream, consumer, status }));
            }
            Ok(false) => ReadError::NoStream { stream: self.consumer.wanted.stream.clone() },
            // JetStream has no leader or no space, is starting, or cannot be reached: this is waited for without limit.
            Err(failure) if failure.passes() => {
                (self.is_unanswered, self.failing_since) = (false, None);
                self.refusals.over();
                self.wait();
                return Ok(());
            }
            Err(failure) => ReadError::Register(failure.into()),
        };
        self.wait();
        if self.source.is_replay {
            // Nobody emits into it: what the service lives on goes on without it.
            return Ok(());
        }
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        if since.elapsed() < self.dispatcher.options.missing_stream_timeout { Ok(()) } else { Err(error) }
    }

    /// Whether there is a consumer now; if not, there is no stream.
    async fn revived(&mut self) -> Result<bool, Failure> {
        let wanted = self.consumer.wanted.clone();
        if let Some(present) = consumer::present(&self.api, &wanted).await? {
            (self.ack_floor, self.limits) = (present.ack_floor(), present.pull_limits());
            if let Some(max_deliver) = present.max_deliver() {
                let (stream, consumer) = (&wanted.stream, &wanted.name);
                tracing::error!(
                    stream,
                    consumer,
                    max_deliver,
                    "somebody has limited how often the server delivers: what reached that is lost to the service; the limit is removed"
                );
                consumer::unlimit(&self.api, &wanted, &present).await?;
            }
            // An instance with other options may have changed it.
            self.consumer.wanted.ack_wait = present.ack_wait().unwrap_or(wanted.ack_wait);
            self.source.progress.seen(&present);
            // A server does not answer pulls beyond `max_waiting`.
            if std::mem::take(&mut self.is_unanswered)
                && let Some(why) = present.unanswered()
            {
                let pause = self.refusals.add(&wanted, why);
                self.pause_for(pause);
            }
            // Another instance may have created it again, in a stream that was.
            if self.is_suspect
                && let Some(stream) = consumer::stream(&self.api, &wanted.stream).await?
            {
                self.is_in(stream);
            }
            return Ok(true);
        }
        let Some(stream) = consumer::stream(&self.api, &wanted.stream).await? else { return Ok(false) };
        if stream.created != self.consumer.stream.created {
            self.ack_floor = 0;
        }
        tracing::warn!(stream = wanted.stream, consumer = wanted.name, "the consumer was deleted: it is created again");
        consumer::recreate(&self.api, &wanted, &stream, self.ack_floor).await?;
        self.is_in(stream);
        Ok(true)
    }

    fn is_in(&mut self, stream: PresentStream) {
        self.consumer.stream = stream;
        self.source = Arc::new(self.source.changed(&self.consumer));
    }

    fn wait(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.pause_for(Duration::from_millis(100).saturating_mul(1 << self.failures.min(6)).min(LONGEST_PAUSE));
        let stream = &self.consumer.wanted.stream;
        tracing::debug!(stream, failures = self.failures, "the consumer cannot be read from");
    }

    /// Makes sure that the server has got all acknowledgements: its answer to a later request shows it.
    pub(super) async fn confirmed(&self) -> Result<(), ReadError> {
        for _ in 0..3 {
            match consumer::present(&self.api, &self.consumer.wanted).await {
                Ok(_) | Err(Failure::Server { .. }) => return Ok(()),
                Err(_) => tokio::time::sleep(Duration::from_millis(250)).await,
            }
        }
        Err(ReadError::Unconfirmed)
    }
}

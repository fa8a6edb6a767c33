//! One message of a key in hand: handled until it is settled, before the next one of its key.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::acknowledgement::Acknowledgement;
use super::dead_letter::Reason;
use super::delivery::Position;
use super::dispatch::{Dispatcher, GIVEN_BACK, GRACE, Verdict, early};
use super::held::Held;
use super::incoming::{Incoming, placed};
use super::key::Key;
use super::line::Left;
use super::settling::Settling;
use super::source::Source;
use crate::options::Options;

/// How often as many deliveries as attempts an event may have before it is handled: waiting behind others, it is delivered again
/// whenever an instance ends. More than that, and instances die of it.
const DELIVERIES: u64 = 10;

/// The pause between two tries to have something confirmed.
const BETWEEN_CONFIRMATIONS: Duration = Duration::from_millis(250);

impl Dispatcher {
    /// The key of a message.
    pub(super) fn key(&self, message: &async_nats::Message, sequence: u64) -> Key {
        let incoming = placed(self.events, &self.filters, message).ok();
        let incoming = incoming.map(|incoming| Incoming { mode: self.options.read, ..incoming });
        let maker = incoming.as_ref().and_then(|incoming| self.keys.get(incoming.index)?.as_ref());
        let (Some(incoming), Some(maker)) = (&incoming, maker) else { return Key::Alone(sequence) };
        match catch_unwind(AssertUnwindSafe(|| maker.key(self.events, incoming))) {
            Ok(key) => key.map_or(Key::Alone(sequence), Key::Of),
            Err(_) => {
                tracing::error!(
                    service = self.service,
                    sequence,
                    "the function for keys panicked: an event has no order"
                );
                Key::Alone(sequence)
            }
        }
    }

    /// Handles a message as often as it takes, and tells the server. Nobody else gets it meanwhile: it is not given back to wait for
    /// its next attempt. Returns what became of it, unless the server's confirmation will show it.
    pub(super) async fn handle_in_order(&self, held: &Arc<Held>, source: &Source, settling: &Settling) -> Option<Left> {
        let sequence = held.position.sequence;
        let mut tries = 0;
        loop {
            let pause = match self.attempt(held, source, &mut tries).await {
                Attempt::Settled(end) => {
                    settling.settle(&self.client, held.clone(), end).await;
                    return None;
                }
                Attempt::Lapsed => return Some(Left::Lapsed(sequence)),
                Attempt::Failed(pause) => pause,
            };
            let mut stopping = self.stopping.clone();
            let stops = tokio::select! {
                biased;
                () = held.lapsed() => return Some(Left::Lapsed(sequence)),
                _ = stopping.wait_for(|stopping| *stopping) => true,
                () = self.publisher.options().sleep(pause) => false,
            };
            if stops {
                return Some(self.give_back(held).await);
            }
        }
    }

    /// Gives a message back, because the reader stops.
    pub(super) async fn give_back(&self, held: &Held) -> Left {
        held.settles(true);
        while !held.has_lapsed() && !Acknowledgement::Nak(GIVEN_BACK).confirmed(&self.client, held.reply()).await {
            sleep(BETWEEN_CONFIRMATIONS).await;
        }
        Left::GivenBack(held.position.sequence)
    }

    async fn attempt(&self, held: &Held, source: &Source, tries: &mut u64) -> Attempt {
        let Ok(_permit) = source.permits.acquire().await else { return Attempt::Lapsed };
        if held.has_lapsed() {
            return Attempt::Lapsed;
        }
        let _in_hand = source.progress.takes(held.position.pending, None, None);
        held.keep_for(self.options.handler_timeout.saturating_add(GRACE));
        let most = self.options.retry.most();
        let position = Position { attempt: held.position.attempt.saturating_add(*tries), ..held.position.clone() };
        let limit = if *tries == 0 { most.saturating_mul(DELIVERIES) } else { u64::MAX };
        *tries += 1;
        let mut event = None;
        let verdict = tokio::select! {
            biased;
            verdict = self.judge(&held.message, &position, source, &mut event, limit) => verdict,
            () = held.lapsed() => return Attempt::Lapsed,
        };
        if held.has_lapsed() {
            return Attempt::Lapsed;
        }
        // The line lets it wait until it is due; the system's clock may have been set meanwhile.
        if let Verdict::Early(pause) = verdict {
            *tries -= 1;
            held.keep_for(pause.saturating_add(GRACE));
            return Attempt::Failed(pause);
        }
        let verdict = match verdict {
            Verdict::Retry { after, .. } if *tries < most || *self.cut.borrow() => {
                self.retried(event);
                let pause = after.unwrap_or_else(|| self.options.retry.pause_after(*tries));
                held.keep_for(pause.saturating_add(GRACE));
                return Attempt::Failed(pause);
            }
            Verdict::Retry { why, .. } => Verdict::Dead(Reason::new(why)),
            verdict => verdict,
        };
        held.keep_for(Duration::from_secs(120));
        match self.end(verdict, event, &held.message, &position, source).await {
            // The dead letter could not be stored.
            Acknowledgement::Nak(pause) => {
                held.keep_for(pause.saturating_add(GRACE));
                Attempt::Failed(pause)
            }
            end => Attempt::Settled(end),
        }
    }
}

/// The end of one attempt.
enum Attempt {
    Settled(Acknowledgement),
    /// To be tried again after a pause.
    Failed(Duration),
    /// Somebody else may have it.
    Lapsed,
}

/// When an event is due, if its emitter delayed it: an instant by the clock of the servers.
pub(super) fn due(message: &async_nats::Message, options: &Options) -> Option<Instant> {
    early(message, || options.now()).map(|pause| {
        let now = options.instant();
        now.checked_add(pause).unwrap_or(now + Duration::from_secs(30 * 365 * 86_400))
    })
}

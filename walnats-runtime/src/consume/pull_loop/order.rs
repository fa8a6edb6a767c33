//! What a loop does in addition if events are handled in order.

use std::time::Duration;

use async_nats::connection::State;
use serde_json::json;

use super::{PullLoop, connects};
use crate::consume::acknowledgement::Acknowledgement;
use crate::consume::consumer::{self, GROUP, Wanted};
use crate::consume::dispatch::GRACE;
use crate::consume::job::Job;

/// The pause before a message that was recalled comes again.
const RECALLED: Duration = Duration::from_millis(10);

impl PullLoop {
    /// Starts handling whatever has its turn, if events are handled in order.
    pub(super) fn advance(&mut self, stopping: bool) {
        if self.was_cut_off() {
            self.give_up();
        }
        let Some(ordered) = &mut self.ordered else { return };
        let is_cut = *self.dispatcher.cut.borrow();
        if stopping {
            self.workers.start(ordered.line.leaves(is_cut).into_iter().map(Job::GiveBack));
        }
        let next = ordered.line.next(self.dispatcher.publisher.options().instant());
        let settling = &ordered.settling;
        let jobs = next.into_iter().map(|held| Job::HandleInOrder(held, self.source.clone(), settling.clone()));
        self.workers.start(jobs);
    }

    /// Whether the connection was lost since that was last looked at: a server that was killed may deliver to another instance what
    /// it had just delivered here.
    fn was_cut_off(&self) -> bool {
        self.dispatcher.client.connection_state() != State::Connected || connects(&self.dispatcher) != self.connects
    }

    /// The server may have forgotten what it delivered: it comes again.
    pub(super) fn give_up(&mut self) {
        if let Some(ordered) = &mut self.ordered {
            ordered.line.give_up();
        }
    }

    /// Notes what is not handled any more.
    pub(super) fn note_left(&mut self) {
        let left = self.workers.left();
        if let Some(ordered) = &mut self.ordered {
            left.into_iter().for_each(|left| ordered.line.left(left));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ordered.as_ref().is_none_or(|ordered| ordered.line.is_empty())
    }

    /// Looks whether everything that the server has as not settled is here, and says "in progress" for what is.
    pub(super) async fn keep_order(&mut self) {
        if self.was_cut_off() {
            self.give_up();
        }
        let is_connected = self.dispatcher.client.connection_state() == State::Connected;
        let Some(ordered) = &mut self.ordered else { return };
        for held in ordered.line.due() {
            let client = self.dispatcher.client.clone();
            ordered.extending.spawn(async move { held.extend(&client).await });
        }
        while ordered.extending.try_join_next().is_some() {}
        for left in ordered.settling.repeat(&self.dispatcher.client).await {
            ordered.line.left(left);
        }
        if !ordered.line.is_fenced() || !is_connected {
            return;
        }
        if !ordered.is_chosen() {
            // The chosen instance waits for what is here, and would wait for as long as this one says "in progress".
            self.workers.start(ordered.line.leaves(true).into_iter().map(Job::GiveBack));
        }
        if let Ok(Some(present)) = consumer::present(&self.api, &self.consumer.wanted).await {
            let limit = self.dispatcher.options.handler_timeout.saturating_add(self.consumer.wanted.ack_wait * 3);
            let limit = limit.saturating_add(GRACE);
            for held in ordered.line.compare(present.unsettled(), present.last_delivery(), limit) {
                let client = self.dispatcher.client.clone();
                // If that gets lost, it comes again a little later.
                ordered.extending.spawn(async move {
                    Acknowledgement::Nak(RECALLED).confirmed(&client, held.reply()).await;
                });
            }
        }
    }

    /// Lets another instance go on at once.
    pub(super) async fn unpin(&self) {
        if self.ordered.as_ref().is_none_or(|ordered| !ordered.is_chosen()) {
            return;
        }
        let Wanted { stream, name, .. } = &self.consumer.wanted;
        let subject = self.api.prefix.request(&format!("CONSUMER.UNPIN.{stream}.{name}"));
        let reply = format!("{}.unpinned", self.inbox);
        // Without it, another one goes on a little later.
        let _ =
            self.dispatcher.client.publish_with_reply(subject, reply, json!({"group": GROUP}).to_string().into()).await;
    }
}

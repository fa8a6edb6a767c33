//! What is done with one message of a stream.

use std::sync::Arc;

use async_nats::Message;

use super::dispatch::Dispatcher;
use super::held::Held;
use super::line::Left;
use super::settling::Settling;
use super::source::Source;
use super::workers::Work;

/// What is done with one message.
#[derive(Debug)]
pub(super) enum Job {
    Handle(Message, Arc<Source>),
    HandleInOrder(Arc<Held>, Arc<Source>, Arc<Settling>),
    GiveBack(Arc<Held>),
}

impl Work for Dispatcher {
    type Job = Job;

    async fn work(&self, job: Job) -> Option<Left> {
        match job {
            Job::Handle(message, source) => {
                self.handle(message, &source).await;
                None
            }
            Job::HandleInOrder(held, source, settling) => self.handle_in_order(&held, &source, &settling).await,
            Job::GiveBack(held) => Some(self.give_back(&held).await),
        }
    }
}

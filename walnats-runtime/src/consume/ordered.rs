//! What a pull loop keeps about a consumer that delivers in order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{Message, Subject};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::consumer::GROUP;
use super::delivery::Position;
use super::dispatch::Dispatcher;
use super::held::Held;
use super::in_order::due;
use super::line::Line;
use super::settling::Settling;
use super::status::Status;

/// The header of messages to the instance that the server chose; it stays chosen while it names the id in its pulls.
const PIN: &str = "Nats-Pin-Id";

/// What a pull loop keeps about a consumer that delivers in order.
#[derive(Debug)]
pub(super) struct Ordered {
    pub(super) line: Line,
    pub(super) settling: Arc<Settling>,
    /// The tasks that say "in progress".
    pub(super) extending: JoinSet<()>,
    pin: Option<String>,
    /// The pulls that may still bring something, and when they were sent.
    asked: VecDeque<(u64, Instant)>,
}

/// How many pulls are remembered; the oldest always is.
const PULLS: usize = 16;

impl Ordered {
    /// `inbox` is what the loop's subscription is for, without the last token.
    pub(super) fn new(inbox: &str) -> Self {
        Self {
            line: Line::default(),
            settling: Arc::new(Settling::new(inbox)),
            extending: JoinSet::new(),
            pin: None,
            asked: VecDeque::new(),
        }
    }

    /// Takes what the server says about an acknowledgement. Returns whether it is about one.
    pub(super) fn hears(&mut self, message: &Message) -> bool {
        let settled = self.settling.take(&message.subject, message.status.is_some());
        if let Some(Some(left)) = settled {
            self.line.left(left);
        }
        settled.is_some()
    }

    /// Notes a pull, and completes its request.
    pub(super) fn asks(&mut self, number: u64, now: Instant, request: &mut Value) {
        if self.asked.len() >= PULLS {
            self.asked.remove(1);
        }
        self.asked.push_back((number, now));
        request["group"] = json!(GROUP);
        if let Some(pin) = &self.pin {
            request["id"] = json!(pin);
        }
    }

    /// Takes what the server says about a pull, if it is about a pull that ends as they do. Returns whether none is open then.
    pub(super) fn ends(&mut self, status: &Status, subject: &Subject, last: u64) -> Option<bool> {
        let lost = matches!(status, Status::Refused { status, .. } if status.starts_with("423"));
        if lost {
            // Another instance was chosen.
            self.pin = None;
        }
        if !lost && !matches!(status, Status::Ended { .. }) {
            return None;
        }
        let number = subject.rsplit_once('.').and_then(|(_, tail)| tail.split_once('-')?.0.parse::<u64>().ok())?;
        // Pulls are served one after the other; one that is refused is answered at once.
        self.asked.retain(|(asked, _)| if lost { *asked != number } else { *asked > number });
        Some(number == last)
    }

    /// Takes a message: puts it in line.
    pub(super) fn take(&mut self, message: Message, dispatcher: &Dispatcher, stream: &Arc<str>, ack_wait: Duration) {
        let reply = message.reply.clone();
        let Some((reply, position)) = reply.and_then(|reply| Some((reply.clone(), Position::of(&reply, stream)?)))
        else {
            tracing::error!(
                service = dispatcher.service,
                "a message cannot be acknowledged, because its reply subject is not one of JetStream's ($JS.ACK.>): it was not handled"
            );
            return;
        };
        if let Some(pin) = message.headers.as_ref().and_then(|headers| headers.get(PIN)) {
            self.pin = Some(pin.as_str().to_owned());
        }
        // Which of the open pulls brought it is unknown. None: it is too late to tell, and it comes again.
        let now = Instant::now();
        let asked = self.asked.front().map_or_else(|| now.checked_sub(ack_wait).unwrap_or(now), |(_, asked)| *asked);
        if let Some(held) = self.line.delivered(position.sequence, position.delivery) {
            held.again(reply, asked);
            return;
        }
        let (key, due) = (dispatcher.key(&message, position.sequence), due(&message, dispatcher.publisher.options()));
        self.line.add(Arc::new(Held::new(Arc::new(message), reply, position, asked, ack_wait)), key, due);
    }

    /// Whether the server has chosen this instance, as far as is known.
    pub(super) fn is_chosen(&self) -> bool {
        self.pin.is_some()
    }
}

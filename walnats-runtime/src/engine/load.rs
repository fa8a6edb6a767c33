//! The unit of sending and acknowledgement: a message or an atomic batch.

use std::slice;

use crate::error::{Cause, EmitError, NotStored, PossiblyStored, Reason};
use crate::message::OutboundMessage;

/// The unit of sending and acknowledgement.
#[derive(Debug)]
pub(crate) enum Load {
    /// A single message.
    One(OutboundMessage),
    /// The messages of an atomic batch, all for one stream; never empty.
    Atomic(Vec<OutboundMessage>),
}

impl Load {
    pub(crate) fn messages(&self) -> &[OutboundMessage] {
        match self {
            Self::One(message) => slice::from_ref(message),
            Self::Atomic(messages) => messages,
        }
    }

    /// The message that represents the load: for a batch the last one, whose acknowledgement is the batch's.
    pub(crate) fn last(&self) -> &OutboundMessage {
        match self {
            Self::One(message) => message,
            Self::Atomic(messages) => messages.last().expect("an atomic batch is never empty"),
        }
    }

    pub(crate) fn into_messages(self) -> Vec<OutboundMessage> {
        match self {
            Self::One(message) => vec![message],
            Self::Atomic(messages) => messages,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.messages().iter().map(OutboundMessage::wire_size).sum()
    }

    /// The size of its largest message, headers and payload, in bytes.
    pub(crate) fn largest(&self) -> usize {
        self.messages().iter().map(OutboundMessage::wire_size).max().unwrap_or_default()
    }

    /// The length of its longest subject, in bytes.
    pub(crate) fn longest_subject(&self) -> usize {
        self.messages().iter().map(|message| message.subject.len()).max().unwrap_or_default()
    }

    /// Whether a server that admits the last message admits all of them.
    pub(crate) fn last_is_largest(&self) -> bool {
        let last = self.last();
        last.wire_size() >= self.largest() && last.subject.len() >= self.longest_subject()
    }

    pub(crate) fn not_stored(&self, reason: Reason) -> EmitError {
        let message = self.last();
        let (event, message_id) = (message.event.to_string(), Some(message.message_id.clone()));
        EmitError::NotStored(NotStored { event, message_id, reason })
    }

    pub(crate) fn possibly_stored(&self, cause: Cause) -> EmitError {
        let message = self.last();
        let (event, message_id) = (message.event.to_string(), message.message_id.clone());
        EmitError::PossiblyStored(PossiblyStored { event, message_id, cause })
    }
}

//! Requests about stored messages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use walnats_subject::covers;

use super::super::store::Stored;
use super::super::{JetStream, Stream};
use super::{Answer, Request};
use crate::error::ApiError;
use crate::headers::Headers;
use crate::message::Outbound;
use crate::time;

impl JetStream {
    pub(super) fn get_message(&mut self, name: &str, request: &Request<'_>) -> Result<Value, ApiError> {
        let message = find(self.stream(name)?, request).ok_or_else(ApiError::no_message)?;
        let mut shown = json!({
            "subject": message.subject, "seq": message.sequence, "time": time::text(message.time),
        });
        let headers = message.headers.wire();
        for (part, bytes) in [("hdrs", &headers), ("data", &message.payload)] {
            if !bytes.is_empty() {
                shown[part] = json!(STANDARD.encode(bytes));
            }
        }
        Ok(json!({"message": shown}))
    }

    /// Answers with the message itself, in place of JSON.
    pub(super) fn get_direct(&mut self, name: &str, subject: &str, request: &Request<'_>) -> Result<Answer, ApiError> {
        let stream = self.stream(name)?;
        let reply = request.message.reply.as_deref().unwrap_or_default();
        let found = if subject.is_empty() { find(stream, request) } else { stream.store().last_of(subject) };
        let answer = match found {
            None => Outbound::status(reply, "404 Message Not Found", &Headers::default()),
            Some(message) => {
                let mut headers = message.headers.clone();
                headers.push("Nats-Stream", name);
                headers.push("Nats-Subject", message.subject.clone());
                headers.push("Nats-Sequence", message.sequence.to_string());
                headers.push("Nats-Time-Stamp", time::text(message.time));
                Outbound { headers: headers.wire(), ..Outbound::answer(reply, message.payload.clone()) }
            }
        };
        Ok(Answer::Messages(vec![answer]))
    }

    pub(super) fn delete_message(&mut self, name: &str, request: &Request<'_>) -> Result<Value, ApiError> {
        let stream = self.stream(name)?;
        if stream.config.is_on("deny_delete") {
            return Err(ApiError::new(500, 10057, "message delete not permitted"));
        }
        let sequence = request.number("seq").unwrap_or_default();
        if stream.delete(sequence) {
            return Ok(json!({"success": true}));
        }
        Err(if sequence > stream.store().last() {
            ApiError::new(500, 10057, "stream store EOF")
        } else if sequence < stream.store().first() {
            ApiError::new(500, 10057, "no message found")
        } else {
            ApiError::new(400, 10043, format!("sequence {sequence} not found"))
        })
    }
}

/// The message that a request asks for: by its number, as the last or the next on a subject, or by time.
fn find<'a>(stream: &'a Stream, request: &Request<'_>) -> Option<&'a Stored> {
    let store = stream.store();
    let last = request.text("last_by_subj");
    if !last.is_empty() {
        return store.last_of(last);
    }
    let next = request.text("next_by_subj");
    let start = match request.text("start_time") {
        "" => request.number("seq").unwrap_or_default(),
        start => {
            let start = time::read(start)?;
            store.iter().find(|message| message.time >= start)?.sequence
        }
    };
    if next.is_empty() {
        return store.get(start);
    }
    store.from(start).find(|message| covers(next, &message.subject))
}

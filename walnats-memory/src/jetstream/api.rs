//! JetStream's API: requests about streams, consumers and messages, as JSON.

mod consumers;
mod messages;
mod streams;

use serde_json::{Map, Value, json};

use super::JetStream;
use crate::error::ApiError;
use crate::message::{Inbound, Outbound};
use crate::time::Moment;

/// A request, and when it came.
struct Request<'a> {
    body: Map<String, Value>,
    moment: Moment,
    message: &'a Inbound,
}

/// An answer in JSON, or the messages that are the answer.
enum Answer {
    Json(Value),
    Messages(Vec<Outbound>),
}

impl Request<'_> {
    /// A text of the request; empty if it has none.
    fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A number of the request, unless it is 0.
    fn number(&self, name: &str) -> Option<u64> {
        self.body.get(name).and_then(Value::as_u64).filter(|number| *number > 0)
    }
}

impl JetStream {
    /// Answers a request of the API: `STREAM.INFO.orders`.
    pub(super) fn answer(&mut self, operation: &str, message: &Inbound, moment: Moment) -> Vec<Outbound> {
        let tokens: Vec<&str> = operation.split('.').collect();
        if let ["CONSUMER", "MSG", "NEXT", stream, consumer] = tokens.as_slice() {
            return self.next(stream, consumer, message, moment);
        }
        let Some(reply) = message.reply.as_deref() else { return Vec::new() };
        let parsed = match message.payload.as_ref() {
            [] => Ok(Map::new()),
            // Clients send `null` for a request without members.
            body => match serde_json::from_slice::<Option<Map<String, Value>>>(body) {
                Ok(body) => Ok(body.unwrap_or_default()),
                Err(_) => Err(ApiError::invalid_json()),
            },
        };
        let kind = kind(&tokens);
        let answered = parsed.and_then(|body| self.handle(&tokens, &Request { body, moment, message }));
        let mut answer = match answered {
            Ok(Answer::Messages(messages)) => return messages,
            Ok(Answer::Json(answer)) => answer,
            Err(error) => json!({"error": error.value()}),
        };
        answer["type"] = json!(format!("io.nats.jetstream.api.v1.{kind}_response"));
        vec![Outbound::answer(reply, answer.to_string())]
    }

    fn handle(&mut self, tokens: &[&str], request: &Request<'_>) -> Result<Answer, ApiError> {
        let answer = match tokens {
            ["INFO"] => Ok(self.account()),
            ["STREAM", "CREATE", stream] => self.create_stream(stream, request),
            ["STREAM", "UPDATE", stream] => self.update_stream(stream, request),
            ["STREAM", "INFO", stream] => self.stream_info(stream, request),
            ["STREAM", "NAMES"] => Ok(self.stream_names(request)),
            ["STREAM", "LIST"] => Ok(self.stream_list(request)),
            ["STREAM", "DELETE", stream] => return self.delete_stream(stream, request),
            ["STREAM", "PURGE", stream] => self.purge(stream, request),
            ["STREAM", "MSG", "GET", stream] => self.get_message(stream, request),
            ["STREAM", "MSG", "DELETE", stream] => self.delete_message(stream, request),
            ["DIRECT", "GET", stream, subject @ ..] => return self.get_direct(stream, &subject.join("."), request),
            ["CONSUMER", "DURABLE", "CREATE", stream, consumer] => {
                self.create_consumer(stream, Some(*consumer), request)
            }
            ["CONSUMER", "CREATE", stream] => self.create_consumer(stream, None, request),
            ["CONSUMER", "CREATE", stream, consumer, ..] => self.create_consumer(stream, Some(*consumer), request),
            ["CONSUMER", "INFO", stream, consumer] => self.consumer_info(stream, consumer, request),
            ["CONSUMER", "NAMES", stream] => self.consumer_names(stream, request),
            ["CONSUMER", "LIST", stream] => self.consumer_list(stream, request),
            ["CONSUMER", "PAUSE", stream, consumer] => self.pause_consumer(stream, consumer, request),
            ["CONSUMER", "UNPIN", stream, consumer] => self.unpin_consumer(stream, consumer, request),
            ["CONSUMER", "DELETE", stream, consumer] => return self.delete_consumer(stream, consumer, request),
            _ => Err(ApiError::bad_request()),
        };
        answer.map(Answer::Json)
    }

    /// The account, without limits.
    fn account(&self) -> Value {
        let consumers: usize = self.streams.values().map(|stream| stream.consumers.len()).sum();
        let used = |in_memory: bool| -> u64 {
            let own = self.streams.values().filter(|stream| stream.config.in_memory == in_memory);
            own.map(|stream| stream.store().bytes()).sum()
        };
        json!({
            "memory": used(true), "storage": used(false), "reserved_memory": 0, "reserved_storage": 0,
            "streams": self.streams.len(), "consumers": consumers,
            "limits": {
                "max_memory": -1, "max_storage": -1, "max_streams": -1, "max_consumers": -1, "max_ack_pending": -1,
                "memory_max_stream_bytes": -1, "storage_max_stream_bytes": -1, "max_bytes_required": false,
            },
            "api": {"level": crate::API_LEVEL, "total": 0, "errors": 0},
        })
    }
}

/// The kind of an answer, in the words of nats-server's schemas: `stream_create`.
fn kind(tokens: &[&str]) -> String {
    match tokens {
        ["INFO"] => "account_info".to_owned(),
        ["STREAM", "MSG", what, ..] => format!("stream_msg_{}", what.to_ascii_lowercase()),
        ["CONSUMER", "DURABLE", ..] => "consumer_create".to_owned(),
        [area, what, ..] => format!("{}_{}", area.to_ascii_lowercase(), what.to_ascii_lowercase()),
        _ => "unknown".to_owned(),
    }
}

/// A page of a list, which begins at the request's `offset`.
fn page<T>(request: &Request<'_>, name: &str, all: Vec<T>) -> Value
where
    Value: From<Vec<T>>,
{
    let offset = request.number("offset").and_then(|offset| usize::try_from(offset).ok()).unwrap_or_default();
    let total = all.len();
    let rest: Vec<T> = all.into_iter().skip(offset).collect();
    json!({"total": total, "offset": offset, "limit": total.max(1_024), name: Value::from(rest)})
}

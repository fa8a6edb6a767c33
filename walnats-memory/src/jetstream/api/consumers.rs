//! Requests about consumers.

use serde_json::{Map, Value, json};

use super::super::JetStream;
use super::super::consumer::{Consumer, ConsumerConfig, check_name};
use super::{Answer, Request, page};
use crate::error::ApiError;
use crate::headers::Headers;
use crate::message::{Inbound, Outbound};
use crate::time::{self, Moment};

impl JetStream {
    /// Creates or updates a consumer. Without a name in the request's subject or configuration, it gets one.
    pub(super) fn create_consumer(
        &mut self,
        stream_name: &str,
        name: Option<&str>,
        request: &Request<'_>,
    ) -> Result<Value, ApiError> {
        let action = request.text("action").to_owned();
        let given = request.body.get("config").and_then(Value::as_object).cloned().unwrap_or_default();
        let moment = request.moment;
        let stream = self.stream(stream_name)?;
        let name = name.or_else(|| ["durable_name", "name"].into_iter().find_map(|own| given.get(own)?.as_str()));
        let name = name.map_or_else(|| format!("unnamed-{}", moment.now), str::to_owned);
        let config = ConsumerConfig::read(given, &name)?;
        let others = stream.consumers.iter().filter(|(other, _)| **other != name);
        config.check(&stream.config, others.map(|(_, other)| &other.config))?;
        let store = &stream.contents.store;
        match stream.consumers.get_mut(&name) {
            Some(present) if action == "create" && present.config != config => {
                return Err(ApiError::new(400, 10148, "consumer already exists"));
            }
            Some(present) => {
                config.check_update(&present.config)?;
                present.update(config);
            }
            None if action == "update" => return Err(ApiError::new(400, 10149, "consumer does not exist")),
            None => {
                let limit = stream.config.limit("max_consumers");
                if limit.is_some_and(|limit| stream.consumers.len() as u64 >= limit) {
                    return Err(ApiError::new(400, 10026, "maximum consumers limit reached"));
                }
                stream.consumers.insert(name.clone(), Consumer::new(config, store, moment.now));
            }
        }
        self.shown(stream_name, &name, moment)
    }

    pub(super) fn consumer_info(&mut self, stream: &str, name: &str, request: &Request<'_>) -> Result<Value, ApiError> {
        self.shown(stream, name, request.moment)
    }

    fn shown(&mut self, stream: &str, name: &str, moment: Moment) -> Result<Value, ApiError> {
        let found = self.stream(stream)?;
        let consumer = found.consumers.get(name).ok_or_else(ApiError::no_consumer)?;
        Ok(consumer.info(stream, found.store(), moment))
    }

    pub(super) fn consumer_names(&mut self, stream: &str, request: &Request<'_>) -> Result<Value, ApiError> {
        Ok(page(request, "consumers", self.stream(stream)?.consumers.keys().cloned().collect()))
    }

    pub(super) fn consumer_list(&mut self, stream: &str, request: &Request<'_>) -> Result<Value, ApiError> {
        let found = self.stream(stream)?;
        let all = found.consumers.values().map(|consumer| consumer.info(stream, found.store(), request.moment));
        Ok(page(request, "consumers", all.collect()))
    }

    pub(super) fn pause_consumer(
        &mut self,
        stream: &str,
        name: &str,
        request: &Request<'_>,
    ) -> Result<Value, ApiError> {
        let until = time::read(request.text("pause_until")).filter(|until| *until > request.moment.now);
        let consumer = self.stream(stream)?.consumers.get_mut(name).ok_or_else(ApiError::no_consumer)?;
        let mut json: Map<String, Value> = consumer.config.json.clone();
        json.remove("pause_until");
        let text = request.text("pause_until");
        if until.is_some() {
            json.insert("pause_until".to_owned(), json!(text));
        }
        consumer.update(ConsumerConfig::read(json, name)?);
        let remaining = until.map(|until| until - request.moment.now);
        Ok(match remaining {
            Some(remaining) => json!({"paused": true, "pause_until": text, "pause_remaining": remaining}),
            None => json!({"paused": false, "pause_until": "0001-01-01T00:00:00Z"}),
        })
    }

    /// Lets another client be pinned.
    pub(super) fn unpin_consumer(
        &mut self,
        stream: &str,
        name: &str,
        request: &Request<'_>,
    ) -> Result<Value, ApiError> {
        let group = request.text("group");
        if group.is_empty() {
            return Err(ApiError::new(400, 10025, "invalid JSON: consumer group not specified"));
        }
        check_name(group)?;
        let consumer = self.stream(stream)?.consumers.get_mut(name).ok_or_else(ApiError::no_consumer)?;
        let groups = consumer.config.pinning.as_ref().map_or(&[][..], |pinning| &pinning.groups);
        if !groups.iter().any(|own| own == group) {
            return Err(ApiError::new(400, 10160, "Provided priority group does not exist for this consumer"));
        }
        consumer.unpin();
        Ok(json!({}))
    }

    pub(super) fn delete_consumer(
        &mut self,
        stream: &str,
        name: &str,
        request: &Request<'_>,
    ) -> Result<Answer, ApiError> {
        let mut out = self.stream(stream)?.delete_consumer(name).ok_or_else(ApiError::no_consumer)?;
        let reply = request.message.reply.as_deref().unwrap_or_default();
        let kind = "io.nats.jetstream.api.v1.consumer_delete_response";
        out.push(Outbound::answer(reply, json!({"type": kind, "success": true}).to_string()));
        Ok(Answer::Messages(out))
    }

    /// A request for messages. Nobody serves a consumer that does not exist.
    pub(super) fn next(&mut self, stream: &str, consumer: &str, message: &Inbound, moment: Moment) -> Vec<Outbound> {
        let Some(reply) = message.reply.as_deref() else { return Vec::new() };
        let found = self.streams.get_mut(stream).filter(|stream| stream.consumers.contains_key(consumer));
        match found {
            Some(stream) => stream.pull(consumer, &message.payload, reply, moment).into_iter().collect(),
            None => vec![Outbound::status(reply, "503", &Headers::default())],
        }
    }
}

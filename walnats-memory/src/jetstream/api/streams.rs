//! Requests about streams.

use serde_json::{Map, Value, json};
use walnats_subject::overlap;

use super::super::{Config, JetStream, Stream};
use super::{Answer, Request, page};
use crate::error::ApiError;
use crate::message::Outbound;
use crate::time::{self, Moment};

impl JetStream {
    pub(super) fn stream(&mut self, name: &str) -> Result<&mut Stream, ApiError> {
        self.streams.get_mut(name).ok_or_else(ApiError::no_stream)
    }

    pub(super) fn create_stream(&mut self, name: &str, request: &Request<'_>) -> Result<Value, ApiError> {
        let config = self.config(name, request)?;
        if let Some(present) = self.streams.get(name) {
            if present.config != config {
                return Err(ApiError::new(400, 10058, "stream name already in use with a different configuration"));
            }
        } else {
            self.streams.insert(name.to_owned(), Stream::new(config, request.moment.now));
        }
        let mut answer = shown(self.stream(name)?, request.moment, false);
        answer["did_create"] = json!(true);
        Ok(answer)
    }

    pub(super) fn update_stream(&mut self, name: &str, request: &Request<'_>) -> Result<Value, ApiError> {
        let present = self.stream(name)?.config.clone();
        let config = self.config(name, request)?;
        config.check_update(&present)?;
        let stream = self.stream(name)?;
        stream.update(config, request.moment.now);
        Ok(shown(stream, request.moment, false))
    }

    /// The configuration in a request, if no other stream is in its way.
    fn config(&self, name: &str, request: &Request<'_>) -> Result<Config, ApiError> {
        let mut body: Map<String, Value> = request.body.clone();
        body.remove("pedantic");
        if request.text("name") != name {
            return Err(ApiError::new(400, 10056, "stream name in subject does not match request"));
        }
        let config = Config::read(body)?;
        if self.streams.values().any(|other| other.config.name != name && other.config.overlaps(&config)) {
            return Err(ApiError::new(400, 10065, "subjects overlap with an existing stream"));
        }
        Ok(config)
    }

    pub(super) fn stream_info(&mut self, name: &str, request: &Request<'_>) -> Result<Value, ApiError> {
        let stream = self.stream(name)?;
        let with_deleted = request.body.get("deleted_details").and_then(Value::as_bool).unwrap_or_default();
        let mut info = shown(stream, request.moment, with_deleted);
        if let filter @ [_, ..] = request.text("subjects_filter").as_bytes() {
            let filter = String::from_utf8_lossy(filter).into_owned();
            let offset = request.number("offset").and_then(|offset| usize::try_from(offset).ok()).unwrap_or_default();
            let all: Vec<(String, Value)> = stream
                .store()
                .subjects(&filter)
                .map(|(subject, sequences)| (subject.to_owned(), json!(sequences.len())))
                .collect();
            info["total"] = json!(all.len());
            info["offset"] = json!(offset);
            info["limit"] = json!(100_000);
            info["state"]["subjects"] = Value::Object(all.into_iter().skip(offset).collect());
        }
        Ok(info)
    }

    pub(super) fn stream_names(&self, request: &Request<'_>) -> Value {
        page(request, "streams", self.chosen(request).map(|stream| stream.config.name.clone()).collect())
    }

    pub(super) fn stream_list(&self, request: &Request<'_>) -> Value {
        let moment = request.moment;
        page(request, "streams", self.chosen(request).map(|stream| shown(stream, moment, false)).collect())
    }

    /// The streams that store a subject that the request's filter matches.
    fn chosen(&self, request: &Request<'_>) -> impl Iterator<Item = &Stream> {
        let filter = request.text("subject").to_owned();
        self.streams.values().filter(move |stream| {
            filter.is_empty() || stream.config.subjects.iter().any(|subject| overlap(subject, &filter))
        })
    }

    pub(super) fn delete_stream(&mut self, name: &str, request: &Request<'_>) -> Result<Answer, ApiError> {
        let mut stream = self.streams.remove(name).ok_or_else(ApiError::no_stream)?;
        let consumers: Vec<String> = stream.consumers.keys().cloned().collect();
        let mut out: Vec<Outbound> =
            consumers.iter().filter_map(|consumer| stream.delete_consumer(consumer)).flatten().collect();
        let kind = "io.nats.jetstream.api.v1.stream_delete_response";
        let reply = request.message.reply.as_deref().unwrap_or_default();
        out.push(Outbound::answer(reply, json!({"type": kind, "success": true}).to_string()));
        Ok(Answer::Messages(out))
    }

    pub(super) fn purge(&mut self, name: &str, request: &Request<'_>) -> Result<Value, ApiError> {
        let stream = self.stream(name)?;
        if stream.config.is_on("deny_purge") {
            return Err(ApiError::new(500, 10110, "stream purge not permitted"));
        }
        let filter = match request.text("filter") {
            "" => ">",
            filter => filter,
        };
        let mut chosen: Vec<u64> = stream.store().subjects(filter).flat_map(|(_, own)| own).copied().collect();
        chosen.sort_unstable();
        if let Some(below) = request.number("seq") {
            chosen.retain(|sequence| *sequence < below);
        }
        if let Some(keep) = request.number("keep").and_then(|keep| usize::try_from(keep).ok()) {
            chosen.truncate(chosen.len().saturating_sub(keep));
        }
        let purged = chosen.into_iter().filter(|sequence| stream.delete(*sequence)).count();
        Ok(json!({"success": true, "purged": purged}))
    }
}

/// A stream as JetStream shows it.
fn shown(stream: &Stream, moment: Moment, with_deleted: bool) -> Value {
    let mut state = stream.store().state(stream.consumers.len());
    if with_deleted {
        state["deleted"] = json!(stream.store().deleted());
    }
    json!({
        "config": stream.config.json, "created": time::text(stream.created), "state": state, "ts": time::text(moment.now),
    })
}

//! A plain client of JetStream's requests, to set the stage and to look at what happened.
#![allow(dead_code, reason = "each test uses a part")]

use std::path::PathBuf;

use async_nats::{Client, HeaderMap};
use futures_util::StreamExt;
use serde_json::{Value, json};
use walnats_server::NatsServer;

pub struct Js {
    pub client: Client,
}

impl Js {
    pub async fn connect(server: &NatsServer) -> Self {
        Self { client: async_nats::connect(server.url()).await.expect("the server that was started answers") }
    }

    /// A request of JetStream's API and its answer, errors included.
    pub async fn call(&self, operation: &str, body: Value) -> Value {
        let answer = self.client.request(format!("$JS.API.{operation}"), body.to_string().into()).await;
        serde_json::from_slice(&answer.expect(operation).payload).expect("JetStream answers in JSON")
    }

    pub async fn create(&self, name: &str, config: Value) {
        let created = self.call(&format!("STREAM.CREATE.{name}"), config).await;
        assert!(created.get("error").is_none(), "{created}");
    }

    pub async fn config(&self, name: &str) -> Value {
        self.call(&format!("STREAM.INFO.{name}"), json!({})).await["config"].take()
    }

    pub async fn messages(&self, name: &str) -> u64 {
        let info = self.call(&format!("STREAM.INFO.{name}"), json!({})).await;
        info.pointer("/state/messages").and_then(Value::as_u64).expect("a stream has a number of messages")
    }

    /// Stores messages of ten bytes on `<name>.k0` to `<name>.k3`.
    pub async fn publish(&self, name: &str, messages: usize, header: Option<(&str, &str)>) {
        for number in 0..messages {
            let mut headers = HeaderMap::new();
            if let Some((key, value)) = header {
                headers.insert(key, value);
            }
            let subject = format!("{name}.k{}", number % 4);
            let request = self.client.request_with_headers(subject, headers, "0123456789".into());
            let answer: Value = serde_json::from_slice(&request.await.expect("an ack").payload).expect("JSON");
            assert!(answer.get("error").is_none(), "{answer}");
        }
    }

    /// Makes a consumer that fetches `skipped` messages and then acknowledges as many as said.
    pub async fn consume(&self, stream: &str, name: &str, config: Value, skipped: usize, acknowledged: usize) {
        let mut body = json!({"stream_name": stream, "config": {"durable_name": name, "ack_policy": "explicit"}});
        let all = body["config"].as_object_mut().expect("an object");
        all.extend(config.as_object().expect("an object").clone());
        let created = self.call(&format!("CONSUMER.CREATE.{stream}.{name}"), body).await;
        assert!(created.get("error").is_none(), "{created}");
        // A pulled message comes under its own subject, which a plain request does not recognise as its answer.
        let inbox = self.client.new_inbox();
        let mut messages = self.client.subscribe(inbox.clone()).await.expect("a subscription");
        for number in 0..skipped + acknowledged {
            let next = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}");
            self.client.publish_with_reply(next, inbox.clone(), "".into()).await.expect("a pull");
            let message = messages.next().await.expect("a message");
            if number >= skipped {
                let reply = message.reply.expect("messages of a consumer can be acknowledged");
                self.client.request(reply, "+ACK".into()).await.expect("an acknowledgement is confirmed");
            }
        }
    }
}

/// Where the corpora are: `WALNATS_CORPORA`, else beside the workspace.
pub fn corpora() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpora"));
    let folder = std::env::var_os("WALNATS_CORPORA").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

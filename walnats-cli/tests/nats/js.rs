//! A plain client of JetStream's requests, to set the stage and to look at what happened.

use std::time::{Duration, Instant};

use async_nats::{Client, HeaderMap};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub struct Js {
    runtime: Runtime,
    client: Client,
}

impl Js {
    pub fn connect(url: &str) -> Self {
        Self::connect_with(url, async_nats::ConnectOptions::new())
    }

    pub fn connect_as(url: &str, user: &str, password: &str) -> Self {
        Self::connect_with(
            url,
            async_nats::ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned()),
        )
    }

    fn connect_with(url: &str, options: async_nats::ConnectOptions) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let client = runtime.block_on(options.connect(url)).expect("the server answers");
        Self { runtime, client }
    }

    /// A request of JetStream's API and its answer, errors included.
    pub fn call(&self, operation: &str, body: Value) -> Value {
        let answer = self.client.request(format!("$JS.API.{operation}"), body.to_string().into());
        let answer = self.runtime.block_on(answer).expect(operation);
        serde_json::from_slice(&answer.payload).expect("JetStream answers in JSON")
    }

    /// Like `call`, and it succeeds. A cluster that has just started may need a while.
    pub fn ok(&self, operation: &str, body: Value) -> Value {
        let start = Instant::now();
        loop {
            let answer = self.call(operation, body.clone());
            if answer.get("error").is_none() {
                return answer;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{operation}: {answer}");
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    pub fn create(&self, mut config: Value, settings: &Value) {
        let all = config.as_object_mut().expect("an object");
        all.extend(settings.as_object().expect("an object").clone());
        let name = config["name"].as_str().expect("a name").to_owned();
        self.ok(&format!("STREAM.CREATE.{name}"), config);
    }

    pub fn config(&self, name: &str) -> Value {
        self.ok(&format!("STREAM.INFO.{name}"), json!({}))["config"].take()
    }

    pub fn messages(&self, name: &str) -> u64 {
        let info = self.ok(&format!("STREAM.INFO.{name}"), json!({}));
        info.pointer("/state/messages").and_then(Value::as_u64).expect("a number of messages")
    }

    /// Stores a message.
    pub fn publish(&self, subject: &str, headers: &[(&str, &str)], payload: &str) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, *value);
        }
        let answer = self.client.request_with_headers(subject.to_owned(), map, payload.to_owned().into());
        let answer = self.runtime.block_on(answer).expect("an acknowledgement");
        let answer: Value = serde_json::from_slice(&answer.payload).expect("JSON");
        assert!(answer.get("error").is_none(), "{answer}");
    }

    /// Stores messages of ten bytes on `<name>.k0` to `<name>.k3`.
    pub fn fill(&self, name: &str, messages: usize) {
        for number in 0..messages {
            self.publish(&format!("{name}.k{}", number % 4), &[], "0123456789");
        }
    }

    /// Makes a consumer, and returns its name.
    pub fn consumer(&self, stream: &str, name: &str, settings: &Value) {
        let mut body = json!({"stream_name": stream, "config": {"durable_name": name, "ack_policy": "explicit"}});
        let config = body["config"].as_object_mut().expect("an object");
        config.extend(settings.as_object().expect("an object").clone());
        self.ok(&format!("CONSUMER.CREATE.{stream}.{name}"), body);
    }
}

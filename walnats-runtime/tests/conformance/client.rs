//! A client of pull consumers without walnats: the stream `notes`, and mostly the consumer `c`.

use async_nats::{Message, Subscriber};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::stage::{LIMIT, Stage, delivered};

pub const NANOS: u64 = 1_000_000_000;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A consumer `c` that explicit acknowledgements settle, with these settings.
pub async fn create(stage: &Stage, settings: Value) {
    consumer(stage, "c", "", settings).await;
}

pub async fn consumer(stage: &Stage, name: &str, action: &str, settings: Value) {
    let mut config = json!({"durable_name": name, "name": name, "ack_policy": "explicit", "deliver_policy": "all"});
    if let (Some(config), Some(settings)) = (config.as_object_mut(), settings.as_object()) {
        config.extend(settings.clone());
    }
    let body = json!({"stream_name": "notes", "config": config, "action": action});
    stage
        .see_call(&format!("CONSUMER.CREATE.notes.{name}"), body, &["/name", "/num_pending", "/config/max_deliver"])
        .await;
}

pub async fn fill(stage: &Stage) {
    for (number, subject) in ["notes.a", "notes.b", "notes.a", "notes.c"].into_iter().enumerate() {
        stage.see_publish(subject, &[], &number.to_string()).await;
    }
}

/// An open request for messages of `c`.
pub async fn pull(stage: &Stage, batch: u64, settings: Value) -> Result<Subscriber, Failure> {
    let client = stage.publisher.client();
    let inbox = client.new_inbox();
    let subscriber = client.subscribe(inbox.clone()).await?;
    let mut request = json!({"batch": batch, "expires": 20 * NANOS});
    if let (Some(request), Some(settings)) = (request.as_object_mut(), settings.as_object()) {
        request.extend(settings.clone());
    }
    client.publish_with_reply("$JS.API.CONSUMER.MSG.NEXT.notes.c", inbox, request.to_string().into()).await?;
    // The server has the request when it has answered a later one.
    stage.call("INFO", json!({})).await;
    Ok(subscriber)
}

/// The next message, which is noted.
pub async fn next(stage: &Stage, subscriber: &mut Subscriber) -> Result<Message, Failure> {
    let message = tokio::time::timeout(LIMIT / 2, subscriber.next()).await?.ok_or("the subscription ended")?;
    stage.see(delivered(&message));
    Ok(message)
}

/// Says something about a message, and waits until the server has it.
pub async fn say(stage: &Stage, message: &Message, what: &str) -> Result<(), Failure> {
    let reply = message.reply.clone().ok_or("a reply")?;
    stage.publisher.client().request(reply, what.to_owned().into()).await?;
    Ok(())
}

/// What a consumer of the stream answers to a request, given as it is sent.
pub async fn see_pull(stage: &Stage, consumer: &str, request: &str) -> Result<(), Failure> {
    let client = stage.publisher.client();
    let inbox = client.new_inbox();
    let mut subscriber = client.subscribe(inbox.clone()).await?;
    let subject = format!("$JS.API.CONSUMER.MSG.NEXT.notes.{consumer}");
    client.publish_with_reply(subject, inbox, request.to_owned().into()).await?;
    next(stage, &mut subscriber).await?;
    Ok(())
}

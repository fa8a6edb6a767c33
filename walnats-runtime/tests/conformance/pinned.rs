//! Priority groups: consumers that deliver to one client at a time.

use std::time::Duration;

use async_nats::Message;
use serde_json::{Value, json};

use crate::client::{consumer, create, fill, next, pull, say, see_pull};
use crate::note::PLAIN;
use crate::row;
use crate::stage::{Row, Stage};

/// What clients that are in the group ask.
fn member(id: &str) -> Value {
    match id {
        "" => json!({"group": "g"}),
        id => json!({"group": "g", "id": id}),
    }
}

/// What the client was pinned by.
fn pin(message: &Message) -> String {
    let pin = message.headers.as_ref().and_then(|headers| headers.get("Nats-Pin-Id"));
    pin.map(|pin| pin.as_str().to_owned()).unwrap_or_default()
}

/// A consumer that pins clients of the group `g` for 2 seconds.
async fn pinning(stage: &Stage) {
    let timeout = 2_000_000_000_u64;
    create(stage, json!({"priority_groups": ["g"], "priority_policy": "pinned_client", "priority_timeout": timeout}))
        .await;
}

/// Notes the groups of the consumer, and whether a client is pinned.
async fn see_groups(stage: &Stage) {
    let info = stage.call("CONSUMER.INFO.notes.c", json!({})).await;
    for group in info["priority_groups"].as_array().into_iter().flatten() {
        stage.see(format!(
            "{}: pinned {}, {}",
            group["group"],
            group["pinned_client_id"].is_string(),
            group["pinned_ts"].is_string()
        ));
    }
}

pub const ROWS: &[Row] = &[
    row!("one client of a group gets everything", PLAIN, stage => {
        pinning(&stage).await;
        see_groups(&stage).await;
        let mut first = pull(&stage, 2, member("")).await?;
        let mut second = pull(&stage, 4, member("")).await?;
        fill(&stage).await;
        let id = pin(&next(&stage, &mut first).await?);
        stage.see(format!("has an id: {}", !id.is_empty()));
        stage.see(pin(&next(&stage, &mut first).await?) == id);
        see_groups(&stage).await;
        let mut again = pull(&stage, 2, member(&id)).await?;
        next(&stage, &mut again).await?;
        stage.see(pin(&next(&stage, &mut again).await?) == id);
        stage.call("CONSUMER.UNPIN.notes.c", json!({"group": "g"})).await;
        stage.see_publish("notes.d", &[], "4").await;
        stage.see(pin(&next(&stage, &mut second).await?) == id);
    }),
    row!("a client that does not pull any more is not pinned for long", PLAIN, stage => {
        pinning(&stage).await;
        let mut first = pull(&stage, 1, member("")).await?;
        let mut second = pull(&stage, 4, member("")).await?;
        stage.see_publish("notes.a", &[], "0").await;
        let id = pin(&next(&stage, &mut first).await?);
        stage.see_publish("notes.a", &[], "1").await;
        // Pulls wait, and clients are pinned, by the clock of the machine.
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        let message = next(&stage, &mut second).await?;
        stage.see(pin(&message) == id);
        let mut late = pull(&stage, 1, member(&id)).await?;
        next(&stage, &mut late).await?;
        say(&stage, &message, "+ACK").await?;
    }),
    row!("a pull of a client that was pinned ends when another is", PLAIN, stage => {
        pinning(&stage).await;
        let mut first = pull(&stage, 1, member("")).await?;
        stage.see_publish("notes.a", &[], "0").await;
        let id = pin(&next(&stage, &mut first).await?);
        let mut waiting = pull(&stage, 1, member(&id)).await?;
        stage.see_call("CONSUMER.UNPIN.notes.c", json!({"group": "g"}), &[]).await;
        let mut other = pull(&stage, 1, member("")).await?;
        stage.see_publish("notes.a", &[], "1").await;
        next(&stage, &mut waiting).await?;
        stage.see(pin(&next(&stage, &mut other).await?) == id);
    }),
    row!("what a pull of a group has to say", PLAIN, stage => {
        pinning(&stage).await;
        for request in [json!({}), json!({"group": "other"}), json!({"group": "g", "id": "x"})] {
            let mut refused = pull(&stage, 1, request).await?;
            stage.see_publish("notes.a", &[], "0").await;
            next(&stage, &mut refused).await?;
        }
        consumer(&stage, "d", "", json!({})).await;
        see_pull(&stage, "d", &json!({"batch": 1, "group": "g", "id": "x"}).to_string()).await?;
        see_pull(&stage, "d", &json!({"batch": 1, "group": "g"}).to_string()).await?;
        see_pull(&stage, "c", "1").await?;
        see_pull(&stage, "c", "").await?;
    }),
    row!("groups have names and a policy", PLAIN, stage => {
        let pinned = |groups: Value| json!({"priority_groups": groups, "priority_policy": "pinned_client"});
        create(&stage, pinned(json!([]))).await;
        create(&stage, pinned(json!([""]))).await;
        create(&stage, pinned(json!(["a b"]))).await;
        create(&stage, pinned(json!(["a-name-of-17-chars"]))).await;
        create(&stage, json!({"priority_groups": ["g"]})).await;
        create(&stage, json!({"priority_timeout": 1_000_000_000})).await;
        create(&stage, pinned(json!(["g"]))).await;
        let parts = ["/config/priority_groups", "/config/priority_policy", "/config/priority_timeout"];
        stage.see_call("CONSUMER.INFO.notes.c", json!({}), &parts).await;
        for body in [json!({}), json!({"group": "other"}), json!({"group": "a b"}), json!({"group": "g"})] {
            stage.see_call("CONSUMER.UNPIN.notes.c", body, &[]).await;
        }
        consumer(&stage, "d", "", json!({})).await;
        stage.see_call("CONSUMER.UNPIN.notes.d", json!({"group": "g"}), &[]).await;
        stage.see_call("CONSUMER.UNPIN.notes.nobody", json!({"group": "g"}), &[]).await;
        create(&stage, json!({})).await;
        see_groups(&stage).await;
    }),
];

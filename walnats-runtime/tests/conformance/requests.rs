//! Requests of JetStream's API about streams and messages.

use serde_json::{Value, json};
use walnats_runtime::StreamDescriptor;

use crate::note::{PLAIN, STREAMS};
use crate::row;
use crate::stage::{Row, Stage};

static DIRECT: &[StreamDescriptor] = &[StreamDescriptor {
    subjects: &["notes.*"],
    settings: &[("allow_direct", "true")],
    ..StreamDescriptor::new("notes")
}];

async fn fill(stage: &Stage) {
    for (number, subject) in ["notes.a", "notes.b", "notes.a", "notes.c", "notes.a"].into_iter().enumerate() {
        stage.see_publish(subject, &[], &number.to_string()).await;
    }
}

/// The stream's configuration with another setting.
async fn with(stage: &Stage, setting: &str, value: Value) -> Value {
    let mut config = stage.call("STREAM.INFO.notes", json!({})).await["config"].clone();
    config[setting] = value;
    config
}

const STATE: &[&str] = &[
    "/state/messages",
    "/state/bytes",
    "/state/first_seq",
    "/state/last_seq",
    "/state/num_subjects",
    "/state/num_deleted",
    "/state/consumer_count",
];

pub const ROWS: &[Row] = &[
    row!("a stream that does not exist is not found", PLAIN, stage => {
        for operation in ["STREAM.INFO.letters", "STREAM.DELETE.letters", "STREAM.PURGE.letters", "CONSUMER.INFO.letters.c"] {
            stage.see_call(operation, json!({}), &[]).await;
        }
        stage.see_call("STREAM.UPDATE.letters", json!({"name": "letters"}), &[]).await;
        stage.see_call("STREAM.MSG.GET.letters", json!({"seq": 1}), &[]).await;
    }),
    row!("a new stream has defaults", PLAIN, stage => {
        let create = json!({"name": "letters"});
        let parts = [
            "/did_create", "/config/subjects", "/config/retention", "/config/storage", "/config/discard",
            "/config/duplicate_window", "/config/max_age", "/config/max_msgs", "/config/num_replicas", "/state/messages",
        ];
        stage.see_call("STREAM.CREATE.letters", create.clone(), &parts).await;
        stage.see_call("STREAM.CREATE.letters", create, &parts).await;
    }),
    row!("a stream is created once", PLAIN, stage => {
        stage.see_call("STREAM.CREATE.notes", json!({"name": "notes", "subjects": ["other"]}), &[]).await;
        stage.see_call("STREAM.CREATE.notes", json!({"name": "letters"}), &[]).await;
        stage.see_call("STREAM.CREATE.letters", json!({"name": "letters", "subjects": ["notes.a"]}), &[]).await;
    }),
    row!("what contradicts itself is refused", PLAIN, stage => {
        for (setting, value) in [
            ("max_age", json!(1_000_000_000)),
            ("discard_new_per_subject", json!(true)),
            ("storage", json!("memory")),
            ("retention", json!("workqueue")),
        ] {
            let config = with(&stage, setting, value).await;
            stage.see_call("STREAM.UPDATE.notes", config, &[]).await;
        }
    }),
    row!("what was allowed stays allowed", STREAMS, stage => {
        for setting in ["allow_msg_ttl", "allow_msg_schedules"] {
            let config = with(&stage, setting, json!(false)).await;
            stage.see_call("STREAM.UPDATE.notes", config, &[]).await;
        }
    }),
    row!("a lower limit deletes at once", PLAIN, stage => {
        fill(&stage).await;
        let config = with(&stage, "max_msgs_per_subject", json!(1)).await;
        stage.see_call("STREAM.UPDATE.notes", config, STATE).await;
        let config = with(&stage, "max_msgs", json!(2)).await;
        stage.see_call("STREAM.UPDATE.notes", config, STATE).await;
    }),
    row!("interest without consumers deletes everything", PLAIN, stage => {
        fill(&stage).await;
        let config = with(&stage, "retention", json!("interest")).await;
        stage.see_call("STREAM.UPDATE.notes", config, &["/config/retention"]).await;
        stage.until_holds("notes", 0).await?;
    }),
    row!("interest keeps what an idle consumer matches", PLAIN, stage => {
        fill(&stage).await;
        let config = json!({"stream_name": "notes", "config": {"durable_name": "c", "ack_policy": "explicit"}});
        stage.call("CONSUMER.CREATE.notes.c", config).await;
        let config = with(&stage, "retention", json!("interest")).await;
        stage.see_call("STREAM.UPDATE.notes", config, &["/config/retention"]).await;
    }),
    row!("registering again changes nothing", PLAIN, stage => {
        let plan = stage.publisher.register(PLAIN).plan().await?;
        stage.see(plan);
    }),
    row!("registering plans and applies changes", PLAIN, stage => {
        static MORE: &[StreamDescriptor] = &[StreamDescriptor {
            subjects: &["notes.*", "letters.>"],
            description: "What people write",
            max_messages: Some(10),
            ..StreamDescriptor::new("notes")
        }];
        stage.see(stage.publisher.register(MORE).plan().await?);
        stage.publisher.register(MORE).await?;
        stage.see_call("STREAM.INFO.notes", json!({}), &["/config/subjects", "/config/description", "/config/max_msgs"]).await;
    }),
    row!("registering refuses what would delete messages, and counts them", PLAIN, stage => {
        static FEWER: &[StreamDescriptor] =
            &[StreamDescriptor { subjects: &["notes.*"], max_messages: Some(2), ..StreamDescriptor::new("notes") }];
        fill(&stage).await;
        stage.see(stage.publisher.register(FEWER).plan().await?);
        let refused = stage.publisher.register(FEWER).await;
        stage.see(refused.is_err());
    }),
    row!("messages are found by number and subject", PLAIN, stage => {
        fill(&stage).await;
        for body in [
            json!({"seq": 2}),
            json!({"seq": 9}),
            json!({"last_by_subj": "notes.a"}),
            json!({"last_by_subj": "notes.*"}),
            json!({"last_by_subj": "letters.a"}),
            json!({"seq": 2, "next_by_subj": "notes.a"}),
            json!({"seq": 4, "next_by_subj": "notes.b"}),
            json!({"start_time": "2000-01-01T00:00:00Z", "next_by_subj": ">"}),
        ] {
            stage.see_call("STREAM.MSG.GET.notes", body, &["/message/seq", "/message/subject", "/message/data", "/message/hdrs"]).await;
        }
    }),
    row!("a deleted message leaves a gap", PLAIN, stage => {
        fill(&stage).await;
        stage.see_call("STREAM.MSG.DELETE.notes", json!({"seq": 3}), &["/success"]).await;
        stage.see_call("STREAM.MSG.DELETE.notes", json!({"seq": 1}), &["/success"]).await;
        stage.see_call("STREAM.MSG.DELETE.notes", json!({"seq": 9}), &["/success"]).await;
        stage.see_call("STREAM.MSG.DELETE.notes", json!({"seq": 3}), &["/success"]).await;
        stage.see_call("STREAM.MSG.DELETE.notes", json!({"seq": 1}), &["/success"]).await;
        stage.see_call("STREAM.INFO.notes", json!({"deleted_details": true}), STATE).await;
        stage.see_call("STREAM.INFO.notes", json!({"deleted_details": true}), &["/state/deleted"]).await;
    }),
    row!("subjects are counted", PLAIN, stage => {
        fill(&stage).await;
        stage.see_call("STREAM.INFO.notes", json!({"subjects_filter": ">"}), &["/state/subjects", "/total"]).await;
        stage.see_call("STREAM.INFO.notes", json!({"subjects_filter": "notes.a"}), &["/state/subjects", "/total"]).await;
    }),
    row!("a purge takes a filter, a number to keep, or a sequence number", PLAIN, stage => {
        fill(&stage).await;
        stage.see_call("STREAM.PURGE.notes", json!({"filter": "notes.a", "keep": 1}), &["/purged", "/success"]).await;
        stage.see_call("STREAM.PURGE.notes", json!({"seq": 3}), &["/purged", "/success"]).await;
        stage.see_call("STREAM.INFO.notes", json!({}), STATE).await;
        stage.see_call("STREAM.PURGE.notes", json!({}), &["/purged", "/success"]).await;
        stage.see_publish("notes.a", &[], "after").await;
    }),
    row!("streams are listed", PLAIN, stage => {
        stage.call("STREAM.CREATE.letters", json!({"name": "letters", "subjects": ["letters.*"]})).await;
        stage.see_call("STREAM.NAMES", json!({}), &["/streams", "/total"]).await;
        stage.see_call("STREAM.NAMES", json!({"subject": "letters.a"}), &["/streams", "/total"]).await;
        stage.see_call("STREAM.LIST", json!({}), &["/streams/0/config/name", "/streams/1/config/name", "/total"]).await;
    }),
    row!("messages are read directly", DIRECT, stage => {
        fill(&stage).await;
        let stream = stage.publisher.jetstream().get_stream("notes").await?;
        let message = stream.direct_get(2).await?;
        stage.see(format!("{} {:?}", message.subject, message.payload));
        let message = stream.direct_get_last_for_subject("notes.a").await?;
        stage.see(format!("{} {} {:?}", message.sequence, message.subject, message.payload));
        stage.see(stream.direct_get(99).await.is_err());
    }),
];

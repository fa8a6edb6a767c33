//! Pull consumers.

use std::time::Duration;

use serde_json::json;
use walnats_runtime::{Retention, StreamDescriptor};

use crate::client::{NANOS, consumer, create, fill, next, pull, say};
use crate::note::PLAIN;
use crate::row;
use crate::stage::{Row, Stage};

const SECOND: Duration = Duration::from_secs(1);

static INTEREST: &[StreamDescriptor] = &[StreamDescriptor {
    subjects: &["notes.*"],
    retention: Some(Retention::Interest),
    ..StreamDescriptor::new("notes")
}];
static WORK_QUEUE: &[StreamDescriptor] = &[StreamDescriptor {
    subjects: &["notes.*"],
    retention: Some(Retention::WorkQueue),
    ..StreamDescriptor::new("notes")
}];

async fn see_consumer(stage: &Stage) {
    let parts = [
        "/delivered/consumer_seq",
        "/delivered/stream_seq",
        "/ack_floor/consumer_seq",
        "/ack_floor/stream_seq",
        "/num_ack_pending",
        "/num_redelivered",
        "/num_pending",
    ];
    stage.see_call("CONSUMER.INFO.notes.c", json!({}), &parts).await;
}

pub const ROWS: &[Row] = &[
    row!("messages are delivered in order and settled", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({})).await;
        see_consumer(&stage).await;
        let mut messages = pull(&stage, 3, json!({})).await?;
        let mut all = Vec::new();
        for _ in 0..3 {
            all.push(next(&stage, &mut messages).await?);
        }
        see_consumer(&stage).await;
        for index in [2, 0, 1] {
            say(&stage, &all[index], "+ACK").await?;
            see_consumer(&stage).await;
        }
    }),
    row!("a pull waits for messages to come", PLAIN, stage => {
        create(&stage, json!({})).await;
        let mut messages = pull(&stage, 2, json!({})).await?;
        fill(&stage).await;
        next(&stage, &mut messages).await?;
        next(&stage, &mut messages).await?;
    }),
    row!("filters choose what is delivered", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({"filter_subjects": ["notes.b", "notes.c"]})).await;
        let mut messages = pull(&stage, 2, json!({})).await?;
        next(&stage, &mut messages).await?;
        next(&stage, &mut messages).await?;
        see_consumer(&stage).await;
    }),
    row!("delivery begins where it is asked to", PLAIN, stage => {
        fill(&stage).await;
        for (name, settings) in [
            ("new", json!({"deliver_policy": "new"})),
            ("last", json!({"deliver_policy": "last"})),
            ("last-per-subject", json!({"deliver_policy": "last_per_subject", "filter_subject": "notes.*"})),
            ("sequence", json!({"deliver_policy": "by_start_sequence", "opt_start_seq": 3})),
            ("time", json!({"deliver_policy": "by_start_time", "opt_start_time": "2000-01-01T00:00:00Z"})),
        ] {
            consumer(&stage, name, "", settings).await;
        }
    }),
    row!("the last message of each subject is delivered", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({"deliver_policy": "last_per_subject", "filter_subject": "notes.*"})).await;
        let mut messages = pull(&stage, 3, json!({})).await?;
        for _ in 0..3 {
            next(&stage, &mut messages).await?;
        }
    }),
    row!("what is not acknowledged comes again", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({"ack_wait": 3 * NANOS})).await;
        let mut messages = pull(&stage, 5, json!({})).await?;
        for _ in 0..4 {
            let message = next(&stage, &mut messages).await?;
            if message.subject.as_str() != "notes.b" {
                say(&stage, &message, "").await?;
            }
        }
        stage.pass(SECOND * 7 / 2).await;
        next(&stage, &mut messages).await?;
        see_consumer(&stage).await;
    }),
    row!("what is given back comes again", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({})).await;
        let mut messages = pull(&stage, 4, json!({})).await?;
        let message = next(&stage, &mut messages).await?;
        for _ in 0..3 {
            next(&stage, &mut messages).await?;
        }
        say(&stage, &message, "-NAK").await?;
        let mut messages = pull(&stage, 1, json!({})).await?;
        next(&stage, &mut messages).await?;
        see_consumer(&stage).await;
    }),
    row!("what is given back for a while comes after it", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({"filter_subject": "notes.b"})).await;
        let mut messages = pull(&stage, 2, json!({})).await?;
        let message = next(&stage, &mut messages).await?;
        say(&stage, &message, "-NAK {\"delay\": 3000000000}").await?;
        see_consumer(&stage).await;
        stage.pass(SECOND * 7 / 2).await;
        let message = next(&stage, &mut messages).await?;
        say(&stage, &message, "+ACK").await?;
        see_consumer(&stage).await;
    }),
    row!("work in progress does not come again", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({"filter_subject": "notes.b", "ack_wait": 4 * NANOS})).await;
        let mut messages = pull(&stage, 2, json!({})).await?;
        let message = next(&stage, &mut messages).await?;
        stage.pass(SECOND * 5 / 2).await;
        say(&stage, &message, "+WPI").await?;
        stage.pass(SECOND * 5 / 2).await;
        see_consumer(&stage).await;
        stage.pass(SECOND * 2).await;
        next(&stage, &mut messages).await?;
    }),
    row!("what is terminated does not come again", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({"filter_subject": "notes.b"})).await;
        let mut messages = pull(&stage, 2, json!({})).await?;
        let message = next(&stage, &mut messages).await?;
        say(&stage, &message, "+TERM because").await?;
        see_consumer(&stage).await;
    }),
    row!("after its last delivery, a message does not come again", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({"filter_subject": "notes.b", "max_deliver": 2})).await;
        let mut messages = pull(&stage, 3, json!({"expires": 3 * NANOS})).await?;
        for _ in 0..2 {
            let message = next(&stage, &mut messages).await?;
            say(&stage, &message, "-NAK").await?;
        }
        let end = next(&stage, &mut messages).await?;
        stage.see(end.status.map(u16::from).unwrap_or_default());
    }),
    row!("so many messages are unsettled at once, and no more", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({"max_ack_pending": 2})).await;
        let mut messages = pull(&stage, 4, json!({})).await?;
        let first = next(&stage, &mut messages).await?;
        next(&stage, &mut messages).await?;
        see_consumer(&stage).await;
        say(&stage, &first, "+ACK").await?;
        next(&stage, &mut messages).await?;
    }),
    row!("a pull that does not wait ends at once", PLAIN, stage => {
        create(&stage, json!({})).await;
        let mut messages = pull(&stage, 4, json!({"no_wait": true, "expires": 0})).await?;
        next(&stage, &mut messages).await?;
    }),
    row!("a pull ends when its time is up, and says how much was left", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({"filter_subject": "notes.a"})).await;
        let mut messages = pull(&stage, 4, json!({"expires": NANOS})).await?;
        next(&stage, &mut messages).await?;
        next(&stage, &mut messages).await?;
        let end = next(&stage, &mut messages).await?;
        stage.see(format!("{:?}", end.headers.as_ref().and_then(|headers| headers.get("Nats-Pending-Messages"))));
    }),
    row!("a pull keeps to the limits of the consumer", PLAIN, stage => {
        create(&stage, json!({"max_batch": 2, "max_expires": 5 * NANOS})).await;
        let mut messages = pull(&stage, 3, json!({"expires": NANOS})).await?;
        next(&stage, &mut messages).await?;
        let mut messages = pull(&stage, 2, json!({"expires": 6 * NANOS})).await?;
        next(&stage, &mut messages).await?;
    }),
    row!("a deleted consumer ends its pulls", PLAIN, stage => {
        create(&stage, json!({})).await;
        let mut messages = pull(&stage, 2, json!({})).await?;
        stage.see_call("CONSUMER.DELETE.notes.c", json!({}), &["/success"]).await;
        next(&stage, &mut messages).await?;
        stage.see_call("CONSUMER.DELETE.notes.c", json!({}), &["/success"]).await;
        stage.see_call("CONSUMER.INFO.notes.c", json!({}), &[]).await;
    }),
    row!("a consumer is created or updated as it is asked for", PLAIN, stage => {
        consumer(&stage, "c", "update", json!({})).await;
        consumer(&stage, "c", "create", json!({})).await;
        consumer(&stage, "c", "create", json!({})).await;
        consumer(&stage, "c", "create", json!({"max_deliver": 5})).await;
        consumer(&stage, "c", "update", json!({"max_deliver": 5})).await;
        consumer(&stage, "c", "update", json!({"deliver_policy": "new"})).await;
        consumer(&stage, "c", "update", json!({"ack_policy": "all"})).await;
        consumer(&stage, "d", "create", json!({"filter_subject": "letters.a"})).await;
        consumer(&stage, "d", "create", json!({"filter_subjects": ["notes.*", "notes.a"]})).await;
        stage.see_call("CONSUMER.NAMES.notes", json!({}), &["/consumers", "/total"]).await;
    }),
    row!("a paused consumer delivers nothing", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({})).await;
        stage.see_call("CONSUMER.PAUSE.notes.c", json!({"pause_until": "2100-01-01T00:00:00Z"}), &["/paused", "/pause_until"]).await;
        stage.see_call("CONSUMER.INFO.notes.c", json!({}), &["/paused"]).await;
        let mut messages = pull(&stage, 1, json!({"expires": NANOS})).await?;
        next(&stage, &mut messages).await?;
        stage.see_call("CONSUMER.PAUSE.notes.c", json!({}), &["/paused"]).await;
        let mut messages = pull(&stage, 1, json!({})).await?;
        next(&stage, &mut messages).await?;
    }),
    row!("a work queue deletes what is settled", WORK_QUEUE, stage => {
        fill(&stage).await;
        create(&stage, json!({})).await;
        let mut messages = pull(&stage, 2, json!({})).await?;
        let message = next(&stage, &mut messages).await?;
        say(&stage, &message, "+ACK").await?;
        let message = next(&stage, &mut messages).await?;
        say(&stage, &message, "+TERM").await?;
        stage.until_holds("notes", 2).await?;
    }),
    row!("consumers of a work queue share nothing", WORK_QUEUE, stage => {
        consumer(&stage, "c", "", json!({"filter_subject": "notes.a"})).await;
        consumer(&stage, "d", "", json!({"filter_subject": "notes.b"})).await;
        consumer(&stage, "e", "", json!({"filter_subject": "notes.*"})).await;
        consumer(&stage, "f", "", json!({})).await;
        consumer(&stage, "g", "", json!({"filter_subject": "notes.c", "deliver_policy": "new"})).await;
        consumer(&stage, "h", "", json!({"filter_subject": "notes.c", "ack_policy": "none"})).await;
    }),
    row!("an interest stream keeps what a consumer has not settled", INTEREST, stage => {
        create(&stage, json!({"filter_subject": "notes.a"})).await;
        fill(&stage).await;
        let mut messages = pull(&stage, 1, json!({})).await?;
        let message = next(&stage, &mut messages).await?;
        stage.see_stream("notes").await;
        say(&stage, &message, "+ACK").await?;
        stage.until_holds("notes", 1).await?;
    }),
    row!("one acknowledgement may settle all before it", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({"ack_policy": "all"})).await;
        let mut messages = pull(&stage, 3, json!({})).await?;
        next(&stage, &mut messages).await?;
        let second = next(&stage, &mut messages).await?;
        next(&stage, &mut messages).await?;
        say(&stage, &second, "+ACK").await?;
        see_consumer(&stage).await;
    }),
    row!("messages may come without their payloads", PLAIN, stage => {
        fill(&stage).await;
        create(&stage, json!({"headers_only": true})).await;
        let mut messages = pull(&stage, 1, json!({})).await?;
        let message = next(&stage, &mut messages).await?;
        stage.see(format!("{:?}", message.headers.as_ref().and_then(|headers| headers.get("Nats-Msg-Size"))));
    }),
];

//! What a stream answers to messages of any client.

use serde_json::json;
use walnats_runtime::StreamDescriptor;

use crate::note::{PLAIN, STREAMS};
use crate::row;
use crate::stage::Row;

static ROLLUPS: &[StreamDescriptor] = &[StreamDescriptor {
    subjects: &["notes.*"],
    settings: &[("allow_rollup_hdrs", "true")],
    ..StreamDescriptor::new("notes")
}];

pub const ROWS: &[Row] = &[
    row!("nobody answers on a subject that no stream stores", PLAIN, stage => {
        stage.see_publish("letters.a", &[], "x").await;
    }),
    row!("a message may expect its stream", PLAIN, stage => {
        stage.see_publish("notes.a", &[("Nats-Expected-Stream", "letters")], "x").await;
        stage.see_publish("notes.a", &[("Nats-Expected-Stream", "notes")], "x").await;
    }),
    row!("a message may expect the last sequence number", PLAIN, stage => {
        for expected in ["0", "0", "1", "7"] {
            stage.see_publish("notes.a", &[("Nats-Expected-Last-Sequence", expected)], "x").await;
        }
    }),
    row!("a message may expect the last sequence number of its subject", PLAIN, stage => {
        for (subject, expected) in [("notes.a", "0"), ("notes.b", "0"), ("notes.a", "2"), ("notes.a", "1"), ("notes.b", "1")] {
            stage.see_publish(subject, &[("Nats-Expected-Last-Subject-Sequence", expected)], "x").await;
        }
    }),
    row!("a message may expect the last id", PLAIN, stage => {
        stage.see_publish("notes.a", &[("Nats-Msg-Id", "1"), ("Nats-Expected-Last-Msg-Id", "0")], "x").await;
        stage.see_publish("notes.a", &[("Nats-Msg-Id", "1")], "x").await;
        stage.see_publish("notes.a", &[("Nats-Msg-Id", "1"), ("Nats-Expected-Last-Msg-Id", "0")], "x").await;
        stage.see_publish("notes.a", &[("Nats-Msg-Id", "2"), ("Nats-Expected-Last-Msg-Id", "1")], "x").await;
    }),
    row!("batches need a stream that allows them", PLAIN, stage => {
        stage.see_publish("notes.a", &[("Nats-Batch-Id", "b"), ("Nats-Batch-Sequence", "1"), ("Nats-Batch-Commit", "1")], "x").await;
    }),
    row!("a batch has no gaps", STREAMS, stage => {
        stage.see_publish("notes.a", &[("Nats-Batch-Id", "b"), ("Nats-Batch-Sequence", "1")], "x").await;
        stage.see_publish("notes.a", &[("Nats-Batch-Id", "b"), ("Nats-Batch-Sequence", "3"), ("Nats-Batch-Commit", "1")], "x").await;
        stage.see_publish("notes.a", &[("Nats-Batch-Id", "b"), ("Nats-Batch-Sequence", "2"), ("Nats-Batch-Commit", "1")], "x").await;
    }),
    row!("a batch of one is committed", STREAMS, stage => {
        stage.see_publish("notes.a", &[("Nats-Batch-Id", "b"), ("Nats-Batch-Sequence", "1"), ("Nats-Batch-Commit", "1")], "x").await;
        stage.see_publish("notes.a", &[("Nats-Batch-Id", "c")], "x").await;
    }),
    row!("schedules need a stream that allows them", PLAIN, stage => {
        let at = ("Nats-Schedule", "@at 2100-01-01T00:00:00Z");
        stage.see_publish("notes.a", &[at, ("Nats-Schedule-Target", "notes.b")], "x").await;
    }),
    row!("a schedule has a time and a target", STREAMS, stage => {
        let at = ("Nats-Schedule", "@at 2100-01-01T00:00:00Z");
        stage.see_publish("notes.a", &[("Nats-Schedule", "@at noon"), ("Nats-Schedule-Target", "notes.b")], "x").await;
        stage.see_publish("notes.a", &[at], "x").await;
        stage.see_publish("notes.a", &[at, ("Nats-Schedule-Target", "letters.b")], "x").await;
        stage.see_publish("notes.a", &[at, ("Nats-Schedule-Target", "notes.a")], "x").await;
        stage.see_publish("notes.a", &[at, ("Nats-Schedule-Target", "notes.b")], "x").await;
    }),
    row!("a second schedule on a subject replaces the first", STREAMS, stage => {
        let at = ("Nats-Schedule", "@at 2100-01-01T00:00:00Z");
        for payload in ["first", "second"] {
            stage.see_publish("notes.a", &[at, ("Nats-Schedule-Target", "notes.b")], payload).await;
        }
    }),
    row!("a rollup replaces its subject", ROLLUPS, stage => {
        for subject in ["notes.a", "notes.b", "notes.a"] {
            stage.see_publish(subject, &[], "x").await;
        }
        stage.see_publish("notes.a", &[("Nats-Rollup", "sub")], "y").await;
        stage.see_stream("notes").await;
        stage.see_publish("notes.a", &[("Nats-Rollup", "all")], "z").await;
    }),
    row!("a sealed stream takes nothing", PLAIN, stage => {
        let mut config = stage.call("STREAM.INFO.notes", json!({})).await["config"].clone();
        config["sealed"] = json!(true);
        stage.see_call("STREAM.UPDATE.notes", config, &["/config/sealed"]).await;
        stage.see_publish("notes.a", &[], "x").await;
    }),
];

//! Limits of streams.

use std::time::Duration;

use walnats_runtime::{Discard, StreamDescriptor};

use crate::note::{Note, PLAIN, STREAMS, note};
use crate::row;
use crate::stage::{Row, Stage};

const SECOND: Duration = Duration::from_secs(1);

const NOTES: StreamDescriptor = StreamDescriptor { subjects: &["notes.*"], ..StreamDescriptor::new("notes") };
static TWO: &[StreamDescriptor] = &[StreamDescriptor { max_messages: Some(2), ..NOTES }];
static TWO_NEW: &[StreamDescriptor] =
    &[StreamDescriptor { max_messages: Some(2), discard: Some(Discard::New), ..NOTES }];
static BYTES: &[StreamDescriptor] = &[StreamDescriptor { max_bytes: Some(400), ..NOTES }];
static BYTES_NEW: &[StreamDescriptor] =
    &[StreamDescriptor { max_bytes: Some(400), discard: Some(Discard::New), ..NOTES }];
static SIZE: &[StreamDescriptor] = &[StreamDescriptor { max_message_size: Some(200), ..NOTES }];
static PER_SUBJECT: &[StreamDescriptor] = &[StreamDescriptor { max_messages_per_subject: Some(1), ..NOTES }];
static PER_SUBJECT_NEW: &[StreamDescriptor] = &[StreamDescriptor {
    max_messages_per_subject: Some(1),
    discard: Some(Discard::New),
    discard_new_per_subject: true,
    ..NOTES
}];
static PER_SUBJECT_FULL: &[StreamDescriptor] = &[StreamDescriptor {
    max_messages: Some(1),
    max_messages_per_subject: Some(1),
    discard: Some(Discard::New),
    ..NOTES
}];
static AGE: &[StreamDescriptor] = &[StreamDescriptor { max_age: Some(SECOND), ..NOTES }];

async fn emit(stage: &Stage, texts: &[&str]) {
    for text in texts {
        stage.see_end(stage.publisher.emit(&note(*text)).uid(*text).await);
    }
}

pub const ROWS: &[Row] = &[
    row!("the oldest messages make room", TWO, stage => { emit(&stage, &["1", "2", "3", "4"]).await; }),
    row!("a full stream refuses", TWO_NEW, stage => { emit(&stage, &["1", "2", "3", "1"]).await; }),
    row!("the oldest bytes make room", BYTES, stage => { emit(&stage, &["1", "2", "3", "4"]).await; }),
    row!("a stream that is full of bytes refuses", BYTES_NEW, stage => { emit(&stage, &["1", "2", "3", "4"]).await; }),
    row!("a large message is refused", SIZE, stage => { emit(&stage, &["1", &"x".repeat(200)]).await; }),
    row!("the last message of a subject replaces the others", PER_SUBJECT, stage => {
        emit(&stage, &["1", "2"]).await;
        let other = Note { topic: "work".to_owned(), text: "3".to_owned() };
        stage.see_end(stage.publisher.emit(&other).uid("3").await);
    }),
    row!("a full subject refuses", PER_SUBJECT_NEW, stage => {
        emit(&stage, &["1", "2"]).await;
        let other = Note { topic: "work".to_owned(), text: "3".to_owned() };
        stage.see_end(stage.publisher.emit(&other).uid("3").await);
    }),
    row!("a full stream replaces within a subject", PER_SUBJECT_FULL, stage => {
        emit(&stage, &["1", "2"]).await;
        let other = Note { topic: "work".to_owned(), text: "3".to_owned() };
        stage.see_end(stage.publisher.emit(&other).uid("3").await);
    }),
    row!("messages end by their age", AGE, stage => {
        emit(&stage, &["1", "2"]).await;
        stage.pass(2 * SECOND).await;
        stage.until_holds("notes", 0).await?;
        emit(&stage, &["3"]).await;
    }),
    row!("a message ends by its time to live", STREAMS, stage => {
        stage.see_end(stage.publisher.emit(&note("short")).uid("1").ttl(SECOND).await);
        stage.see_end(stage.publisher.emit(&note("long")).uid("2").ttl(3_600 * SECOND).await);
        stage.pass(2 * SECOND).await;
        stage.until_holds("notes", 1).await?;
    }),
    row!("times to live need a stream that allows them", PLAIN, stage => {
        stage.see_publish("notes.a", &[("Nats-TTL", "5s")], "x").await;
    }),
    row!("a time to live is a duration", STREAMS, stage => {
        for ttl in ["5", "1h", "never", "500ms", "soon", "-1", "1h30m"] {
            stage.see_publish("notes.a", &[("Nats-TTL", ttl)], ttl).await;
        }
    }),
];

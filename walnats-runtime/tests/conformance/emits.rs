//! Ends of emits.

use std::time::Duration;

use serde_json::json;
use walnats_runtime::{CloudEvent, Retention, StreamDescriptor};

use crate::note::{Note, PLAIN, STREAMS, note};
use crate::row;
use crate::stage::Row;

const SECOND: Duration = Duration::from_secs(1);

static SHORT: &[StreamDescriptor] =
    &[StreamDescriptor { subjects: &["notes.*"], duplicate_window: Some(SECOND), ..StreamDescriptor::new("notes") }];

static INTEREST: &[StreamDescriptor] = &[StreamDescriptor {
    subjects: &["notes.*"],
    retention: Some(Retention::Interest),
    ..StreamDescriptor::new("notes")
}];

static KEYED: &[StreamDescriptor] = &[StreamDescriptor { subjects: &["notes.>"], ..StreamDescriptor::new("notes") }];

fn elsewhere(text: &str) -> Note {
    Note { topic: "work".to_owned(), text: text.to_owned() }
}

pub const ROWS: &[Row] = &[
    row!("an emit is stored", PLAIN, stage => {
        for text in ["a", "b"] {
            stage.see_end(stage.publisher.emit(&note(text)).uid(text).await);
        }
    }),
    row!("a fresh id is stored", PLAIN, stage => {
        stage.publisher.emit(&note("a")).await?;
    }),
    row!("an id is stored once, whatever its subject", PLAIN, stage => {
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").await);
        stage.see_end(stage.publisher.emit(&note("b")).uid("1").await);
        stage.see_end(stage.publisher.emit(&elsewhere("c")).uid("1").await);
        stage.see_end(stage.publisher.emit(&elsewhere("c")).uid("2").await);
    }),
    row!("an id is stored again after the duplicate window", SHORT, stage => {
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").await);
        stage.pass(3 * SECOND).await;
        stage.see_end(stage.publisher.emit(&note("b")).uid("1").await);
    }),
    row!("a key is stored once", KEYED, stage => {
        stage.see_end(stage.publisher.emit(&note("a")).once("k 1").uid("1").await);
        stage.see_end(stage.publisher.emit(&note("b")).once("k 1").uid("2").await);
        stage.see_end(stage.publisher.emit(&note("b")).once("k 1").uid("1").await);
        stage.see_end(stage.publisher.emit(&note("b")).once("k 2").uid("3").await);
    }),
    row!("headers are stored", PLAIN, stage => {
        let event = note("a");
        let emit = stage.publisher.emit(&event).uid("1").trace_id("t-1").header("X-Note", "say: \u{d6}l");
        stage.see_end(emit.await);
    }),
    row!("a cloud event in binary mode is stored", PLAIN, stage => {
        let event = CloudEvent::new("/notes").extension("tenant", "a b");
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").cloud_event(event.time("2026-01-01T00:00:00Z".parse::<walnats_runtime::DateTime>()?)).await);
    }),
    row!("a cloud event in structured mode is stored", PLAIN, stage => {
        let event = CloudEvent::new("/notes").structured().time("2026-01-01T00:00:00Z".parse::<walnats_runtime::DateTime>()?);
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").cloud_event(event).await);
    }),
    row!("an invalid event is not sent", PLAIN, stage => {
        stage.see_end(stage.publisher.emit(&note("invalid")).uid("1").await);
    }),
    row!("buffered emits are stored in order", PLAIN, stage => {
        for number in 0..50 {
            stage.publisher.emit(&note(number.to_string())).uid(number.to_string()).buffered().await?;
        }
        stage.publisher.flush(30 * SECOND).await?;
        stage.see(stage.publisher.stats().stored);
    }),
    row!("without its stream, an emit is not stored", PLAIN, stage => {
        stage.call("STREAM.DELETE.notes", json!({})).await;
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").deadline(2 * SECOND).await);
    }),
    row!("another stream with the subject is named", PLAIN, stage => {
        stage.call("STREAM.DELETE.notes", json!({})).await;
        stage.call("STREAM.CREATE.others", json!({"name": "others", "subjects": ["notes.>"]})).await;
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").deadline(10 * SECOND).await);
        stage.see_stream("others").await;
    }),
    row!("an interest stream without consumers acknowledges and stores nothing", INTEREST, stage => {
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").await);
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").await);
        stage.see_end(stage.publisher.emit(&note("b")).uid("2").await);
    }),
    row!("a batch is stored as a whole", STREAMS, stage => {
        let notes = [note("once 1"), note("once 2"), elsewhere("once 3")];
        let receipts = stage.publisher.emit_all(&notes).atomic().await?;
        receipts.iter().for_each(|receipt| stage.see(format!("{receipt:?}")));
    }),
    row!("a batch with an id that is stored is refused as a whole", STREAMS, stage => {
        stage.see_end(stage.publisher.emit(&note("once 2")).await);
        let end = stage.publisher.emit_all(&[note("once 1"), note("once 2")]).atomic().await;
        stage.see(end.map(|receipts| format!("{receipts:?}")).unwrap_or_else(|error| error.to_string()));
    }),
    row!("a batch that is sent again is recognised", STREAMS, stage => {
        for _ in 0..2 {
            let end = stage.publisher.emit_all(&[note("once 1"), note("once 2")]).atomic().await;
            stage.see(end.map(|receipts| format!("{receipts:?}")).unwrap_or_else(|error| error.to_string()));
        }
    }),
    row!("many events without a batch are stored", STREAMS, stage => {
        let receipts = stage.publisher.emit_all(&[note("once 1"), note("once 1"), note("once 2")]).await?;
        receipts.iter().for_each(|receipt| stage.see(format!("{receipt:?}")));
    }),
    row!("a delayed event waits on its own subject", STREAMS, stage => {
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").delay(3_600 * SECOND).await);
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").delay(3_600 * SECOND).await);
    }),
    row!("a delayed event is published when it is due", STREAMS, stage => {
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").trace_id("t").delay(SECOND).await);
        stage.pass(2 * SECOND).await;
        stage.until_holds("notes", 1).await?;
        stage.until(async || stage.call("STREAM.INFO.notes", json!({})).await["state"]["last_seq"] == 2).await?;
    }),
    row!("a delayed event has its time to live from then on", STREAMS, stage => {
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").ttl(3_600 * SECOND).delay(SECOND).await);
        stage.pass(2 * SECOND).await;
        stage.until(async || stage.call("STREAM.INFO.notes", json!({})).await["state"]["last_seq"] == 2).await?;
        stage.until_holds("notes", 1).await?;
    }),
    row!("without schedules, readers hold a delayed event", PLAIN, stage => {
        stage.see_end(stage.publisher.emit(&note("a")).uid("1").delay(3_600 * SECOND).await);
    }),
];

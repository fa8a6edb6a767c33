//! From `walnats.toml` to a real server: what every setting of a stream comes to there.

use serde_json::{Value, json};
use walnats_runtime::{Register, StreamOutcome};
use walnats_server::NatsServer;

#[allow(missing_docs, dead_code)]
// It is compared to the byte with what comes out.
#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/streams/expected/events.rs"]
mod events;
mod register_support;
use register_support::Js;

#[tokio::test]
async fn every_setting_reaches_the_server() {
    let server = NatsServer::start().expect("nats-server starts");
    let js = Js::connect(&server).await;
    js.create("memos", json!({"name": "memos", "subjects": ["memos.>"]})).await;
    js.create("audit", json!({"name": "audit", "subjects": ["audit.>"]})).await;
    let registered = Register::new(&js.client, events::STREAMS).await.expect("registers");
    assert_eq!(registered.outcome("memos"), Some(StreamOutcome::Fits));
    let expected = [
        (
            "notes",
            json!({
                "description": "Notes", "retention": "limits", "storage": "file", "num_replicas": 1,
                "subjects": ["notes.imported.*", "notes.taken"], "max_age": 604_800_000_000_000_u64,
                "max_bytes": 1_073_741_824, "max_msgs": 1_000, "max_msgs_per_subject": 100, "max_msg_size": 1_048_576,
                "max_consumers": 20, "discard": "new", "discard_new_per_subject": true,
                "duplicate_window": 300_000_000_000_u64, "allow_msg_ttl": true, "allow_atomic": true,
                "placement": {"tags": ["ssd"]}, "metadata": {"team": "notes"}, "deny_delete": true,
                "allow_rollup_hdrs": true,
                "sources": [
                    {"name": "audit", "subject_transforms": [{"src": "audit.>", "dest": "notes.audit.>"}]}
                ],
                "republish": {"src": "notes.taken", "dest": "copies.notes", "headers_only": true},
                "subject_transform": {"src": "notes.imported.*", "dest": "notes.from.{{wildcard(1)}}"},
                "consumer_limits": {"inactive_threshold": 3_600_000_000_000_u64, "max_ack_pending": 50},
                "first_seq": 100, "allow_batched": true, "subject_delete_marker_ttl": 60_000_000_000_u64,
                "compression": "s2", "allow_direct": true,
            }),
        ),
        (
            "copy",
            json!({
                "mirror": {"name": "notes", "filter_subject": "notes.taken", "opt_start_seq": 100},
                "mirror_direct": true, "compression": "none", "deny_purge": true, "allow_direct": true,
            }),
        ),
        ("later", json!({"allow_msg_schedules": true, "compression": "s2"})),
        ("counts", json!({"allow_msg_counter": true})),
        ("fast", json!({"persist_mode": "async"})),
    ];
    for (stream, settings) in expected {
        let config = js.config(stream).await;
        let settings = settings.as_object().expect("an object").iter();
        let wrong =
            settings.filter(|(name, value)| config.get(name.as_str()).is_none_or(|found| !includes(found, value)));
        let wrong: Vec<_> = wrong.collect();
        assert!(wrong.is_empty(), "{stream}: {wrong:?} in {config}");
    }
    let plan = Register::new(&js.client, events::STREAMS).plan().await.expect("a plan");
    assert!(plan.is_empty(), "{plan}");
}

/// Whether all members of `wanted` are in `found`; servers add some of their own.
fn includes(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            wanted.iter().all(|(name, value)| found.get(name).is_some_and(|found| includes(found, value)))
        }
        (Value::Array(found), Value::Array(wanted)) => {
            found.len() == wanted.len() && found.iter().zip(wanted).all(|(found, wanted)| includes(found, wanted))
        }
        _ => found == wanted,
    }
}

//! What the plan says of an update is what a real server then does: accepted or refused, and the messages that remain.

use std::time::Duration;

use serde_json::{Value, json};
use walnats_runtime::{Action, Count, Discard, Register, Retention, Storage, StreamDescriptor};
use walnats_server::NatsServer;

mod register_support;
use register_support::{Js, corpora};

/// What the plan has to say.
enum Expect {
    NoChange,
    Update,
    /// The setting that gets weaker.
    Weakens(&'static str),
    Loses(Count),
    /// A part of the broken rule.
    Rejected(&'static str),
}
use Count::{AtMost, Exactly};
use Expect::{Loses, NoChange, Rejected, Update, Weakens};

/// What happens to the stream between its creation, with 20 messages on 4 subjects, and the plan.
enum Before {
    Nothing,
    /// Sequences are deleted.
    Deleted(&'static [u64]),
    /// Time passes, then 5 messages more.
    Later(Duration),
    /// Consumers: filter (empty for none), messages fetched and left, messages then fetched and acknowledged.
    Consumers(&'static [(&'static str, usize, usize)]),
    /// Five more messages that have a header.
    Headers,
    /// A consumer that starts after the last message.
    LateConsumer,
}
use Before::{Consumers, Deleted, Headers, LateConsumer, Later, Nothing};

/// A row: the case (a name of the measured matrix where it has one), the stream as it is, the stream as it is wanted.
struct Row(&'static str, Value, Before, StreamDescriptor, Expect);

const BASE: StreamDescriptor = StreamDescriptor::new("");
const INTEREST: StreamDescriptor = StreamDescriptor { retention: Some(Retention::Interest), ..BASE };
const WORK: StreamDescriptor = StreamDescriptor { retention: Some(Retention::WorkQueue), ..BASE };
const LIMITS: StreamDescriptor = StreamDescriptor { retention: Some(Retention::Limits), ..BASE };
const NEW: StreamDescriptor = StreamDescriptor { discard: Some(Discard::New), ..BASE };
const OLD: StreamDescriptor = StreamDescriptor { discard: Some(Discard::Old), ..BASE };
const FILE: StreamDescriptor = StreamDescriptor { storage: Some(Storage::File), ..BASE };
const MEMORY: StreamDescriptor = StreamDescriptor { storage: Some(Storage::Memory), ..BASE };

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let age = |milliseconds| StreamDescriptor { max_age: Some(Duration::from_millis(milliseconds)), ..BASE };
    let window = |milliseconds| Some(Duration::from_millis(milliseconds));
    vec![
        Row("as it is", json!({}), Nothing, BASE, NoChange),
        Row("description", json!({}), Nothing, StreamDescriptor { description: "new", ..BASE }, Update),
        Row("no description leaves another's", json!({"description": "theirs"}), Nothing, BASE, NoChange),
        Row("storage file->memory", json!({}), Nothing, MEMORY, Rejected("storage")),
        Row("storage memory->file", json!({"storage": "memory"}), Nothing, FILE, Rejected("storage")),
        Row("retention limits->interest (no consumer)", json!({}), Nothing, INTEREST, Loses(Exactly(20))),
        Row("retention limits->workqueue (no consumer)", json!({}), Nothing, WORK, Rejected("workqueue")),
        Row("retention interest->limits (no consumer)", json!({"retention": "interest"}), Nothing, LIMITS, Update),
        Row("retention interest->workqueue (no consumer)", json!({"retention": "interest"}), Nothing, WORK, Rejected("workqueue")),
        Row("retention workqueue->limits (no consumer)", json!({"retention": "workqueue"}), Nothing, LIMITS, Rejected("workqueue")),
        Row("retention workqueue->interest (no consumer)", json!({"retention": "workqueue"}), Nothing, INTEREST, Rejected("workqueue")),
        Row("retention limits->interest (1 idle consumer)", json!({}), Consumers(&[("", 0, 0)]), INTEREST, Weakens("retention")),
        Row("retention limits->interest (consumer filters 1 of 4 subjects)", json!({}), Consumers(&[("k1", 0, 0)]), INTEREST, Weakens("retention")),
        Row("interest, 5 acknowledged", json!({}), Consumers(&[("", 0, 5)]), INTEREST, Loses(Exactly(5))),
        Row("interest, 5 acknowledged after 2 that are not", json!({}), Consumers(&[("", 2, 5)]), INTEREST, Loses(Exactly(5))),
        Row("interest, 3 of a subject acknowledged", json!({}), Consumers(&[("k1", 0, 3)]), INTEREST, Loses(Exactly(3))),
        Row("interest, one of two acknowledged", json!({}), Consumers(&[("", 0, 5), ("", 0, 0)]), INTEREST, Weakens("retention")),
        Row("interest, both acknowledged some", json!({}), Consumers(&[("", 0, 5), ("", 0, 3)]), INTEREST, Loses(AtMost(3))),
        Row("interest, consumers of two subjects", json!({}), Consumers(&[("k1", 0, 2), ("k2", 0, 1)]), INTEREST, Loses(AtMost(3))),
        Row("interest, consumer starts later", json!({}), LateConsumer, INTEREST, Loses(Exactly(20))),
        Row("max_msgs lower 20->5", json!({}), Nothing, StreamDescriptor { max_messages: Some(5), ..BASE }, Loses(Exactly(15))),
        Row("max_msgs just enough", json!({}), Nothing, StreamDescriptor { max_messages: Some(20), ..BASE }, Update),
        Row("max_msgs lower, discard=new", json!({"discard": "new"}), Nothing, StreamDescriptor { max_messages: Some(5), ..BASE }, Update),
        Row("max_msgs lower, discard new->old", json!({"discard": "new", "max_msgs": 20}), Nothing, StreamDescriptor { max_messages: Some(5), ..OLD }, Loses(Exactly(15))),
        Row("max_bytes lower on a file", json!({}), Nothing, StreamDescriptor { max_bytes: Some(300), ..BASE }, Loses(Exactly(14))),
        Row("max_bytes lower, with headers", json!({}), Headers, StreamDescriptor { max_bytes: Some(300), ..BASE }, Loses(Exactly(22))),
        Row("max_bytes lower, with gaps", json!({}), Deleted(&[1, 5, 6]), StreamDescriptor { max_bytes: Some(300), ..BASE }, Loses(Exactly(11))),
        Row("max_bytes lower in memory", json!({"storage": "memory"}), Nothing, StreamDescriptor { max_bytes: Some(300), ..MEMORY }, Loses(Exactly(11))),
        Row("max_bytes lower, discard=new", json!({"discard": "new"}), Nothing, StreamDescriptor { max_bytes: Some(300), ..NEW }, Update),
        Row("max_bytes raise", json!({"max_bytes": 100_000}), Nothing, StreamDescriptor { max_bytes: Some(200_000), ..BASE }, Update),
        Row("max_age set below the age", json!({}), Later(Duration::from_millis(2_000)), age(1_500), Loses(Exactly(20))),
        Row("max_age set below the age, with gaps", json!({}), Deleted(&[3, 4]), age(100), Loses(Exactly(18))),
        Row("max_age set above the age", json!({}), Nothing, age(600_000), Update),
        Row("max_age set below the age, discard=new", json!({"discard": "new"}), Nothing, StreamDescriptor { discard: Some(Discard::New), ..age(100) }, Loses(Exactly(20))),
        Row("max_age 1s without lowering dup window", json!({}), Nothing, StreamDescriptor { duplicate_window: window(120_000), ..age(1_000) }, Rejected("duplicate_window")),
        Row("max_age < 100ms", json!({}), Nothing, age(10), Rejected("max_age")),
        Row("max_msgs_per_subject -1->1", json!({}), Nothing, StreamDescriptor { max_messages_per_subject: Some(1), ..BASE }, Loses(Exactly(16))),
        Row("max_msgs_per_subject 5->3", json!({"max_msgs_per_subject": 5}), Nothing, StreamDescriptor { max_messages_per_subject: Some(3), ..BASE }, Loses(Exactly(8))),
        Row("max_msgs_per_subject, discard=new", json!({"discard": "new"}), Nothing, StreamDescriptor { max_messages_per_subject: Some(2), ..NEW }, Loses(Exactly(12))),
        Row("max_msgs and max_msgs_per_subject", json!({}), Nothing, StreamDescriptor { max_messages: Some(15), max_messages_per_subject: Some(3), ..BASE }, Loses(AtMost(13))),
        Row("max_msg_size lower than stored", json!({}), Nothing, StreamDescriptor { max_message_size: Some(5), ..BASE }, Update),
        Row("discard old->new", json!({}), Nothing, NEW, Weakens("discard")),
        Row("discard new->old", json!({"discard": "new"}), Nothing, OLD, Weakens("discard")),
        Row("discard_new_per_subject on", json!({"discard": "new", "max_msgs_per_subject": 10}), Nothing, StreamDescriptor { discard_new_per_subject: true, max_messages_per_subject: Some(10), ..NEW }, Weakens("discard_new_per_subject")),
        Row("discard_new_per_subject on w/o discard new", json!({}), Nothing, StreamDescriptor { discard_new_per_subject: true, max_messages_per_subject: Some(10), ..BASE }, Rejected("discard = \"new\"")),
        Row("discard_new_per_subject without a limit", json!({}), Nothing, StreamDescriptor { discard_new_per_subject: true, ..NEW }, Rejected("max_messages_per_subject")),
        Row("discard_new_per_subject off", json!({"discard": "new", "max_msgs_per_subject": 10, "discard_new_per_subject": true}), Nothing, StreamDescriptor { settings: &[("discard_new_per_subject", "false")], ..NEW }, Weakens("discard_new_per_subject")),
        Row("num_replicas 1->3 (standalone)", json!({}), Nothing, StreamDescriptor { replicas: Some(3), ..BASE }, Rejected("cluster")),
        Row("num_replicas 6", json!({}), Nothing, StreamDescriptor { replicas: Some(6), ..BASE }, Rejected("replicas")),
        Row("duplicate_window lower", json!({}), Nothing, StreamDescriptor { duplicate_window: window(60_000), ..BASE }, Weakens("duplicate_window")),
        Row("duplicate_window unset", json!({"duplicate_window": 5_000_000_000_u64}), Nothing, BASE, NoChange),
        Row("duplicate_window > max_age", json!({}), Nothing, StreamDescriptor { duplicate_window: window(700_000), ..age(600_000) }, Rejected("duplicate_window")),
        Row("duplicate_window < 100ms", json!({}), Nothing, StreamDescriptor { duplicate_window: window(50), ..BASE }, Rejected("duplicate_window")),
        Row("max_consumers -1->1", json!({}), Nothing, StreamDescriptor { max_consumers: Some(1), ..BASE }, Update),
        Row("max_consumers -1->1 with 2 consumers", json!({}), Consumers(&[("", 0, 0), ("", 0, 0)]), StreamDescriptor { max_consumers: Some(1), ..BASE }, Update),
        Row("allow_msg_ttl on", json!({}), Nothing, StreamDescriptor { message_ttl: true, ..BASE }, Update),
        Row("allow_msg_ttl stays on", json!({"allow_msg_ttl": true}), Nothing, BASE, NoChange),
        Row("allow_atomic on", json!({}), Nothing, StreamDescriptor { atomic: true, ..BASE }, Update),
        Row("allow_atomic stays on", json!({"allow_atomic": true}), Nothing, BASE, NoChange),
        Row("allow_atomic on asynchronous storage", json!({"persist_mode": "async"}), Nothing, StreamDescriptor { atomic: true, ..BASE }, Rejected("asynchronous")),
        Row("allow_msg_schedules on", json!({}), Nothing, StreamDescriptor { schedules: true, ..BASE }, Update),
        Row("allow_msg_schedules stays on", json!({"allow_msg_schedules": true}), Nothing, BASE, NoChange),
        Row("schedules and discard new", json!({}), Nothing, StreamDescriptor { schedules: true, ..NEW }, Rejected("schedules")),
        Row("discard new on a stream with schedules", json!({"allow_msg_schedules": true}), Nothing, NEW, Rejected("schedules")),
        Row("schedules on a stream that denies purging", json!({"deny_purge": true}), Nothing, StreamDescriptor { schedules: true, ..BASE }, Rejected("purge")),
        Row("duplicate_window longer", json!({}), Nothing, StreamDescriptor { duplicate_window: window(300_000), ..BASE }, Update),
        Row("duplicate_window capped by max_age", json!({}), Nothing, age(60_000), Weakens("duplicate_window")),
        Row("all that the owner set is left", owners(), Nothing, BASE, NoChange),
        Row("max_age lifted", json!({"max_age": 600_000_000_000_u64}), Nothing, age(0), Weakens("max_age")),
        Row("max_age longer", json!({"max_age": 600_000_000_000_u64}), Nothing, age(700_000), Update),
        Row("max_bytes lifted", json!({"max_bytes": 100_000}), Nothing, StreamDescriptor { max_bytes: Some(0), ..BASE }, Weakens("max_bytes")),
        Row("max_msgs lifted", json!({"max_msgs": 100}), Nothing, StreamDescriptor { max_messages: Some(0), ..BASE }, Weakens("max_msgs")),
        Row("max_msgs_per_subject lifted", json!({"max_msgs_per_subject": 100}), Nothing, StreamDescriptor { max_messages_per_subject: Some(0), ..BASE }, Weakens("max_msgs_per_subject")),
        Row("max_msg_size lifted", json!({"max_msg_size": 1000}), Nothing, StreamDescriptor { max_message_size: Some(0), ..BASE }, Weakens("max_msg_size")),
        Row("max_consumers lifted", json!({"max_consumers": 10}), Nothing, StreamDescriptor { max_consumers: Some(0), ..BASE }, Weakens("max_consumers")),
        Row("unlimited stays unlimited", json!({}), Nothing, StreamDescriptor { max_bytes: Some(0), max_messages: Some(0), max_consumers: Some(0), max_message_size: Some(0), ..age(0) }, NoChange),
        Row("allow_msg_ttl off", json!({"allow_msg_ttl": true}), Nothing, set(&[("allow_msg_ttl", "false")]), Rejected("message_ttl")),
        Row("allow_msg_schedules off", json!({"allow_msg_schedules": true}), Nothing, set(&[("allow_msg_schedules", "false")]), Rejected("schedules")),
        Row("allow_atomic off", json!({"allow_atomic": true}), Nothing, set(&[("allow_atomic", "false")]), Weakens("allow_atomic")),
        Row("allow_batched on", json!({}), Nothing, set(&[("allow_batched", "true")]), Update),
        Row("allow_msg_counter on", json!({}), Nothing, set(&[("allow_msg_counter", "true")]), Rejected("allow_msg_counter")),
        Row("compression on", json!({}), Nothing, set(&[("compression", "\"s2\"")]), Update),
        Row("compression as it is", json!({"compression": "s2"}), Nothing, set(&[("compression", "\"s2\"")]), NoChange),
        Row("persist_mode changed", json!({}), Nothing, set(&[("persist_mode", "\"async\"")]), Rejected("persist_mode")),
        Row("persist_mode as it is by default", json!({}), Nothing, set(&[("persist_mode", "\"default\"")]), NoChange),
        Row("first_seq of a stream that exists", json!({}), Nothing, set(&[("first_seq", "7")]), NoChange),
        Row("placement", json!({}), Nothing, set(&[("placement", r#"{"tags":["ssd"]}"#)]), Update),
        Row("metadata beside that of others", json!({"metadata": {"team": "a"}}), Nothing, set(&[("metadata", r#"{"owner":"b"}"#)]), Update),
        Row("metadata as it is", json!({"metadata": {"team": "a", "owner": "b"}}), Nothing, set(&[("metadata", r#"{"owner":"b"}"#)]), NoChange),
        Row("allow_direct on", json!({}), Nothing, set(&[("allow_direct", "true")]), Update),
        Row("allow_direct off", json!({"allow_direct": true}), Nothing, set(&[("allow_direct", "false")]), Weakens("allow_direct")),
        Row("mirror_direct without a mirror", json!({}), Nothing, set(&[("mirror_direct", "true")]), Update),
        Row("deny_delete on", json!({}), Nothing, set(&[("deny_delete", "true")]), Update),
        Row("deny_delete off", json!({"deny_delete": true}), Nothing, set(&[("deny_delete", "false")]), Rejected("deny_delete")),
        Row("deny_purge off", json!({"deny_purge": true}), Nothing, set(&[("deny_purge", "false")]), Rejected("deny_purge")),
        Row("allow_rollup_hdrs on", json!({}), Nothing, set(&[("allow_rollup_hdrs", "true")]), Weakens("allow_rollup_hdrs")),
        Row("allow_rollup_hdrs and deny_purge", json!({"deny_purge": true}), Nothing, set(&[("allow_rollup_hdrs", "true")]), Rejected("deny_purge")),
        Row("subject_delete_marker_ttl on", json!({}), Nothing, set(&[("subject_delete_marker_ttl", "5000000000")]), Update),
        Row("subject_delete_marker_ttl below 1 s", json!({}), Nothing, set(&[("subject_delete_marker_ttl", "500000000")]), Rejected("subject_delete_marker_ttl")),
        Row("consumer_limits on", json!({}), Nothing, set(&[("consumer_limits", r#"{"max_ack_pending":5}"#)]), Update),
        Row("consumer_limits lifted", json!({"consumer_limits": {"max_ack_pending": 5}}), Nothing, set(&[("consumer_limits", "{}")]), Weakens("consumer_limits")),
        Row("subject_transform on", json!({}), Nothing, set(&[("subject_transform", r#"{"src":">","dest":"other.>"}"#)]), Weakens("subject_transform")),
        Row("republish on", json!({}), Nothing, set(&[("republish", r#"{"src":"a.>","dest":"copy.a.>"}"#)]), Update),
        Row("republish off", json!({"republish": {"src": "a.>", "dest": "copy.a.>"}}), Nothing, set(&[("republish", "null")]), Weakens("republish")),
        Row("sources on", json!({}), Nothing, set(&[("sources", r#"[{"name":"nothing"}]"#)]), Update),
        Row("sources replaced", json!({"sources": [{"name": "nothing"}]}), Nothing, set(&[("sources", r#"[{"name":"other"}]"#)]), Weakens("sources")),
        Row("mirror of a stream that stores", json!({}), Nothing, set(&[("mirror", r#"{"name":"nothing"}"#)]), Rejected("mirror")),
        Row("no_ack on", json!({}), Nothing, set(&[("no_ack", "true")]), Weakens("no_ack")),
        Row("sealed", json!({}), Nothing, set(&[("sealed", "true")]), Weakens("sealed")),
        Row("description too long", json!({}), Nothing, StreamDescriptor { description: LONG, ..BASE }, Rejected("description")),
    ]
}

const fn set(settings: &'static [(&'static str, &'static str)]) -> StreamDescriptor {
    StreamDescriptor { settings, ..BASE }
}

/// A stream that its owner has given much thought.
fn owners() -> Value {
    json!({
        "max_age": 600_000_000_000_u64, "max_bytes": 1_000_000, "max_msgs": 1_000, "max_msgs_per_subject": 100,
        "max_msg_size": 10_000, "max_consumers": 10, "discard": "new", "discard_new_per_subject": true,
        "duplicate_window": 600_000_000_000_u64, "description": "theirs", "storage": "memory", "allow_msg_ttl": true,
        "allow_atomic": true, "allow_direct": true, "deny_delete": true, "retention": "interest",
    })
}

const LONG: &str = match std::str::from_utf8(&[b'x'; 4_097]) {
    Ok(text) => text,
    Err(_) => "",
};

#[tokio::test]
async fn the_plan_says_what_the_server_then_does() {
    let server = NatsServer::start().expect("nats-server starts");
    let js = Js::connect(&server).await;
    let measured = measured();
    let (mut checked, mut wrong) = (0, Vec::new());
    for (number, Row(case, existing, before, wanted, expect)) in rows().into_iter().enumerate() {
        let name: &str = Box::leak(format!("s{number:02}").into_boxed_str());
        let subjects: &[&str] = Box::leak(Box::new([&*format!("{name}.>").leak()]));
        let wanted = StreamDescriptor { name, subjects, ..wanted };
        prepare(&js, name, existing, before).await;

        let plan = Register::new(&js.client, &[wanted]).plan().await.expect(case).streams.remove(0);
        let update = js.call(&format!("STREAM.UPDATE.{name}"), Value::Object(plan.config().clone())).await;
        let refused = update.pointer("/error/description").cloned();
        let accepted = refused.is_none();
        let mut lost = plan.stored - js.messages(name).await;
        if let Action::UpdateLoses { messages, .. } = &plan.action {
            // Age is enforced by a timer.
            for _ in 0..40 {
                if lost >= messages.messages() || !case.starts_with("max_age") {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
                lost = plan.stored - js.messages(name).await;
            }
        }

        let as_planned = match (&expect, &plan.action) {
            (NoChange, Action::NoChange) | (Update, Action::Update) => {
                accepted && lost == 0 && plan.weakenings.is_empty()
            }
            (Weakens(setting), Action::UpdateWeakens) => {
                let settings: Vec<_> = plan.weakenings.iter().map(|weakening| weakening.change.setting).collect();
                settings == [*setting] && accepted && lost == 0
            }
            (Loses(expected), Action::UpdateLoses { messages, .. }) => {
                let right = match messages {
                    Exactly(messages) => lost == *messages,
                    AtMost(messages) | Count::About(messages) => lost <= *messages && lost > 0,
                };
                expected == messages && right && accepted
            }
            (Rejected(part), Action::Rejected { why }) => why.join("; ").contains(part) && !accepted && lost == 0,
            _ => false,
        };
        if !as_planned {
            wrong.push(format!("{case}: lost {lost}, refused {refused:?}, planned\n{plan}"));
        }
        if let Some((answer, before, after)) = measured.iter().find(|row| row.0 == case).map(|row| &row.1) {
            checked += 1;
            assert_eq!(accepted, answer == "accepted", "{case}: the matrix says {answer}");
            assert_eq!(lost, before - after, "{case}: the matrix says {before} and then {after}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{checked} rows agree with the measured matrix");
}

async fn prepare(js: &Js, name: &str, existing: Value, before: Before) {
    let mut config = json!({"name": name, "subjects": [format!("{name}.>")]});
    config.as_object_mut().expect("an object").extend(existing.as_object().expect("an object").clone());
    let created = js.call(&format!("STREAM.CREATE.{name}"), config).await;
    assert!(created.get("error").is_none(), "{created}");
    // `discard = "new"` with a limit refuses what is beyond it; the limits above leave room for these.
    js.publish(name, 20, None).await;
    match before {
        Nothing => tokio::time::sleep(Duration::from_millis(110)).await,
        Deleted(sequences) => {
            for sequence in sequences {
                js.call(&format!("STREAM.MSG.DELETE.{name}"), json!({"seq": sequence})).await;
            }
            tokio::time::sleep(Duration::from_millis(110)).await;
        }
        Later(time) => {
            tokio::time::sleep(time).await;
            js.publish(name, 5, None).await;
        }
        Headers => js.publish(name, 5, Some(("X-Kind", "header"))).await,
        Consumers(consumers) => {
            for (number, (filter, skipped, acknowledged)) in consumers.iter().enumerate() {
                let filter =
                    if filter.is_empty() { json!({}) } else { json!({"filter_subject": format!("{name}.{filter}")}) };
                js.consume(name, &format!("c{number}"), filter, *skipped, *acknowledged).await;
            }
        }
        LateConsumer => js.consume(name, "late", json!({"deliver_policy": "new"}), 0, 0).await,
    }
}

/// The measured matrix, where the corpora are: case -> answer, messages before and after.
fn measured() -> Vec<(String, (String, u64, u64))> {
    let Some(folder) = corpora() else {
        println!("no corpora folder: the measured matrix is not compared");
        return Vec::new();
    };
    let text = std::fs::read_to_string(folder.join("nats-server-2.15.1-stream-update-matrix.json"));
    let rows: Vec<(String, String, u64, u64, String, String)> =
        serde_json::from_str(&text.expect("the matrix is readable")).expect("the matrix is JSON");
    rows.into_iter().map(|(case, answer, before, after, ..)| (case, (answer, before, after))).collect()
}

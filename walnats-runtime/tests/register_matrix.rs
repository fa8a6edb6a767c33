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
    Loses(Count),
    /// A part of the broken rule.
    Rejected(&'static str),
}
use Count::{AtMost, Exactly};
use Expect::{Loses, NoChange, Rejected, Update};

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
const INTEREST: StreamDescriptor = StreamDescriptor { retention: Retention::Interest, ..BASE };
const WORK: StreamDescriptor = StreamDescriptor { retention: Retention::WorkQueue, ..BASE };
const NEW: StreamDescriptor = StreamDescriptor { discard: Discard::New, ..BASE };
const MEMORY: StreamDescriptor = StreamDescriptor { storage: Storage::Memory, ..BASE };

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let age = |milliseconds| StreamDescriptor { max_age: Some(Duration::from_millis(milliseconds)), ..BASE };
    let window = |milliseconds| Some(Duration::from_millis(milliseconds));
    vec![
        Row("as it is", json!({}), Nothing, BASE, NoChange),
        Row("description", json!({}), Nothing, StreamDescriptor { description: "new", ..BASE }, Update),
        Row("no description leaves another's", json!({"description": "theirs"}), Nothing, BASE, NoChange),
        Row("storage file->memory", json!({}), Nothing, MEMORY, Rejected("storage")),
        Row("storage memory->file", json!({"storage": "memory"}), Nothing, BASE, Rejected("storage")),
        Row("retention limits->interest (no consumer)", json!({}), Nothing, INTEREST, Loses(Exactly(20))),
        Row("retention limits->workqueue (no consumer)", json!({}), Nothing, WORK, Rejected("workqueue")),
        Row("retention interest->limits (no consumer)", json!({"retention": "interest"}), Nothing, BASE, Update),
        Row("retention interest->workqueue (no consumer)", json!({"retention": "interest"}), Nothing, WORK, Rejected("workqueue")),
        Row("retention workqueue->limits (no consumer)", json!({"retention": "workqueue"}), Nothing, BASE, Rejected("workqueue")),
        Row("retention workqueue->interest (no consumer)", json!({"retention": "workqueue"}), Nothing, INTEREST, Rejected("workqueue")),
        Row("retention limits->interest (1 idle consumer)", json!({}), Consumers(&[("", 0, 0)]), INTEREST, Update),
        Row("retention limits->interest (consumer filters 1 of 4 subjects)", json!({}), Consumers(&[("k1", 0, 0)]), INTEREST, Update),
        Row("interest, 5 acknowledged", json!({}), Consumers(&[("", 0, 5)]), INTEREST, Loses(Exactly(5))),
        Row("interest, 5 acknowledged after 2 that are not", json!({}), Consumers(&[("", 2, 5)]), INTEREST, Loses(Exactly(5))),
        Row("interest, 3 of a subject acknowledged", json!({}), Consumers(&[("k1", 0, 3)]), INTEREST, Loses(Exactly(3))),
        Row("interest, one of two acknowledged", json!({}), Consumers(&[("", 0, 5), ("", 0, 0)]), INTEREST, Update),
        Row("interest, both acknowledged some", json!({}), Consumers(&[("", 0, 5), ("", 0, 3)]), INTEREST, Loses(AtMost(3))),
        Row("interest, consumers of two subjects", json!({}), Consumers(&[("k1", 0, 2), ("k2", 0, 1)]), INTEREST, Loses(AtMost(3))),
        Row("interest, consumer starts later", json!({}), LateConsumer, INTEREST, Loses(Exactly(20))),
        Row("max_msgs lower 20->5", json!({}), Nothing, StreamDescriptor { max_messages: Some(5), ..BASE }, Loses(Exactly(15))),
        Row("max_msgs just enough", json!({}), Nothing, StreamDescriptor { max_messages: Some(20), ..BASE }, Update),
        Row("max_msgs lower, discard=new", json!({"discard": "new"}), Nothing, StreamDescriptor { max_messages: Some(5), ..NEW }, Update),
        Row("max_msgs lower, discard new->old", json!({"discard": "new", "max_msgs": 20}), Nothing, StreamDescriptor { max_messages: Some(5), ..BASE }, Loses(Exactly(15))),
        Row("max_bytes lower on a file", json!({}), Nothing, StreamDescriptor { max_bytes: Some(300), ..BASE }, Loses(Exactly(14))),
        Row("max_bytes lower, with headers", json!({}), Headers, StreamDescriptor { max_bytes: Some(300), ..BASE }, Loses(Exactly(22))),
        Row("max_bytes lower, with gaps", json!({}), Deleted(&[1, 5, 6]), StreamDescriptor { max_bytes: Some(300), ..BASE }, Loses(Exactly(11))),
        Row("max_bytes lower in memory", json!({"storage": "memory"}), Nothing, StreamDescriptor { max_bytes: Some(300), ..MEMORY }, Loses(Exactly(11))),
        Row("max_bytes lower, discard=new", json!({"discard": "new"}), Nothing, StreamDescriptor { max_bytes: Some(300), ..NEW }, Update),
        Row("max_bytes raise", json!({"max_bytes": 100_000}), Nothing, StreamDescriptor { max_bytes: Some(200_000), ..BASE }, Update),
        Row("max_age set below the age", json!({}), Later(Duration::from_millis(2_000)), age(1_500), Loses(Exactly(20))),
        Row("max_age set below the age, with gaps", json!({}), Deleted(&[3, 4]), age(100), Loses(Exactly(18))),
        Row("max_age set above the age", json!({}), Nothing, age(600_000), Update),
        Row("max_age set below the age, discard=new", json!({"discard": "new"}), Nothing, StreamDescriptor { discard: Discard::New, ..age(100) }, Loses(Exactly(20))),
        Row("max_age 1s without lowering dup window", json!({}), Nothing, StreamDescriptor { duplicate_window: window(120_000), ..age(1_000) }, Rejected("duplicate_window")),
        Row("max_age < 100ms", json!({}), Nothing, age(10), Rejected("max_age")),
        Row("max_msgs_per_subject -1->1", json!({}), Nothing, StreamDescriptor { max_messages_per_subject: Some(1), ..BASE }, Loses(Exactly(16))),
        Row("max_msgs_per_subject 5->3", json!({"max_msgs_per_subject": 5}), Nothing, StreamDescriptor { max_messages_per_subject: Some(3), ..BASE }, Loses(Exactly(8))),
        Row("max_msgs_per_subject, discard=new", json!({"discard": "new"}), Nothing, StreamDescriptor { max_messages_per_subject: Some(2), ..NEW }, Loses(Exactly(12))),
        Row("max_msgs and max_msgs_per_subject", json!({}), Nothing, StreamDescriptor { max_messages: Some(15), max_messages_per_subject: Some(3), ..BASE }, Loses(AtMost(13))),
        Row("max_msg_size lower than stored", json!({}), Nothing, StreamDescriptor { max_message_size: Some(5), ..BASE }, Update),
        Row("discard old->new", json!({}), Nothing, NEW, Update),
        Row("discard new->old", json!({"discard": "new"}), Nothing, BASE, Update),
        Row("discard_new_per_subject on", json!({"discard": "new", "max_msgs_per_subject": 10}), Nothing, StreamDescriptor { discard_new_per_subject: true, max_messages_per_subject: Some(10), ..NEW }, Update),
        Row("discard_new_per_subject on w/o discard new", json!({}), Nothing, StreamDescriptor { discard_new_per_subject: true, max_messages_per_subject: Some(10), ..BASE }, Rejected("discard = \"new\"")),
        Row("discard_new_per_subject without a limit", json!({}), Nothing, StreamDescriptor { discard_new_per_subject: true, ..NEW }, Rejected("max_messages_per_subject")),
        Row("discard_new_per_subject off", json!({"discard": "new", "max_msgs_per_subject": 10, "discard_new_per_subject": true}), Nothing, StreamDescriptor { max_messages_per_subject: Some(10), ..NEW }, Update),
        Row("num_replicas 1->3 (standalone)", json!({}), Nothing, StreamDescriptor { replicas: 3, ..BASE }, Rejected("cluster")),
        Row("num_replicas 6", json!({}), Nothing, StreamDescriptor { replicas: 6, ..BASE }, Rejected("replicas")),
        Row("duplicate_window lower", json!({}), Nothing, StreamDescriptor { duplicate_window: window(60_000), ..BASE }, Update),
        Row("duplicate_window unset", json!({"duplicate_window": 5_000_000_000_u64}), Nothing, BASE, Update),
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
        Row("description too long", json!({}), Nothing, StreamDescriptor { description: LONG, ..BASE }, Rejected("description")),
    ]
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
            (NoChange, Action::NoChange) | (Update, Action::Update) => accepted && lost == 0,
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

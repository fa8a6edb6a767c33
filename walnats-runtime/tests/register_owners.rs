//! Streams that several packages, or others altogether, have a say in: what is left alone, what is refused, what is checked.

use std::time::Duration;

use serde_json::{Value, json};
use walnats_runtime::{
    Discard, Options, Publisher, Refusal, Register, RegisterError, StreamDescriptor, StreamOutcome, Warning,
};
use walnats_server::{NatsCluster, NatsServer, Release};

mod register_support;
use register_support::Js;

/// A package without `walnats.toml`, which has one event on the stream of another package.
const GUEST: StreamDescriptor = StreamDescriptor {
    subjects: &["notes.guest.*"],
    first_description: "what the guest's event is",
    ..StreamDescriptor::new("notes")
};
const EXTERNAL: StreamDescriptor =
    StreamDescriptor { subjects: &["notes.*"], external: true, ..StreamDescriptor::new("notes") };

async fn start() -> (NatsServer, Js) {
    let server = NatsServer::start().expect("nats-server starts");
    let js = Js::connect(&server).await;
    (server, js)
}

fn refusal(error: RegisterError) -> Refusal {
    match error {
        RegisterError::Refused { mut refused, .. } => refused.remove(0).refusal,
        error => panic!("not a refusal: {error}"),
    }
}

/// A stream that an owner has given much thought.
fn owners() -> Value {
    json!({
        "name": "notes", "subjects": ["notes.own.*"], "num_replicas": 3, "max_age": 86_400_000_000_000_u64,
        "max_bytes": 100_000_000, "max_msgs": 1_000_000, "max_msg_size": 100_000, "discard": "new",
        "duplicate_window": 600_000_000_000_u64, "description": "theirs", "allow_msg_ttl": true, "compression": "s2",
    })
}

#[tokio::test]
async fn a_guest_adds_its_subject_and_changes_nothing_else() {
    let cluster = NatsCluster::start(3).expect("three servers start");
    let client = async_nats::connect(cluster.urls()[0].as_str()).await.expect("connects");
    let js = Js { client };
    js.create("notes", owners()).await;
    let mut expected = js.config("notes").await;
    expected["subjects"] = json!(["notes.guest.*", "notes.own.*"]);

    let plan = Register::new(&js.client, &[GUEST]).plan().await.expect("a plan");
    assert!(plan.is_safe(), "{plan}");
    let registered = Register::new(&js.client, &[GUEST]).await.expect("registers");
    assert_eq!(registered.outcome("notes"), Some(StreamOutcome::Updated));
    assert_eq!(js.config("notes").await, expected);
    // The owner's next deployment, and that of the guest, find nothing to do.
    let owner = StreamDescriptor {
        subjects: &["notes.own.*"],
        replicas: Some(3),
        duplicate_window: Some(Duration::from_secs(600)),
        ..StreamDescriptor::new("notes")
    };
    for package in [owner, GUEST] {
        let registered = Register::new(&js.client, &[package]).strict().await.expect("registers");
        assert_eq!(registered.outcome("notes"), Some(StreamOutcome::Unchanged));
    }
    assert_eq!(js.config("notes").await, expected);
}

#[tokio::test]
async fn what_weakens_a_stream_is_refused_setting_by_setting() {
    let cluster = NatsCluster::start(3).expect("three servers start");
    let client = async_nats::connect(cluster.urls()[0].as_str()).await.expect("connects");
    let js = Js { client };
    js.create("notes", owners()).await;
    let before = js.config("notes").await;
    let weak = StreamDescriptor {
        subjects: &["notes.own.*"],
        replicas: Some(1),
        max_age: Some(Duration::ZERO),
        max_bytes: Some(0),
        discard: Some(Discard::Old),
        duplicate_window: Some(Duration::from_secs(120)),
        ..StreamDescriptor::new("notes")
    };
    let plan = Register::new(&js.client, &[weak]).plan().await.expect("a plan");
    assert!(!plan.is_safe());
    let expected = "\
< notes  update weakens
    replicas          3 -> 1
    max_age           1d -> unlimited
    max_bytes         100000000 -> unlimited
    discard           new -> old
    duplicate_window  10m -> 2m
    < replicas: fewer servers then hold each message
    < max_age: the stream can then grow until the storage is used up
    < max_bytes: the stream can then grow until the storage is used up
    < discard: what a full stream does with a new message changes
    < duplicate_window: a message that is resent later than that is stored twice
1 to weaken";
    assert_eq!(plan.to_string(), expected);

    let error = Register::new(&js.client, &[weak]).await.expect_err("weaker");
    let text = "stream `notes`: the update would weaken it: `replicas` goes from 3 to 1: fewer servers then hold";
    assert!(error.to_string().contains(text), "{error}");
    assert_eq!(js.config("notes").await, before);

    let some = Register::new(&js.client, &[weak]).allow_loss("notes", 1_000).allow_weaker("notes", "num_replicas");
    let Refusal::Weakens(left) = refusal(some.await.expect_err("others are not allowed")) else { panic!("weaker") };
    let left: Vec<_> = left.iter().map(|weakening| weakening.change.setting).collect();
    assert_eq!(left, ["max_age", "max_bytes", "discard", "duplicate_window"]);

    let all = ["num_replicas", "max_age", "max_bytes", "discard", "duplicate_window"];
    let register = Register::new(&js.client, &[weak]);
    let registered = all.iter().fold(register, |register, setting| register.allow_weaker("notes", *setting)).await;
    assert_eq!(registered.expect("allowed").outcome("notes"), Some(StreamOutcome::Updated));
    assert_eq!(js.config("notes").await["num_replicas"], json!(1));
}

#[tokio::test]
async fn what_strengthens_a_stream_is_done() {
    let (_server, js) = start().await;
    let config =
        json!({"name": "notes", "subjects": ["notes.guest.*"], "max_bytes": 1_000, "max_age": 600_000_000_000_u64});
    js.create("notes", config).await;
    let more = StreamDescriptor {
        max_age: Some(Duration::from_secs(3_600)),
        max_bytes: Some(2_000),
        duplicate_window: Some(Duration::from_secs(600)),
        ..GUEST
    };
    let plan = Register::new(&js.client, &[more]).plan().await.expect("a plan");
    assert!(plan.is_safe(), "{plan}");
    Register::new(&js.client, &[more]).await.expect("registers");
    assert_eq!(js.config("notes").await["duplicate_window"], json!(600_000_000_000_u64));
}

#[tokio::test]
async fn a_stream_that_never_acknowledges_is_told_of() {
    let (_server, js) = start().await;
    js.create("notes", json!({"name": "notes", "subjects": ["notes.guest.*"], "no_ack": true})).await;
    let plan = Register::new(&js.client, &[GUEST]).plan().await.expect("a plan");
    let text = "= notes  no change\n    warning: it never acknowledges (`no_ack` is on): no emit can be confirmed; set \
                `no_ack = false`\n1 unchanged";
    assert_eq!(plan.to_string(), text);
    let error = Register::new(&js.client, &[GUEST]).strict().await.expect_err("warnings are errors");
    assert!(error.to_string().contains("it never acknowledges"), "{error}");
    let cured = StreamDescriptor { settings: &[("no_ack", "false")], ..GUEST };
    Register::new(&js.client, &[cured]).await.expect("the cure works");
    assert!(Register::new(&js.client, &[cured]).plan().await.expect("a plan").is_empty());
    assert_ne!(js.config("notes").await.get("no_ack"), Some(&json!(true)));
}

#[tokio::test]
async fn a_window_that_is_shorter_than_usual_is_told_of() {
    let (_server, js) = start().await;
    let config = json!({"name": "notes", "subjects": ["notes.>"], "duplicate_window": 2_000_000_000_u64});
    js.create("notes", config).await;
    for descriptor in [GUEST, EXTERNAL] {
        let plan = Register::new(&js.client, &[descriptor]).plan().await.expect("a plan");
        assert!(plan.streams[0].warnings.contains(&Warning::ShortWindow), "{plan}");
        let stated = StreamDescriptor { duplicate_window: Some(Duration::from_secs(2)), ..descriptor };
        let plan = Register::new(&js.client, &[stated]).plan().await.expect("a plan");
        assert!(!plan.streams[0].warnings.contains(&Warning::ShortWindow) && plan.is_empty(), "{plan}");
    }
}

#[tokio::test]
async fn settings_beside_the_usual_ones_reach_the_server() {
    let (_server, js) = start().await;
    js.create("audit", json!({"name": "audit", "subjects": ["audit"]})).await;
    let all = StreamDescriptor {
        settings: &[
            ("compression", "\"s2\""),
            ("placement", r#"{"tags":["ssd"]}"#),
            ("allow_direct", "true"),
            ("metadata", r#"{"team":"notes"}"#),
            ("deny_delete", "true"),
            ("allow_rollup_hdrs", "true"),
            ("sources", r#"[{"name":"audit","filter_subject":"audit"}]"#),
            ("republish", r#"{"src":"notes.>","dest":"copy.notes.>"}"#),
            ("subject_transform", r#"{"src":"notes.guest.*","dest":"notes.host.{{wildcard(1)}}"}"#),
            ("consumer_limits", r#"{"inactive_threshold":3600000000000,"max_ack_pending":50}"#),
            ("first_seq", "100"),
            ("subject_delete_marker_ttl", "5000000000"),
            ("allow_batched", "true"),
        ],
        ..GUEST
    };
    let asynchronous = StreamDescriptor { settings: &[("persist_mode", "\"async\"")], ..StreamDescriptor::new("fast") };
    let counter = StreamDescriptor { settings: &[("allow_msg_counter", "true")], ..StreamDescriptor::new("count") };
    let mirror = StreamDescriptor {
        settings: &[("mirror", r#"{"name":"notes"}"#), ("mirror_direct", "true")],
        ..StreamDescriptor::new("copy")
    };
    let streams = [all, asynchronous, counter, mirror];
    Register::new(&js.client, &streams).await.expect("registers");
    let config = js.config("notes").await;
    for (name, text) in all.settings {
        let expected: Value = serde_json::from_str(text).expect("JSON");
        let found = &config[*name];
        match expected.as_object() {
            Some(members) => members.iter().for_each(|(key, value)| assert_eq!(&found[key], value, "{name}")),
            None => assert_eq!(*found, expected, "{name}"),
        }
    }
    assert_eq!(config["description"], json!("what the guest's event is"));
    assert_eq!(js.config("fast").await["persist_mode"], json!("async"));
    assert_eq!(js.config("count").await["allow_msg_counter"], json!(true));
    let copy = js.config("copy").await;
    assert_eq!((&copy["mirror"]["name"], &copy["mirror_direct"]), (&json!("notes"), &json!(true)));
    assert!(copy.get("subjects").is_none());
    let plan = Register::new(&js.client, &streams).plan().await.expect("a plan");
    assert!(plan.is_empty(), "{plan}");
    let wrong = StreamDescriptor {
        settings: &[("compresion", "1"), ("allow_direct", "yes"), ("sealed", "true")],
        ..StreamDescriptor::new("wrong")
    };
    let Refusal::Rejected { why, .. } = refusal(Register::new(&js.client, &[wrong]).await.expect_err("wrong")) else {
        panic!("rejected")
    };
    let expected = [
        "`compresion` is not a setting that can be stated for a stream",
        "the value of `allow_direct` is not JSON",
        "a stream cannot be created `sealed`",
    ];
    assert_eq!(why, expected);
}

#[tokio::test]
async fn old_servers_say_what_they_are_too_old_for() {
    for release in [Release::V2_10, Release::V2_11, Release::V2_12] {
        let server = NatsServer::builder().release(release).start().expect("nats-server starts");
        let js = Js::connect(&server).await;
        let plain = StreamDescriptor {
            max_age: Some(Duration::from_secs(60)),
            settings: &[("compression", "\"s2\""), ("metadata", r#"{"a":"b"}"#)],
            ..GUEST
        };
        Register::new(&js.client, &[plain]).await.expect("every server can do that");
        let plan = Register::new(&js.client, &[plain]).plan().await.expect("a plan");
        assert!(plan.is_empty(), "{plan}");
        let new = StreamDescriptor {
            message_ttl: true,
            atomic: true,
            settings: &[("persist_mode", "\"async\""), ("allow_batched", "true")],
            ..StreamDescriptor::new("new")
        };
        let plan = Register::new(&js.client, &[new]).plan().await.expect("a plan").to_string();
        for (needed, name) in [
            (Release::V2_11, "`message_ttl` needs nats-server 2.11"),
            (Release::V2_12, "`atomic` needs nats-server 2.12"),
            (Release::V2_12, "`persist_mode` needs nats-server 2.12"),
            (Release::V2_14, "`allow_batched` needs nats-server 2.14"),
        ] {
            assert_eq!(plan.contains(name), release < needed, "{release:?}: {plan}");
        }
    }
}

#[tokio::test]
async fn a_copy_that_stays_empty_is_told_of_with_its_cure() {
    for (release, is_told) in [(Release::V2_10, true), (Release::V2_15, false)] {
        let server = NatsServer::builder().release(release).start().expect("nats-server starts");
        let js = Js::connect(&server).await;
        Register::new(&js.client, &[GUEST]).await.expect("registers");
        js.create("backup", json!({"name": "backup", "mirror": {"name": "notes"}})).await;
        js.create("report", json!({"name": "report", "sources": [{"name": "notes"}]})).await;
        let plan = Register::new(&js.client, &[GUEST]).plan().await.expect("a plan");
        assert_eq!(plan.streams[0].warnings.contains(&Warning::CopiesStayEmpty), is_told, "{plan}");
        let copies: &[&str] = if is_told { &["backup"] } else { &[] };
        assert_eq!(plan.streams[0].starved_copies, copies);
        assert_eq!(plan.to_string().contains("set `expected_stream = false`"), is_told, "{plan}");

        let without = StreamDescriptor { expect_stream: false, ..GUEST };
        let plan = Register::new(&js.client, &[without]).plan().await.expect("a plan");
        assert!(!plan.streams[0].warnings.contains(&Warning::CopiesStayEmpty), "{plan}");
    }
}

#[tokio::test]
async fn what_register_sees_is_known_to_the_publisher_under_its_names() {
    static STREAMS: &[StreamDescriptor] = &[GUEST];
    let (server, js) = start().await;
    js.create("dev-notes", json!({"name": "dev-notes", "subjects": ["dev.notes.guest.*"], "max_bytes": 1_000})).await;
    let options = Options::new().environment("dev");
    let publisher = Publisher::connect(server.url(), STREAMS, options).await.expect("connects");
    let lifted = [StreamDescriptor { max_bytes: Some(0), ..GUEST }];
    let error = publisher.register(&lifted).await.expect_err("the limit is lifted");
    assert!(matches!(refusal(error), Refusal::Weakens(_)));
    for name in ["notes", "dev-notes"] {
        publisher.register(&lifted).allow_weaker(name, "max_bytes").await.expect("allowed by either name");
        let config = json!({"name": "dev-notes", "subjects": ["dev.notes.guest.*"], "max_bytes": 1_000});
        js.call("STREAM.UPDATE.dev-notes", config).await;
    }
}

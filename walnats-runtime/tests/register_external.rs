//! Streams that others own: checked, and never written.

use std::time::Duration;

use serde_json::json;
use walnats_runtime::{Action, Discard, Misfit, Refusal, Register, RegisterError, Retention, StreamDescriptor};
use walnats_server::NatsServer;

mod register_support;
use register_support::Js;

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

#[tokio::test]
async fn a_stream_of_others_is_checked_and_never_written() {
    let (_server, js) = start().await;
    let error = Register::new(&js.client, &[EXTERNAL]).await.expect_err("missing");
    let text = "stream `notes`: it is external, and does not meet the requirements of the events: it does not exist, and its owner \
                must create it";
    assert!(error.to_string().ends_with(text), "{error}");
    assert_eq!(js.call("STREAM.INFO.notes", json!({})).await.pointer("/error/err_code"), Some(&json!(10059)));

    js.create("notes", json!({"name": "notes", "subjects": ["notes.>", "other"], "max_msgs": 100})).await;
    let before = js.config("notes").await;
    let plan = Register::new(&js.client, &[EXTERNAL]).plan().await.expect("a plan");
    assert_eq!(plan.to_string(), "= notes  external, and meets the requirements of the events\n1 unchanged");
    let registered = Register::new(&js.client, &[EXTERNAL]).exact_subjects().await.expect("fits");
    assert_eq!(registered.to_string(), "notes: external, and meets the requirements of the events");
    assert_eq!(js.config("notes").await, before);
}

#[tokio::test]
async fn everything_that_does_not_fit_is_said_at_once() {
    let (_server, js) = start().await;
    js.create("archive", json!({"name": "archive", "subjects": ["memos.*"]})).await;
    let theirs = json!({
        "name": "notes", "subjects": ["notes.home"], "no_ack": true, "duplicate_window": 2_000_000_000_u64,
        "max_age": 60_000_000_000_u64, "max_msg_size": 1_000, "retention": "interest", "discard": "new", "max_msgs": 10,
    });
    js.create("notes", theirs).await;
    let before = js.config("notes").await;
    let needs = StreamDescriptor {
        subjects: &["notes.*", "memos.*"],
        duplicate_window: Some(Duration::from_secs(120)),
        max_age: Some(Duration::from_secs(3_600)),
        max_message_size: Some(2_000),
        max_messages: Some(5),
        retention: Some(Retention::Limits),
        discard: Some(Discard::Old),
        replicas: Some(1),
        message_ttl: true,
        atomic: true,
        settings: &[("compression", "\"s2\""), ("metadata", r#"{"a":"b"}"#)],
        ..EXTERNAL
    };
    let plan = Register::new(&js.client, &[needs]).plan().await.expect("a plan");
    let expected = "\
x notes  external, and does not meet the requirements of the events
    x it does not store `notes.*`
    x it does not store `memos.*`: stream `archive` does
    x it never acknowledges (`no_ack` is on), so that no emit can be confirmed
    x `retention` is interest, and the events need limits
    x `max_age` is 1m, and the events need 1h
    x `max_message_size` is 1000, and the events need 2000
    x `discard` is new, and the events need old
    x `duplicate_window` is 2s, and the events need 2m
    x `message_ttl` is off, and the events need on
    x `atomic` is off, and the events need on
    x `compression` is none, and the events need s2
1 refused";
    assert_eq!(plan.to_string(), expected);
    assert!(!plan.is_safe());
    let error = Register::new(&js.client, &[needs]).await.expect_err("does not fit");
    assert!(matches!(refusal(error), Refusal::Unfit(misfits) if misfits.len() == 11));
    assert_eq!(js.config("notes").await, before);
}

#[tokio::test]
async fn sealed_streams_and_mirrors_take_no_events() {
    let (_server, js) = start().await;
    js.create("origin", json!({"name": "origin", "subjects": ["notes.*"]})).await;
    js.create("notes", json!({"name": "notes", "mirror": {"name": "origin"}})).await;
    let misfits = |plan: walnats_runtime::Plan| match plan.streams.into_iter().next().map(|stream| stream.action) {
        Some(Action::Unfit { misfits }) => misfits,
        action => panic!("it does not fit: {action:?}"),
    };
    let plan = Register::new(&js.client, &[EXTERNAL]).plan().await.expect("a plan");
    let subject = Misfit::Subject { subject: "notes.*".into(), stored_by: Some("origin".into()) };
    assert_eq!(misfits(plan), [subject, Misfit::Mirror]);

    js.call("STREAM.DELETE.notes", json!({})).await;
    js.call("STREAM.DELETE.origin", json!({})).await;
    let config = json!({"name": "notes", "subjects": ["notes.*"]});
    js.create("notes", config.clone()).await;
    let mut sealed = config;
    sealed["sealed"] = json!(true);
    js.call("STREAM.UPDATE.notes", sealed).await;
    let plan = Register::new(&js.client, &[EXTERNAL]).plan().await.expect("a plan");
    assert_eq!(misfits(plan), [Misfit::Sealed]);
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let config = "accounts { A { jetstream: enabled, users: [
        {user: a, password: a}, {user: b, password: b, permissions: {publish: \"notes.>\"}}
    ] } }";
    let server = NatsServer::builder().config(config).start().expect("nats-server starts");
    let url = server.url();
    let connect =
        |user: &str| async_nats::ConnectOptions::with_user_and_password(user.into(), user.into()).connect(url.as_str());
    let js = Js { client: connect("a").await.expect("connects") };
    js.create("notes", json!({"name": "notes", "subjects": ["notes.*"]})).await;
    let client = connect("b").await.expect("connects");
    let patience = Duration::from_millis(500);
    let error = Register::new(&client, &[EXTERNAL]).timeout(patience).await.expect_err("may not look");
    let text = "the user must be allowed to publish to `$JS.API.STREAM.INFO.notes` and to subscribe to `_INBOX.>`";
    assert!(error.to_string().contains(text), "{error}");
    // To emit, it needs none of that.
    let answer = client.request("notes.home", "x".into()).await.expect("an acknowledgement");
    assert!(String::from_utf8_lossy(&answer.payload).contains("\"stream\":\"notes\""));
}

//! Registering streams on a real server: what is created, changed, kept and refused.

use std::time::Duration;

use serde_json::json;
use walnats_runtime::{
    Action, Count, Discard, EventDescriptor, Refusal, Register, RegisterError, Retention, Storage, StreamDescriptor,
    StreamOutcome, Warning,
};
use walnats_server::{NatsCluster, NatsServer};

mod register_support;
use register_support::Js;

const USERS: StreamDescriptor = StreamDescriptor {
    subjects: &["users.*.created", "users.*.deleted"],
    description: "users come and go",
    ..StreamDescriptor::new("users")
};
const ORDERS: StreamDescriptor = StreamDescriptor {
    subjects: &["orders.>"],
    max_age: Some(Duration::from_secs(7 * 86_400)),
    ..StreamDescriptor::new("orders")
};

async fn start() -> (NatsServer, Js) {
    let server = NatsServer::start().expect("nats-server starts");
    let js = Js::connect(&server).await;
    (server, js)
}

fn refusals(error: RegisterError) -> Vec<(String, Refusal)> {
    match error {
        RegisterError::Refused { refused, .. } => {
            refused.into_iter().map(|stream| (stream.stream, stream.refusal)).collect()
        }
        error => panic!("not a refusal: {error}"),
    }
}

#[tokio::test]
async fn streams_are_created_once_and_then_stay() {
    let (_server, js) = start().await;
    let streams = [USERS, ORDERS];
    let plan = Register::new(&js.client, &streams).plan().await.expect("a plan");
    let expected = "\
+ users   create
    description  \"users come and go\"
    subjects     users.*.created, users.*.deleted
+ orders  create
    subjects  orders.>
    max_age   7d
2 to create";
    assert_eq!(plan.to_string(), expected);
    assert!(plan.is_safe() && !plan.is_empty());

    let registered = Register::new(&js.client, &streams).await.expect("registers");
    assert_eq!(registered.to_string(), "users: created\norders: created");
    let again = Register::new(&js.client, &streams).await.expect("registers");
    assert_eq!(again.to_string(), "users: unchanged\norders: unchanged");
    assert!(Register::new(&js.client, &streams).plan().await.expect("a plan").is_empty());

    let config = js.config("users").await;
    assert_eq!((&config["retention"], &config["storage"]), (&json!("limits"), &json!("file")));
    assert_eq!(config["duplicate_window"], json!(120_000_000_000_u64));
}

#[tokio::test]
async fn every_setting_reaches_the_server_and_comes_back_unchanged() {
    let (_server, js) = start().await;
    let full = StreamDescriptor {
        subjects: &["full.a", "full.b.*"],
        description: "all of it",
        retention: Some(Retention::WorkQueue),
        storage: Some(Storage::Memory),
        replicas: Some(1),
        max_age: Some(Duration::from_millis(90_500)),
        max_bytes: Some(1_000_000),
        max_messages: Some(1_000),
        max_messages_per_subject: Some(10),
        max_message_size: Some(10_000),
        max_consumers: Some(3),
        discard: Some(Discard::New),
        discard_new_per_subject: true,
        duplicate_window: Some(Duration::from_secs(30)),
        message_ttl: true,
        schedules: false,
        atomic: true,
        ..StreamDescriptor::new("full")
    };
    let scheduled = StreamDescriptor { schedules: true, message_ttl: true, ..StreamDescriptor::new("later") };
    Register::new(&js.client, &[full, scheduled]).await.expect("registers");
    let config = js.config("full").await;
    let expected = json!({
        "subjects": ["full.a", "full.b.*"], "description": "all of it", "retention": "workqueue", "storage": "memory",
        "num_replicas": 1, "max_age": 90_500_000_000_u64, "max_bytes": 1_000_000, "max_msgs": 1_000,
        "max_msgs_per_subject": 10, "max_msg_size": 10_000, "max_consumers": 3, "discard": "new",
        "discard_new_per_subject": true, "duplicate_window": 30_000_000_000_u64, "allow_msg_ttl": true, "allow_atomic": true,
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&config[name], value, "{name}");
    }
    assert_eq!(js.config("later").await["subjects"], json!(["later", walnats_runtime::schedule_filter("later")]));
    let plan = Register::new(&js.client, &[full, scheduled]).plan().await.expect("a plan");
    assert!(plan.is_empty(), "{plan}");
}

#[tokio::test]
async fn what_the_package_does_not_govern_is_kept() {
    let (_server, js) = start().await;
    js.create("audit", json!({"name": "audit", "subjects": ["audit"]})).await;
    let theirs = json!({
        "name": "users", "subjects": ["users.*.created", "legacy.users"], "description": "theirs",
        "metadata": {"team": "identity"}, "deny_delete": true, "allow_direct": true, "compression": "s2",
        "allow_rollup_hdrs": true, "allow_batched": true, "allow_atomic": true, "first_seq": 100,
        "consumer_limits": {"max_ack_pending": 50}, "placement": {"tags": ["ssd"]}, "sources": [{"name": "audit"}],
        "republish": {"src": "legacy.>", "dest": "copy.legacy.>"}, "subject_delete_marker_ttl": 5_000_000_000_u64,
        "allow_msg_ttl": true, "duplicate_window": 120_000_000_000_u64, "subject_transform": {"src": "legacy.users", "dest": "legacy.people"},
    });
    js.create("users", theirs).await;
    let before = js.config("users").await;

    let ours = StreamDescriptor { max_messages: Some(1_000), description: "", ..USERS };
    let plan = Register::new(&js.client, &[ours]).plan().await.expect("a plan");
    assert_eq!(plan.streams[0].kept_subjects, ["legacy.users"]);
    let registered = Register::new(&js.client, &[ours]).await.expect("registers");
    assert_eq!(registered.outcome("users"), Some(StreamOutcome::Updated));

    let mut expected = before;
    expected["subjects"] = json!(["users.*.created", "users.*.deleted", "legacy.users"]);
    expected["max_msgs"] = json!(1_000);
    assert_eq!(js.config("users").await, expected);

    let registered = Register::new(&js.client, &[ours]).exact_subjects().await.expect("registers");
    assert_eq!(registered.streams[0].changes.len(), 1);
    assert_eq!(js.config("users").await["subjects"], json!(["users.*.created", "users.*.deleted"]));
}

#[tokio::test]
async fn wider_filters_of_others_are_enough() {
    let (_server, js) = start().await;
    js.create("users", json!({"name": "users", "subjects": ["users.>"], "description": "users come and go"})).await;
    let registered = Register::new(&js.client, &[USERS]).await.expect("registers");
    assert_eq!(registered.outcome("users"), Some(StreamOutcome::Unchanged));
}

#[tokio::test]
async fn loss_is_refused_with_its_number_and_the_rest_is_done() {
    let (_server, js) = start().await;
    js.create("s", json!({"name": "s", "subjects": ["s.>"]})).await;
    js.publish("s", 20, None).await;
    let smaller = StreamDescriptor { subjects: &["s.>"], max_messages: Some(5), ..StreamDescriptor::new("s") };
    let error = Register::new(&js.client, &[smaller, USERS]).await.expect_err("15 messages would be lost");
    let text = "1 stream was not registered:\n  stream `s`: the update would lose 15 of 20 messages; `max_messages` deletes 15: they are the \
                oldest beyond the limit";
    assert_eq!(error.to_string(), text);
    let RegisterError::Refused { registered, .. } = error else { panic!("refused") };
    assert_eq!(registered.outcome("users"), Some(StreamOutcome::Created));
    assert_eq!(js.messages("s").await, 20);

    for (stream, messages) in [("s", 14), ("users", 100)] {
        let error = Register::new(&js.client, &[smaller]).allow_loss(stream, messages).await.expect_err("not enough");
        assert!(matches!(refusals(error)[0].1, Refusal::Loses { messages: Count::Exactly(15), stored: 20, .. }));
    }
    let registered = Register::new(&js.client, &[smaller]).allow_loss("s", 15).await.expect("allowed");
    assert_eq!(registered.outcome("s"), Some(StreamOutcome::UpdatedWithLoss(Count::Exactly(15))));
    assert_eq!(js.messages("s").await, 5);
}

#[tokio::test]
async fn too_many_messages_to_weigh_are_estimated() {
    let (_server, js) = start().await;
    js.create("s", json!({"name": "s", "subjects": ["s.>"]})).await;
    for _ in 0..15_000 {
        js.client.publish("s.k", "0123456789".into()).await.expect("published");
    }
    while js.messages("s").await < 15_000 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // A message takes 43 bytes: its subject, its payload, and 30 around them.
    let smaller = StreamDescriptor { subjects: &["s.>"], max_bytes: Some(43_000), ..StreamDescriptor::new("s") };
    let plan = Register::new(&js.client, &[smaller]).plan().await.expect("a plan");
    let expected = Count::About(14_000);
    assert!(matches!(&plan.streams[0].action, Action::UpdateLoses { messages, .. } if *messages == expected), "{plan}");
}

#[tokio::test]
async fn overlapping_subjects_are_told_with_the_other_stream() {
    let (_server, js) = start().await;
    js.create("everything", json!({"name": "everything", "subjects": ["users.>", "other"]})).await;
    let error = Register::new(&js.client, &[USERS, ORDERS]).await.expect_err("overlaps");
    let text =
        "1 stream was not registered:\n  stream `users`: its subjects overlap with `users.>` of stream `everything`";
    assert_eq!(error.to_string(), text);

    js.create("users", json!({"name": "users", "subjects": ["mine"]})).await;
    let error = Register::new(&js.client, &[USERS]).await.expect_err("still overlaps");
    assert!(matches!(&refusals(error)[0].1, Refusal::Conflict { stream, .. } if stream == "everything"));

    let twin = StreamDescriptor { subjects: &["orders.placed"], ..StreamDescriptor::new("twin") };
    let plan = Register::new(&js.client, &[ORDERS, twin]).plan().await.expect("a plan");
    assert_eq!(plan.streams[1].action, Action::Conflict { stream: "orders".into(), subjects: vec!["orders.>".into()] });
}

#[tokio::test]
async fn a_subject_moves_between_streams_of_the_package() {
    let (_server, js) = start().await;
    let old = StreamDescriptor { subjects: &["a", "b"], ..StreamDescriptor::new("old") };
    Register::new(&js.client, &[old]).await.expect("registers");
    let old = StreamDescriptor { subjects: &["a"], ..old };
    let new = StreamDescriptor { subjects: &["b"], ..StreamDescriptor::new("new") };
    let error = Register::new(&js.client, &[new, old]).await.expect_err("`old` keeps its subjects");
    assert!(matches!(&refusals(error)[0].1, Refusal::Conflict { stream, .. } if stream == "old"));
    let registered = Register::new(&js.client, &[new, old]).exact_subjects().await.expect("moves");
    assert_eq!(registered.outcome("new"), Some(StreamOutcome::Created));
    assert_eq!(js.config("old").await["subjects"], json!(["a"]));
}

#[tokio::test]
async fn a_part_can_be_registered() {
    let (_server, js) = start().await;
    let error = Register::new(&js.client, &[USERS]).update_only().await.expect_err("there is nothing to update");
    assert!(matches!(refusals(error)[0].1, Refusal::Missing));

    const EVENT: EventDescriptor = EventDescriptor {
        name: "user-created",
        event_type: "user-created",
        stream: "users",
        subject: "users.{id}.created",
        content_type: "application/json",
        description: "",
        message_name: None,
    };
    let registered = Register::new(&js.client, &[USERS, ORDERS]).only(&[&EVENT]).await.expect("registers");
    assert_eq!(registered.to_string(), "users: created");

    let changed = StreamDescriptor { max_messages: Some(7), ..USERS };
    let registered = Register::new(&js.client, &[changed, ORDERS]).create_only().await.expect("registers");
    assert_eq!(registered.to_string(), "users: left as it is\norders: created");
    assert_eq!(registered.streams[0].changes[0].to_string(), "max_messages: unlimited -> 7");
    let registered = Register::new(&js.client, &[changed, ORDERS]).update_only().await.expect("registers");
    assert_eq!(registered.to_string(), "users: updated\norders: unchanged");
}

#[tokio::test]
async fn strict_refuses_what_may_surprise() {
    let (_server, js) = start().await;
    let interest = StreamDescriptor { retention: Some(Retention::Interest), ..USERS };
    let error = Register::new(&js.client, &[interest]).strict().await.expect_err("warnings are errors");
    assert_eq!(refusals(error)[0].1, Refusal::Warned(vec![Warning::OneReplica, Warning::InterestRetention]));
    assert!(Register::new(&js.client, &[interest]).await.is_ok());
}

#[tokio::test]
async fn rules_and_refusals_of_the_server_are_explained() {
    let server = NatsServer::builder().jetstream_config("max_file_store: 1MB").start().expect("nats-server starts");
    let js = Js::connect(&server).await;
    let name = StreamDescriptor::new("a.b");
    let large = StreamDescriptor { max_bytes: Some(1 << 40), ..USERS };
    let reserved = StreamDescriptor { subjects: &["$JS.API.>"], ..StreamDescriptor::new("r") };
    let crossing = StreamDescriptor { subjects: &["a.*", "*.b"], ..StreamDescriptor::new("c") };
    let error = Register::new(&js.client, &[name, large, reserved, crossing]).await.expect_err("refused");
    let texts: Vec<String> = refusals(error).into_iter().map(|(_, refusal)| refusal.to_string()).collect();
    let expected = [
        "stream name \"a.b\" is empty or has white space or one of `.*>/\\`",
        "insufficient storage resources available; the server does not have enough storage left (code 10047)",
        "subject \"$JS.API.>\" is reserved for the server",
        "subjects `a.*` and `*.b` of the stream overlap",
    ];
    assert_eq!(texts, expected);
}

#[tokio::test]
async fn many_may_register_at_once() {
    let (server, js) = start().await;
    let mut tasks = Vec::new();
    for number in 0..20_u64 {
        let client = async_nats::connect(server.url()).await.expect("connects");
        tasks.push(tokio::spawn(async move {
            // Half of them want other limits, so that some find what another one created meanwhile.
            let users = StreamDescriptor { max_messages: Some(1_000 + number % 2), ..USERS };
            Register::new(&client, &[users, ORDERS]).await.map(|registered| registered.streams.len())
        }));
    }
    for task in tasks {
        assert_eq!(task.await.expect("no panic").expect("registers"), 2);
    }
    assert!(js.config("users").await["max_msgs"].as_u64() >= Some(1_000));
}

#[tokio::test]
async fn a_cluster_keeps_replicas() {
    let cluster = NatsCluster::start(3).expect("three servers start");
    let client = async_nats::connect(cluster.urls()[0].as_str()).await.expect("connects");
    let one = StreamDescriptor { replicas: Some(1), ..USERS };
    let three = StreamDescriptor { replicas: Some(3), ..USERS };
    Register::new(&client, &[one]).await.expect("registers");
    let registered = Register::new(&client, &[three]).strict().await.expect("three replicas do not warn");
    assert_eq!(registered.streams[0].changes[0].to_string(), "replicas: 1 -> 3");
}

#[tokio::test]
async fn without_jetstream_or_permission_or_server_it_says_so() {
    let server = NatsServer::builder().jetstream(false).start().expect("nats-server starts");
    let client = async_nats::connect(server.url()).await.expect("connects");
    let error = Register::new(&client, &[USERS]).await.expect_err("no JetStream");
    assert!(matches!(&error, RegisterError::NoJetStream { .. }), "{error}");

    let accounts = "accounts { A { users: [{user: a, password: a}] }, B { jetstream: enabled, users: [
        {user: b, password: b, permissions: {publish: \"orders.>\"}},
        {user: c, password: c, permissions: {publish: [\"$JS.API.STREAM.INFO.*\", \"$JS.API.STREAM.CREATE.*\"]}}
    ] } }";
    let mut server = NatsServer::builder().config(accounts).start().expect("nats-server starts");
    let url = server.url();
    let connect =
        |user: &str| async_nats::ConnectOptions::with_user_and_password(user.into(), user.into()).connect(url.as_str());
    let client = connect("a").await.expect("connects");
    let error = Register::new(&client, &[USERS]).await.expect_err("the account has no JetStream");
    assert!(matches!(&error, RegisterError::NoJetStream { .. }), "{error}");

    let patience = Duration::from_millis(300);
    let client = connect("b").await.expect("connects");
    let error = Register::new(&client, &[USERS]).timeout(patience).await.expect_err("not permitted");
    assert!(matches!(&error, RegisterError::Timeout { connected: true, .. }), "{error}");
    assert!(error.to_string().contains("a permission may be missing"), "{error}");

    let client = connect("c").await.expect("connects");
    let registered = Register::new(&client, &[USERS]).timeout(patience).await.expect("may do what it needs");
    assert_eq!(registered.to_string(), "users: created");

    server.kill();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = Register::new(&client, &[USERS]).timeout(patience).await.expect_err("nobody is there");
    assert!(matches!(&error, RegisterError::Timeout { connected: false, .. }), "{error}");
}

//! What `walnats plan` says of each measured update is what a real server then does: accepted or refused, and how many messages
//! are lost.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use walnats_runtime::{Action, Register, StreamDescriptor};
use walnats_server::NatsServer;

use super::js::Js;
use super::{Package, TestResult};

/// What a plan says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Accepted { lost: u64 },
    Refused,
}

/// A row: the case, the settings of the stream as it is, what else is there, the lines of `walnats.toml`, and what the server is
/// asked for where the plan refuses.
struct Row(&'static str, Value, Stage, &'static str, Value);

enum Stage {
    /// 20 messages on 4 subjects.
    Full,
    /// No messages.
    Empty,
    /// 20 messages that are older than a second.
    Old,
    /// 20 messages, and consumers with these settings.
    Consumers(Vec<Value>),
    /// The stream copies another one, which has 5 messages; it stores no subjects.
    Copy(Value),
}
use Stage::{Consumers, Copy, Empty, Full, Old};

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let none = || json!({});
    let row = |case, existing, stage, toml| Row(case, existing, stage, toml, json!(null));
    let refused = |case, existing, stage, toml, patch| Row(case, existing, stage, toml, patch);
    let new_with = |rest: Value| { let mut all = json!({"discard": "new"}); all.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone()); all };
    vec![
        row("description", none(), Full, "description = \"new\""),
        row("metadata", none(), Full, "metadata = { a = \"b\" }"),
        row("subjects: add", none(), Full, "subjects = [\"NAME.>\", \"more.NAME\"]"),
        row("subjects: remove one in use", json!({"subjects": ["NAME.k0", "NAME.k1", "NAME.k2", "NAME.k3"]}), Full, "subjects = [\"NAME.k0\", \"NAME.k1\", \"NAME.k2\"]"),
        row("subjects: remove one that a consumer filters on", json!({"subjects": ["NAME.k0", "NAME.k1", "NAME.k2", "NAME.k3"]}), Consumers(vec![json!({"filter_subject": "NAME.k3"})]), "subjects = [\"NAME.k0\", \"NAME.k1\", \"NAME.k2\"]"),
        refused("storage file->memory", none(), Full, "storage = \"memory\"", json!({"storage": "memory"})),
        refused("storage memory->file", json!({"storage": "memory"}), Full, "storage = \"file\"", json!({"storage": "file"})),
        row("retention limits->interest (no consumer)", none(), Full, "retention = \"interest\""),
        refused("retention limits->workqueue (no consumer)", none(), Full, "retention = \"workqueue\"", json!({"retention": "workqueue"})),
        row("retention interest->limits (no consumer)", json!({"retention": "interest"}), Full, "retention = \"limits\""),
        refused("retention interest->workqueue (no consumer)", json!({"retention": "interest"}), Full, "retention = \"workqueue\"", json!({"retention": "workqueue"})),
        refused("retention workqueue->limits (no consumer)", json!({"retention": "workqueue"}), Full, "retention = \"limits\"", json!({"retention": "limits"})),
        refused("retention workqueue->interest (no consumer)", json!({"retention": "workqueue"}), Full, "retention = \"interest\"", json!({"retention": "interest"})),
        row("retention limits->interest (1 idle consumer)", none(), Consumers(vec![none()]), "retention = \"interest\""),
        row("retention limits->interest (consumer filters 1 of 4 subjects)", none(), Consumers(vec![json!({"filter_subject": "NAME.k1"})]), "retention = \"interest\""),
        row("max_msgs lower 20->5", none(), Full, "max_messages = 5"),
        row("max_msgs lower, discard=new", new_with(none()), Full, "discard = \"new\"\nmax_messages = 5"),
        row("max_bytes lower", none(), Full, "max_bytes = 340"),
        row("max_bytes raise", json!({"max_bytes": 100_000}), Full, "max_bytes = 200000"),
        row("max_age set to 1s on older msgs", none(), Old, "max_age = \"1s\""),
        refused("max_age 1s without lowering dup window", none(), Full, "max_age = \"1s\"\nduplicate_window = \"2m\"", json!({"max_age": 1_000_000_000})),
        refused("max_age < 100ms", none(), Full, "max_age = \"10ms\"", json!({"max_age": 10_000_000, "duplicate_window": 10_000_000})),
        row("max_msgs_per_subject -1->1", none(), Full, "max_messages_per_subject = 1"),
        row("max_msgs_per_subject 5->3", json!({"max_msgs_per_subject": 5}), Full, "max_messages_per_subject = 3"),
        row("max_msg_size lower than stored", none(), Full, "max_message_size = 5"),
        row("discard old->new", none(), Full, "discard = \"new\""),
        row("discard new->old", new_with(none()), Full, "discard = \"old\""),
        row("discard_new_per_subject on", new_with(json!({"max_msgs_per_subject": 10})), Full, "discard = \"new\"\ndiscard_new_per_subject = true\nmax_messages_per_subject = 10"),
        refused("discard_new_per_subject on w/o discard new", none(), Full, "discard_new_per_subject = true\nmax_messages_per_subject = 10", json!({"discard_new_per_subject": true, "max_msgs_per_subject": 10})),
        refused("num_replicas 1->3 (standalone)", none(), Full, "replicas = 3", json!({"num_replicas": 3})),
        row("duplicate_window lower", none(), Full, "duplicate_window = \"1m\""),
        refused("duplicate_window > max_age", json!({"max_age": 60_000_000_000_u64, "duplicate_window": 60_000_000_000_u64}), Full, "max_age = \"1m\"\nduplicate_window = \"2m\"", json!({"duplicate_window": 120_000_000_000_u64})),
        row("max_consumers -1->1", none(), Full, "max_consumers = 1"),
        row("max_consumers -1->1 with 2 consumers", none(), Consumers(vec![none(), none()]), "max_consumers = 1"),
        row("sealed on", none(), Full, "sealed = true"),
        row("deny_delete on", none(), Full, "deny_delete = true"),
        refused("deny_delete off", json!({"deny_delete": true}), Full, "deny_delete = false", json!({"deny_delete": false})),
        row("deny_purge on", none(), Full, "deny_purge = true"),
        refused("deny_purge off", json!({"deny_purge": true}), Full, "deny_purge = false", json!({"deny_purge": false})),
        row("allow_rollup_hdrs on", none(), Full, "allow_rollup_hdrs = true"),
        row("allow_rollup_hdrs off", json!({"allow_rollup_hdrs": true}), Full, "allow_rollup_hdrs = false"),
        row("allow_direct on", none(), Full, "allow_direct = true"),
        row("allow_direct off", json!({"allow_direct": true}), Full, "allow_direct = false"),
        row("compression none->s2", none(), Full, "compression = \"s2\""),
        row("compression s2->none", json!({"compression": "s2"}), Full, "compression = \"none\""),
        row("no_ack on", none(), Full, "no_ack = true"),
        row("no_ack off", json!({"no_ack": true}), Empty, "no_ack = false"),
        row("first_seq set", none(), Full, "first_seq = 100"),
        row("first_seq set (empty stream)", none(), Empty, "first_seq = 100"),
        row("republish on", none(), Full, "republish = { src = \"NAME.>\", dest = \"copy.NAME.>\" }"),
        row("republish off", json!({"republish": {"src": "NAME.>", "dest": "copy.NAME.>"}}), Full, ""),
        row("subject_transform on", none(), Full, "subject_transform = { src = \"NAME.>\", dest = \"other.NAME.>\" }"),
        row("consumer_limits", none(), Full, "consumer_limits = { max_ack_pending = 5 }"),
        refused("consumer_limits below existing consumer", none(), Consumers(vec![json!({"max_ack_pending": 100})]), "consumer_limits = { max_ack_pending = 5 }", json!({"consumer_limits": {"max_ack_pending": 5}})),
        row("allow_msg_ttl on", none(), Full, "message_ttl = true"),
        refused("allow_msg_ttl off", json!({"allow_msg_ttl": true}), Full, "message_ttl = false", json!({"allow_msg_ttl": false})),
        refused("allow_msg_schedules off", json!({"allow_msg_schedules": true}), Full, "schedules = false", json!({"allow_msg_schedules": false})),
        row("subject_delete_marker_ttl on", json!({"allow_msg_ttl": true, "allow_rollup_hdrs": true}), Full, "message_ttl = true\nallow_rollup_hdrs = true\nsubject_delete_marker_ttl = \"5s\""),
        row("subject_delete_marker_ttl on w/o ttl", none(), Full, "subject_delete_marker_ttl = \"5s\""),
        refused("allow_msg_counter on", none(), Empty, "allow_msg_counter = true", json!({"allow_msg_counter": true})),
        refused("allow_msg_counter off", json!({"allow_msg_counter": true, "allow_direct": true}), Empty, "allow_msg_counter = false", json!({"allow_msg_counter": false})),
        row("allow_atomic on", none(), Full, "atomic = true"),
        row("allow_atomic off", json!({"allow_atomic": true}), Full, "atomic = false"),
        row("allow_msg_schedules on", none(), Full, "schedules = true"),
        row("allow_batched on", none(), Full, "allow_batched = true"),
        row("allow_batched off", json!({"allow_batched": true}), Full, "allow_batched = false"),
        refused("persist_mode default->async", none(), Full, "persist_mode = \"async\"", json!({"persist_mode": "async"})),
        row("placement tags (standalone)", none(), Full, "placement = { tags = [\"ssd\"] }"),
        refused("mirror added", none(), Full, "subjects = []\nmirror = { name = \"origin\" }", json!({"mirror": {"name": "origin"}, "subjects": null})),
        refused("mirror changed", json!({"mirror": {"name": "origin"}}), Copy(none()), "mirror = { name = \"second\" }", json!({"mirror": {"name": "second"}})),
        row("sources added", none(), Full, "sources = [{ name = \"origin\" }]"),
        row("sources removed", json!({"sources": [{"name": "origin"}]}), Copy(json!({"subjects": ["NAME.>"]})), "sources = []"),
        row("mirror_direct on", json!({"mirror": {"name": "origin"}}), Copy(none()), "mirror = { name = \"origin\" }\nmirror_direct = true"),
        refused("subjects overlap another stream", none(), Full, "subjects = [\"NAME.>\", \"origin\"]", json!({"subjects": ["NAME.>", "origin"]})),
        refused("unknown field", none(), Full, "max_agee = \"1s\"", json!({"max_agee": 1})),
    ]
}

/// Rows that no package can ask for.
const BEYOND: [(&str, &str); 3] = [
    ("name", "each request names its stream in the subject, too"),
    ("mirror removed (promote)", "TOML has no null; the library is asked below"),
    ("subjects: all removed (empty)", "a stream of a package has subjects; the library is asked below"),
];

#[test]
fn the_plan_says_what_the_server_then_does() -> TestResult {
    let server = NatsServer::start()?;
    let js = Js::connect(&server.url());
    for origin in ["origin", "second"] {
        js.create(json!({"name": origin}), &json!({"subjects": [origin]}));
        for _ in 0..5 {
            js.publish(origin, &[], "0123456789");
        }
    }
    let measured = measured();
    let (mut compared, mut wrong) = (BTreeSet::new(), Vec::new());
    for (number, Row(case, existing, stage, lines, patch)) in rows().into_iter().enumerate() {
        let name = format!("s{number:02}");
        let here =
            |value: Value| -> Value { serde_json::from_str(&value.to_string().replace("NAME", &name)).expect("JSON") };
        prepare(&js, &name, &here(existing), &stage, &here);
        let has_subjects = lines.contains("subjects = ") || matches!(stage, Copy(_)) && !case.starts_with("sources");
        let subjects = if has_subjects { String::new() } else { format!("subjects = [\"{name}.>\"]\n") };
        let package = Package::empty(&format!("[streams.{name}]\n{subjects}{}\n", lines.replace("NAME", &name)));
        let before = js.messages(&name);

        let plan = package.run(&["plan", "--exact-subjects", "--server", &server.url()]);
        let predicted = verdict(&plan.out);
        let (accepted, answer) = match predicted {
            Verdict::Accepted { .. } => {
                let arguments =
                    ["register", "--exact-subjects", "--allow-loss", "--allow-weaker", "--server", &server.url()];
                let ran = package.run(&arguments);
                (ran.code == 0, ran.out + &ran.err)
            }
            Verdict::Refused => {
                let mut config = js.config(&name);
                config.as_object_mut().expect("an object").extend(here(patch).as_object().expect(case).clone());
                let answer = js.call(&format!("STREAM.UPDATE.{name}"), config);
                (answer.get("error").is_none(), answer.to_string())
            }
        };
        let expected = match predicted {
            Verdict::Accepted { lost } => lost,
            Verdict::Refused => 0,
        };
        // Age is enforced by a timer.
        let mut lost = before.saturating_sub(js.messages(&name));
        for _ in 0..100 {
            if lost >= expected {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
            lost = before.saturating_sub(js.messages(&name));
        }
        if accepted != (predicted != Verdict::Refused) || lost != expected {
            wrong.push(format!("{case}: predicted {predicted:?}, lost {lost}, {answer}\n{}{}", plan.out, plan.err));
        }
        if let Some((_, answer, before, after)) = measured.iter().find(|row| row.0 == case) {
            compared.insert(case.to_owned());
            if accepted != (answer == "accepted") || lost != before.saturating_sub(*after) {
                wrong.push(format!("{case}: the matrix says {answer}, {before} then {after}; here {lost} lost"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
    let beyond = BEYOND.iter().map(|(case, _)| (*case).to_owned());
    let all: BTreeSet<String> = measured.into_iter().map(|row| row.0).collect();
    if !all.is_empty() {
        assert_eq!(all, compared.into_iter().chain(beyond).collect::<BTreeSet<_>>(), "every measured row is compared");
    }
    Ok(())
}

#[tokio::test]
async fn a_stream_without_subjects_stores_that_of_its_name() -> TestResult {
    const WANTED: StreamDescriptor = StreamDescriptor::new("s7");
    let server = NatsServer::start()?;
    let url = server.url();
    let prepare = move || {
        let js = Js::connect(&url);
        js.create(json!({"name": "s7", "subjects": ["s7.>"]}), &json!({}));
        js.fill("s7", 20);
    };
    std::thread::spawn(prepare).join().map_err(|_| "the stage is not set")?;
    let client = async_nats::connect(server.url()).await?;
    let plan = Register::new(&client, &[WANTED]).exact_subjects().plan().await?;
    assert_eq!(plan.streams[0].action, Action::Update, "{plan}");
    assert_eq!(plan.streams[0].cut_off.subjects, ["s7.>"]);
    assert_eq!(plan.streams[0].cut_off.published.len(), 4);
    let done = Register::new(&client, &[WANTED]).exact_subjects().await?;
    assert_eq!(done.to_string(), "s7: updated");
    Ok(())
}

#[tokio::test]
async fn a_mirror_can_become_a_stream_of_its_own() -> TestResult {
    const WANTED: StreamDescriptor =
        StreamDescriptor { subjects: &["copy"], settings: &[("mirror", "null")], ..StreamDescriptor::new("copy") };
    let server = NatsServer::start()?;
    let url = server.url();
    let prepare = move || {
        let js = Js::connect(&url);
        js.create(json!({"name": "origin"}), &json!({"subjects": ["origin"]}));
        js.create(json!({"name": "copy"}), &json!({"mirror": {"name": "origin"}}));
    };
    std::thread::spawn(prepare).join().map_err(|_| "the stage is not set")?;
    let client = async_nats::connect(server.url()).await?;
    let plan = Register::new(&client, &[WANTED]).plan().await?;
    assert_eq!(plan.streams[0].action, Action::UpdateWeakens, "{plan}");
    let done = Register::new(&client, &[WANTED]).allow_weaker("copy", "mirror").await?;
    assert_eq!(done.to_string(), "copy: updated");
    Ok(())
}

fn prepare(js: &Js, name: &str, existing: &Value, stage: &Stage, here: &dyn Fn(Value) -> Value) {
    let mut config = json!({"name": name});
    match stage {
        Copy(more) => config
            .as_object_mut()
            .expect("an object")
            .extend(here(more.clone()).as_object().expect("an object").clone()),
        _ => config["subjects"] = json!([format!("{name}.>")]),
    }
    js.create(config, existing);
    match stage {
        Full => js.fill(name, 20),
        Empty => {}
        Old => {
            js.fill(name, 20);
            std::thread::sleep(Duration::from_millis(1_500));
        }
        Consumers(consumers) => {
            js.fill(name, 20);
            for (number, settings) in consumers.iter().enumerate() {
                js.consumer(name, &format!("c{number}"), &here(settings.clone()));
            }
        }
        Copy(_) => {
            for _ in 0..300 {
                if js.messages(name) == 5 {
                    return;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            panic!("{name} does not copy");
        }
    }
}

/// What a plan of one stream says. Without a plan, the package itself was refused.
fn verdict(plan: &str) -> Verdict {
    let line = plan.lines().find(|line| line.get(1..3) == Some(" s"));
    let line = line.unwrap_or("x");
    match line.as_bytes()[0] {
        b'=' | b'~' | b'<' => Verdict::Accepted { lost: 0 },
        b'!' => {
            let number = line.split("loses ").nth(1).and_then(|rest| rest.split(' ').next());
            Verdict::Accepted { lost: number.and_then(|number| number.parse().ok()).expect("an exact number") }
        }
        b'x' => Verdict::Refused,
        _ => panic!("{plan}"),
    }
}

/// The measured matrix, where the corpora are: case, answer, messages before and after.
fn measured() -> Vec<(String, String, u64, u64)> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpora"));
    let folder = std::env::var_os("WALNATS_CORPORA").map_or(beside, PathBuf::from);
    let Ok(text) = std::fs::read_to_string(folder.join("nats-server-2.15.1-stream-update-matrix.json")) else {
        println!("no corpora folder: the measured matrix is not compared");
        return Vec::new();
    };
    let rows: Vec<(String, String, u64, u64, String, String)> =
        serde_json::from_str(&text).expect("the matrix is JSON");
    rows.into_iter().map(|(case, answer, before, after, ..)| (case, answer, before, after)).collect()
}

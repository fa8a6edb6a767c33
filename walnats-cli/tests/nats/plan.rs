//! `walnats plan` and `walnats register`

use serde_json::json;
use walnats_server::{Account, NatsCluster, NatsServer};

use super::js::Js;
use super::{Package, TestResult};

const THINGS: &str = "[streams.things]\nmax_messages = 5\n";

#[test]
fn losses_are_counted_refused_and_allowed() -> TestResult {
    let server = NatsServer::start()?;
    let (url, js) = (server.url(), Js::connect(&server.url()));
    let package = Package::new("");
    package.run(&["plan", "-s", &url]).assert(0, &["+ things  create", "things.*.happened", "1 to create"]);
    package.run(&["plan", "-s", &url, "--deny-changes"]).assert(1, &["1 to create"]);
    package.run(&["register", "-s", &url]).assert(0, &["things: created", "1 stream registered"]);
    package.run(&["plan", "-s", &url, "--deny-changes"]).assert(0, &["= things  no change"]);
    for number in 0..20 {
        js.publish(&format!("things.t{number}.happened"), &[], "{}");
    }

    package.write("walnats.toml", THINGS);
    let losing = [
        "! things  update loses 15 of 20 messages",
        "max_messages  unlimited -> 5",
        "error[WN1201]",
        "--allow-loss=things:15",
    ];
    package.run(&["plan", "-s", &url]).assert(1, &losing);
    package.run(&["register", "-s", &url]).assert(1, &["error[WN1201]", "0 streams registered, 1 not"]);
    package.run(&["register", "-s", &url, "--allow-loss=things:14"]).assert(1, &["WN1201"]);
    package.run(&["register", "-s", &url, "--allow-loss=other"]).assert(2, &["no stream `other`"]);
    package.run(&["register", "-s", &url, "--allow-loss=things:many"]).assert(2, &["not a number of messages"]);
    assert_eq!(js.messages("things"), 20);
    package.run(&["plan", "-s", &url, "--allow-loss"]).assert(0, &["update loses 15"]).without("WN1201");
    package.run(&["register", "-s", &url, "--allow-loss=things:15"]).assert(0, &["updated, 15 messages lost"]);
    assert_eq!(js.messages("things"), 5);

    package.write("walnats.toml", "[streams.things]\nmax_messages = \"unlimited\"\n");
    let weaker = ["< things  update weakens", "error[WN1202]", "--allow-weaker=things:max_messages"];
    package.run(&["plan", "-s", &url]).assert(1, &weaker);
    package.run(&["register", "-s", &url, "--allow-weaker=things:max_bytes"]).assert(1, &["WN1202"]);
    package.run(&["register", "-s", &url, "--allow-weaker=things:max_msgs"]).assert(0, &["things: updated"]);
    Ok(())
}

/// The program's user may look at streams and do nothing else.
#[test]
fn a_plan_writes_nothing_and_needs_to_read_only() -> TestResult {
    let read = "permissions { publish: [\"$JS.API.STREAM.INFO.*\", \"$JS.API.STREAM.NAMES\", \"$JS.API.STREAM.MSG.GET.*\", \
                \"$JS.API.CONSUMER.LIST.*\"], subscribe: [\"_INBOX.>\"] }";
    let account = Account::new("SHOP").jetstream().user("owner", "own").user_with("reader", "hunter2", read);
    let server = NatsServer::builder().account(account).start()?;
    let js = Js::connect_as(&server.url(), "owner", "own");
    js.create(json!({"name": "things", "subjects": ["things.*.happened", "old.>"]}), &json!({}));
    for number in 0..20 {
        js.publish(&format!("things.t{number}.happened"), &[], "{}");
    }
    js.publish("old.one", &[], "{}");
    js.consumer("things", "reports", &json!({"filter_subject": "old.one"}));
    js.consumer("things", "all", &json!({}));
    let before = js.config("things");
    // All are older than the new limit then.
    std::thread::sleep(std::time::Duration::from_millis(300));

    let package = Package::new("[streams.things]\nmax_age = \"100ms\"\nretention = \"interest\"\n");
    let mut command =
        package.command(&["plan", "-s", &server.url(), "--exact-subjects", "--user", "reader", "--allow-weaker"]);
    let ran = super::Ran::of(command.env("NATS_PASSWORD", "hunter2").spawn()?);
    let cut = ["publishers to `old.>` get no answer", "consumer `reports` filters on `old.one`", "warning[WN1207]"];
    let ran = ran.assert(1, &["! things  update loses 21 of 21 messages", "unlimited -> 100ms"]);
    let unseen = ["the account's limits could not be read: a permission for `$JS.API.INFO` may be missing"];
    ran.assert(1, &cut).assert(1, &unseen).without("hunter2");
    assert_eq!(js.config("things"), before);
    assert_eq!(js.messages("things"), 21);

    // Without permission to look, it could not run.
    let none = Account::new("SHOP").jetstream().user_with("nobody", "hunter2", "permissions { publish: [\"x\"] }");
    let server = NatsServer::builder().account(none).start()?;
    let url = server.url_as("nobody", "hunter2");
    let ran = package.run(&["plan", "-s", &url, "--timeout", "1"]);
    ran.assert(2, &["a permission may be missing", "$JS.API.STREAM.INFO.things"]).without("hunter2");
    Ok(())
}

#[test]
fn what_the_server_would_refuse_is_said_with_the_reason() -> TestResult {
    let server = NatsServer::start()?;
    let (url, js) = (server.url(), Js::connect(&server.url()));
    js.create(json!({"name": "things", "subjects": ["things.*.happened"]}), &json!({"storage": "memory"}));
    js.publish("things.a.happened", &[], "{}");
    let package = Package::new("[streams.things]\nstorage = \"file\"\n");
    let parts =
        ["x things  the server would reject it", "error[WN1204]", "deleted and created again", "with 1 message stored"];
    package.run(&["plan", "-s", &url]).assert(1, &parts);
    package.run(&["register", "-s", &url]).assert(1, &["error[WN1204]"]);
    package.write("walnats.toml", "[streams.things]\nstorage = \"memory\"\nreplicas = 3\n");
    package.run(&["plan", "-s", &url]).assert(1, &["error[WN1203]", "needs a cluster"]);

    js.create(json!({"name": "other", "subjects": ["events.>"]}), &json!({}));
    package.write(
        "walnats.toml",
        "[streams.mine]\nsubjects = [\"events.mine\"]\n[streams.things]\nstorage = \"memory\"\n",
    );
    package
        .run(&["register", "-s", &url])
        .assert(1, &["error[WN1205]", "`other` stores `events.>`", "1 stream registered, 1 not"]);

    package.write("walnats.toml", "[streams.things]\nmanaged = \"external\"\nduplicate_window = \"10m\"\n");
    package.run(&["plan", "-s", &url]).assert(1, &["error[WN1206]", "`duplicate_window` is 2m"]);
    let before = js.config("things");
    package.run(&["register", "-s", &url]).assert(1, &["error[WN1206]"]);
    assert_eq!(js.config("things"), before);
    package.write("walnats.toml", "[streams.things]\nmanaged = \"external\"\nduplicate_window = \"2m\"\n");
    package.run(&["plan", "-s", &url]).assert(0, &["external, and meets the requirements"]);

    package.run(&["plan", "-s", "nats://127.0.0.1:1"]).assert(2, &["no NATS server answers at 127.0.0.1:1"]);
    let without = NatsServer::builder().jetstream(false).start()?;
    package.run(&["plan", "-s", &without.url()]).assert(2, &["JetStream is not available"]);
    package.write("schemas/thing_happened.json", "{");
    package.run(&["plan", "-s", &url]).assert(1, &["error["]);
    Ok(())
}

#[test]
fn replicas_are_planned_on_a_cluster() -> TestResult {
    let mut cluster = NatsCluster::start(3)?;
    cluster.wait_until_ready()?;
    let urls = cluster.urls().join(",");
    let js = Js::connect(&cluster.urls()[0]);
    js.create(json!({"name": "things", "subjects": ["things.*.happened"]}), &json!({"num_replicas": 1}));
    let package = Package::new("[streams.things]\nreplicas = 3\n");
    package.run(&["plan", "-s", &urls]).assert(0, &["~ things  update", "replicas  1 -> 3"]);
    package.run(&["register", "-s", &urls]).assert(0, &["things: updated"]);
    assert_eq!(js.config("things")["num_replicas"], json!(3));
    package.write("walnats.toml", "[streams.things]\nreplicas = 1\n");
    package.run(&["plan", "-s", &urls]).assert(1, &["error[WN1202]", "fewer servers then hold each message"]);
    package.run(&["register", "-s", &urls, "--allow-weaker"]).assert(0, &["things: updated"]);
    assert_eq!(js.config("things")["num_replicas"], json!(1));
    Ok(())
}

#[test]
fn settings_have_the_names_of_walnats_toml() -> TestResult {
    let server = NatsServer::start()?;
    let (url, js) = (server.url(), Js::connect(&server.url()));
    let limits = json!({"max_msgs": 5, "max_msgs_per_subject": 5, "max_msg_size": 100, "max_bytes": 1000});
    js.create(json!({"name": "things", "subjects": ["things.*.happened"]}), &limits);
    let package = Package::new(
        "[streams.things]\nmax_messages = 3\nmax_messages_per_subject = \"unlimited\"\nmax_message_size = \"unlimited\"\n",
    );
    for number in 0..5 {
        js.publish(&format!("things.t{number}.happened"), &[], "{}");
    }
    let ran = package.run(&["plan", "-s", &url]);
    ran.assert(
        1,
        &[
            "max_messages              5 -> 3",
            "max_messages_per_subject  5 -> unlimited",
            "! max_messages deletes 2 messages",
            "`max_messages` deletes 2",
        ],
    )
    .without("max_msg");
    let weaker = ["register", "-s", &url, "--allow-loss", "--allow-weaker=things:max_message_size"];
    package
        .run(&[&weaker[..], &["--allow-weaker=things:max_msgs_per_subject"]].concat())
        .assert(0, &["things: updated"]);
    for (key, ours) in [("max_mgs", "max_messages"), ("max_msgs", "max_messages"), ("num_replica", "replicas")] {
        package.write("walnats.toml", &format!("[streams.things]\n{key} = 3\n"));
        package.run(&["plan", "-s", &url]).assert(1, &[&format!("did you mean `{ours}`?")]);
    }
    Ok(())
}

/// Both cannot be switched off again: a stream that has them is not what the package states.
#[test]
fn a_switch_that_is_off_is_stated() -> TestResult {
    let server = NatsServer::start()?;
    let (url, js) = (server.url(), Js::connect(&server.url()));
    for (key, name) in [("message_ttl", "allow_msg_ttl"), ("schedules", "allow_msg_schedules")] {
        let package = Package::new(&format!("[streams.things]\n{key} = false\n"));
        js.create(json!({"name": "things", "subjects": ["things.*.happened"]}), &json!({name: true}));
        let said = format!("`{key}` cannot be switched off");
        package.run(&["plan", "-s", &url]).assert(1, &["error[WN1204]", &said, &format!("{key}  on -> off")]);
        js.ok("STREAM.DELETE.things", json!({}));
        package.run(&["register", "-s", &url]).assert(0, &["things: created"]);
        package.run(&["plan", "-s", &url, "--deny-changes"]).assert(0, &["no change"]);
        js.ok("STREAM.DELETE.things", json!({}));
    }
    Ok(())
}

#[test]
fn each_stream_is_a_case() -> TestResult {
    let server = NatsServer::start()?;
    let (url, js) = (server.url(), Js::connect(&server.url()));
    let package = Package::new("[streams.things]\nmax_messages = 1\n");
    package.write("schemas/other.json", &super::THING.replace("things", "others"));
    let plan = |command: &str| package.run(&[command, "-s", &url, "--format", "junit"]);
    plan("plan").assert(0, &["name=\"things\"/>", "name=\"others\"/>", "tests=\"2\" failures=\"0\""]);
    js.create(json!({"name": "things", "subjects": ["things.*.happened"]}), &json!({}));
    for number in 0..2 {
        js.publish(&format!("things.t{number}.happened"), &[], "{}");
    }
    plan("plan").assert(1, &["name=\"others\"/>", "tests=\"2\" failures=\"1\"", "type=\"WN1201\""]);
    plan("register").assert(1, &["name=\"others\"/>", "type=\"WN1201\""]);
    Ok(())
}

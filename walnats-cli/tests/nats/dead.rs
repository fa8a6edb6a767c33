//! `walnats dead`, with letters that a real reader has written.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use walnats_runtime::{Backoff, Delivery, Options, ReadError, Served, Settle};
use walnats_server::NatsServer;

use super::js::Js;
use super::reader_events::{Events, OrderCancelled, OrderPlaced, PaymentReceived};
use super::{Package, TestResult};

/// A server with streams, and a reader of `billing` that refuses orders until it is mended.
struct Stage {
    server: NatsServer,
    js: Js,
    package: Package,
    runtime: Runtime,
    events: Events,
    mended: watch::Sender<bool>,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<Result<Served, ReadError>>,
}

impl Stage {
    fn new(options: Options) -> Result<Self, Box<dyn std::error::Error>> {
        let server = NatsServer::start()?;
        let js = Js::connect(&server.url());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let events = runtime.block_on(async {
            let events = Events::connect_with(server.url(), options).await?;
            events.register().await?;
            Ok::<_, Box<dyn std::error::Error>>(events)
        })?;
        let (mended, is_mended) = watch::channel(false);
        let (stop, mut stopped) = watch::channel(false);
        let reader = events
            .billing()
            .reader()
            .retry(Backoff::new([Duration::from_millis(50)]).attempts(1))
            .on_order_placed(move |_: OrderPlaced, _: Delivery| {
                let is_mended = *is_mended.borrow();
                async move { if is_mended { Settle::Done } else { Settle::dead_letter("the bank\u{9b}2J is closed") } }
            })
            .on_order_cancelled(async |_: OrderCancelled, _: &Delivery| {})
            .on_payment_received(async |_: PaymentReceived, _: &Delivery| {});
        let task = runtime.spawn(reader.run(async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        }));
        Ok(Self { server, js, package: Package::empty(""), runtime, events, mended, stop, task })
    }

    fn place(&self, id: &str) -> TestResult {
        self.runtime.block_on(async { self.events.emit_order_placed(&OrderPlaced::new(id, "eu")).uid(id).await })?;
        Ok(())
    }

    fn dead(&self, arguments: &[&str]) -> super::Ran {
        self.package.run(&[&["dead"], arguments, &["-s", &self.server.url()]].concat())
    }

    /// Waits until a stream has that many messages.
    fn until(&self, stream: &str, messages: u64) {
        let start = Instant::now();
        let state = || self.js.call(&format!("STREAM.INFO.{stream}"), json!({}));
        while state().pointer("/state/messages") != Some(&json!(messages)) {
            assert!(start.elapsed() < Duration::from_secs(60), "{}", state());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn end(self) -> Result<Served, Box<dyn std::error::Error>> {
        self.stop.send_replace(true);
        Ok(self.runtime.block_on(self.task)??)
    }
}

#[test]
fn letters_are_listed_shown_replayed_and_dropped() -> TestResult {
    let stage = Stage::new(Options::new())?;
    stage.until("dead-letters", 0);
    stage.dead(&["list"]).assert(0, &["no dead letters"]);
    // One after the other, so that the letters have the order of the events.
    for (id, letters) in [("one", 1), ("two", 2), ("three", 3)] {
        stage.place(id)?;
        stage.until("dead-letters", letters);
    }
    // What breaks its schema has violations, and its subject does not steer the terminal.
    stage.js.publish("orders.e\u{1b}u.placed", &[("X-Tenant", "a\u{202e}cme")], r#"{"id":"secret-7","quantity":0}"#);
    stage.until("dead-letters", 4);

    let listed =
        stage.dead(&["list"]).assert(1, &["SEQUENCE  TIME", "billing  order-placed  1         the bank 2J is closed"]);
    assert_eq!(listed.out.lines().count(), 5, "{}", listed.out);
    let count = |arguments: &[&str]| {
        let ran = stage.dead(&[&["list", "--json"], arguments].concat());
        assert_eq!(ran.code, i32::from(!ran.out.is_empty()), "{}{}", ran.out, ran.err);
        ran.out.lines().count()
    };
    for (arguments, number) in [
        (&["--service", "billing"][..], 4),
        (&["--service", "shipping"], 0),
        (&["--event", "order-placed", "--since", "1h"], 4),
        (&["--event", "order-cancelled"], 0),
        (&["--since", "2999-01-01T00:00:00Z"], 0),
        (&["--until", "1h"], 0),
        (&["--of", "orders"], 4),
        (&["--of", "orders/2"], 1),
        (&["--of", "elsewhere/2"], 0),
    ] {
        assert_eq!(count(arguments), number, "{arguments:?}");
    }
    let lines = stage.dead(&["list", "--format", "json"]).assert(1, &[]).without("secret");
    let letters: Vec<Value> = lines.out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert_eq!((&letters[0]["service"], &letters[0]["message_id"]), (&json!("billing"), &json!("one")));
    assert_eq!((&letters[3]["stream"], &letters[3]["stream_sequence"]), (&json!("orders"), &json!(4)));
    assert_eq!(letters[3]["subject"], json!("orders.e\u{1b}u.placed"));

    let shown = stage.dead(&["show", "4"]).assert(
        0,
        &[
            "            /quantity: expected at least 1 (minimum)",
            "subject     orders.e\\u{1b}u.placed",
            "headers     X-Tenant: a\\u{202e}cme",
            "`--payload` shows it",
        ],
    );
    assert!(!shown.out.contains("secret"), "{}", shown.out);
    stage.dead(&["show", "4", "--payload"]).assert(0, &["\"id\": \"secret-7\""]);
    let object = stage.dead(&["show", "4", "--payload", "--json"]).assert(0, &[]);
    let object: Value = serde_json::from_str(&object.out)?;
    assert_eq!(
        (&object["payload"]["id"], &object["headers"]["X-Tenant"][0]),
        (&json!("secret-7"), &json!("a\u{202e}cme"))
    );
    stage.dead(&["show", "99"]).assert(2, &["stream `dead-letters` has no dead letter 99"]);

    // It fails again: a new letter takes the place of the first one.
    stage.dead(&["replay", "1"]).assert(0, &["1 dead letter replayed"]);
    stage.until("dead-letters-replay", 0);
    stage.until("dead-letters", 4);
    assert_eq!(count(&["--of", "orders/1"]), 1);
    stage.mended.send_replace(true);
    stage.dead(&["replay", "--service", "billing", "--event", "order-placed"]).assert(0, &["4 dead letters replayed"]);
    stage.until("dead-letters-replay", 0);
    // That of the event that breaks its schema.
    stage.until("dead-letters", 1);
    let last = count(&["--of", "orders/4"]);
    assert_eq!((last, stage.js.messages("orders")), (1, 4), "nobody else got anything again");

    stage.dead(&["replay"]).assert(2, &["name dead letters by sequence"]);
    stage.dead(&["replay", "1", "--all"]).assert(2, &["not both"]);
    stage.dead(&["replay", "1"]).assert(1, &["dead letter 1 was not replayed: stream `dead-letters` does not have it"]);
    stage.dead(&["drop", "6", "7"]).assert(2, &["this deletes 2 dead letters for good: confirm it with `--yes`"]);
    stage.dead(&["drop", "99"]).assert(1, &["stream `dead-letters` has no dead letter 99"]);
    stage.dead(&["drop", "--all", "--yes"]).assert(0, &["1 dead letter dropped"]);
    stage.until("dead-letters", 0);
    let served = stage.end()?;
    assert_eq!((served.done, served.dead), (3, 6));
    Ok(())
}

#[test]
fn a_payload_that_was_left_out_is_taken_from_its_stream() -> TestResult {
    let stage = Stage::new(Options::new())?;
    stage.until("dead-letters", 0);
    let mut config = stage.js.config("dead-letters");
    config["max_msg_size"] = json!(900);
    stage.js.ok("STREAM.UPDATE.dead-letters", config);
    let id = "o".repeat(3_000);
    for number in 1..=2 {
        let order = OrderPlaced::new(id.clone(), "eu");
        stage.runtime.block_on(async { stage.events.emit_order_placed(&order).uid(number.to_string()).await })?;
        stage.until("dead-letters", number);
    }
    stage.dead(&["list"]).assert(1, &["(left out)"]);
    stage.dead(&["show", "1"]).assert(0, &["omitted     payload", "`--payload` fetches it"]);
    stage.dead(&["show", "1", "--payload"]).assert(0, &[&id]);
    stage.js.ok("STREAM.MSG.DELETE.orders", json!({"seq": 2}));
    stage.dead(&["show", "2", "--payload"]).assert(0, &["its stream does not have the event any more"]);
    stage.mended.send_replace(true);
    stage
        .dead(&["replay", "--all"])
        .assert(1, &["1 dead letter replayed", "dead letter 2 was not replayed: its payload was left out"]);
    stage.until("dead-letters-replay", 0);
    assert_eq!(stage.js.messages("dead-letters"), 1);
    let served = stage.end()?;
    assert_eq!((served.done, served.dead), (1, 2));
    Ok(())
}

#[test]
fn environments_have_letters_of_their_own() -> TestResult {
    let stage = Stage::new(Options::new().environment("staging"))?;
    stage.until("staging-dead-letters", 0);
    stage.place("one")?;
    stage.until("staging-dead-letters", 1);
    stage.dead(&["list"]).assert(2, &["there is no stream `dead-letters`", "`--environment`"]);
    let staging = |arguments: &[&str]| stage.dead(&[arguments, &["--environment", "staging"]].concat());
    staging(&["list"]).assert(1, &["billing  order-placed"]);
    stage.mended.send_replace(true);
    staging(&["replay", "1"]).assert(0, &["1 dead letter replayed"]);
    stage.until("staging-dead-letters-replay", 0);
    assert_eq!(stage.end()?.done, 1);
    Ok(())
}

#[test]
fn a_replay_needs_the_stream_that_readers_take_it_from() -> TestResult {
    let stage = Stage::new(Options::new())?;
    stage.until("dead-letters", 0);
    stage.place("one")?;
    stage.until("dead-letters", 1);
    let (url, package) = (stage.server.url(), Package::empty(""));
    stage.js.ok("STREAM.DELETE.dead-letters-replay", json!({}));
    let replay = || package.run(&["dead", "replay", "1", "-s", &url]);
    replay().assert(2, &["there is no stream `dead-letters-replay`", "start a reader of the service once"]);
    assert_eq!(stage.js.messages("dead-letters"), 1, "it is still there");
    Ok(())
}

//! Consumers are registered like streams: planned, created, updated, and refused where events would be skipped.

use std::time::Duration;

use serde_json::{Value, json};
use walnats_runtime::{
    ConsumedEvent, ConsumerAction, ConsumerRefusal, Options, ReadError, Reader, ReaderOptions, Start,
};
use walnats_server::NatsServer;

use crate::events::{BillingEvent2, Events};
use crate::stage::*;

/// The reader of `billing`, as it is after its `consumes` changed.
fn reader(events: &Events, consumed: &'static [ConsumedEvent]) -> Reader {
    Reader::new(events.publisher().clone(), "billing", consumed)
}

/// `order-cancelled` and `order-placed`, both of the stream `orders`.
static BOTH: [ConsumedEvent; 2] = [BillingEvent2::EVENTS[0], BillingEvent2::EVENTS[1]];
static CANCELLED: [ConsumedEvent; 1] = [BillingEvent2::EVENTS[0]];

async fn config(events: &Events) -> Value {
    call(events, "CONSUMER.INFO.orders.billing", json!({})).await["config"].take()
}

fn actions(plans: &[walnats_runtime::ConsumerPlan]) -> Vec<&ConsumerAction> {
    plans.iter().map(|plan| &plan.action).collect()
}

#[tokio::test]
async fn consumers_are_planned_created_and_updated() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let reader = events.billing().reader();
    let planned = reader.plan().await?;
    assert_eq!(actions(&planned), [&ConsumerAction::Create; 3]);
    assert_eq!((planned[0].stream.as_str(), planned[1].stream.as_str()), ("orders", "payment-received"));
    assert_eq!(config(&events).await, Value::Null, "a plan changes nothing");
    assert_eq!(reader.register().await?, planned);
    let config_now = config(&events).await;
    assert_eq!(config_now["filter_subjects"], json!(["orders.*.placed", "orders.cancelled"]));
    assert_eq!(config_now["max_deliver"], json!(-1));
    assert_eq!(actions(&reader.plan().await?), [&ConsumerAction::NoChange; 3]);
    let dead = call(&events, "STREAM.INFO.dead-letters", json!({})).await;
    assert_eq!(dead.pointer("/config/retention"), Some(&json!("limits")), "dead letters can be browsed");

    let patient = reader.configure(|options| options.ack_wait(Duration::from_secs(60)));
    let planned = patient.plan().await?;
    assert_eq!(actions(&planned), [&ConsumerAction::Update; 3]);
    assert!(planned[0].to_string().contains("ack_wait: 30000000000 -> 60000000000"), "{}", planned[0]);
    patient.register().await?;
    assert_eq!(config(&events).await["ack_wait"], json!(60_000_000_000_u64));
    Ok(())
}

#[tokio::test]
async fn a_filter_is_not_changed_if_stored_events_would_be_skipped() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    reader(&events, &CANCELLED).register().await?;
    // Nothing was delivered yet, so that nothing is skipped.
    place(&events, "o-1").await?;
    assert_eq!(actions(&reader(&events, &BOTH).register().await?)[..1], [&ConsumerAction::Update]);

    // An event of the filter waits: without the filter, nobody would get it.
    let error = reader(&events, &CANCELLED).register().await.expect_err("o-1 waits");
    let ReadError::Refused { refused } = &error else { panic!("{error:?}") };
    let filter = "orders.*.placed".to_owned();
    assert_eq!(refused[0].refusals, [ConsumerRefusal::Waiting { filter: filter.clone(), sequence: 1 }]);
    assert_eq!(config(&events).await["filter_subjects"].as_array().map(Vec::len), Some(2));
    let permitted = ReaderOptions::new().allow_skipping();
    reader(&events, &CANCELLED).options(permitted.clone()).register().await?;
    assert_eq!(config(&events).await["filter_subject"], json!("orders.cancelled"));

    // The consumer passes an event that it does not get: adding its filter would skip it.
    let cancelled = r#"{"id":"o-1"}"#;
    events.publisher().client().request("orders.cancelled", cancelled.into()).await?;
    let running = run(&events, |_| permitted, async |_: crate::events::OrderPlaced, _: &walnats_runtime::Delivery| {});
    settled(&events, "orders").await;
    running.stop().await?;
    reader(&events, &CANCELLED).register().await?;
    place(&events, "o-2").await?;
    events.publisher().client().request("orders.cancelled", cancelled.into()).await?;
    let only = reader(&events, &CANCELLED);
    let only = only.on::<crate::events::OrderCancelled, _>(
        async |_: crate::events::OrderCancelled, _: &walnats_runtime::Delivery| {},
    );
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let task = tokio::spawn(only.run(async { drop(stopped.await) }));
    settled(&events, "orders").await;
    drop(stop);
    task.await??;
    let error = reader(&events, &BOTH).register().await.expect_err("o-2 was passed");
    let ReadError::Refused { refused } = &error else { panic!("{error:?}") };
    assert_eq!(refused[0].refusals, [ConsumerRefusal::Passed { filter, sequence: 1 }]);
    assert!(error.to_string().contains("`billing` of stream `orders`"), "{error}");
    Ok(())
}

#[tokio::test]
async fn filters_that_overlap_become_one_that_the_server_takes() -> TestResult {
    static OVERLAPPING: [ConsumedEvent; 2] =
        [BillingEvent2::EVENTS[1], ConsumedEvent { filter: "orders.eu.*", ..BillingEvent2::EVENTS[0] }];
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    reader(&events, &OVERLAPPING).register().await?;
    assert_eq!(config(&events).await["filter_subject"], json!("orders.*.*"));
    Ok(())
}

#[tokio::test]
async fn a_consumer_of_another_kind_or_start_is_refused() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let all = || ReaderOptions::new().start(Start::All);
    reader(&events, &BOTH).options(ReaderOptions::new().start(Start::New)).register().await?;
    let error = reader(&events, &BOTH).options(all()).register().await.expect_err("it began elsewhere");
    assert!(error.to_string().contains("it began at `new`, not at `all`"), "{error}");
    reader(&events, &BOTH).register().await?;

    call(&events, "CONSUMER.DELETE.orders.billing", json!({})).await;
    let push = json!({"stream_name": "orders", "config":
        {"durable_name": "billing", "deliver_subject": "x", "ack_policy": "none"}});
    call(&events, "CONSUMER.CREATE.orders.billing", push).await;
    let error = reader(&events, &BOTH).register().await.expect_err("it pushes");
    assert!(error.to_string().contains("it is a push consumer"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_start_is_where_the_consumer_begins() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["o-1", "o-2", "o-3"] {
        place(&events, id).await?;
    }
    let seen = Seen::default();
    let here = seen.clone();
    let from = |options: ReaderOptions| options.start(Start::Sequence(3));
    let running = run(&events, from, move |order: crate::events::OrderPlaced, _: walnats_runtime::Delivery| {
        here.add(order.id);
        async {}
    });
    assert_eq!(seen.until(1).await, ["o-3"]);
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.done, 1);
    Ok(())
}

#[tokio::test]
async fn many_instances_may_register_at_the_same_moment() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let all = (0..8).map(|_| {
        let reader = events.billing().reader();
        tokio::spawn(async move { reader.register().await })
    });
    for registered in all.collect::<Vec<_>>() {
        registered.await??;
    }
    assert_eq!(actions(&events.billing().reader().plan().await?), [&ConsumerAction::NoChange; 3]);
    Ok(())
}

#[tokio::test]
async fn a_missing_stream_is_named() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    let error = events.billing().reader().plan().await.expect_err("nothing was registered");
    assert_eq!(error.to_string(), "there is no stream `orders`");
    Ok(())
}

#[tokio::test]
async fn environments_have_consumers_and_dead_letters_of_their_own() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect_with(server.url(), Options::new().environment("staging")).await?;
    events.register().await?;
    place(&events, "o-1").await?;
    let running = run(
        &events,
        |options| options,
        async |_: crate::events::OrderPlaced, _: &walnats_runtime::Delivery| walnats_runtime::Settle::dead_letter("no"),
    );
    let stored = async || {
        let info = call(&events, "STREAM.INFO.staging-dead-letters", json!({"subjects_filter": ">"})).await;
        info.pointer("/state/subjects/staging._walnats.dead.billing.order-placed").is_some()
    };
    eventually(stored).await;
    running.stop().await?;
    let info = call(&events, "CONSUMER.INFO.staging-orders.staging-billing", json!({})).await;
    assert_eq!((&info["num_pending"], &info["num_ack_pending"]), (&json!(0), &json!(0)));
    Ok(())
}

#[tokio::test]
async fn what_others_change_again_and_again_is_an_error() -> TestResult {
    let server = NatsServer::start()?;
    ready(&server).await?;
    let events = Events::connect_with(server.url(), Options::new().api_prefix("RACE.API")).await?;
    // Whenever the reader changes its consumer, somebody else is faster.
    let client = async_nats::connect(server.url()).await?;
    let mut requests = client.subscribe("RACE.API.>").await?;
    round_trip(&client).await?;
    let others = tokio::spawn(async move {
        while let Some(request) = futures_util::StreamExt::next(&mut requests).await {
            let operation = request.subject.trim_start_matches("RACE.API.").to_owned();
            if operation == "CONSUMER.CREATE.orders.billing" {
                let body: Value = serde_json::from_slice(&request.payload).expect("JSON");
                let (operation, body) = if body["action"] == "create" {
                    let config =
                        json!({"durable_name": "billing", "ack_policy": "explicit", "filter_subject": "orders.*"});
                    ("CREATE", json!({"stream_name": "orders", "config": config, "action": "create"}))
                } else {
                    ("DELETE", json!({}))
                };
                let subject = format!("$JS.API.CONSUMER.{operation}.orders.billing");
                client.request(subject, body.to_string().into()).await.expect("an answer");
            }
            let answer = client.request(format!("$JS.API.{operation}"), request.payload).await.expect("an answer");
            client.publish(request.reply.expect("a request"), answer.payload).await.expect("a connection");
        }
    });
    let error = events.billing().reader().register().await.expect_err("the consumer is not as it should be");
    let text = walnats_runtime::Chain(&error).to_string();
    assert!(text.contains("`billing` of stream `orders`") && text.contains("changed"), "{text}");
    others.abort();
    Ok(())
}

#[tokio::test]
async fn who_permits_skipping_needs_not_read_the_stream() -> TestResult {
    let permissions = "publish: { deny: [\"$JS.API.STREAM.MSG.GET.>\"] }";
    let users = format!("authorization {{ users: [{{ user: u, password: p, permissions: {{ {permissions} }} }}] }}");
    let server = NatsServer::builder().config(&users).start()?;
    let nats = async_nats::ConnectOptions::new().user_and_password("u".into(), "p".into());
    let events = Events::connect_with(server.url(), Options::new().nats(nats)).await?;
    events.register().await?;
    reader(&events, &BOTH).register().await?;
    place(&events, "o-1").await?;
    assert!(reader(&events, &CANCELLED).register().await.is_err(), "it cannot be seen whether events are skipped");
    reader(&events, &CANCELLED).options(ReaderOptions::new().allow_skipping()).register().await?;
    assert_eq!(config(&events).await["filter_subject"], json!("orders.cancelled"));
    Ok(())
}

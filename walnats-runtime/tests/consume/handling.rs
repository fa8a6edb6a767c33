//! Handlers: what they get, and what becomes of what they return.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_nats::HeaderMap;
use walnats_runtime::{CloudEvent, Delivery, ReadError, Reader, Settle};
use walnats_server::NatsServer;

use crate::events::{BillingEvent2, OrderCancelled, OrderPlaced, PaymentReceived};
use crate::stage::*;

#[tokio::test]
async fn every_event_of_every_stream_reaches_its_handler_once() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    place(&events, "o-1").await?;
    #[allow(deprecated)]
    events.emit_order_cancelled(&OrderCancelled::new("o-2")).await?;
    let seen = Seen::default();
    let (placed, cancelled, paid) = (seen.clone(), seen.clone(), seen.clone());
    let reader = events
        .billing()
        .reader()
        .on_order_placed(move |order: OrderPlaced, about: Delivery| {
            let placed = placed.clone();
            async move {
                placed.add(format!("placed {} {} {}", order.id, about.stream(), about.sequence()));
                Ok::<(), String>(())
            }
        })
        .on_order_cancelled(move |order: OrderCancelled, about: Delivery| {
            let cancelled = cancelled.clone();
            async move { cancelled.add(format!("cancelled {} {}", order.id, about.subject())) }
        })
        .on_payment_received(move |payment: PaymentReceived, about: Delivery| {
            let paid = paid.clone();
            async move {
                paid.add(format!("paid {} {}", payment.order, about.attempt()));
                Settle::Done
            }
        });
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let task = tokio::spawn(reader.run(async { drop(stopped.await) }));
    seen.until(2).await;
    events.emit_payment_received(&PaymentReceived::new("o-1")).await?;
    let all: BTreeSet<String> = seen.until(3).await.into_iter().collect();
    let expected = ["cancelled o-2 orders.cancelled", "paid o-1 1", "placed o-1 orders 1"];
    assert_eq!(all, expected.map(str::to_owned).into());
    drop(stop);
    let served = task.await??;
    assert_eq!((served.done, served.retried, served.dead, served.ignored), (3, 0, 0, 0));
    for stream in ["orders", "payment-received"] {
        assert_eq!(number(&events, stream, "num_ack_pending").await, 0);
        assert_eq!(number(&events, stream, "num_redelivered").await, 0);
    }
    Ok(())
}

#[tokio::test]
async fn what_fails_for_a_while_comes_again_after_a_pause() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    place(&events, "o-1").await?;
    let seen = Seen::default();
    let (here, started) = (seen.clone(), Instant::now());
    let running = run(
        &events,
        |options| options,
        move |_: OrderPlaced, about: Delivery| {
            here.add(about.attempt().to_string());
            async move {
                match about.attempt() {
                    1 => Err("busy".to_owned()),
                    2 => Ok(Settle::retry_after(Duration::from_millis(1_200), "later")),
                    _ => Ok(Settle::Done),
                }
            }
        },
    );
    assert_eq!(seen.until(3).await, ["1", "2", "3"]);
    assert!(started.elapsed() >= Duration::from_millis(1_200), "the server holds it during the pause");
    let served = running.stop().await?;
    assert_eq!((served.done, served.retried, served.dead), (1, 2, 0));
    assert_eq!(number(&events, "orders", "num_ack_pending").await, 0);
    Ok(())
}

#[tokio::test]
async fn a_delivery_shows_headers_trace_and_cloud_event_in_both_modes() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let order = OrderPlaced::new("o-1", "eu");
    let attributes = || CloudEvent::new("/shop").subject("tea");
    events.emit_order_placed(&order).uid("a").trace_id("t-1").cloud_event(attributes()).await?;
    events.emit_order_placed(&order).uid("b").cloud_event(attributes().structured()).await?;
    let seen = Seen::default();
    let here = seen.clone();
    let running = run(
        &events,
        |options| options.concurrency(1),
        move |order: OrderPlaced, about: Delivery| {
            let event = about.cloud_event().map(|event| (event.source.clone(), event.subject.clone()));
            let id = about.message_id().unwrap_or_default();
            here.add(format!("{} {id} {:?} {event:?}", order.id, about.trace_id()));
            async {}
        },
    );
    let cloud_event = r#"Some(("/shop", Some("tea")))"#;
    let all = seen.until(2).await;
    assert!(all[0].starts_with(r#"o-1 a Some("t-1")"#) && all[0].ends_with(cloud_event), "{all:?}");
    assert!(all[1].starts_with("o-1 b ") && all[1].ends_with(cloud_event), "{all:?}");
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_loop_of_ones_own_decodes_what_the_service_consumes() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    assert_eq!(BillingEvent2::FILTERS, ["orders.cancelled", "orders.*.placed", "payment-received"]);
    let mut messages = events.publisher().client().subscribe("orders.>").await?;
    place(&events, "o-1").await?;
    let message = futures_util::StreamExt::next(&mut messages).await.expect("a message");
    assert_eq!(BillingEvent2::decode(&message)?, BillingEvent2::OrderPlaced(OrderPlaced::new("o-1", "eu")));
    let broken = async_nats::Message { payload: r#"{"id":"secret"}"#.into(), ..message };
    let error = BillingEvent2::decode(&broken).expect_err("a member is missing");
    let text = format!("{} {error:?}", walnats_runtime::Chain(&error));
    assert!(text.contains("region") && !text.contains("secret"), "{text}");
    Ok(())
}

#[tokio::test]
async fn no_more_is_fetched_than_there_are_places() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for number in 0..40 {
        place(&events, &number.to_string()).await?;
    }
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let (most, now) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (here, seen) = ((gate.clone(), most.clone(), now.clone()), Seen::default());
    let done = seen.clone();
    let running = run(
        &events,
        |options| options.concurrency(4),
        move |order: OrderPlaced, _: Delivery| {
            let ((gate, most, now), done) = (here.clone(), done.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                gate.acquire().await.map_err(|_| "closed")?.forget();
                now.fetch_sub(1, Ordering::SeqCst);
                done.add(order.id);
                Ok::<(), &'static str>(())
            }
        },
    );
    eventually(async || now.load(Ordering::SeqCst) == 4).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(number(&events, "orders", "num_ack_pending").await, 4);
    gate.add_permits(1_000);
    seen.until(40).await;
    assert_eq!(most.load(Ordering::SeqCst), 4);
    assert_eq!(running.stop().await?.done, 40);
    Ok(())
}

#[tokio::test]
async fn what_is_in_progress_is_not_delivered_again_and_not_for_ever() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    place(&events, "long").await?;
    let seen = Seen::default();
    let here = seen.clone();
    let second = |options: walnats_runtime::ReaderOptions| options.ack_wait(Duration::from_secs(2));
    let running = run(&events, second, move |order: OrderPlaced, about: Delivery| {
        let here = here.clone();
        async move {
            here.add(format!("{} {}", order.id, about.attempt()));
            tokio::time::sleep(Duration::from_secs(7)).await;
            here.add("end");
        }
    });
    assert_eq!(seen.until(2).await, ["long 1", "end"]);
    assert_eq!(running.stop().await?.done, 1);

    place(&events, "hung").await?;
    let seen = Seen::default();
    let here = seen.clone();
    let limited = |options: walnats_runtime::ReaderOptions| options.handler_timeout(Duration::from_millis(500));
    let running = run(&events, limited, move |_: OrderPlaced, about: Delivery| {
        here.add(about.attempt().to_string());
        std::future::pending::<()>()
    });
    assert_eq!(seen.until(3).await, ["1", "2", "3"]);
    let letters = dead_letters(&events, 1).await?;
    assert_eq!(letters[0].headers["Walnats-Dead-Why"], "its handler did not end within 500ms");
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn what_is_delayed_waits_until_it_is_due_and_keeps_its_attempts() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let due = std::time::SystemTime::now() + Duration::from_secs(3);
    let seconds = due.duration_since(std::time::UNIX_EPOCH)?.as_secs_f64();
    let mut headers = HeaderMap::new();
    headers.insert("Walnats-Delay", seconds.to_string().as_str());
    let client = events.publisher().client();
    client.request_with_headers("orders.eu.placed", headers, r#"{"id":"o","region":"eu"}"#.into()).await?;
    let seen = Seen::default();
    let here = seen.clone();
    let once = |options: walnats_runtime::ReaderOptions| options.retry(quick().attempts(1));
    let running = run(&events, once, move |_: OrderPlaced, _: Delivery| {
        here.add(if std::time::SystemTime::now() >= due { "due" } else { "early" });
        async {}
    });
    assert_eq!(seen.until(1).await, ["due"]);
    assert_eq!(running.stop().await?.dead, 0);
    Ok(())
}

#[tokio::test]
async fn what_matches_a_filter_and_is_another_event_is_acknowledged() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let mut headers = HeaderMap::new();
    headers.insert("Walnats-Event", "order-audited");
    events.publisher().client().request_with_headers("orders.eu.placed", headers, "{}".into()).await?;
    let running = run(&events, |options| options, async |_: OrderPlaced, _: &Delivery| {});
    settled_after_start(&events).await;
    let served = running.stop().await?;
    assert_eq!((served.ignored, served.dead, served.done), (1, 0, 0));
    Ok(())
}

async fn settled_after_start(events: &crate::events::Events) {
    settled(events, "orders").await;
}

#[tokio::test]
async fn a_reader_without_all_handlers_does_not_start() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let reader = Reader::new(events.publisher().clone(), "billing", BillingEvent2::EVENTS);
    let reader = reader.on::<PaymentReceived, _>(async |_: PaymentReceived, _: &Delivery| {});
    let error = reader.run(std::future::pending()).await.expect_err("two handlers are missing");
    assert_eq!(error.to_string(), "the reader has no handler of `order-cancelled`, `order-placed`");
    assert!(matches!(error, ReadError::NoHandler { events } if events.len() == 2));
    Ok(())
}

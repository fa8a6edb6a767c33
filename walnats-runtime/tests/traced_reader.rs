//! Traces of readers: by itself, since it listens to all that its process says.
#![deny(warnings)]

/// As `build.rs` would have written it, format included.
#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/generate/readers/expected/events.rs"]
mod events;

use std::time::Duration;

use opentelemetry::trace::{Status, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::Instrument;
use tracing_subscriber::layer::SubscriberExt;
use walnats_runtime::{Backoff, CloudEvent, Delivery, Settle};
use walnats_server::NatsServer;

use events::{Events, OrderCancelled, OrderPlaced, PaymentReceived};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handlers_continue_the_trace_of_the_emitter() -> Result<(), Box<dyn std::error::Error>> {
    let server = NatsServer::start()?;
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;
    let emits = async {
        events.emit_order_placed(&OrderPlaced::new("secret-1", "eu")).await?;
        let structured = CloudEvent::new("/shop").structured();
        events.emit_order_placed(&OrderPlaced::new("secret-2", "eu")).cloud_event(structured).await?;
        Ok::<(), Box<dyn std::error::Error>>(())
    };
    emits.instrument(tracing::info_span!("checkout")).await?;
    // Without a trace, and with one that is not valid.
    let client = events.publisher().client();
    let payload = r#"{"id":"secret-3","region":"eu"}"#;
    client.request("orders.eu.placed", payload.into()).await?;
    let mut headers = async_nats::HeaderMap::new();
    headers.insert("traceparent", "00-nonsense");
    client.request_with_headers("orders.eu.placed", headers, payload.replace("-3", "-dead").into()).await?;

    let (count, mut counted) = tokio::sync::mpsc::unbounded_channel();
    let reader = events
        .billing()
        .reader()
        .retry(Backoff::from_secs([1]).attempts(1))
        .concurrency(1)
        .on_order_placed(move |order: OrderPlaced, _: Delivery| {
            let count = count.clone();
            async move {
                // What handlers do is a part of it.
                tracing::info_span!("invoice").in_scope(|| {});
                let _ = count.send(());
                if order.id == "secret-dead" { Settle::dead_letter("no") } else { Settle::Done }
            }
        })
        .on_order_cancelled(async |_: OrderCancelled, _: &Delivery| {})
        .on_payment_received(async |_: PaymentReceived, _: &Delivery| {});
    reader
        .run(async move {
            for _ in 0..4 {
                let _ = tokio::time::timeout(Duration::from_secs(60), counted.recv()).await;
            }
        })
        .await?;

    provider.force_flush()?;
    let spans = exporter.get_finished_spans()?;
    let named = |name: &str| spans.iter().filter(|span| span.name == name).collect::<Vec<&SpanData>>();
    let (created, processed, invoices) =
        (named("create orders.{region}.placed"), named("process orders.{region}.placed"), named("invoice"));
    assert_eq!((created.len(), processed.len(), invoices.len()), (2, 4, 4));
    for (created, processed) in created.iter().zip(&processed) {
        assert_eq!(processed.parent_span_id, created.span_context.span_id());
        assert_eq!(processed.span_context.trace_id(), created.span_context.trace_id());
    }
    for processed in &processed[2..] {
        assert_eq!(processed.parent_span_id, opentelemetry::trace::SpanId::INVALID, "it begins a trace");
    }
    for (processed, invoice) in processed.iter().zip(invoices) {
        assert_eq!(invoice.parent_span_id, processed.span_context.span_id());
    }
    assert!(processed[..3].iter().all(|span| span.status == Status::Unset));
    assert_eq!(processed[3].status, Status::error(""));
    assert!(!format!("{spans:?}").contains("secret"));
    Ok(())
}

//! Spans of layers: by itself, since it listens to all that its process says.
#![deny(warnings)]

/// As `build.rs` would have written it, format included.
#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/generate/readers/expected/events.rs"]
mod events;

use std::time::Duration;

use opentelemetry::trace::{Status, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tower::timeout::TimeoutLayer;
use tracing::Instrument;
use tracing::field::Empty;
use tracing_subscriber::layer::SubscriberExt;
use walnats_runtime::layers::TraceLayer;
use walnats_runtime::{Backoff, Delivery, Settle};

use events::{Events, OrderCancelled, OrderPlaced, PaymentReceived};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layer_has_a_span_within_that_of_the_reader() -> Result<(), Box<dyn std::error::Error>> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
    let events = Events::in_memory().await;
    let emits = async {
        for id in ["secret-done", "secret-dead", "secret-slow"] {
            events.emit_order_placed(&OrderPlaced::new(id, "eu")).await?;
        }
        Ok::<(), Box<dyn std::error::Error>>(())
    };
    emits.instrument(tracing::info_span!("checkout")).await?;

    let (count, mut counted) = tokio::sync::mpsc::unbounded_channel();
    let own = |about: &Delivery| tracing::info_span!("own", region = about.subject().split('.').nth(1), otel.status_code = Empty, error.type = Empty);
    let reader = events
        .billing()
        .reader()
        .configure(|options| {
            options
                .layer(TraceLayer::new())
                .layer(TimeoutLayer::new(Duration::from_millis(300)))
                .layer(TraceLayer::new().span(own))
        })
        .retry(Backoff::from_secs([1]).attempts(1))
        .concurrency(1)
        .on_order_placed(move |order: OrderPlaced, _: Delivery| {
            let count = count.clone();
            async move {
                tracing::info_span!("invoice").in_scope(|| {});
                let _ = count.send(());
                match order.id.as_str() {
                    "secret-dead" => Settle::dead_letter("no"),
                    "secret-slow" => std::future::pending().await,
                    _ => Settle::Done,
                }
            }
        })
        .on_order_cancelled(async |_: OrderCancelled, _: &Delivery| {})
        .on_payment_received(async |_: PaymentReceived, _: &Delivery| {});
    reader
        .run(async move {
            for _ in 0..3 {
                let _ = tokio::time::timeout(Duration::from_secs(60), counted.recv()).await;
            }
        })
        .await?;

    provider.force_flush()?;
    let spans = exporter.get_finished_spans()?;
    let named = |name: &str| spans.iter().filter(|span| span.name == name).collect::<Vec<&SpanData>>();
    let levels =
        ["create orders.{region}.placed", "process orders.{region}.placed", "own", "handle order-placed", "invoice"];
    let levels = levels.map(named);
    assert_eq!(levels.each_ref().map(Vec::len), [3; 5]);
    for pair in levels.windows(2) {
        for (outer, inner) in pair[0].iter().zip(&pair[1]) {
            assert_eq!(inner.parent_span_id, outer.span_context.span_id(), "{} in {}", inner.name, outer.name);
            assert_eq!(inner.span_context.trace_id(), outer.span_context.trace_id());
        }
    }
    let field = |span: &SpanData, name: &str| {
        span.attributes.iter().find(|field| field.key.as_str() == name).map(|field| field.value.to_string())
    };
    let [.., own, handled, _] = levels;
    let ends =
        |spans: &[&SpanData]| -> Vec<Option<String>> { spans.iter().map(|span| field(span, "error.type")).collect() };
    let kinds = |kinds: [&str; 2]| [None, Some(kinds[0].to_owned()), Some(kinds[1].to_owned())];
    assert_eq!(ends(&handled), kinds(["dead_letter", "cancelled"]));
    assert_eq!(ends(&own), kinds(["dead_letter", "retry"]), "the timeout is within");
    assert_eq!((&handled[0].status, &handled[1].status), (&Status::Unset, &Status::error("")));
    for (index, span) in handled.iter().enumerate() {
        assert_eq!(field(span, "walnats.sequence"), Some((index + 1).to_string()));
        assert_eq!(field(span, "walnats.attempt"), Some("1".to_owned()));
        assert_eq!(field(span, "walnats.stream"), Some("orders".to_owned()));
    }
    assert!(own.iter().all(|span| field(span, "region") == Some("eu".to_owned())));
    assert!(!format!("{spans:?}").contains("secret"));
    Ok(())
}

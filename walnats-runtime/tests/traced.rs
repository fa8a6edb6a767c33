//! Traces: by itself, since it listens to all that its process says.

#[path = "engine/note.rs"]
#[allow(dead_code, reason = "shared with the tests of the engine")]
mod note;

use note::{PLAIN, TestResult, note, ready, ready_with, stored};
use opentelemetry::trace::{Status, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::Instrument;
use tracing_subscriber::layer::SubscriberExt;
use walnats_runtime::{CloudEvent, Options};
use walnats_server::NatsServer;

/// `traceparent` of a span.
fn context(span: &SpanData) -> String {
    let context = &span.span_context;
    format!("00-{}-{}-{:02x}", context.trace_id(), context.span_id(), context.trace_flags().to_u8())
}

#[tokio::test]
async fn a_message_carries_the_context_of_the_span_that_made_it() -> TestResult {
    let server = NatsServer::start()?;
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
    let publisher = ready(&server, PLAIN).await?;
    let emits = async {
        publisher.emit(&note("plain")).await?;
        publisher.emit(&note("cloud event")).cloud_event(CloudEvent::new("/notes")).buffered().await?.await?;
        publisher.emit(&note("the caller's own")).header("traceparent", "mine").await
    };
    emits.instrument(tracing::info_span!("checkout")).await?;
    publisher.emit(&note("secret")).await?;
    assert!(publisher.emit(&note("invalid")).await.is_err());
    assert!(publisher.emit(&note("secret")).uid("").await.is_err());
    let staging = ready_with(&server, PLAIN, Options::new().environment("staging")).await?;
    staging.emit(&note("in another environment")).await?;

    provider.force_flush()?;
    let spans = exporter.get_finished_spans()?;
    let checkout = spans.iter().find(|span| span.name == "checkout").ok_or("the caller's span")?;
    let made: Vec<_> = spans.iter().filter(|span| span.name == "create notes.{topic}").collect();
    assert_eq!(made.len(), 7);
    let value = |span: &SpanData, key: &str| {
        let attribute = span.attributes.iter().find(|attribute| attribute.key.as_str() == key);
        attribute.map(|attribute| attribute.value.to_string())
    };
    let error_type = |span: &SpanData| value(span, "error.type");
    assert_eq!(value(made[0], "walnats.stream").as_deref(), Some("notes"));
    assert_eq!(value(made[6], "walnats.stream").as_deref(), Some("staging-notes"));
    for span in &made[..4] {
        assert_eq!((&span.status, error_type(span)), (&Status::Unset, None));
    }
    for (span, kind) in made[4..6].iter().zip(["invalid", "message_id"]) {
        assert_eq!((&span.status, error_type(span).as_deref()), (&Status::error(""), Some(kind)));
    }
    for span in &made[..3] {
        assert_eq!(span.parent_span_id, checkout.span_context.span_id());
    }
    let messages = stored(&publisher, "notes").await?;
    let header = |index: usize, name: &str| messages[index].headers.get(name).cloned();
    assert_eq!(header(0, "traceparent"), Some(context(made[0])));
    assert_eq!(header(1, "traceparent"), Some(context(made[1])));
    assert_eq!(header(1, "ce-traceparent"), Some(context(made[1])));
    assert_eq!(header(2, "traceparent").as_deref(), Some("mine"));
    assert!(!format!("{spans:?}").contains("secret"));
    Ok(())
}

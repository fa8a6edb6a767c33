//! A trace that goes through NATS: the reader's span is a child of the one that made the event, in another trace backend, process
//! or language.

use std::error::Error;
use std::time::Duration;

use async_nats::jetstream::consumer::pull;
use async_nats::{HeaderMap, Message};
use futures_util::StreamExt;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use shop_events::{CartAbandoned, Events};
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;
use walnats_server::NatsServer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // What a service does once, with an exporter of its own in place of this one.
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("shop"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;

    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;

    // The feature `opentelemetry` of walnats-runtime is all that it takes here.
    let cart = CartAbandoned::decode(r#"{"cart_id": "0192f0c1-2b3c-7d4e-8f50-617283940a1b", "items": ["TEA-0001"]}"#)?;
    let shopping = tracing::info_span!("close the browser");
    events.emit_cart_abandoned(&cart).into_future().instrument(shopping).await?;

    let stream = events.publisher().jetstream().get_stream("cart-abandoned").await?;
    let mut messages = stream.create_consumer(pull::Config::default()).await?.messages().await?;
    let message = tokio::time::timeout(Duration::from_secs(10), messages.next()).await?.ok_or("no more")??;
    remind(&message).await?;

    provider.force_flush()?;
    for span in exporter.get_finished_spans()? {
        let (trace, id, parent) = (span.span_context.trace_id(), span.span_context.span_id(), span.parent_span_id);
        println!("trace {trace}  span {id}  parent {parent}  {}", span.name);
    }
    Ok(())
}

/// The reader's end: the trace goes on where the headers say.
async fn remind(message: &Message) -> Result<(), Box<dyn Error>> {
    let span = tracing::info_span!("send a reminder", otel.kind = "consumer");
    if let Some(headers) = &message.headers {
        // It fails where nothing records the span.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&Headers(headers)));
    }
    let read = async { CartAbandoned::decode(&message.payload).map(|cart| println!("reminded of {:?}", cart.items)) };
    Ok(read.instrument(span).await?)
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.as_str())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_ref()).collect()
    }
}

//! Distributed tracing by OpenTelemetry's conventions for messaging: composing an event is a span, whose context the message
//! carries, however late it is sent.
//!
//! Subjects and ids are not recorded, because they contain values of events.

use tracing::Span;
use tracing::field::Empty;

use crate::cloud_event::CloudEvent;
use crate::error::Reason;
use crate::event::EventDescriptor;
use crate::headers::Headers;

/// The span of composing an event: <https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/>. `stream` is the
/// name of the event's stream on this server.
pub(crate) fn create(descriptor: &'static EventDescriptor, stream: &str) -> Span {
    tracing::info_span!(
        "create",
        otel.name = %format_args!("create {}", descriptor.subject),
        otel.kind = "producer",
        messaging.system = "nats",
        messaging.operation.name = "create",
        messaging.operation.type = "create",
        messaging.destination.template = descriptor.subject,
        walnats.event = descriptor.name,
        walnats.stream = stream,
        otel.status_code = Empty,
        error.type = Empty,
    )
}

/// Records that composing failed: <https://opentelemetry.io/docs/specs/semconv/general/recording-errors/>. Only the kind of
/// the error is recorded, because its text can name parts of the event.
pub(crate) fn refused(span: &Span, reason: &Reason) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", reason.kind());
}

/// Writes the current trace context (<https://www.w3.org/TR/trace-context/>) into headers, and into the CloudEvent
/// (its distributed tracing extension), unless the caller has.
#[cfg(feature = "opentelemetry")]
pub(crate) fn inject(headers: &mut Headers, cloud_event: Option<&mut CloudEvent>) -> Result<(), Reason> {
    use opentelemetry::trace::TraceContextExt;

    let context = opentelemetry::Context::current();
    let span = context.span();
    let span = span.span_context();
    if !span.is_valid() {
        return Ok(());
    }
    let parent = format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags().to_u8());
    let state = span.trace_state().header();
    let parts = [("traceparent", parent), ("tracestate", state)];
    let parts = parts.into_iter().filter(|(_, value)| !value.is_empty());
    if headers.get("traceparent").is_none() {
        for (name, value) in parts.clone() {
            headers.insert(name, value)?;
        }
    }
    if let Some(cloud_event) = cloud_event.filter(|it| !it.extensions.contains_key("traceparent")) {
        cloud_event.extensions.extend(parts.map(|(name, value)| (name.to_owned(), value.into())));
    }
    Ok(())
}

#[cfg(not(feature = "opentelemetry"))]
pub(crate) fn inject(_: &mut Headers, _: Option<&mut CloudEvent>) -> Result<(), Reason> {
    Ok(())
}

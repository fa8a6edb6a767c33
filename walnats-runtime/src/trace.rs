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

/// The span of handling an event that a service consumes. Its parent is the span that emitted the event, if the message carries
/// a trace context (<https://www.w3.org/TR/trace-context/>) and the feature `opentelemetry` is on.
#[cfg(feature = "consume")]
pub(crate) fn process<'a>(
    descriptor: &'static EventDescriptor,
    stream: &str,
    service: &'static str,
    context: impl FnOnce() -> Option<(&'a str, &'a str)>,
) -> Span {
    let _parent = remote::attach(context);
    tracing::info_span!(
        "process",
        otel.name = %format_args!("process {}", descriptor.subject),
        otel.kind = "consumer",
        messaging.system = "nats",
        messaging.operation.name = "process",
        messaging.operation.type = "process",
        messaging.destination.template = descriptor.subject,
        messaging.consumer.group.name = service,
        walnats.event = descriptor.name,
        walnats.stream = stream,
        otel.status_code = Empty,
        error.type = Empty,
    )
}

/// The span of a layer around a handler, with the place of the event in its stream. Its parent is the current span, which is the one
/// of [`process`]; where that is filtered out, the span that emitted the event.
#[cfg(feature = "tower")]
pub(crate) fn handle<'a>(
    event: &'static str,
    stream: &str,
    sequence: u64,
    attempt: u64,
    context: impl FnOnce() -> Option<(&'a str, &'a str)>,
) -> Span {
    let _parent = Span::current().is_none().then(|| remote::attach(context));
    tracing::info_span!(
        "handle",
        otel.name = %format_args!("handle {event}"),
        otel.kind = "internal",
        walnats.event = event,
        walnats.stream = stream,
        walnats.sequence = sequence,
        walnats.attempt = attempt,
        otel.status_code = Empty,
        error.type = Empty,
    )
}

/// Records how handling an event failed. The reason is not recorded: it can name parts of the event.
#[cfg(feature = "consume")]
pub(crate) fn failed(span: &Span, kind: &'static str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", kind);
}

#[cfg(all(feature = "consume", feature = "opentelemetry"))]
mod remote {
    use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
    use opentelemetry::{Context, ContextGuard};

    /// Makes the context of an emitter the current one, while what this returns lives. `None` if it is not a valid one.
    pub(super) fn attach<'a>(context: impl FnOnce() -> Option<(&'a str, &'a str)>) -> Option<ContextGuard> {
        let (traceparent, tracestate) = context()?;
        let context = parse(traceparent, tracestate)?;
        Some(Context::current().with_remote_span_context(context).attach())
    }

    fn parse(traceparent: &str, tracestate: &str) -> Option<SpanContext> {
        let parts: Vec<&str> = traceparent.trim().split('-').collect();
        let [version, trace, span, flags, rest @ ..] = parts.as_slice() else { return None };
        let is_hex = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        // Later versions may have further parts; this one has none.
        let is_known = is_hex(version, 2) && *version != "ff" && (*version != "00" || rest.is_empty());
        if !is_known || !is_hex(trace, 32) || !is_hex(span, 16) || !is_hex(flags, 2) {
            return None;
        }
        let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
        let state = tracestate.parse::<TraceState>().unwrap_or_default();
        let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
        Some(SpanContext::new(trace, span, flags, true, state)).filter(SpanContext::is_valid)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_valid_contexts_are_continued() {
            let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
            for (text, is_valid) in [
                (format!("00-{trace}-{span}-01"), true),
                (format!("cc-{trace}-{span}-01-later"), true),
                (format!("00-{trace}-{span}-01-later"), false),
                (format!("ff-{trace}-{span}-01"), false),
                (format!("00-{}-{span}-01", "0".repeat(32)), false),
                (format!("00-{trace}-{}-01", "0".repeat(16)), false),
                (format!("00-{}-{span}-01", trace.to_uppercase()), false),
                ("00-ö-1".to_owned(), false),
                (String::new(), false),
            ] {
                assert_eq!(parse(&text, "a=b").is_some(), is_valid, "{text}");
            }
            assert!(parse(&format!("00-{trace}-{span}-00"), "no state").is_some_and(|context| !context.is_sampled()));
        }
    }
}

#[cfg(all(feature = "consume", not(feature = "opentelemetry")))]
mod remote {
    pub(super) fn attach<'a>(_: impl FnOnce() -> Option<(&'a str, &'a str)>) -> Option<()> {
        None
    }
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

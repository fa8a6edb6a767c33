//! A span for what a layer is around.

use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;
use tracing::{Instrument, Span};

use super::Delivered;
use super::watched::{LayerFuture, Watched};
use crate::consume::delivery::Delivery;
use crate::consume::settle::Settle;
use crate::trace;

/// Puts a span around what it is a layer of: the handler, and the layers before it.
///
/// The reader has a span for each handler, `process <subject>`, without any layer. This is for one more at some depth: it shows how
/// much of the time the layers outside of it take. It is a child of the span that is current there, and so continues the emitter's
/// trace. Its fields are `walnats.event`, `walnats.stream`, `walnats.sequence` and `walnats.attempt`, and, where the call fails,
/// `otel.status_code` and `error.type`: `retry`, `dead_letter`, `error`, `panic` or `cancelled`. Subjects and ids are not among
/// them, because they contain values of events; [`TraceLayer::span`] makes another span.
#[derive(Clone, Copy, Debug)]
pub struct TraceLayer {
    span: fn(&Delivery) -> Span,
}

/// What [`TraceLayer`] makes of a service.
#[derive(Clone, Copy, Debug)]
pub struct Trace<S> {
    service: S,
    span: fn(&Delivery) -> Span,
}

impl TraceLayer {
    /// With the span `handle <event>`.
    pub fn new() -> Self {
        Self { span: usual }
    }

    /// With a span of your own. If it declares the fields `otel.status_code` and `error.type`, they say how a call failed.
    pub fn span(self, span: fn(&Delivery) -> Span) -> Self {
        Self { span }
    }
}

impl Default for TraceLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Trace<S>;

    fn layer(&self, service: S) -> Trace<S> {
        Trace { service, span: self.span }
    }
}

impl<S> Service<Delivered> for Trace<S>
where
    S: Service<Delivered, Response = Settle>,
    S::Future: Send + 'static,
{
    type Response = Settle;
    type Error = S::Error;
    type Future = LayerFuture<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, delivered: Delivered) -> Self::Future {
        let span = (self.span)(&delivered.about);
        let call = span.in_scope(|| self.service.call(delivered)).instrument(span.clone());
        let watched = Watched::new(move |end| {
            if end != "done" {
                trace::failed(&span, end);
            }
        });
        Box::pin(async move {
            let end = call.await;
            watched.end(&end);
            end
        })
    }
}

fn usual(about: &Delivery) -> Span {
    let context = || Some((about.traceparent()?, about.tracestate().unwrap_or_default()));
    trace::handle(about.event(), about.stream(), about.sequence(), about.attempt(), context)
}

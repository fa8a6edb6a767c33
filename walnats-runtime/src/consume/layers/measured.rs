//! How long what a layer is around takes, and how it ends.

use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use super::Delivered;
use super::watched::{LayerFuture, Watched};
use crate::consume::settle::Settle;
use crate::metric::reader::Layer as Measurement;

/// Measures what it is a layer of, the handler and the layers before it, by the metric `walnats_layer_seconds`: how long calls take,
/// and how they end, for each event type.
///
/// The reader measures each attempt as a whole, without any layer. This is for some depth of them: within a layer that limits
/// calls, for example, it leaves out the time that they wait. It needs the feature `metrics`, too; without it, nothing is measured.
#[derive(Clone, Copy, Debug)]
pub struct MetricsLayer {
    name: &'static str,
}

/// What [`MetricsLayer`] makes of a service.
#[derive(Clone, Copy, Debug)]
pub struct Metrics<S> {
    service: S,
    name: &'static str,
}

impl MetricsLayer {
    /// With this label `layer`, which tells several apart.
    pub fn new(name: &'static str) -> Self {
        Self { name }
    }
}

impl<S> Layer<S> for MetricsLayer {
    type Service = Metrics<S>;

    fn layer(&self, service: S) -> Metrics<S> {
        Metrics { service, name: self.name }
    }
}

impl<S> Service<Delivered> for Metrics<S>
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
        let measurement = Measurement::begin(self.name, delivered.about.event());
        let watched = Watched::new(move |end| measurement.end(end));
        let call = self.service.call(delivered);
        Box::pin(async move {
            let end = call.await;
            watched.end(&end);
            end
        })
    }
}

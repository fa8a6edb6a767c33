//! Layers of tower around handlers.

mod measured;
mod traced;
mod watched;

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

pub use self::measured::{Metrics, MetricsLayer};
pub use self::traced::{Trace, TraceLayer};
pub use self::watched::LayerFuture;
use super::around::{Around, Layers};
use super::delivery::Delivery;
use super::handler::Handling;
use super::options::ReaderOptions;
use super::settle::Settle;
use crate::chain::Chain;

type BoxError = Box<dyn Error + Send + Sync>;

/// An event in the hands of layers: the request of their services.
pub struct Delivered {
    /// What is known about the event besides its payload. Its payload is decoded and valid.
    pub about: Delivery,
    handling: Handling<'static>,
}

/// What a layer is around: the handler of each event, with the layers that were added before.
#[derive(Clone, Debug)]
pub struct Next {
    layers: Layers,
}

impl ReaderOptions {
    /// Puts a layer of tower around the handlers: `tower::timeout`, `tower::limit`, those of [`layers`](crate::layers), one of your own. A layer that is added later is
    /// around those before it. The feature `tower` brings this.
    ///
    /// An error of a layer is tried again, like one of a handler that passes. Time in layers counts for
    /// [`ReaderOptions::handler_timeout`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tower::limit::GlobalConcurrencyLimitLayer;
    /// use tower::timeout::TimeoutLayer;
    /// use walnats_runtime::ReaderOptions;
    ///
    /// // All streams of the reader together.
    /// let calls = GlobalConcurrencyLimitLayer::new(4);
    /// let options = ReaderOptions::new().layer(TimeoutLayer::new(Duration::from_secs(10))).layer(calls);
    /// ```
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Next>,
        L::Service: Service<Delivered, Response = Settle> + Clone + Send + Sync + 'static,
        <L::Service as Service<Delivered>>::Error: Into<BoxError>,
        <L::Service as Service<Delivered>>::Future: Send + 'static,
    {
        let next = Next { layers: std::mem::take(&mut self.layers) };
        self.layers = Layers(Some(Arc::new(Layered(layer.layer(next)))));
        self
    }
}

impl Service<Delivered> for Next {
    type Response = Settle;
    type Error = BoxError;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Settle, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, delivered: Delivered) -> Self::Future {
        let handling = self.layers.around(delivered.about, delivered.handling);
        Box::pin(async move { Ok(handling.await) })
    }
}

/// A service with a layer.
struct Layered<S>(S);

impl<S> Around for Layered<S>
where
    S: Service<Delivered, Response = Settle> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    fn around(&self, about: Delivery, handling: Handling<'static>) -> Handling<'static> {
        let mut service = self.0.clone();
        Box::pin(async move {
            let ready = poll_fn(|context| service.poll_ready(context)).await.map_err(Into::<BoxError>::into);
            let ended = match ready {
                Ok(()) => service.call(Delivered { about, handling }).await.map_err(Into::into),
                Err(error) => Err(error),
            };
            ended.unwrap_or_else(|error| Settle::retry(Chain(error.as_ref()).to_string()))
        })
    }
}

impl fmt::Debug for Delivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivered").field("about", &self.about).finish_non_exhaustive()
    }
}

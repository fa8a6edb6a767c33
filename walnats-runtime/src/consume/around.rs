//! What is put around all handlers of a reader.

use std::fmt;
use std::sync::Arc;

use super::delivery::Delivery;
use super::handler::{AnyHandler, Handling};
use super::incoming::{ConsumedEvent, Incoming, ReadMessageError};

/// Something around a handler at work.
pub(super) trait Around: Send + Sync {
    /// The handling with what is around it.
    fn around(&self, about: Delivery, handling: Handling<'static>) -> Handling<'static>;
}

/// What is around the handlers, if anything is.
#[derive(Clone, Default)]
pub(super) struct Layers(pub(super) Option<Arc<dyn Around>>);

impl Layers {
    /// Starts a handler with what is around it.
    pub(super) fn start<'a>(
        &self,
        handler: &'a Arc<dyn AnyHandler>,
        events: &[ConsumedEvent],
        incoming: &Incoming<'_>,
        about: &'a Delivery,
    ) -> Result<Handling<'a>, ReadMessageError> {
        if self.0.is_none() {
            return handler.start(events, incoming, about);
        }
        let handling = handler.clone().start_owned(events, incoming, about.clone())?;
        Ok(self.around(about.clone(), handling))
    }

    pub(super) fn around(&self, about: Delivery, handling: Handling<'static>) -> Handling<'static> {
        match &self.0 {
            Some(layers) => layers.around(about, handling),
            None => handling,
        }
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_none() { "none" } else { "some" })
    }
}
